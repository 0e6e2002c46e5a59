# Paths, messages and helpers that every part of the rig uses. Sourced by scripts/rig.
# shellcheck shell=bash
# shellcheck disable=SC2034  # the other parts read these

ROOT=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd -P)
RIG_D=$ROOT/scripts/rig.d

# The interactive rig and the one that scripts/test starts have folders of their own, each with its own ports and data, so
# neither disturbs the other.
RIG_DIR=${VECFERRY_RIG_DIR:-$ROOT/.rig/demo}
case $RIG_DIR in
    /*) ;;
    *) RIG_DIR=$PWD/$RIG_DIR ;;
esac

# The rigs of one checkout share the unpacked servers. A rig elsewhere has its own, so that either may be deleted.
case $RIG_DIR in
    "$ROOT"/.rig/*) RIG_CACHE=$ROOT/.rig/cache ;;
    *) RIG_CACHE=$RIG_DIR/cache ;;
esac

# Fixed and easy to search for: tests that check for a leaked password search for this one.
RIG_PASSWORD=rig-secret-8f3a

# The caller's settings for libpq must not lead the rig's clients to another server. PGOPTIONS is harmless.
unset PGHOST PGHOSTADDR PGPORT PGUSER PGPASSWORD PGDATABASE PGDATA PGSERVICE PGSSLMODE PGSSLROOTCERT PGREQUIREAUTH

say() { printf '%s\n' "$*" >&2; }
die() {
    say "rig: $*"
    exit 1
}

# Settings that differ from PostgreSQL's defaults. fsync stays on, so that benchmarks are honest.
RIG_SETTINGS=(
    shared_buffers=256MB
    max_wal_size=4GB
    checkpoint_timeout=15min
    max_connections=100
)

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# A server keeps its first port, so that the environment that `rig env` printed stays valid across restarts.
# $1: server; $2: the first port to try.
choose_port() {
    local file=$RIG_DIR/$1/port port other
    if [[ -s $file ]] && port_is_free "$(<"$file")"; then
        return
    fi
    for ((port = $2; port < $2 + 2000; port++)); do
        for other in "$RIG_DIR"/*/port; do
            [[ -s $other && $other != "$file" && $(<"$other") == "$port" ]] && continue 2
        done
        if port_is_free "$port"; then
            echo "$port" >"$file"
            return
        fi
    done
    die "no free port on 127.0.0.1 from $2 to $port"
}

port_of() { cat "$RIG_DIR/$1/port"; }

first_port() {
    case $1 in
        source) echo 54315 ;;
        target) echo 54316 ;;
        debian-source) echo 54317 ;;
        debian-target) echo 54318 ;;
        newest) echo 54319 ;;
        standby) echo 54320 ;;
    esac
}

# The version of PostgreSQL that the target runs where it is embedded.
target_version() {
    if [[ -s $RIG_DIR/target-version ]]; then
        cat "$RIG_DIR/target-version"
    else
        echo 16
    fi
}

kind() {
    if [[ -s $RIG_DIR/kind ]]; then
        cat "$RIG_DIR/kind"
    else
        echo embedded
    fi
}

# Two commands at a time on one rig would race for ports and data. A server must not inherit the descriptor, or it would
# hold the lock for as long as it runs: every command that starts a server closes descriptor 9.
lock_rig() {
    mkdir -p "$RIG_DIR"
    command -v flock >/dev/null || return 0
    exec 9>"$RIG_DIR/lock"
    flock -w 300 9 || die "another scripts/rig command still holds $RIG_DIR/lock"
}
