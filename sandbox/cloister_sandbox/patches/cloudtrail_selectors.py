"""Event selectors that CloudTrail accepts.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html
"""

from __future__ import annotations

from typing import Any

from moto.cloudtrail.responses import CloudTrailResponse

from .wrap import AwsError, around, json_parameters

_MOST_BASIC, _MOST_RESOURCES, _MOST_VALUES = 5, 250, 500
_BASIC_TYPES = {
    "AWS::S3::Object": "s3",
    "AWS::Lambda::Function": "lambda",
    "AWS::DynamoDB::Table": "dynamodb",
}
_EXCLUDABLE = ("kms.amazonaws.com", "rdsdata.amazonaws.com")
_OPERATORS = ("Equals", "NotEquals", "StartsWith", "NotStartsWith", "EndsWith", "NotEndsWith")
_FIELDS = {
    "Management": ("eventCategory", "eventName", "eventSource", "eventType", "readOnly", "userIdentity.arn"),
    "Data": (
        "eventCategory",
        "eventName",
        "eventSource",
        "eventType",
        "readOnly",
        "resources.ARN",
        "resources.type",
        "sessionCredentialFromConsole",
        "userIdentity.arn",
    ),
    "NetworkActivity": (
        "errorCode",
        "eventCategory",
        "eventName",
        "eventSource",
        "eventType",
        "userIdentity.arn",
        "vpcEndpointId",
    ),
}
# What a category must say, exactly.
_NEEDED = {"Data": "resources.type", "NetworkActivity": "eventSource"}


def apply() -> None:
    """Checks selectors before they are kept."""

    @around(CloudTrailResponse, "put_event_selectors")
    def put(original: Any, self: CloudTrailResponse) -> Any:
        wanted = json_parameters(self)
        # A trail that is not there is said first.
        self.cloudtrail_backend.get_trail(wanted.get("TrailName") or "")
        check(wanted.get("EventSelectors"), wanted.get("AdvancedEventSelectors"))
        return original(self)


def check(basic: list[dict[str, Any]] | None, advanced: list[dict[str, Any]] | None) -> None:
    """Raises if CloudTrail would not take these selectors."""
    if bool(basic) == bool(advanced):
        raise _invalid("Specify either event selectors or advanced event selectors.")
    if len(basic or ()) > _MOST_BASIC:
        raise _invalid(f"Specify a valid number of selectors (1 to {_MOST_BASIC}) for your trail.")
    resources = sum(len(one.get("Values") or ()) for entry in basic or () for one in entry.get("DataResources") or ())
    if resources > _MOST_RESOURCES:
        raise _invalid(f"Specify a valid number of data resources (1 to {_MOST_RESOURCES}) for your trail.")
    for entry in basic or ():
        _check_basic(entry)
    for entry in advanced or ():
        _check_advanced(entry)
    if (
        sum(len(values) for entry in advanced or () for field in _fields(entry) for values in _tests(field).values())
        > _MOST_VALUES
    ):
        raise _invalid(f"Specify a valid number of values (1 to {_MOST_VALUES}) for your advanced event selectors.")


def _check_basic(entry: dict[str, Any]) -> None:
    if entry.get("ReadWriteType", "All") not in ("All", "ReadOnly", "WriteOnly"):
        raise _invalid(f"The value {entry['ReadWriteType']} for ReadWriteType is not valid.")
    for source in entry.get("ExcludeManagementEventSources") or ():
        if source not in _EXCLUDABLE:
            raise _invalid(f"The value {source} for ExcludeManagementEventSources is not valid.")
    for resource in entry.get("DataResources") or ():
        service = _BASIC_TYPES.get(resource.get("Type", ""))
        if service is None:
            raise _invalid(f"The value {resource.get('Type')} for DataResources.Type is not valid.")
        for value in resource.get("Values") or ():
            parts = value.split(":", 5)
            whole_bucket = service == "s3" and len(parts) == 6 and "/" not in parts[5]
            if parts[0] != "arn" or parts[2:3] != [service] or whole_bucket:
                raise _invalid(f"The value {value} for DataResources.Values is not valid.")


def _check_advanced(entry: dict[str, Any]) -> None:
    fields = _fields(entry)
    names = [field.get("Field", "") for field in fields]
    category = _exact(fields, "eventCategory")
    if category not in _FIELDS:
        raise _invalid("Specify one of Management, Data and NetworkActivity for the field eventCategory.")
    unknown = [name for name in names if name not in _FIELDS[category]]
    if unknown or len(set(names)) < len(names):
        raise _invalid(f"The field {(unknown or names)[0]} is not valid, or occurs twice, for events of {category}.")
    needed = _NEEDED.get(category)
    if needed and _exact(fields, needed) is None:
        raise _invalid(f"The field {needed} with the operator Equals is required for events of {category}.")
    if "readOnly" in names and _exact(fields, "readOnly") not in ("true", "false"):
        raise _invalid("The field readOnly must equal true or false.")
    if "errorCode" in names and _exact(fields, "errorCode") != "VpceAccessDenied":
        raise _invalid("The field errorCode must equal VpceAccessDenied.")
    if not all(_tests(field) for field in fields):
        raise _invalid("Each field needs an operator with at least one value.")


def _fields(entry: dict[str, Any]) -> list[dict[str, Any]]:
    return entry.get("FieldSelectors") or []


def _tests(field: dict[str, Any]) -> dict[str, list[str]]:
    return {name: field[name] for name in _OPERATORS if field.get(name)}


def _exact(fields: list[dict[str, Any]], name: str) -> str | None:
    """The one value that a field must equal."""
    tests = [_tests(field) for field in fields if field.get("Field") == name]
    if len(tests) == 1 and list(tests[0]) == ["Equals"] and len(tests[0]["Equals"]) == 1:
        return tests[0]["Equals"][0]
    return None


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidEventSelectorsException", message)
