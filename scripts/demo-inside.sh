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
echo "== A little traffic: a data scientist inside the VPC, and where the lock holds"
"$(cloister sandbox python)" scripts/demo_traffic.py "$(terraform output -raw bucket)"

echo
echo "== cloister verify locked-bucket"
# The sandbox delivers records within seconds; CloudTrail takes minutes.
cloister verify locked-bucket \
    --state "$DEMO_FOLDER/terraform.tfstate" \
    --trail "s3://$TF_VAR_trail_bucket" \
    --delivery-lag 5s --wait 1m
