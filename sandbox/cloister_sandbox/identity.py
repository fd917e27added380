"""Who an access key stands for: role sessions issued here, IAM users that moto knows, or nobody."""

from __future__ import annotations

import secrets
import string
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.iam.models import iam_backends

from .accounts import PARTITION
from .call import ANONYMOUS, Principal
from .decode import Signature

_KEY_ALPHABET = string.ascii_uppercase + "234567"
_TOKEN_BYTES = 180


class UnknownAccessKey(Exception):
    """No principal has this access key, or the session token does not belong to it."""


class ExpiredSession(Exception):
    """The session's credentials have run out."""


@dataclass(frozen=True)
class Session:
    """Temporary credentials and whose they are."""

    access_key: str
    secret_key: str
    token: str
    expires: datetime
    principal: Principal

    def credentials(self) -> dict[str, object]:
        """The credentials as STS returns them."""
        return {
            "AccessKeyId": self.access_key,
            "SecretAccessKey": self.secret_key,
            "SessionToken": self.token,
            "Expiration": self.expires,
        }


class Identities:
    """Every session that was issued, by access key."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._lock = threading.Lock()
        self._longest: timedelta | None = None

    def limit(self, longest: timedelta | None) -> None:
        """Lets sessions that begin from here on last no longer than this, whatever is asked for; None lifts that."""
        self._longest = longest

    def issue(self, principal: Principal, duration: timedelta, now: datetime) -> Session:
        """Makes credentials for a principal; a duration below zero makes them expired from the start."""
        key = "ASIA" + "".join(secrets.choice(_KEY_ALPHABET) for _ in range(16))
        duration = min(duration, self._longest or duration)
        owned = Principal(**{**vars(principal), "access_key": key, "created": now.replace(microsecond=0)})
        token = "IQoJb3JpZ2luX2Vj" + secrets.token_urlsafe(_TOKEN_BYTES)
        session = Session(key, secrets.token_urlsafe(30), token, (now + duration).replace(microsecond=0), owned)
        with self._lock:
            self._sessions[key] = session
        return session

    def resolve(self, signature: Signature, now: datetime) -> Principal:
        """The principal of a signed request; raises `UnknownAccessKey` or `ExpiredSession`.

        The signature itself is not verified: whoever reaches the loopback port owns the sandbox.
        """
        if not signature.access_key:
            return ANONYMOUS
        session = self._sessions.get(signature.access_key)
        if session is None:
            return _iam_user(signature.access_key)
        if signature.session_token != session.token:
            raise UnknownAccessKey(signature.access_key)
        if session.expires <= now:
            raise ExpiredSession(signature.access_key)
        return session.principal

    def owner(self, access_key: str) -> str | None:
        """The account that an access key belongs to, for GetAccessKeyInfo."""
        session = self._sessions.get(access_key)
        if session:
            return session.principal.account
        try:
            return _iam_user(access_key).account
        except UnknownAccessKey:
            return None


def role_principal(account: str, role: Any, session_name: str, **more: Any) -> Principal:
    """The principal of a session of a role as moto holds it."""
    return Principal(
        kind="AssumedRole",
        account=account,
        arn=f"arn:{PARTITION}:sts::{account}:assumed-role/{role.name}/{session_name}",
        principal_id=f"{role.id}:{session_name}",
        user_name=role.name,
        role_arn=role.arn,
        role_id=role.id,
        session_name=session_name,
        **more,
    )


def utc_now() -> datetime:
    """The sandbox's clock."""
    return datetime.now(UTC)


def _iam_user(access_key: str) -> Principal:
    for account, partitions in list(iam_backends.items()):
        key = partitions[PARTITION].access_keys.get(access_key)
        if key is None or key.status != "Active" or not key.user_name:
            continue
        user = partitions[PARTITION].users.get(key.user_name)
        if user:
            return Principal("IAMUser", account, user.arn, user.id, access_key, user.name)
    raise UnknownAccessKey(access_key)
