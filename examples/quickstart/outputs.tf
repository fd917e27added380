# `cloister verify LAB --state terraform.tfstate` takes the inputs of a lab from the outputs of the same names.

output "administrator_arn" {
  description = "Who manages all of this."
  value       = var.administrator_arn
}

output "trail_bucket" {
  description = "The bucket that the trail writes to: `--trail s3://BUCKET`."
  value       = cloister_audit_trail.audit.bucket
}

# For `cloister verify locked-bucket`.

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

# For `cloister verify studio-domain`.

output "domain_id" {
  description = "Id of the domain."
  value       = cloister_secure_studio_domain.studio.domain_id
}

output "domain_arn" {
  description = "ARN of the domain."
  value       = cloister_secure_studio_domain.studio.arn
}

output "vpc_id" {
  description = "The domain's VPC."
  value       = cloister_secure_studio_domain.studio.vpc_id
}

output "vpc_cidr" {
  description = "Its addresses."
  value       = var.cidr
}

output "subnet_ids" {
  description = "The subnets of Studio."
  value       = cloister_secure_studio_domain.studio.subnet_ids
}

output "security_group_id" {
  description = "The security group of users' apps."
  value       = cloister_secure_studio_domain.studio.security_group_id
}

output "sagemaker_endpoint_id" {
  description = "The VPC endpoint of the SageMaker API."
  value       = cloister_secure_studio_domain.studio.endpoint_ids["sagemaker.api"]
}

output "kms_endpoint_id" {
  description = "The VPC endpoint of KMS."
  value       = cloister_secure_studio_domain.studio.endpoint_ids["kms"]
}

output "home_key_arn" {
  description = "The key of home directories."
  value       = cloister_secure_studio_domain.studio.key_arns["home"]
}

output "volumes_key_arn" {
  description = "The key of the volumes of jobs."
  value       = cloister_secure_studio_domain.studio.key_arns["volumes"]
}

output "data_key_arn" {
  description = "The key of data."
  value       = cloister_secure_studio_domain.studio.key_arns["data"]
}

output "home_efs_id" {
  description = "The file system that holds the home directories."
  value       = cloister_secure_studio_domain.studio.home_efs_id
}

output "default_role_arn" {
  description = "The role of those who have no persona."
  value       = cloister_secure_studio_domain.studio.role_arns["default"]
}

output "data_scientist_role_arn" {
  description = "The role of data scientists."
  value       = cloister_secure_studio_domain.studio.role_arns["data-scientist"]
}

output "mlops_role_arn" {
  description = "The role of MLOps engineers."
  value       = cloister_secure_studio_domain.studio.role_arns["mlops"]
}

output "data_scientist_profile_arn" {
  description = "The profile of the data scientist."
  value       = cloister_secure_studio_domain.studio.profile_arns["ada"]
}

output "flow_log_id" {
  description = "The VPC's flow log."
  value       = cloister_secure_studio_domain.studio.flow_log_id
}

output "flow_log_group" {
  description = "Where its records go."
  value       = cloister_secure_studio_domain.studio.flow_log_group
}
