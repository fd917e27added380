resource "cloister_secure_studio_domain" "lab" {
  name = "lab"

  # They manage the domain's keys. Whoever runs Terraform must be among them.
  administrators = ["arn:aws:iam::111122223333:role/PlatformAdministrator"]

  # What a destroy does with the users' home directories. There is no default: it is for you to say.
  home_efs = "retain"

  network = {
    cidr     = "10.20.0.0/16"
    az_count = 3

    # The way out: through a firewall in every zone, to these names and nowhere else.
    egress          = "firewall"
    allowed_domains = [".mirror.example.com", ".files.example.com"]
  }

  endpoints = {
    secretsmanager = {}
  }

  personas = {
    data-scientist = { team = "blue" }
    mlops          = { team = "blue" }
    reviewer       = { based_on = "read-only" }
  }

  profiles = {
    ana = {
      persona = "data-scientist"
      spaces  = { lab = { volume_gb = 20 } }
    }
    ben = { persona = "mlops" }
  }

  data_buckets = ["acme-training-data"]

  guardrails = {
    instance_types = ["ml.t3.*", "ml.m5.*"]
  }

  tags = {
    team = "platform"
  }
}

# The domain's own S3 endpoint is the only way to the data.
resource "cloister_s3_locked_bucket" "data" {
  name             = "acme-training-data"
  vpc_endpoint_ids = [cloister_secure_studio_domain.lab.endpoint_ids["s3"]]
  administrators   = ["arn:aws:iam::111122223333:role/PlatformAdministrator"]
}
