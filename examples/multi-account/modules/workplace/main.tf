# A Studio domain without a way out and the bucket that it works on, in one account and region.

terraform {
  required_providers {
    cloister = {
      source = "cloister/cloister"
    }
  }
}

variable "name" {
  description = "Name of the domain, and the beginning of the bucket's."
  type        = string
}

variable "account_id" {
  description = "The account to work in."
  type        = string
}

variable "region" {
  description = "The region to work in."
  type        = string
}

variable "cidr" {
  description = "Addresses of the domain's VPC."
  type        = string
}

variable "administrator_arn" {
  description = "ARN of the role that manages keys and bucket: the one that Terraform takes on."
  type        = string
}

locals {
  # Names of buckets are unique in all of AWS.
  bucket = "${var.name}-${var.account_id}-${var.region}"
}

resource "cloister_secure_studio_domain" "studio" {
  name           = var.name
  account        = { id = var.account_id }
  region         = var.region
  administrators = [var.administrator_arn]

  network = {
    cidr = var.cidr
  }

  profiles = {
    ada   = { persona = "data-scientist" }
    grace = { persona = "mlops" }
  }

  data_buckets = [local.bucket]

  # This is an example: it is taken down again. Where people work, leave the first line out, and "retain" both others.
  deletion_protection = false
  home_efs            = "delete"
  logs                = "delete"
}

resource "cloister_s3_locked_bucket" "data" {
  name             = local.bucket
  account          = { id = var.account_id }
  region           = var.region
  vpc_endpoint_ids = [cloister_secure_studio_domain.studio.endpoint_ids["s3"]]
  kms_key_arn      = cloister_secure_studio_domain.studio.key_arns["data"]
  administrators   = [var.administrator_arn]

  # An example: see above.
  deletion_protection = false
  force_destroy       = true
}

output "bucket" {
  description = "The bucket."
  value       = cloister_s3_locked_bucket.data.name
}

output "domain_url" {
  description = "The address of the domain."
  value       = cloister_secure_studio_domain.studio.url
}
