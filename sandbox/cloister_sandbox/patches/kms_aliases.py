"""Aliases: reserved names, taken names, and the dates of each."""

from __future__ import annotations

import re
import threading
from typing import Any

from moto.core.utils import unix_time
from moto.kms.models import Alias, KmsBackend
from moto.kms.responses import KmsResponse

from .kms_error import key_of, validation
from .wrap import AwsError, around, json_parameters

_NAME = re.compile(r"^alias/[a-zA-Z0-9/_-]{1,250}$")
_RESERVED = "alias/aws/"

# https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
_MOST_PER_KEY = 50

# moto looks for the name and then takes it: two calls at once would both succeed.
_taking_a_name = threading.RLock()


def apply() -> None:
    """Checks names, and dates what is made and changed."""

    @around(Alias, "__init__")
    def init(original: Any, self: Alias, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.cloister_created = self.cloister_updated = unix_time()

    @around(KmsBackend, "update_alias")
    def update(original: Any, self: KmsBackend, target_key_id: str, alias_name: str) -> Any:
        alias = original(self, target_key_id, alias_name)
        alias.cloister_updated = unix_time()
        return alias

    @around(KmsResponse, "create_alias")
    def create_alias(original: Any, self: KmsResponse) -> str:
        _check_name(self)
        with _taking_a_name:
            if len(key_of(self, "TargetKeyId").aliases) >= _MOST_PER_KEY:
                raise AwsError("LimitExceededException", f"A key has at most {_MOST_PER_KEY} aliases")
            original(self)
        return "{}"

    for name in ("update_alias", "delete_alias"):
        _changing(name)


def _changing(name: str) -> None:
    @around(KmsResponse, name)
    def change(original: Any, self: KmsResponse) -> str:
        _check_name(self)
        with _taking_a_name:
            original(self)
        return "{}"


def _check_name(response: KmsResponse) -> None:
    name = json_parameters(response).get("AliasName") or ""
    if not name.startswith("alias/"):
        raise validation('Alias must start with the prefix "alias/". Please see the AWS KMS documentation.')
    if name.startswith(_RESERVED):
        raise AwsError("NotAuthorizedException", "")
    if not _NAME.match(name):
        raise AwsError("InvalidAliasNameException", f"{name} contains invalid characters for an alias")
