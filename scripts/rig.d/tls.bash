# The third server: Debian's PostgreSQL, which speaks TLS (the embedded builds do not) and brings pgcrypto.
# Sourced by scripts/rig.
# shellcheck shell=bash
#
# It runs from a private copy of the programs. postgres looks for its extensions relative to itself, so the copy can
# carry the wheel's pgvector (Debian 12 packages none) and nothing under /usr changes.

# Debian's folder of the newest PostgreSQL that pgvector is at hand for: 15, the source's version, then 16, then any.
debian_version() {
    local version
    for version in 15 16 $(cd /usr/lib/postgresql 2>/dev/null && printf '%s\n' * | sort -rn); do
        if [[ -x /usr/lib/postgresql/$version/bin/postgres ]]; then
            echo "$version"
            return
        fi
    done
    return 1
}

# The data folder knows its version; before there is one, the machine decides.
tls_version() {
    local data
    data=$(server_data tls)
    if [[ -s $data/PG_VERSION ]]; then
        cat "$data/PG_VERSION"
    else
        debian_version || die "the TLS server needs Debian's package postgresql-15; scripts/setup --test installs it"
    fi
}

tls_bin() { echo "$RIG_DIR/tls/usr/lib/postgresql/$(tls_version)/bin"; }

# Makes the private copy anew at each start: Debian may have updated its files meanwhile.
tls_prefix() {
    local version from to share
    version=$(tls_version)
    from=/usr/lib/postgresql/$version
    to=$RIG_DIR/tls/usr/lib/postgresql/$version
    share=$RIG_DIR/tls/usr/share/postgresql/$version
    [[ -x $from/bin/postgres ]] || die "the TLS server was made with PostgreSQL $version, which is gone;" \
        "remake it: scripts/rig tls down --purge"
    rm -rf "$RIG_DIR/tls/usr"
    mkdir -p "$to/bin" "$to/lib" "$share"
    # Copies, not links: a program finds its place through its links. The rest is found by name and may be linked.
    cp "$from/bin/"{postgres,initdb,pg_ctl} "$to/bin/"
    cp -rs "$from/lib/." "$to/lib/"
    cp -rs "/usr/share/postgresql/$version/." "$share/"
    [[ -e $share/extension/vector.control ]] || tls_pgvector "$version" "$to/lib" "$share/extension"
}

# An extension serves every minor release of the major version it was built for.
tls_pgvector() {
    local wheel from
    case $1 in
        15) wheel=source ;;
        16) wheel=target ;;
        *)
            say "rig: the TLS server ($1) has no pgvector; Debian's package would be postgresql-$1-pgvector"
            return
            ;;
    esac
    need_wheel "$wheel"
    from=$(wheel_prefix "$wheel")
    cp "$from/lib/postgresql/vector.so" "$2/"
    cp "$from/share/postgresql/extension/vector"* "$3/"
}

tls_configure() {
    local data=$1
    printf '%s\n' '# TLS only: a client that falls back to clear text must fail.' \
        'hostssl all all 127.0.0.1/32 scram-sha-256' >"$data/pg_hba.conf"
    tls_certificates
    cp "$RIG_DIR/tls/ca/server.crt" "$RIG_DIR/tls/ca/server.key" "$data/"
    chmod 600 "$data/server.key"
    give_folder "$data"
}

tls_settings() {
    echo "ssl = on"
    echo "ssl_cert_file = 'server.crt'"
    echo "ssl_key_file = 'server.key'"
}

# A throwaway authority, a server certificate for the name localhost (not the address: verify-full must have something
# to refuse), and an authority that signed nothing.
tls_certificates() {
    local ca=$RIG_DIR/tls/ca
    [[ -s $ca/complete ]] && return
    rm -rf "$ca"
    mkdir -p "$ca"
    tls_authority "$ca/root" "vecferry rig CA"
    tls_authority "$ca/wrong" "vecferry rig unrelated CA"
    openssl_quiet req -new -newkey rsa:2048 -nodes -subj /CN=localhost \
        -keyout "$ca/server.key" -out "$ca/server.csr"
    openssl_quiet x509 -req -in "$ca/server.csr" -days 3650 -CA "$ca/root.crt" -CAkey "$ca/root.key" -CAcreateserial \
        -extfile <(echo subjectAltName=DNS:localhost) -out "$ca/server.crt"
    rm -f "$ca"/{root,wrong}.key "$ca"/server.csr
    echo yes >"$ca/complete"
}

tls_authority() {
    openssl_quiet req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=$2" \
        -addext basicConstraints=critical,CA:TRUE -keyout "$1.key" -out "$1.crt"
}

openssl_quiet() {
    local output
    output=$(openssl "$@" 2>&1 </dev/null) || die "openssl $1 failed: $output"
}

tls_up() {
    choose_user
    server_start tls
    say "rig: tls    PostgreSQL $(tls_version) with TLS on localhost:$(port_of tls)"
}

tls_down() {
    choose_user
    server_stop tls
    if [[ ${1:-} == --purge ]]; then
        rm -rf "$RIG_DIR/tls"
    fi
}
