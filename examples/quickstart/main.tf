# A Studio domain that reaches nothing but its endpoints, a bucket that opens only through one of them, and the trail
# that shows it.

terraform {
  required_version = ">= 1.3"

  required_providers {
    cloister = {
      source = "cloister/cloister"
    }
  }
}

# Takes the settings and environment variables of the AWS provider.
provider "cloister" {}

variable "name" {
  description = "Name of the domain; trail and bucket are named after it. Unique in all of AWS, because of the bucket."
  type        = string
  default     = "cloister-quickstart"
}

variable "cidr" {
  description = "Addresses of the domain's VPC."
  type        = string
  default     = "10.20.0.0/20"
}

variable "administrator_arn" {
  description = "ARN of the role that manages all of this. Whoever runs Terraform must be it."
  type        = string
}

locals {
  bucket = "${var.name}-data"
}

# Management events, S3 data events, and the calls that endpoints' policies deny: what the labs are graded by.
resource "cloister_audit_trail" "audit" {
  name           = "${var.name}-audit"
  administrators = [var.administrator_arn]

  # This is an example: it is taken down again, records and all. Leave both lines out where the records matter.
  deletion_protection = false
  force_destroy       = true
}

resource "cloister_secure_studio_domain" "studio" {
  name           = var.name
  administrators = [var.administrator_arn]

  # Two availability zones, endpoints for AWS, and no way to the internet.
  network = {
    cidr = var.cidr
  }

  # Each persona is a role; the team's tag is on what it makes, and keeps it from what others make.
  personas = {
    data-scientist = { team = "team-a" }
    mlops          = { team = "team-b" }
  }

  profiles = {
    ada   = { persona = "data-scientist", spaces = { notebook = {} } }
    grace = { persona = "mlops" }
  }

  data_buckets = [local.bucket]

  # An example again. Where people work, leave the first line out, and keep home directories and logs: "retain".
  deletion_protection = false
  home_efs            = "delete"
  logs                = "delete"

  # What made the domain is evidence, too.
  depends_on = [cloister_audit_trail.audit]
}

resource "cloister_s3_locked_bucket" "data" {
  name             = local.bucket
  vpc_endpoint_ids = [cloister_secure_studio_domain.studio.endpoint_ids["s3"]]
  kms_key_arn      = cloister_secure_studio_domain.studio.key_arns["data"]
  administrators   = [var.administrator_arn]

  lifecycle_rules = [{
    id                     = "tidy"
    noncurrent_expire_days = 90
    abort_multipart_days   = 7
  }]

  # An example: see above. Without these lines a plan that would delete the bucket is refused, and a bucket that holds
  # objects is never deleted.
  deletion_protection = false
  force_destroy       = true
}
