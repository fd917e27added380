"""The accounts and roles of a fresh sandbox, by name."""

from __future__ import annotations

HOME_ACCOUNT = "111122223333"
HOME_REGION = "us-east-1"
PARTITION = "aws"

# Reached from the home account through their provisioning role only.
MEMBER_ACCOUNTS = ("444455556666", "777788889999", "222244446666")
PROVISIONING_ROLE = "CloisterProvisioner"

ADMINISTRATOR_ROLE = "PlatformAdministrator"
WORKLOAD_ROLE = "DataScientist"


def role_arn(account: str, name: str) -> str:
    """The ARN of a role without a path."""
    return f"arn:{PARTITION}:iam::{account}:role/{name}"
