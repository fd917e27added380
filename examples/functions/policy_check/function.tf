variable "policy" {
  description = "An IAM policy in JSON."
  type        = string
}

locals {
  findings = provider::cloister::policy_check(var.policy, "identity")
}

output "policy" {
  value = var.policy

  precondition {
    condition     = alltrue([for finding in local.findings : finding.severity != "error"])
    error_message = join("\n", [for finding in local.findings : "${finding.rule}: ${finding.reason} ${finding.mend}"])
  }
}
