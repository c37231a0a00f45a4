# shellcheck shell=bash disable=SC2034
# deploy/packages.sh - what must be installed, and the means to do it. Sourced by run.sh and test.sh.

build_packages="build-essential ca-certificates cmake ninja-build pkg-config libevent-dev libssl-dev libc-ares-dev
    liblua5.4-dev libjansson-dev libsqlite3-dev node-llhttp libnghttp2-dev libqrencode-dev libplist-dev libpsl-dev libidn2-dev libmaxminddb-dev libcurl4-openssl-dev zlib1g-dev libbrotli-dev libzstd-dev"
test_packages="libcmocka-dev curl wget openssl gnutls-bin nodejs python3 nginx-light nghttp2-client chromium libnss3-tools python3-pytest python3-cryptography clang-14 clang-format-14 libgnutls28-dev lua-check libclang-rt-14-dev procps iproute2 nftables libplist-utils dovecot-imapd dovecot-pop3d postfix mmdb-bin microsocks tinyproxy-bin nghttp2-server node-ws python3-grpcio python3-h2 tshark"

say() {
    printf '\033[1m%s\033[0m\n' "$*" >&2
}
if [ -n "${NO_COLOR:-}" ] || [ ! -t 2 ]; then
    say() { printf '%s\n' "$*" >&2; }
fi

die() {
    printf 'whytls: %s\n' "$*" >&2
    exit 2
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        die "packages are missing and only root can install them: run this as root, or install sudo"
    fi
}

# install_missing PACKAGE…  asks dpkg first, so that a second run needs neither root nor the network.
install_missing() {
    command -v dpkg-query >/dev/null 2>&1 || { say "not a Debian system: install these by hand if the build fails: $*"; return; }
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    say "Installing ${#missing[@]} packages: ${missing[*]}"
    as_root apt-get update -q >&2 || die "apt-get update failed: look at the package sources and the network"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >&2 ||
        die "apt-get install failed: see the lines above"
}

# Debian has npm apart from nodejs, others bring both in one; what wants it can do without.
want_npm() {
    command -v npm >/dev/null 2>&1 || (install_missing npm) || true
}

# build PRESET [CMAKE OPTION…]
build() {
    say "Building ($1)"
    cmake --preset "$@" >/dev/null || die "cmake could not configure the build: see the lines above"
    cmake --build --preset "$1" >&2 || die "the build failed: see the lines above"
}
