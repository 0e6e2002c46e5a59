# Creates, starts and stops a server that is no container: source, target, standby, newest, debian-source or debian-target. Sourced by
# scripts/rig.
# shellcheck shell=bash

# The folder of a server's programs, which find their libraries and extensions relative to themselves.
server_bin() {
    if is_debian "$1"; then
        debian_bin "$1"
    else
        echo "$(wheel_prefix "$1")/bin"
    fi
}

server_data() { echo "$RIG_DIR/$1/data"; }

# The server's process id, if it runs. A pid file alone does not prove that: after a crash or a reboot, the number may be
# another process's. So the process must also have the data folder as its working directory.
server_pid() {
    local data pid
    data=$(server_data "$1")
    [[ -s $data/postmaster.pid ]] || return 1
    read -r pid <"$data/postmaster.pid"
    [[ $pid =~ ^[0-9]+$ && "/proc/$pid/cwd" -ef $data ]] || return 1
    echo "$pid"
}

server_start() {
    local name=$1
    server_pid "$name" >/dev/null && return
    mkdir -p "$RIG_DIR/$name"
    if is_debian "$name"; then
        debian_prefix "$name"
        debian_locales "$name"
    fi
    [[ -e $(server_data "$name")/PG_VERSION ]] || server_make "$name"
    rm -f "$(server_data "$name")/postmaster.pid"
    choose_port "$name" "$(first_port "$name")"
    local try next
    for try in 1 2 3 4 5; do
        server_configure "$name"
        if server_launch "$name"; then
            return
        fi
        # "Is another postmaster already running on port 54318?"; the port appears in every language.
        if tail -n 5 "$RIG_DIR/$name/server.log" | grep -qi "port $(port_of "$name")?"; then
            # No server answers there, yet the port is taken, for example as the local port of an outgoing connection.
            next=$(($(port_of "$name") + 1))
            rm "$RIG_DIR/$name/port"
            choose_port "$name" "$next"
        fi
        # After a postmaster is killed, its children take a moment to notice, and hold its shared memory until then.
        sleep "$try"
    done
    tail -n 20 "$RIG_DIR/$name/server.log" >&2
    die "the $name server did not start; its log is $RIG_DIR/$name/server.log"
}

# Closes the descriptors that a server would otherwise keep open: the lock, and the pipe that our output is read from.
server_launch() {
    LC_ALL=C LOCPATH=$(server_locales "$1") run_as "$(server_bin "$1")/pg_ctl" start --silent --wait --timeout 60 \
        --pgdata "$(server_data "$1")" --log "$RIG_DIR/$1/server.log" </dev/null >/dev/null 2>&1 9>&-
}

# The folder in which the C library finds a server's locales; empty for the system's.
server_locales() {
    if is_debian "$1"; then
        echo "$RIG_DIR/$1/locale"
    fi
}

# Creates the data folder under another name and renames it, so that an interrupted initdb leaves nothing that looks
# finished.
server_make() {
    local name=$1 folder=$RIG_DIR/$1 data kind=(--locale C)
    data=$(server_data "$name")
    is_debian "$name" && kind=(--locale "$(debian_locale "$name").UTF-8" --data-checksums)
    say "rig: creating the $name server's data folder"
    rm -rf "$data" "$data.new"
    if [[ $name == standby ]]; then
        standby_make "$data"
        return
    fi
    printf '%s\n' "$RIG_PASSWORD" >"$folder/password"
    chmod 600 "$folder/password"
    give_folder "$folder"
    if ! LC_ALL=C LOCPATH=$(server_locales "$name") run_as "$(server_bin "$name")/initdb" --pgdata "$data.new" \
        --username postgres --pwfile "$folder/password" --auth scram-sha-256 --encoding UTF8 "${kind[@]}" \
        </dev/null >"$folder/initdb.log" 2>&1; then
        cat "$folder/initdb.log" >&2
        die "initdb failed for the $name server"
    fi
    rm -f "$folder/password"
    printf "include 'rig.conf'\n" >>"$data.new/postgresql.conf"
    is_debian "$name" && debian_configure "$data.new"
    mv "$data.new" "$data"
}

# A copy of the target that follows it. $1: the data folder.
standby_make() {
    need_running target
    # As the server's user, who owns what it writes.
    give_folder "${1%/*}"
    PGPASSWORD=$RIG_PASSWORD run_as "$(server_bin target)/pg_basebackup" --pgdata "$1.new" --checkpoint fast --write-recovery-conf \
        --dbname "$(uri_of target)?application_name=standby" </dev/null >&2
    mv "$1.new" "$1"
}

server_configure() {
    local conf
    conf=$(server_data "$1")/rig.conf
    {
        echo "# Written by scripts/rig at every start."
        echo "listen_addresses = '127.0.0.1'"
        echo "port = $(port_of "$1")"
        # No Unix socket: its path may not exceed 107 bytes, which the path of a checkout may.
        echo "unix_socket_directories = ''"
        local setting
        for setting in "${RIG_SETTINGS[@]}"; do
            echo "${setting%%=*} = ${setting#*=}"
        done
        is_debian "$1" && debian_settings "$1"
        true
    } >"$conf"
    give_folder "$conf"
}

# $2 is pg_ctl's mode: fast (the default), or immediate, after which the server recovers as from a crash.
server_stop() {
    local name=$1 mode=${2:-fast}
    server_pid "$name" >/dev/null || return 0
    run_as "$(server_bin "$name")/pg_ctl" stop --silent --wait --timeout 120 --mode "$mode" \
        --pgdata "$(server_data "$name")" </dev/null >&2
}
