"""Lists of keys, aliases and tags: in pages."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from typing import Any

from moto.kms.models import Alias
from moto.kms.responses import KmsResponse
from moto.kms.utils import RESERVED_ALIASES

from .kms_error import any_key_of, key_of
from .wrap import AwsError, around, json_parameters

Entry = dict[str, Any]

# Entries per page without and with `Limit`, from each operation's page in the API reference.
_KEYS = (100, 1000)
_ALIASES = (50, 100)
_TAGS = (50, 50)


def apply() -> None:
    """Replaces moto's lists, which are never cut."""

    @around(KmsResponse, "list_keys")
    def list_keys(original: Any, self: KmsResponse) -> str:
        keys = list(self.kms_backend.keys.values())
        return _page(self, "Keys", [{"KeyId": key.id, "KeyArn": key.arn} for key in keys], _KEYS, lambda e: e["KeyId"])

    @around(KmsResponse, "list_aliases")
    def list_aliases(original: Any, self: KmsResponse) -> str:
        wanted = any_key_of(self) if json_parameters(self).get("KeyId") else None
        made = [alias for key in list(self.kms_backend.keys.values()) for alias in list(key.aliases.values())]
        entries = [_alias(alias) for alias in made if wanted is None or alias.target_key_id == wanted.id]
        if wanted is None:
            entries += _unused_reserved(self, {entry["AliasName"] for entry in entries})
        return _page(self, "Aliases", entries, _ALIASES, lambda entry: entry["AliasName"])

    @around(KmsResponse, "list_resource_tags")
    def list_resource_tags(original: Any, self: KmsResponse) -> str:
        tags = self.kms_backend.tagger.list_tags_for_resource(key_of(self).id)["Tags"]
        return _page(self, "Tags", tags, _TAGS, lambda entry: entry["TagKey"])


def _alias(alias: Alias) -> Entry:
    return {
        "AliasName": alias.alias_name,
        "AliasArn": alias.alias_arn,
        "TargetKeyId": alias.target_key_id,
        "CreationDate": alias.cloister_created,
        "LastUpdatedDate": alias.cloister_updated,
    }


def _unused_reserved(response: KmsResponse, used: set[str]) -> list[Entry]:
    """AWS's own aliases are listed before they stand for a key."""
    prefix = f"arn:{response.partition}:kms:{response.region}:{response.current_account}"
    return [{"AliasName": name, "AliasArn": f"{prefix}:{name}"} for name in RESERVED_ALIASES if name not in used]


def _page(
    response: KmsResponse, member: str, entries: list[Entry], sizes: tuple[int, int], name: Callable[[Entry], str]
) -> str:
    parameters = json_parameters(response)
    usual, most = sizes
    size = min(parameters.get("Limit") or usual, most)
    after = _decoded(parameters.get("Marker"))
    rest = [entry for entry in sorted(entries, key=name) if name(entry) > after]
    answer: dict[str, Any] = {member: rest[:size], "Truncated": len(rest) > size}
    if answer["Truncated"]:
        answer["NextMarker"] = base64.b64encode(name(rest[size - 1]).encode()).decode()
    return json.dumps(answer)


def _decoded(marker: str | None) -> str:
    if not marker:
        return ""
    try:
        return base64.b64decode(marker, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise AwsError("InvalidMarkerException", "The marker is not valid") from None
