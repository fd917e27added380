#!/bin/sh
# Names every missing prerequisite at once, with how to get it: before anything is built.
#
#   scripts/prerequisites.sh cargo nextest python terraform
set -u

missing=0

lack() {
    if [ "$missing" -eq 0 ]; then
        echo "Missing:" >&2
    fi
    missing=1
    echo "  $1" >&2
    echo "      get it: $2" >&2
}

# `cargo 1.95.0 (...)`: the second number decides.
cargo_is_new_enough() {
    minor=$(cargo --version 2>/dev/null | sed -n 's/^cargo 1\.\([0-9]*\)\..*/\1/p')
    [ "${minor:-0}" -ge 95 ]
}

for need in "$@"; do
    case $need in
    cargo)
        cargo_is_new_enough ||
            lack "Rust 1.95 or newer (cargo)" "https://rustup.rs; with rustup: rustup update stable"
        command -v cc >/dev/null 2>&1 ||
            lack "a C compiler (cc), for the TLS library" \
                "apt-get install build-essential | dnf install gcc | xcode-select --install"
        ;;
    nextest)
        command -v cargo-nextest >/dev/null 2>&1 ||
            lack "cargo-nextest" "cargo install --locked cargo-nextest | https://nexte.st (ready-made programs)"
        ;;
    python)
        "$(dirname "$0")/python.sh" >/dev/null 2>&1 ||
            lack "Python 3.11 or newer with its venv module" \
                "apt-get install python3 python3-venv | dnf install python3.12 | brew install python@3.13"
        ;;
    terraform)
        # Asked for an answer: a launcher of a version manager may be there without a version behind it.
        terraform version >/dev/null 2>&1 || tofu version >/dev/null 2>&1 ||
            lack "terraform or tofu" \
                "https://developer.hashicorp.com/terraform/install | https://opentofu.org/docs/intro/install"
        ;;
    *)
        echo "prerequisites.sh: what is \`$need\`?" >&2
        exit 2
        ;;
    esac
done

exit "$missing"
