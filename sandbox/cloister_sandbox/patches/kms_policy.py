"""Key policies: checked, safe from lockout, returned as AWS returns them."""

from __future__ import annotations

import json
import uuid
from typing import Any

from moto.kms.models import Key
from moto.kms.responses import KmsResponse
from moto.utilities.utils import get_partition

from ..access.needs import Document as Attached
from ..access.needs import Need, resource_tags, tags_of
from . import principals
from .documents import Document, as_returned, parse, statements
from .kms_error import key_of, validation
from .wrap import AwsError, around, call_of, json_parameters

# https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
_LARGEST = 32_768
_TOP = {"Version", "Id", "Statement"}
_STATEMENT = {
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
}


def apply() -> None:
    """Replaces how key policies are taken and given back."""

    @around(Key, "__init__")
    def init(original: Any, self: Key, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.cloister_principals = {}

    @around(KmsResponse, "_validate_key_policy")
    def validate_key_policy(original: Any, self: KmsResponse, key_id: str, action: str) -> None:
        """Nothing: moto would deny on any Deny statement, whatever its principal and conditions."""

    @around(KmsResponse, "create_key")
    def create_key(original: Any, self: KmsResponse) -> Any:
        parameters = json_parameters(self)
        tags = tags_of(parameters.get("Tags"))
        document = _checked(self, parameters, _arn_to_be(self), tags) if parameters.get("Policy") else None
        answer = original(self)
        if document is not None:
            key = self.kms_backend.keys[json.loads(answer)["KeyMetadata"]["KeyId"]]
            key.cloister_principals = principals.ids_of(document, _partition(self))
        return answer

    @around(KmsResponse, "put_key_policy")
    def put_key_policy(original: Any, self: KmsResponse) -> str:
        key = key_of(self)
        parameters = json_parameters(self)
        _check_name(parameters)
        tags = self.kms_backend.tagger.get_tag_dict_for_resource(key.id)
        document = _checked(self, parameters, key.arn, tags)
        key.policy = parameters["Policy"]
        key.cloister_principals = principals.ids_of(document, _partition(self))
        return "{}"

    @around(KmsResponse, "get_key_policy")
    def get_key_policy(original: Any, self: KmsResponse) -> str:
        key = key_of(self)
        _check_name(json_parameters(self))
        document = parse(key.policy)
        shown = principals.names_now(document, key.cloister_principals, _partition(self))
        # KMS gives policies back in lines, with blanks round the colons.
        text = json.dumps(as_returned(document, shown), indent=2, separators=(",", " : "))
        return json.dumps({"Policy": text, "PolicyName": "default"})


def _partition(response: KmsResponse) -> str:
    return get_partition(response.region)


def _check_name(parameters: dict[str, Any]) -> None:
    if parameters.get("PolicyName", "default") != "default":
        raise AwsError("NotFoundException", "No such policy exists")


def _arn_to_be(response: KmsResponse) -> str:
    """Stands for the ARN of a key that has none yet."""
    return f"arn:{_partition(response)}:kms:{response.region}:{response.current_account}:key/{uuid.UUID(int=0)}"


def _checked(response: KmsResponse, parameters: dict[str, Any], arn: str, tags: dict[str, str]) -> Document:
    text = parameters.get("Policy") or ""
    if len(text.encode()) > _LARGEST:
        raise AwsError("LimitExceededException", f"The policy document is larger than {_LARGEST} bytes")
    document = _parsed(text)
    partition = _partition(response)
    if principals.first_invalid(document, partition) is not None:
        raise _malformed("Policy contains a statement with one or more invalid principals.")
    if not parameters.get("BypassPolicyLockoutSafetyCheck", False) and _locks_out(response, text, arn, tags):
        raise _malformed("The new key policy will not allow you to update the key policy in the future.")
    return document


def _locks_out(response: KmsResponse, text: str, arn: str, tags: dict[str, str]) -> bool:
    """Whether the caller could not change the policy again, on the key with the tags that it has or is to have.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
    """
    call = call_of(response)
    if call is None or call.may is None:
        return False  # A plain moto server knows no caller.
    attached = Attached("the new policy", text)
    keys = resource_tags(tags)
    return not call.may(Need("kms:PutKeyPolicy", arn, response.current_account, attached, keys))


def _parsed(text: str) -> Document:
    if not text:
        raise validation("Policy must not be empty")
    try:
        document = parse(text)
    except ValueError:
        raise _malformed("Policy is not valid JSON") from None
    if not isinstance(document, dict) or not set(document) <= _TOP:
        raise _malformed("Syntax errors in policy.")
    found = statements(document)
    if not found or not all(isinstance(entry, dict) and set(entry) <= _STATEMENT for entry in found):
        raise _malformed("Policy must contain at least one well-formed statement.")
    for statement in found:
        _check_statement(statement)
    return document


def _check_statement(statement: dict[str, Any]) -> None:
    """A statement without actions or resources is taken: it has no effect."""
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise _malformed("Policy contains a statement with no or an invalid effect.")
    named = statement.get("Principal", statement.get("NotPrincipal"))
    if not named:
        raise _malformed("Policy contains a statement with no principal.")
    if named != "*" and not isinstance(named, dict):
        raise _malformed("Policy contains a statement with one or more invalid principals.")


def _malformed(message: str) -> AwsError:
    return AwsError("MalformedPolicyDocumentException", message)
