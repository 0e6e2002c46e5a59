# The rig, the build and the end of both, for run and profile. Sourced in the project's folder.
# shellcheck shell=bash

BENCH_RIG=$PWD/.rig/bench
# No __pycache__ in the sources.
export PYTHONDONTWRITEBYTECODE=1
KEEP=
BUILD=yes
CHILD=
RIG_STARTED=
# --debian, where its servers are measured
DEBIAN=

say() { printf '%s\n' "$*" >&2; }

# A rig in its own folder has its own ports and data: the demo's and the tests' are not disturbed.
rig() { VECFERRY_RIG_DIR=$BENCH_RIG scripts/rig "$@" 8>&-; }

# $1 program in lib, then its arguments: brings the rig up and the program through, and ends both however we end.
bench() {
    local program=$1
    shift
    # Nothing here asks a question.
    exec </dev/null
    mkdir -p "$BENCH_RIG"
    if command -v flock >/dev/null; then
        exec 8>"$BENCH_RIG/bench.lock"
        flock -n 8 || {
            say "bench: another bench runs in this checkout"
            exit 1
        }
    fi
    # Wrong usage is told before minutes are spent.
    python3 "scripts/bench/lib/$program" --check "$@"
    trap finish EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    if [[ -n $BUILD ]]; then
        scripts/setup
        say "bench: building vecferry in release mode"
        interruptible swift build --configuration release --product vecferry >&2
    fi
    [[ -n $KEEP ]] || rig down --purge 2>/dev/null
    RIG_STARTED=yes
    # shellcheck disable=SC2086  # an option or nothing
    rig up $DEBIAN
    # shellcheck disable=SC2086
    eval "$(rig env $DEBIAN)"
    interruptible python3 "scripts/bench/lib/$program" "$@"
}

# In the background, where our traps can end it; under -m, or it would start with SIGINT ignored.
interruptible() {
    set -m
    "$@" 8>&- &
    CHILD=$!
    set +m
    local status=0
    wait "$CHILD" || status=$?
    CHILD=
    return "$status"
}

finish() {
    local status=$?
    trap '' HUP INT TERM
    trap - EXIT
    if [[ -n $CHILD ]]; then
        # The child ends what it started itself, and takes a moment for it.
        kill -TERM "$CHILD" 2>/dev/null || true
        wait "$CHILD" 2>/dev/null || true
    fi
    if [[ -n $RIG_STARTED && -z $KEEP ]]; then
        rig down --purge 2>/dev/null || true
    fi
    exit "$status"
}
