"""Rotation: its period, and when it is due next."""

from __future__ import annotations

import datetime
import json
from typing import Any

from moto.core.utils import unix_time, utcnow
from moto.kms.models import Key
from moto.kms.responses import KmsResponse

from .kms_error import key_of, out_of_range
from .wrap import AwsError, around, json_parameters

# https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html
_SHORTEST, _LONGEST, _USUAL = 90, 2560, 365


def apply() -> None:
    """Replaces moto's rotation, which has no period."""

    @around(Key, "__init__")
    def init(original: Any, self: Key, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.cloister_rotation_days = _USUAL
        self.cloister_rotating_since = None

    @around(KmsResponse, "enable_key_rotation")
    def enable(original: Any, self: KmsResponse) -> str:
        key = _rotatable(key_of(self))
        asked = json_parameters(self).get("RotationPeriodInDays")
        if asked is not None and not _SHORTEST <= asked <= _LONGEST:
            raise out_of_range(asked, "rotationPeriodInDays", _SHORTEST, _LONGEST)
        if asked is not None:
            key.cloister_rotation_days = asked
        if not key.key_rotation_status:
            key.cloister_rotating_since = utcnow()
        key.key_rotation_status = True
        return "{}"

    @around(KmsResponse, "disable_key_rotation")
    def disable(original: Any, self: KmsResponse) -> str:
        key = _rotatable(key_of(self))
        key.key_rotation_status = False
        return "{}"

    @around(KmsResponse, "get_key_rotation_status")
    def status(original: Any, self: KmsResponse) -> str:
        key = key_of(self)
        answer: dict[str, Any] = {"KeyId": key.id, "KeyRotationEnabled": False}
        # A key that waits for its deletion does not rotate, and says so.
        if key.key_rotation_status and key.key_state != "PendingDeletion":
            due = key.cloister_rotating_since + datetime.timedelta(days=key.cloister_rotation_days)
            answer |= {
                "KeyRotationEnabled": True,
                "RotationPeriodInDays": key.cloister_rotation_days,
                "NextRotationDate": unix_time(due),
            }
        return json.dumps(answer)


def _rotatable(key: Key) -> Key:
    if key.key_spec != "SYMMETRIC_DEFAULT" or key.origin != "AWS_KMS":
        raise AwsError("UnsupportedOperationException", f"{key.arn} does not support key rotation.")
    return key
