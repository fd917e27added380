#!/bin/sh
# The part of the demo that runs inside the sandbox. Its exit code is that of the grade.
set -eu

# Terraform colours what it writes into a file as well, unless it is told not to.
[ -t 1 ] || export TF_CLI_ARGS=-no-color

terraform() {
    # The unquoted name is one word: `terraform` or `tofu`.
    command "$DEMO_TERRAFORM" -chdir="$DEMO_FOLDER" "$@"
}

echo
echo "== $DEMO_TERRAFORM apply (its warning about development overrides is expected: the provider was just built here)"
terraform apply -auto-approve -input=false

# From here on there is something to take down again, whatever happens.
take_down() {
    code=$?
    trap - EXIT
    echo
    echo "== $DEMO_TERRAFORM destroy"
    terraform destroy -auto-approve -input=false || [ "$code" -ne 0 ] || code=1
    exit "$code"
}
trap take_down EXIT
trap 'exit 143' TERM

echo
echo "== A little traffic: a data scientist in Studio, and where locks and guardrails hold"
terraform output -json >"$DEMO_FOLDER/outputs.json"
"$(cloister sandbox python)" scripts/demo_traffic.py "$DEMO_FOLDER/outputs.json"

trail=$(terraform output -raw trail_bucket)
grade=0
for lab in studio-domain locked-bucket; do
    echo
    echo "== cloister verify $lab"
    # The sandbox delivers records within seconds; CloudTrail takes minutes.
    cloister verify "$lab" \
        --state "$DEMO_FOLDER/terraform.tfstate" \
        --trail "s3://$trail" \
        --delivery-lag 5s --wait 1m || grade=$?
done
exit "$grade"
