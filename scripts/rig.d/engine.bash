# A Docker engine of the rig's own, so that images are built and run without a registry, and a bare Debian. Sourced by scripts/rig.
# shellcheck shell=bash

ENGINE_DIR=$RIG_DIR/engine
# Not in the rig's folder, which may be in memory.
ENGINE_DATA=$RIG_CACHE/engine/${RIG_DIR##*/}
ENGINE_BASE=vecferry-rig-base
# What scripts/aws/Dockerfile would install, so that it needs no network.
ENGINE_PACKAGES=(ca-certificates libpq5 libxxhash0 postgresql-client awscli)

engine_socket() { echo "unix://$ENGINE_DIR/docker.sock"; }
engine_docker() { docker --host "$(engine_socket)" "$@"; }

engine_pid() {
    local pid
    [[ -s $ENGINE_DIR/pid ]] || return 1
    pid=$(<"$ENGINE_DIR/pid")
    [[ $(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline") == *dockerd* ]] || return 1
    echo "$pid"
}

engine_start() {
    local program pid try PATH=$PATH:/usr/sbin:/sbin
    engine_pid >/dev/null && return
    for program in dockerd docker debootstrap; do
        command -v "$program" >/dev/null || die "$program is not installed; install it: scripts/setup --test"
    done
    [[ $(id -u) == 0 ]] || die "a Docker engine of the rig's own needs root"
    mkdir -p "$ENGINE_DIR" "$ENGINE_DATA"
    rm -f "$ENGINE_DIR/docker.pid"
    # No bridge and no firewall rules: containers share this machine's network, or have none.
    setsid dockerd --data-root "$ENGINE_DATA" --exec-root "$ENGINE_DIR/exec" --pidfile "$ENGINE_DIR/docker.pid" \
        --host "$(engine_socket)" --bridge none --iptables=false --ip6tables=false </dev/null >"$ENGINE_DIR/engine.log" 2>&1 9>&- &
    pid=$!
    echo "$pid" >"$ENGINE_DIR/pid"
    for ((try = 0; try < 300; try++)); do
        engine_docker version >/dev/null 2>&1 && break
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    engine_docker version >/dev/null 2>&1 || {
        tail -n 20 "$ENGINE_DIR/engine.log" >&2
        die "the Docker engine did not start; the end of its log is above"
    }
    engine_docker image inspect "$ENGINE_BASE" >/dev/null 2>&1 || make_base
}

# A bare Debian of this machine's release, as an archive.
ENGINE_ROOT=$RIG_CACHE/engine/root.tar

# Makes that, and the image.
make_base() {
    local archive=$RIG_CACHE/engine/base.tar root=$RIG_CACHE/engine/base log=$RIG_CACHE/engine/base.log suite
    # shellcheck disable=SC1091
    suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-bookworm}")
    if [[ ! -e $archive ]]; then
        say "rig: making a Debian $suite with ${ENGINE_PACKAGES[*]}"
        rm -rf "$root"
        # apt chooses among packages that provide the same, which debootstrap does not.
        { debootstrap --variant=minbase "$suite" "$root" && tar -C "$root" -cf "$ENGINE_ROOT" . && chroot "$root" apt-get install -y --no-install-recommends "${ENGINE_PACKAGES[@]}" &&
            chroot "$root" apt-get clean; } >"$log" 2>&1 </dev/null || {
            tail -n 20 "$log" >&2
            die "the base image could not be made; the end of its log is above"
        }
        tar -C "$root" -cf "$archive.new" . && mv "$archive.new" "$archive"
        rm -rf "$root"
    fi
    engine_docker import "$archive" "$ENGINE_BASE" >/dev/null
}

engine_stop() {
    local pid try
    if pid=$(engine_pid); then
        kill "$pid" 2>/dev/null || true
        for ((try = 0; try < 200; try++)); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.1
        done
    fi
    rm -f "$ENGINE_DIR/pid"
    # The engine leaves the network of containers that shared this machine's mounted.
    local folder mount
    for folder in "$ENGINE_DIR" "$ENGINE_DATA"; do
        [[ -d $folder ]] || continue
        folder=$(cd "$folder" && pwd -P)
        while read -r _ mount _; do
            [[ $mount != "$folder"/* ]] || umount -l "$mount" 2>/dev/null || true
        done </proc/self/mounts
    done
}
