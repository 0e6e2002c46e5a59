# A stand-in for AWS on loopback (moto), and AWS's command line. Sourced by scripts/rig.
# shellcheck shell=bash

AWS_DIR=$RIG_DIR/aws

# The folder of `aws`. A machine that has both programs is used as it is; for others they are installed beside the servers.
aws_bin() {
    if has_aws python3 && command -v aws >/dev/null; then
        dirname "$(command -v aws)"
    else
        echo "$RIG_CACHE/aws/bin"
    fi
}

has_aws() { "$1" -c 'import moto.server, awscli' >/dev/null 2>&1; }

need_aws() {
    { has_aws python3 && command -v aws >/dev/null; } && return
    [[ -e $RIG_CACHE/aws/.complete ]] && return
    local python folder=$RIG_CACHE/aws
    python=$(find_python)
    say "rig: installing moto and awscli"
    rm -rf "$folder"
    mkdir -p "$folder/bin"
    "$python" -m pip install --quiet --disable-pip-version-check --target "$folder/lib" \
        --requirement "$RIG_D/aws-requirements.txt" </dev/null >&2 ||
        die "moto and awscli could not be installed from the Python package index; pip's message is above"
    # Installed so, a program needs to be told where its modules are.
    local name
    for name in aws python; do
        {
            printf '#!/bin/sh\nPYTHONPATH=%q exec %q' "$folder/lib" "$(command -v "$python")"
            if [[ $name == aws ]]; then printf ' -m awscli'; fi
            # shellcheck disable=SC2016  # the script's own arguments
            printf ' "$@"\n'
        } >"$folder/bin/$name"
        chmod 755 "$folder/bin/$name"
    done
    touch "$folder/.complete"
}

aws_python() {
    if has_aws python3 && command -v aws >/dev/null; then
        echo python3
    else
        echo "$RIG_CACHE/aws/bin/python"
    fi
}

aws_pid() {
    local pid
    [[ -s $AWS_DIR/pid ]] || return 1
    pid=$(<"$AWS_DIR/pid")
    # Another process may have the number by now.
    [[ $(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline") == *stand_in.py* ]] || return 1
    echo "$pid"
}

aws_start() {
    need_aws
    mkdir -p "$AWS_DIR"
    aws_pid >/dev/null && return
    choose_port aws 54319
    setsid "$(aws_python)" "$RIG_D/stand_in.py" "$(port_of aws)" </dev/null >"$AWS_DIR/server.log" 2>&1 9>&- &
    local pid=$! try
    echo "$pid" >"$AWS_DIR/pid"
    for ((try = 0; try < 300; try++)); do
        if ! port_is_free "$(port_of aws)"; then
            return
        fi
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    cat "$AWS_DIR/server.log" >&2 || true
    die "the stand-in for AWS did not start; its log is above"
}

aws_stop() {
    local pid
    pid=$(aws_pid) || return 0
    kill "$pid" 2>/dev/null || true
    rm -f "$AWS_DIR/pid"
}
