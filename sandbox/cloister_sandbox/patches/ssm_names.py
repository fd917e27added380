"""Names and sizes that Parameter Store refuses.

https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
"""

from __future__ import annotations

import re
from typing import Any

from moto.ssm.responses import SimpleSystemManagerResponse

from .wrap import AwsError, around, json_parameters

_CHARACTERS = re.compile(r"^[a-zA-Z0-9_.\-/]+$")
_MOST_LEVELS = 15
# Of the ARN's last part, the region, account and prefix counted with it.
_LONGEST = 1011
_STANDARD, _ADVANCED = 4096, 8192
_ADVANCED_PAGE = "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html"


def apply() -> None:
    """Checks name and value before moto stores them."""

    @around(SimpleSystemManagerResponse, "put_parameter")
    def put_parameter(original: Any, self: SimpleSystemManagerResponse) -> Any:
        parameters = json_parameters(self)
        _check_name(parameters.get("Name") or "")
        _check_size(parameters.get("Value") or "", parameters.get("Tier") or "Standard")
        return original(self)


def _check_name(name: str) -> None:
    if not _CHARACTERS.match(name):
        raise _invalid(
            'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of '
            "sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the "
            "following 3 symbols .-_"
        )
    if len(name) > _LONGEST:
        raise _invalid(f"Parameter name is longer than {_LONGEST} characters.")
    if "/" in name and not name.startswith("/"):
        raise _invalid("Parameter name must be a fully qualified name.")
    if name.endswith("/") or "//" in name:
        raise _invalid("Parameter name must not end with a slash or hold an empty level.")
    if name.strip("/").count("/") + 1 > _MOST_LEVELS:
        raise AwsError(
            "HierarchyLevelLimitExceededException", f"A hierarchy can have a maximum of {_MOST_LEVELS} levels."
        )


def _check_size(value: str, tier: str) -> None:
    size = len(value.encode())
    if tier == "Standard" and size > _STANDARD:
        raise _invalid(
            f"Standard tier parameters support a maximum parameter value of {_STANDARD} characters. To create a larger "
            "parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see "
            f"{_ADVANCED_PAGE}"
        )
    if size > _ADVANCED:
        raise _invalid(f"Advanced tier parameters support a maximum parameter value of {_ADVANCED} characters.")


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationException", message)
