"""Settings that moto reads from the environment while it is imported: set here, before that."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from . import regions

_SETTINGS = {
    # Answers must not be readable by a page in the user's browser.
    "MOTO_DISABLE_GLOBAL_CORS": "true",
    # A second per process that nothing here needs.
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
    # moto makes HTTP calls of its own for this one; a sandbox stays on loopback.
    "MOTO_EVENTS_INVOKE_HTTP": "false",
    # A profile of the user's machine must not decide, or break, what boto3 does inside moto.
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


def prepare(state_dir: Path | None = None) -> None:
    """Sets moto up, and keeps what it spills to disk in `state_dir`."""
    os.environ.update(_SETTINGS)
    # With the first of these set, moto puts every call into one account, whoever makes it.
    for name in ("MOTO_ACCOUNT_ID", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ENDPOINT_URL"):
        os.environ.pop(name, None)
    regions.apply()
    if state_dir is not None:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        tempfile.tempdir = str(state_dir)
