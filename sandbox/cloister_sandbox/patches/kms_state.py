"""Key states: what a disabled key, or one that waits for its deletion, still does.

The table is https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html.
"""

from __future__ import annotations

import datetime
import json
from typing import Any

from moto.core.utils import unix_time, utcnow
from moto.kms.models import Key
from moto.kms.responses import KmsResponse

from .kms_error import any_key_of, key_of, out_of_range
from .wrap import AwsError, around, json_parameters

# https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
_SHORTEST, _LONGEST, _USUAL = 7, 30, 30

# Method of moto's response class, and the parameter that names its key.
_NEEDS_ENABLED = {
    "create_grant": "KeyId",
    "disable_key_rotation": "KeyId",
    "enable_key_rotation": "KeyId",
    "encrypt": "KeyId",
    "generate_data_key": "KeyId",
    "generate_mac": "KeyId",
    "get_public_key": "KeyId",
    "re_encrypt": "DestinationKeyId",
    "rotate_key_on_demand": "KeyId",
    "sign": "KeyId",
    "verify": "KeyId",
    "verify_mac": "KeyId",
}
_NEEDS_TO_STAY = {
    "create_alias": "TargetKeyId",
    "tag_resource": "KeyId",
    "untag_resource": "KeyId",
    "update_alias": "TargetKeyId",
    "update_key_description": "KeyId",
}


def apply() -> None:
    """Guards each operation, and replaces those that change the state."""
    for name, member in (_NEEDS_ENABLED | _NEEDS_TO_STAY).items():
        _guard(name, member)
    _guard_decrypt()
    for name, state in (("enable_key", "Enabled"), ("disable_key", "Disabled")):
        _switch(name, state)
    _deletion()


def refuse_pending(key: Key) -> None:
    """Raises if the key waits for its deletion."""
    if key.key_state == "PendingDeletion":
        raise AwsError("KMSInvalidStateException", f"{key.arn} is pending deletion.")


def _refuse_unusable(key: Key) -> None:
    refuse_pending(key)
    if key.key_state != "Enabled":
        raise AwsError("DisabledException", f"{key.arn} is disabled.")


def _guard(name: str, member: str) -> None:
    check = _refuse_unusable if name in _NEEDS_ENABLED else refuse_pending
    find = key_of if name in _NEEDS_TO_STAY else any_key_of

    @around(KmsResponse, name)
    def guarded(original: Any, self: KmsResponse) -> Any:
        # A key that moto does not find is moto's to refuse, in the order of its own checks.
        if json_parameters(self).get(member):
            check(find(self, member))
        return original(self)


def _guard_decrypt() -> None:
    @around(KmsResponse, "decrypt")
    def decrypt(original: Any, self: KmsResponse) -> Any:
        answer = original(self)
        arn = json.loads(answer)["KeyId"]
        _refuse_unusable(self.kms_backend.keys[self.kms_backend.get_key_id(arn)])
        return answer


def _switch(name: str, state: str) -> None:
    @around(KmsResponse, name)
    def switch(original: Any, self: KmsResponse) -> str:
        key = key_of(self)
        refuse_pending(key)
        key.enabled, key.key_state = state == "Enabled", state
        return "{}"


def _deletion() -> None:
    @around(KmsResponse, "schedule_key_deletion")
    def schedule(original: Any, self: KmsResponse) -> str:
        key = key_of(self)
        days = json_parameters(self).get("PendingWindowInDays", _USUAL)
        if not _SHORTEST <= days <= _LONGEST:
            raise out_of_range(days, "pendingWindowInDays", _SHORTEST, _LONGEST)
        refuse_pending(key)
        key.enabled, key.key_state = False, "PendingDeletion"
        key.deletion_date = utcnow() + datetime.timedelta(days=days)
        return json.dumps(
            {
                "KeyId": key.arn,
                "DeletionDate": unix_time(key.deletion_date),
                "KeyState": key.key_state,
                "PendingWindowInDays": days,
            }
        )

    @around(KmsResponse, "cancel_key_deletion")
    def cancel(original: Any, self: KmsResponse) -> str:
        key = key_of(self)
        if key.key_state != "PendingDeletion":
            raise AwsError("KMSInvalidStateException", f"{key.arn} is not pending deletion.")
        key.key_state, key.deletion_date = "Disabled", None
        return json.dumps({"KeyId": key.arn})
