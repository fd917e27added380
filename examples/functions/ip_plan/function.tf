variable "vpc_cidr" {
  description = "The range of the VPC."
  type        = string
  default     = "10.0.0.0/20"
}

locals {
  plan = provider::cloister::ip_plan({
    vpc_cidr = var.vpc_cidr
    zones    = 2
    users    = 60
    egress   = "nat"
  })
}

output "subnets" {
  value = { for subnet in local.plan.subnets : "${subnet.class}-${subnet.zone}" => subnet.cidr }

  precondition {
    condition     = local.plan.fits
    error_message = local.plan.problem
  }
}
