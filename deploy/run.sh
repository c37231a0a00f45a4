#!/usr/bin/env bash
# Installs what is missing, builds, and runs the proxy. Arguments go to `whytls run`; try: deploy/run.sh --lab
set -eu
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. deploy/packages.sh

# shellcheck disable=SC2086
install_missing $build_packages
build release -DWHYTLS_TESTS=OFF
# Which country a site is in; nothing else waits for it.
want_npm
plugins/geo/fetch.sh build/release/bin/plugins
exec build/release/bin/whytls run "$@"
