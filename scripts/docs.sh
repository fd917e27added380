#!/bin/sh
# Writes the generated docs, or (--check) says whether the committed ones are what the code gives.
set -eu

cd "$(dirname "$0")/.."
folder=$(mktemp -d "${TMPDIR:-/tmp}/cloister-docs-XXXXXX")
trap 'rm -rf "$folder"' EXIT

cargo run --quiet --release -p cloister-tests --bin docs -- "$folder"

if [ "${1-}" != --check ]; then
    # Only what is generated is replaced; guides and architecture.md are written by hand.
    rm -rf docs/resources docs/schemas
    cp -R "$folder"/. docs/
    exit 0
fi
for generated in index.md resources schemas; do
    if ! diff -r -u "docs/$generated" "$folder/$generated"; then
        echo "check: docs/$generated is not what the code gives; run \`make docs\`" >&2
        exit 1
    fi
done
