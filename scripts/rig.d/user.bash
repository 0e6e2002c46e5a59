# PostgreSQL refuses to run as root. If root starts the rig, its servers run under another user, in one of several ways; this
# file finds one that works on this machine. Sourced by scripts/rig.
# shellcheck shell=bash
#
# userns   a user namespace in which root appears as `daemon`. The files stay root's, so any folder works, even one below a
#          home with mode 0700. Some kernels and most containers forbid it.
# setpriv  a real unprivileged uid, which must be able to reach the rig's folder.
# self     the caller is not root, so the servers run as the caller.

run_as() {
    case $RUN_AS in
        self) "$@" ;;
        # `daemon`, not an unused uid: initdb requires a name for its uid.
        userns) unshare --user --map-user="$(id -u daemon)" --map-group="$(id -g daemon)" -- "$@" ;;
        setpriv:*) setpriv --reuid "${RUN_AS#setpriv:}" --regid "$(id -g "${RUN_AS#setpriv:}")" --clear-groups -- "$@" ;;
    esac
}

# Gives a folder to the user that the server runs as. Only `setpriv` changes the owner.
give_folder() {
    if [[ $RUN_AS == setpriv:* ]]; then
        chown -R "${RUN_AS#setpriv:}" "$1"
    fi
}

# Sets RUN_AS. A rig remembers it, because a server refuses data that another user owns.
choose_user() {
    if [[ -s $RIG_DIR/run-as ]]; then
        RUN_AS=$(<"$RIG_DIR/run-as")
        if [[ $RUN_AS == self && $(id -u) == 0 ]]; then
            # Root manages another user's rig.
            RUN_AS=setpriv:$(stat -c %U "$RIG_DIR/run-as")
        elif [[ $RUN_AS != self && $(id -u) != 0 && ! -O $RIG_DIR/run-as ]]; then
            die "the rig in $RIG_DIR belongs to root; set VECFERRY_RIG_DIR to a folder of your own"
        fi
        return
    fi
    mkdir -p "$RIG_DIR"
    for RUN_AS in $(user_candidates); do
        if user_works; then
            echo "$RUN_AS" >"$RIG_DIR/run-as"
            return
        fi
    done
    die "PostgreSQL refuses to run as root, and no other user can reach $RIG_DIR." \
        "Run scripts/rig as an ordinary user, or set VECFERRY_RIG_DIR to a folder below /var/tmp."
}

user_candidates() {
    if [[ $(id -u) != 0 ]]; then
        # The uid of a container's --user often has no name, and initdb requires one.
        if id -un >/dev/null 2>&1; then echo self; else echo userns; fi
        return
    fi
    echo userns
    local owner
    # The checkout's owner comes first, because the owner can always reach the checkout.
    for owner in "$(stat -c %U "$ROOT")" postgres nobody; do
        if [[ $owner != root && $owner != UNKNOWN ]] && id "$owner" >/dev/null 2>&1; then
            echo "setpriv:$owner"
        fi
    done
}

# Whether the user can do what a server does: write to a folder of its own, and read the rig's files.
user_works() {
    local probe status=0
    probe=$(mktemp -d "$RIG_DIR/probe.XXXXXX")
    # shellcheck disable=SC2016  # the inner shell expands them
    give_folder "$probe" 2>/dev/null &&
        run_as sh -c 'cd "$1" && : >written && chmod 700 . && test -r "$2"' - "$probe" "$RIG_D/requirements.txt" \
            2>/dev/null || status=1
    rm -rf "$probe"
    return "$status"
}
