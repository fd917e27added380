"""`requestParameters` of services that write their members in lower camel case."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from moto.core.utils import get_service_model

from .call import Call

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"

# Hidden by the service although the model does not mark it.
_ALSO_SECRET = {
    ("ssm", "PutParameter"): {"Value"},
    ("iam", "CreateLoginProfile"): {"Password"},
    ("iam", "UpdateLoginProfile"): {"Password"},
    ("iam", "ChangePassword"): {"OldPassword", "NewPassword"},
}
# Left out altogether.
_OMITTED = {"SecretAccessKey", "Plaintext", "CiphertextBlob", "PrivateKeyPlaintext", "SecretString", "SecretBinary"}


def parameters(call: Call) -> dict[str, Any] | None:
    """The parameters of a call; None where there are none."""
    if not call.parameters:
        return None
    shape = input_shape(call)
    secret = _ALSO_SECRET.get((call.service, call.operation), set())
    hidden = {name: HIDDEN if name in secret else value for name, value in call.parameters.items()}
    return render(hidden, shape) or None


def input_shape(call: Call) -> Any:
    """The modelled input of a call, or None."""
    return get_service_model(call.service).operation_model(call.operation).input_shape if call.known else None


def render(value: Any, shape: Any) -> Any:
    """A value as CloudTrail writes it: lower camel names, secrets hidden, binary data left out.

    Keys of maps are the caller's words and stay as they are.
    """
    kind = getattr(shape, "type_name", None)
    if isinstance(value, dict):
        if kind == "map":
            return {key: render(one, shape.value) for key, one in value.items()}
        members = getattr(shape, "members", {}) if kind == "structure" else {}
        return {
            lower_first(name): render_member(one, members.get(name))
            for name, one in value.items()
            if name not in _OMITTED and not isinstance(one, bytes) and one is not None
        }
    if isinstance(value, list):
        member = shape.member if kind == "list" else None
        return [render(one, member) for one in value if not isinstance(one, bytes)]
    return _scalar(value)


def render_member(value: Any, shape: Any) -> Any:
    """A member of a structure: hidden if its shape is marked as sensitive."""
    if getattr(shape, "metadata", {}).get("sensitive") and not isinstance(value, dict | list):
        return HIDDEN
    return render(value, shape)


def lower_first(name: str) -> str:
    """`RoleName` as `roleName`."""
    return name[:1].lower() + name[1:]


def _scalar(value: Any) -> Any:
    if isinstance(value, datetime):
        # The form of the service's own logs, not ISO 8601.
        return f"{value:%b} {value.day}, {value.year}, {value.hour % 12 or 12}:{value:%M:%S %p}"
    return value.isoformat() if isinstance(value, date) else value
