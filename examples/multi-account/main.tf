# The same Studio domain and bucket in three accounts and two regions: one module, one provider block.

terraform {
  required_version = ">= 1.3"

  required_providers {
    cloister = {
      source = "cloister/cloister"
    }
  }
}

# Terraform runs in one account with the right to take on a role in the others. Each resource says by itself where it
# belongs; the role follows from its account, also where a read or an import has nothing but an id.
provider "cloister" {
  account_role_arn    = "arn:aws:iam::{account}:role/${var.role_name}"
  allowed_account_ids = setunion(var.member_account_ids, [var.account_id])
}

variable "account_id" {
  description = "The account that Terraform runs in, which only lends its credentials."
  type        = string
}

variable "member_account_ids" {
  description = "The accounts to work in."
  type        = set(string)
}

variable "role_name" {
  description = "The role that stands in each account, trusts the account that Terraform runs in, and manages what is made."
  type        = string
  default     = "CloisterProvisioner"
}

variable "regions" {
  description = "The regions to work in, in each account."
  type        = set(string)
  default     = ["us-east-1", "eu-west-1"]
}

variable "name" {
  description = "What the domains are called, and the beginning of the buckets' names, which are unique in all of AWS."
  type        = string
  default     = "cloister-multi"
}

variable "cidr" {
  description = "Addresses for all VPCs: each gets a sixteenth, so that they can be connected one day."
  type        = string
  default     = "10.64.0.0/16"
}

locals {
  places = {
    for place in setproduct(var.member_account_ids, var.regions) :
    "${place[0]}/${place[1]}" => { account_id = place[0], region = place[1] }
  }
}

module "workplace" {
  source   = "./modules/workplace"
  for_each = local.places

  name              = var.name
  account_id        = each.value.account_id
  region            = each.value.region
  cidr              = cidrsubnet(var.cidr, 4, index(keys(local.places), each.key))
  administrator_arn = "arn:aws:iam::${each.value.account_id}:role/${var.role_name}"
}

output "buckets" {
  description = "The bucket of each account and region."
  value       = { for place, workplace in module.workplace : place => workplace.bucket }
}

output "domain_urls" {
  description = "Where people of each account and region sign in."
  value       = { for place, workplace in module.workplace : place => workplace.domain_url }
}
