"""Turns every answered call into records and hands them to the history and the trails."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime
from typing import Any

from werkzeug.wrappers import Response

from . import buckets, record, record_answer, record_network
from .call import Call, Visibility
from .history import History
from .identity import utc_now
from .trail import Delivery

log = logging.getLogger(__name__)


class Recorder:
    """Writes CloudTrail's records."""

    def __init__(self, history: History, delivery: Delivery) -> None:
        self._history = history
        self._delivery = delivery

    def record(self, call: Call, response: Response) -> str | None:
        """Records a call as far as it is visible, once per account that sees it; returns the answer's error code."""
        error = record_answer.read_error(call, response)
        try:
            self._keep(call, response, error)
        except Exception:  # A record that cannot be written must not cost the caller the answer.
            log.warning("%s:%s could not be recorded", call.service, call.operation, exc_info=True)
        return error[0] if error else None

    def _keep(self, call: Call, response: Response, error: tuple[str, str] | None) -> None:
        now = utc_now()
        if call.visibility is Visibility.RECORDED:
            self._keep_call(call, response, error, now)
        if call.vpc_endpoint_id and call.visibility is not Visibility.NOT_RECORDED:
            self._delivery.add(record_network.build(call, now))

    def _keep_call(self, call: Call, response: Response, error: tuple[str, str] | None, now: datetime) -> None:
        body = record.build(call, response, error, now)
        accounts = recipients(call, error)
        shared = {"sharedEventID": str(uuid.uuid4())} if len(accounts) > 1 else {}
        for account in accounts:
            copy = record.for_recipient(body, call, account, shared)
            self._history.add(copy, now)
            self._delivery.add(copy)


def recipients(call: Call, error: tuple[str, str] | None) -> list[str]:
    """The accounts that see a call: the caller's, and that of the bucket, role or key if it is another's."""
    accounts = [call.account]
    if call.service == "s3":
        accounts.append(buckets.owner(call.parameters.get("Bucket", "")) or "")
    elif call.operation in ("AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity") and not error:
        accounts.append(_account_in(call.parameters.get("RoleArn", "")))
    elif call.service == "kms":
        accounts.append(_account_in(call.parameters.get("KeyId", "")))
    return list(dict.fromkeys(one for one in accounts if one))


def _account_in(arn: Any) -> str:
    parts = str(arn).split(":")
    return parts[4] if len(parts) > 5 and parts[0] == "arn" else ""
