# A Studio domain over three availability zones whose only way out is a firewall that lets through a list of domains.

terraform {
  required_version = ">= 1.3"

  required_providers {
    cloister = {
      source = "cloister/cloister"
    }
  }
}

provider "cloister" {}

variable "name" {
  description = "Name of the domain."
  type        = string
  default     = "cloister-firewall"
}

variable "administrator_arn" {
  description = "ARN of the role that manages the domain's keys. Whoever runs Terraform must be it."
  type        = string
}

resource "cloister_secure_studio_domain" "studio" {
  name           = var.name
  administrators = [var.administrator_arn]

  # Each zone has a firewall endpoint and a NAT gateway of its own, so that the loss of one zone is no loss of the others,
  # and no connection crosses zones to be filtered.
  network = {
    cidr     = "10.30.0.0/16"
    az_count = 3
    egress   = "firewall"

    # A leading dot stands for all names below. What is not in the list is dropped, and stands in the firewall's log.
    allowed_domains = [
      ".mirror.example.com",
      ".files.example.com",
      ".kaggle.com",
    ]

    # What the subnets must have room for; the plan is refused if the addresses do not suffice.
    capacity = {
      users         = 50
      job_instances = 20
    }
  }

  profiles = {
    ada   = { persona = "data-scientist" }
    grace = { persona = "mlops" }
  }

  # This is an example: it is taken down again, home directories and all. Where people work, leave the first line out,
  # and keep home directories and logs: "retain".
  deletion_protection = false
  home_efs            = "delete"
  logs                = "delete"
}

output "url" {
  description = "The address of the domain."
  value       = cloister_secure_studio_domain.studio.url
}

output "flow_log_group" {
  description = "The log group of the VPC's flow logs."
  value       = cloister_secure_studio_domain.studio.flow_log_group
}
