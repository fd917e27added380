#!/bin/sh
# `make demo`: a Studio domain, a locked bucket and a trail, made by Terraform and graded by their evidence, in a sandbox.
set -eu

cd "$(dirname "$0")/.."
begun=$(date +%s)

scripts/prerequisites.sh cargo python terraform

echo "== Building cloister and its provider (minutes the first time, seconds after that)"
"${MAKE:-make}" --no-print-directory build
built=$(date +%s)

if terraform version >/dev/null 2>&1; then
    DEMO_TERRAFORM=terraform
else
    DEMO_TERRAFORM=tofu
fi

# A copy, so that the state does not end up in the repository.
DEMO_FOLDER=$(mktemp -d "${TMPDIR:-/tmp}/cloister-demo-XXXXXX")
trap 'rm -rf "$DEMO_FOLDER"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cp examples/quickstart/*.tf "$DEMO_FOLDER"
export DEMO_FOLDER DEMO_TERRAFORM

PATH="${CLOISTER_BIN_DIR:-$PWD/target/release}:$PATH"
export PATH

grade=0
cloister sandbox run -- sh scripts/demo-inside.sh || grade=$?
ended=$(date +%s)

echo
echo "== $((ended - begun)) seconds, $((built - begun)) of them for building"
if [ "$grade" -ne 0 ]; then
    echo "The demo did not pass (exit code $grade); what went wrong is said above."
    exit "$grade"
fi
cat <<'END'

What to do next:
  - Read examples/quickstart/main.tf: with its outputs it is all that was applied.
  - Play with it yourself; examples/quickstart/README.md shows how, in the sandbox and in an AWS account.
  - Write a workflow of your own, starting from `target/release/cloister labs show locked-bucket`.
What was shown holds for the sandbox, which is a model of AWS. On AWS, the same lab grades the real thing.
END
