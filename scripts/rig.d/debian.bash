# Two more servers, a source and a target as operators have them: Debian's PostgreSQL, with JIT, TLS, lz4, checksums, pgcrypto
# and a locale other than C, none of which the embedded builds have. Sourced by scripts/rig.
# shellcheck shell=bash
#
# Each runs from a private copy of the programs. postgres finds its extensions relative to itself, so the copy can hold the
# wheel's pgvector (Debian 12 has no package of it), and nothing under /usr changes.

# shellcheck disable=SC2034  # scripts/rig reads it
DEBIAN_SERVERS=(debian-source debian-target)

is_debian() { [[ $1 == debian-* ]]; }

# The two differ in their locale, and the target's messages are not English.
debian_locale() {
    case $1 in
        debian-source) echo en_US ;;
        debian-target) echo de_DE ;;
    esac
}

# The installed version of Debian's PostgreSQL to use: 15 or 16, for which the wheels have pgvector, otherwise the newest.
installed_version() {
    local version
    for version in 15 16 $(cd /usr/lib/postgresql 2>/dev/null && printf '%s\n' * | sort -rn); do
        if [[ -x /usr/lib/postgresql/$version/bin/postgres ]]; then
            echo "$version"
            return
        fi
    done
    return 1
}

# The version of the data folder; before there is one, the installed version.
debian_version() {
    local data
    data=$(server_data "$1")
    if [[ -s $data/PG_VERSION ]]; then
        cat "$data/PG_VERSION"
    else
        installed_version || die "the Debian servers need the package postgresql-15; scripts/setup --test installs it"
    fi
}

debian_bin() { echo "$RIG_DIR/$1/usr/lib/postgresql/$(debian_version "$1")/bin"; }

# Debian's own clients, which support TLS.
debian_client_bin() { echo "/usr/lib/postgresql/$(debian_version "$1")/bin"; }

# Makes the private copy again at each start, because Debian may have updated its files.
debian_prefix() {
    local name=$1 version from to share
    version=$(debian_version "$name")
    from=/usr/lib/postgresql/$version
    to=$RIG_DIR/$name/usr/lib/postgresql/$version
    share=$RIG_DIR/$name/usr/share/postgresql/$version
    [[ -x $from/bin/postgres ]] || die "the $name server was made with PostgreSQL $version, which is no longer installed;" \
        "delete its data and start again: scripts/rig down --purge && scripts/rig up --debian"
    rm -rf "${RIG_DIR:?}/$name/usr"
    mkdir -p "$to/bin" "$to/lib" "$share"
    # Copies, not links: a program resolves links to find its folder. The other files are found by name and may be links.
    cp "$from/bin/"{postgres,initdb,pg_ctl} "$to/bin/"
    cp -rs "$from/lib/." "$to/lib/"
    cp -rs "/usr/share/postgresql/$version/." "$share/"
    # Translated messages.
    ln -s /usr/share/locale "$RIG_DIR/$name/usr/share/locale"
    [[ -e $share/extension/vector.control ]] || debian_pgvector "$version" "$to/lib" "$share/extension"
}

# An extension works with every minor release of the major version that it was built for.
debian_pgvector() {
    local wheel from
    case $1 in
        15) wheel=source ;;
        16) wheel=target ;;
        *)
            say "rig: Debian's PostgreSQL $1 has no pgvector; install the package postgresql-$1-pgvector"
            return
            ;;
    esac
    need_wheel "$wheel"
    from=$(wheel_prefix "$wheel")
    cp "$from/lib/postgresql/vector.so" "$2/"
    cp "$from/share/postgresql/extension/vector"* "$3/"
}

# Both locales for each server, in a folder that LOCPATH names: the system may have none but C, and only root can add
# one.
debian_locales() {
    local folder=$RIG_DIR/$1/locale name
    [[ -e $folder/complete ]] && return
    rm -rf "$folder"
    mkdir -p "$folder"
    for name in en_US de_DE; do
        localedef --no-archive --inputfile "$name" --charmap UTF-8 "$folder/$name.UTF-8" 2>"$folder/log" || {
            cat "$folder/log" >&2
            die "localedef could not make $name.UTF-8; scripts/setup --test installs the package locales"
        }
    done
    touch "$folder/complete"
}

# As Debian's package does: TLS for clients that ask for it, which libpq does by default.
debian_configure() {
    local data=$1
    echo 'host all all 127.0.0.1/32 scram-sha-256' >"$data/pg_hba.conf"
    debian_certificates
    cp "$RIG_DIR/ca/server.crt" "$RIG_DIR/ca/server.key" "$data/"
    chmod 600 "$data/server.key"
    give_folder "$data"
}

# $1: server. The source's owner has chosen lz4; the target is as Debian ships it, with pglz.
debian_settings() {
    echo "ssl = on"
    echo "ssl_cert_file = 'server.crt'"
    echo "ssl_key_file = 'server.key'"
    [[ $1 != debian-source ]] || echo "default_toast_compression = lz4"
    # Debian's default.
    echo "log_line_prefix = '%m [%p] %q%u@%d '"
}

# A throwaway authority, a server certificate for the name localhost but not for the address, so that verify-full has
# something to refuse, and an authority that signed nothing.
debian_certificates() {
    local ca=$RIG_DIR/ca
    [[ -s $ca/complete ]] && return
    rm -rf "$ca"
    mkdir -p "$ca"
    make_authority "$ca/root" "vecferry rig CA"
    make_authority "$ca/wrong" "vecferry rig unrelated CA"
    openssl_quiet req -new -newkey rsa:2048 -nodes -subj /CN=localhost \
        -keyout "$ca/server.key" -out "$ca/server.csr"
    openssl_quiet x509 -req -in "$ca/server.csr" -days 3650 -CA "$ca/root.crt" -CAkey "$ca/root.key" -CAcreateserial \
        -extfile <(echo subjectAltName=DNS:localhost) -out "$ca/server.crt"
    rm -f "$ca"/{root,wrong}.key "$ca"/server.csr
    echo yes >"$ca/complete"
}

make_authority() {
    openssl_quiet req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=$2" \
        -addext basicConstraints=critical,CA:TRUE -keyout "$1.key" -out "$1.crt"
}

openssl_quiet() {
    local output
    output=$(openssl "$@" 2>&1 </dev/null) || die "openssl $1 failed: $output"
}
