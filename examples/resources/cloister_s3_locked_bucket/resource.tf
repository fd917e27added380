resource "cloister_s3_locked_bucket" "data" {
  name             = "acme-team-a-data"
  vpc_endpoint_ids = [aws_vpc_endpoint.s3.id]

  # They manage the bucket from anywhere, and read its objects through the endpoints only.
  administrators = ["arn:aws:iam::111122223333:role/PlatformAdministrator"]

  # For emergencies: reads objects from anywhere.
  break_glass_principals = ["arn:aws:iam::111122223333:role/BreakGlass"]

  lifecycle_rules = [{
    id                     = "old-versions"
    noncurrent_expire_days = 90
    abort_multipart_days   = 7
  }]

  tags = {
    team = "a"
  }
}
