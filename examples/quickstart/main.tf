# One bucket that opens only through one VPC endpoint.

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
  description = "Name of the bucket; unique in all of AWS."
  type        = string
  default     = "cloister-quickstart-data"
}

variable "s3_endpoint_id" {
  description = "Id of the VPC endpoint for S3 through which the data may be reached, such as vpce-0123456789abcdef0."
  type        = string
}

variable "administrator_arn" {
  description = "ARN of the role that manages the bucket. Whoever runs Terraform must be it."
  type        = string
}

resource "cloister_s3_locked_bucket" "data" {
  name             = var.name
  vpc_endpoint_ids = [var.s3_endpoint_id]
  administrators   = [var.administrator_arn]

  lifecycle_rules = [{
    id                     = "tidy"
    noncurrent_expire_days = 90
    abort_multipart_days   = 7
  }]

  # This is an example: it is taken down again, data and all. Where data matters, leave both lines out. Then a plan
  # that would delete the bucket is refused, and a bucket that holds objects is never deleted.
  deletion_protection = false
  force_destroy       = true
}

# `cloister verify locked-bucket --state terraform.tfstate` takes its inputs from these.

output "bucket" {
  description = "Name of the bucket."
  value       = cloister_s3_locked_bucket.data.name
}

output "key_arn" {
  description = "The key that encrypts the bucket."
  value       = cloister_s3_locked_bucket.data.key_arn
}

output "vpc_endpoint_ids" {
  description = "The endpoints through which the data can be reached."
  value       = cloister_s3_locked_bucket.data.vpc_endpoint_ids
}

output "administrator_arn" {
  description = "Who manages the bucket."
  value       = var.administrator_arn
}
