#!/bin/sh
# Licences, banned crates and sources of the dependencies, by deny.toml.
set -eu

if ! command -v cargo-deny >/dev/null 2>&1; then
    echo "check: cargo-deny is not installed, so licences and sources were NOT checked" >&2
    echo "       get it: cargo install --locked cargo-deny" >&2
    exit 0
fi
cargo deny --log-level error check licenses bans sources
