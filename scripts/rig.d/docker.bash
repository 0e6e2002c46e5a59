# The source and the target as containers. Sourced by scripts/rig.
# shellcheck shell=bash

# Runs `docker compose`, or the older docker-compose. One project for each rig, so that two checkouts do not share
# containers.
compose_answer() {
    local tool=(docker-compose) project
    if docker compose version >/dev/null 2>&1; then
        tool=(docker compose)
    elif ! command -v docker-compose >/dev/null; then
        die "neither 'docker compose' nor docker-compose is installed"
    fi
    project=vecferry-$(printf '%s' "$RIG_DIR" | cksum | cut -d ' ' -f 1)
    VECFERRY_RIG_PASSWORD=$RIG_PASSWORD VECFERRY_SOURCE_PORT=$(port_of source) VECFERRY_TARGET_PORT=$(port_of target) \
        "${tool[@]}" --project-name "$project" --file "$RIG_D/docker-compose.yml" "$@" </dev/null
}

# stdout is for results; what the tool prints is progress.
compose() { compose_answer "$@" >&2; }

docker_up() {
    docker version >/dev/null 2>&1 || die "no Docker engine answers; start one, or leave out --docker"
    local name
    for name in source target; do
        mkdir -p "$RIG_DIR/$name"
        # If the container is running, its own port is in use, and is kept.
        docker_is_running "$name" || choose_port "$name" "$(first_port "$name")"
    done
    compose up --detach || die "docker compose could not start the servers; its message is above"
    for name in source target; do
        docker_wait "$name"
    done
}

# Includes a stopped container, because its state is asked for too.
docker_container() { compose_answer ps --all --quiet "$1" 2>/dev/null | head -n 1; }

docker_health() {
    local container
    [[ -s $RIG_DIR/$1/port ]] || return 1
    container=$(docker_container "$1")
    [[ -n $container ]] || return 1
    docker inspect --format '{{if .State.Running}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}' "$container"
}

docker_is_running() { [[ $(docker_health "$1") =~ ^(healthy|starting|unhealthy)$ ]]; }

# docker-compose 1.29 cannot wait until a container is healthy, so this does.
docker_wait() {
    local seconds health
    for ((seconds = 0; seconds < 120; seconds++)); do
        health=$(docker_health "$1" || true)
        case $health in
            healthy) return ;;
            exited | dead) break ;;
        esac
        sleep 1
    done
    compose logs --tail 30 "$1" || true
    die "the $1 container did not become healthy (${health:-it is missing}); its log is above"
}

docker_start() {
    compose start "$1"
    docker_wait "$1"
}

# SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one.
docker_stop() {
    docker_is_running "$1" || return 0
    local signal=SIGINT seconds
    [[ ${2:-fast} == immediate ]] && signal=SIGQUIT
    compose kill -s "$signal" "$1"
    for ((seconds = 0; seconds < 120; seconds++)); do
        docker_is_running "$1" || return 0
        sleep 0.5
    done
    die "the $1 container did not stop within a minute"
}

docker_down() {
    [[ -s $RIG_DIR/source/port && -s $RIG_DIR/target/port ]] || return 0
    if [[ ${1:-} == --purge ]]; then
        compose down --volumes
    else
        compose down
    fi
}
