# Starts the rig, builds vecferry and ends both, for run and profile. Sourced in the project's folder.
# shellcheck shell=bash

BENCH_RIG=$PWD/.rig/bench
# Python must not write __pycache__ into the sources.
export PYTHONDONTWRITEBYTECODE=1
KEEP=
BUILD=yes
CHILD=
RIG_STARTED=
# The option --debian of scripts/rig, if Debian's servers are measured.
DEBIAN=

say() { printf '%s\n' "$*" >&2; }

# A rig in a folder of its own has its own ports and data, so the demo's and the tests' are not disturbed.
rig() { VECFERRY_RIG_DIR=$BENCH_RIG scripts/rig "$@" 8>&-; }

# $1: program in lib; then its arguments. Starts the rig, runs the program, and always ends both.
bench() {
    local program=$1
    shift
    # Nothing here reads stdin.
    exec </dev/null
    mkdir -p "$BENCH_RIG"
    if command -v flock >/dev/null; then
        exec 8>"$BENCH_RIG/bench.lock"
        flock -n 8 || {
            say "bench: another scripts/bench command is running in this checkout"
            exit 1
        }
    fi
    # Reports wrong usage before minutes are spent.
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
    # shellcheck disable=SC2086  # an option, or empty
    rig up $DEBIAN
    # shellcheck disable=SC2086
    eval "$(rig env $DEBIAN)"
    interruptible python3 "scripts/bench/lib/$program" "$@"
}

# In the background, where a trap can end it. Without -m, it would start with SIGINT ignored.
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
        # The child needs a moment to end what it has started.
        kill -TERM "$CHILD" 2>/dev/null || true
        wait "$CHILD" 2>/dev/null || true
    fi
    if [[ -n $RIG_STARTED && -z $KEEP ]]; then
        rig down --purge 2>/dev/null || true
    fi
    exit "$status"
}
