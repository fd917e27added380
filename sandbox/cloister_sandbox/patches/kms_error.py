"""KMS's errors, and finding the key that a call is about."""

from __future__ import annotations

from typing import Any

from moto.kms.models import Key
from moto.kms.responses import KmsResponse

from .wrap import AwsError, json_parameters


def validation(message: str) -> AwsError:
    """A value that KMS does not take."""
    return AwsError("ValidationException", message)


def out_of_range(value: Any, member: str, low: int, high: int) -> AwsError:
    """A number outside its range, as AWS's front door words it."""
    bound = f"greater than or equal to {low}" if value < low else f"less than or equal to {high}"
    return validation(
        f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: "
        f"Member must have value {bound}"
    )


def key_of(response: KmsResponse, member: str = "KeyId") -> Key:
    """The key that a parameter names by id or ARN. Raises NotFoundException as moto does."""
    key_id = json_parameters(response).get(member) or ""
    response._validate_cmk_id(key_id)
    return response.kms_backend.keys[response.kms_backend.get_key_id(key_id)]


def any_key_of(response: KmsResponse, member: str = "KeyId") -> Key:
    """Like `key_of`, where an alias will do as well."""
    key_id = json_parameters(response).get(member) or ""
    response._validate_key_id(key_id)
    return response.kms_backend.keys[response.kms_backend.any_id_to_key_id(key_id)]
