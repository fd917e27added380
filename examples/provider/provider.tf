terraform {
  required_providers {
    cloister = {
      source = "cloister/cloister"
    }
  }
}

provider "cloister" {
  region = "eu-central-1"

  # One owner per state, where accounts are shared.
  owner = "platform-team"

  default_tags {
    tags = {
      environment = "production"
    }
  }
}
