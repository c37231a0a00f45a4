#!/usr/bin/env bash
# Installs what is missing, builds with sanitizers, and runs every test. Safe to run again.
#
#   deploy/test.sh            the dev build: units, conversations, rules, real clients
#   deploy/test.sh all        and the end-to-end suite under ThreadSanitizer, and each fuzz target for 60 s
set -eu
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. deploy/packages.sh

case ${1:-} in
'' | all) ;;
-h | --help) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p;}' deploy/test.sh && exit 0 ;;
*) die "test.sh takes no $1; see deploy/test.sh --help" ;;
esac
jobs=$(($(nproc) + 1)) # the stories wait for others half of their time
# shellcheck disable=SC2086
install_missing $build_packages $test_packages
want_npm
build dev
if [ "${1:-}" = all ]; then
    build tsan
    build fuzz
    say "Testing under ThreadSanitizer"
    ctest --preset tsan -j "$jobs" -L threads
    say "Fuzzing, 60 s a target"
    ctest --preset fuzz -j "$(nproc)" -R '^fuzz/'
fi
say "Testing"
ctest --preset dev -j "$jobs"
