#!/bin/sh
# Writes the generated docs, or (--check) says whether the committed ones are what the code gives.
set -eu

cd "$(dirname "$0")/.."
folder=$(mktemp -d "${TMPDIR:-/tmp}/cloister-docs-XXXXXX")
trap 'rm -rf "$folder"' EXIT

# With the features of the whole workspace, as the tests have them: one package alone would rebuild what they share.
cargo build --quiet --release --workspace --bin docs
"${CARGO_TARGET_DIR:-target}/release/docs" "$folder"

if [ "${1-}" != --check ]; then
    # Only what is generated is replaced; guides and architecture.md are written by hand.
    rm -rf docs/functions docs/resources docs/schemas
    cp -R "$folder"/. docs/
    exit 0
fi
for generated in functions index.md resources schemas; do
    if ! diff -r -u "docs/$generated" "$folder/$generated"; then
        echo "check: docs/$generated is not what the code gives; run \`make docs\`" >&2
        exit 1
    fi
done
