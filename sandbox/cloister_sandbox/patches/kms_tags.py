"""Key tags: how many, and which."""

from __future__ import annotations

import json
from typing import Any

from moto.kms.responses import KmsResponse

from .kms_error import key_of, validation
from .wrap import AwsError, around, json_parameters

# https://docs.aws.amazon.com/kms/latest/APIReference/API_TagResource.html
_MOST = 50
_LONGEST_KEY, _LONGEST_VALUE = 128, 256


def apply() -> None:
    """Checks tags where keys are made and tagged."""

    @around(KmsResponse, "create_key")
    def create_key(original: Any, self: KmsResponse) -> Any:
        _check(json_parameters(self).get("Tags") or [], set())
        return original(self)

    @around(KmsResponse, "tag_resource")
    def tag_resource(original: Any, self: KmsResponse) -> Any:
        existing = self.kms_backend.tagger.get_tag_dict_for_resource(key_of(self).id)
        _check(json_parameters(self).get("Tags") or [], set(existing))
        original(self)
        return json.dumps({})


def _check(tags: list[dict[str, str]], existing: set[str]) -> None:
    keys = [tag.get("TagKey", "") for tag in tags]
    if any(key.startswith("aws:") for key in keys):
        raise AwsError("TagException", "Tag keys must not begin with aws:")
    if len(set(keys)) != len(keys):
        raise AwsError("TagException", "Duplicate tag keys")
    if len(existing.union(keys)) > _MOST:
        raise AwsError("TagException", "Too many tags")
    for tag in tags:
        if not 1 <= len(tag.get("TagKey", "")) <= _LONGEST_KEY or len(tag.get("TagValue", "")) > _LONGEST_VALUE:
            raise validation(f"The tag `{tag.get('TagKey', '')}` is too long or has no key")
