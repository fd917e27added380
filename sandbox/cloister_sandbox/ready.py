"""The file that says a sandbox is up, and how to use it."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from .accounts import (
    ADMINISTRATOR_ROLE,
    HOME_ACCOUNT,
    HOME_REGION,
    MEMBER_ACCOUNTS,
    PROVISIONING_ROLE,
    WORKLOAD_ROLE,
    role_arn,
)
from .seed import TRAIL_BUCKET, Seeded


# The provider takes no smaller share of AWS's durations.
FASTEST = 0.01


def time_scale(latency: float) -> float:
    """How slow the sandbox is, with AWS as 1, as those are told who wait for it."""
    return min(max(latency, FASTEST), 1.0)


def description(outside: str, inside: str, seeded: Seeded, latency: float) -> dict[str, Any]:
    """Endpoints, environment and Terraform variables of a running sandbox."""
    control = f"{outside}/_cloister"
    session = seeded.session
    return {
        "pid": os.getpid(),
        "account_id": HOME_ACCOUNT,
        "region": HOME_REGION,
        "endpoints": {"outside": outside, "inside": inside},
        "control": control,
        "environment": {
            "AWS_ENDPOINT_URL": outside,
            "AWS_REGION": HOME_REGION,
            "AWS_DEFAULT_REGION": HOME_REGION,
            "AWS_ACCESS_KEY_ID": session.access_key,
            "AWS_SECRET_ACCESS_KEY": session.secret_key,
            "AWS_SESSION_TOKEN": session.token,
            "AWS_EC2_METADATA_DISABLED": "true",
            "CLOISTER_SANDBOX_OUTSIDE": outside,
            "CLOISTER_SANDBOX_INSIDE": inside,
            "CLOISTER_SANDBOX_CONTROL": control,
            # Whoever waits for the sandbox, or spares it, need not do so as with AWS.
            "CLOISTER_TIME_SCALE": str(time_scale(latency)),
        },
        "terraform_variables": {
            "vpc_id": seeded.vpc_id,
            "s3_endpoint_id": seeded.s3_endpoint_id,
            "administrator_arn": role_arn(HOME_ACCOUNT, ADMINISTRATOR_ROLE),
            "workload_role_arn": role_arn(HOME_ACCOUNT, WORKLOAD_ROLE),
            "member_role_arn": role_arn(MEMBER_ACCOUNTS[0], PROVISIONING_ROLE),
            "member_account_ids": json.dumps(MEMBER_ACCOUNTS),
            "trail_bucket": TRAIL_BUCKET,
            "account_id": HOME_ACCOUNT,
            "region": HOME_REGION,
        },
    }


def write(path: Path, content: dict[str, Any]) -> None:
    """Writes the file in one step, readable by its owner only: it holds credentials, if only of a model."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.write("\n")
    os.replace(temporary, path)
