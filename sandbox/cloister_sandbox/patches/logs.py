"""Log groups: keys that CloudWatch Logs may use, retention that it offers, tags that belong to a group."""

from __future__ import annotations

import json
import re
from typing import Any

from moto.kms.models import kms_backends
from moto.logs.models import LogsBackend
from moto.logs.responses import LogsResponse

from .documents import parse, principals, statements, values, wildcard
from .wrap import AwsError, around, json_parameters

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
_NAME = re.compile(r"[.\-_/#A-Za-z0-9]+")
_MOST_TAGS = 50
# What the service cannot do without; its documentation lists more.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
_KEY_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")


def apply() -> None:
    """Checks what moto takes on trust, and adds the operations on keys."""
    _groups()
    _policies()
    _tags()
    # moto finds an operation by its name on the class.
    for name, answer in (("associate_kms_key", _associate), ("disassociate_kms_key", _disassociate)):
        setattr(LogsResponse, name, answer)


def _groups() -> None:
    @around(LogsResponse, "create_log_group")
    def create(original: Any, self: LogsResponse) -> Any:
        wanted = json_parameters(self)
        name = wanted["logGroupName"]
        if not _NAME.fullmatch(name):
            raise _invalid(
                f"1 validation error detected: Value '{name}' at 'logGroupName' failed to satisfy constraint: "
                "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"
            )
        _check_tags(wanted.get("tags") or {}, {})
        if wanted.get("kmsKeyId"):
            _check_key(self, wanted["kmsKeyId"], name)
        return original(self)

    @around(LogsResponse, "put_retention_policy")
    def put_retention(original: Any, self: LogsResponse) -> Any:
        days = json_parameters(self).get("retentionInDays")
        if days not in _DAYS:
            raise _invalid(
                f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: "
                f"Member must satisfy enum value set: [{', '.join(map(str, _DAYS))}]"
            )
        return original(self)

    @around(LogsResponse, "describe_log_groups")
    def describe(original: Any, self: LogsResponse) -> Any:
        wanted = json_parameters(self)
        if not wanted.get("logGroupIdentifiers"):
            return original(self)
        if wanted.get("logGroupNamePrefix") or wanted.get("logGroupNamePattern"):
            raise _invalid("LogGroupIdentifiers cannot be combined with a prefix or a pattern.")
        # A filter: what is not there is not missed.
        names = {_name_in(identifier) for identifier in wanted["logGroupIdentifiers"]}
        found = [group for name, group in sorted(self.logs_backend.groups.items()) if name in names]
        return json.dumps({"logGroups": [group.to_describe_dict() for group in found]})

    @around(LogsBackend, "delete_log_group")
    def delete(original: Any, self: LogsBackend, log_group_name: str) -> None:
        group = self.groups.get(log_group_name)
        original(self, log_group_name)
        if group is not None:
            # A group of that name that is made later is another one.
            self.tagger.delete_all_tags_for_resource(group.arn)


def _policies() -> None:
    @around(LogsResponse, "put_resource_policy")
    def put_policy(original: Any, self: LogsResponse) -> Any:
        _check_document(json_parameters(self).get("policyDocument") or "")
        return original(self)


def _tags() -> None:
    @around(LogsBackend, "tag_resource")
    def tag(original: Any, self: LogsBackend, arn: str, tags: dict[str, str]) -> None:
        _check_tags(tags or {}, self.list_tags_for_resource(arn))
        original(self, arn, tags)

    for name in ("tag_resource", "untag_resource", "list_tags_for_resource"):
        _known(name)


def _known(name: str) -> None:
    """Refuses a resource that is not there."""

    @around(LogsResponse, name)
    def known(original: Any, self: LogsResponse) -> Any:
        arn = str(json_parameters(self).get("resourceArn") or "")
        kind, group = arn.split(":")[5:6], arn.split(":log-group:", 1)[-1]
        if kind == ["log-group"] and group not in self.logs_backend.groups:
            raise AwsError("ResourceNotFoundException", "The specified resource does not exist.")
        return original(self)


def _associate(self: LogsResponse) -> str:
    group = _named_group(self)
    _check_key(self, json_parameters(self)["kmsKeyId"], group.name)
    group.kms_key_id = json_parameters(self)["kmsKeyId"]
    return ""


def _disassociate(self: LogsResponse) -> str:
    _named_group(self).kms_key_id = None
    return ""


def _named_group(self: LogsResponse) -> Any:
    parameters = json_parameters(self)
    name, identifier = parameters.get("logGroupName"), parameters.get("resourceIdentifier")
    if bool(name) == bool(identifier):
        raise _invalid("Exactly one of logGroupName and resourceIdentifier must be specified.")
    group = self.logs_backend.groups.get(_name_in(str(name or identifier)))
    if group is None:
        raise AwsError("ResourceNotFoundException", "The specified log group does not exist.")
    return group


def _name_in(identifier: str) -> str:
    """The group's name, which is given as such or in an ARN."""
    return identifier.split(":log-group:", 1)[-1].removesuffix(":*")


def _check_key(self: LogsResponse, arn: str, group: str) -> None:
    group_arn = f"arn:{self.partition}:logs:{self.region}:{self.current_account}:log-group:{group}"
    parts = arn.split(":")
    key = None
    if len(parts) == 6 and parts[2] == "kms" and parts[3] == self.region:
        key = kms_backends[parts[4]][parts[3]].keys.get(parts[5].split("/")[-1])
    if key is None or key.key_state != "Enabled" or not _allows(key.policy, f"logs.{self.region}.amazonaws.com"):
        raise _invalid(f"The specified KMS key does not exist or is not allowed to be used with LogGroup '{group_arn}'")


def _allows(policy: str, service: str) -> bool:
    """Whether a key's policy lets the service use it; conditions are taken to hold."""
    try:
        found = [one for one in statements(parse(policy)) if one.get("Effect") == "Allow"]
    except ValueError:
        return False
    named = [one for one in found if any(value in (service, "*") for _, value in principals(one))]
    patterns = [wildcard(pattern) for one in named for pattern in values(one.get("Action"))]
    return all(any(pattern.match(action) for pattern in patterns) for action in _KEY_ACTIONS)


def _check_document(text: str) -> None:
    try:
        document = parse(text)
        found = statements(document) if isinstance(document, dict) else []
    except ValueError:
        raise _invalid("Policy document is not valid JSON.") from None
    needed = ("Effect", "Principal", "Action", "Resource")
    if not found or not all(isinstance(one, dict) and all(name in one for name in needed) for one in found):
        raise _invalid("Policy document must have statements with Effect, Principal, Action and Resource.")


def _check_tags(tags: dict[str, str], existing: dict[str, str]) -> None:
    if any(key.lower().startswith("aws:") for key in tags):
        raise _invalid("Tag keys must not start with aws:")
    if len(set(tags) | set(existing)) > _MOST_TAGS:
        raise AwsError("TooManyTagsException", "The log group would have more tags than it may have.")


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterException", message)
