# A stand-in for AWS on loopback (moto), and AWS's command line. Sourced by scripts/rig.
# shellcheck shell=bash

AWS_DIR=$RIG_DIR/aws
WARM_DIR=$RIG_DIR/aws-warm

has_aws() { "$1" -c 'import moto.server, awscli' >/dev/null 2>&1; }

# A machine that has both is used as it is; for others they are installed beside the servers.
need_aws() {
    has_aws python3 && return
    [[ -e $RIG_CACHE/aws/.complete ]] && return
    local python folder=$RIG_CACHE/aws
    python=$(find_python)
    say "rig: installing moto and awscli"
    rm -rf "$folder"
    mkdir -p "$folder"
    "$python" -m pip install --quiet --disable-pip-version-check --target "$folder/lib" \
        --requirement "$RIG_D/aws-requirements.txt" </dev/null >&2 ||
        die "moto and awscli could not be installed from the Python package index; pip's message is above"
    # Installed so, Python needs to be told where they are.
    printf '#!/bin/sh\nPYTHONPATH=%q exec %q "$@"\n' "$folder/lib" "$(command -v "$python")" >"$folder/python"
    chmod 755 "$folder/python"
    touch "$folder/.complete"
}

aws_python() {
    if has_aws python3; then
        echo python3
    else
        echo "$RIG_CACHE/aws/python"
    fi
}

# The folder of the `aws` for tests.
aws_bin() { echo "$AWS_DIR/bin"; }

# $1: its folder; $2: its program.
aws_pid() {
    local folder=${1:-$AWS_DIR} program=${2:-stand_in.py} pid
    [[ -s $folder/pid ]] || return 1
    pid=$(<"$folder/pid")
    # Another process may have the number by now.
    [[ $(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline") == *$program* ]] || return 1
    echo "$pid"
}

aws_start() {
    need_aws
    mkdir -p "$AWS_DIR/bin" "$WARM_DIR"
    aws_start_program "$AWS_DIR" stand_in.py 54321
    aws_start_program "$WARM_DIR" warm_aws.py 54421 serve
    local python
    python=$("$(aws_python)" -c 'import sys; print(sys.executable)')
    # Without site-packages, Python starts in a third of the time; a call needs none.
    printf '#!/bin/sh\nexec %q -S -E %q %s "$@"\n' "$python" "$RIG_D/warm_aws.py" "$(port_of aws-warm)" >"$AWS_DIR/bin/aws"
    chmod 755 "$AWS_DIR/bin/aws"
}

# $1: its folder; $2: its program; $3: the first port to try; then its arguments before the port.
aws_start_program() {
    local folder=$1 program=$2 first=$3 name=${1##*/} pid try
    shift 3
    aws_pid "$folder" "$program" >/dev/null && return
    choose_port "$name" "$first"
    setsid "$(aws_python)" "$RIG_D/$program" "$@" "$(port_of "$name")" </dev/null >"$folder/server.log" 2>&1 9>&- &
    pid=$!
    echo "$pid" >"$folder/pid"
    for ((try = 0; try < 300; try++)); do
        port_is_free "$(port_of "$name")" || return 0
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    cat "$folder/server.log" >&2 || true
    die "the stand-in for AWS did not start ($program); its log is above"
}

aws_stop() {
    local pid
    if pid=$(aws_pid); then kill "$pid" 2>/dev/null || true; fi
    if pid=$(aws_pid "$WARM_DIR" warm_aws.py); then kill "$pid" 2>/dev/null || true; fi
    rm -f "$AWS_DIR/pid" "$WARM_DIR/pid"
}
