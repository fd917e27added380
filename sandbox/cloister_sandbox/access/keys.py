"""The condition keys that calls to every service have.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from ..call import Call
from . import policies
from .needs import Keys, Need, listed, regional, request_tags, tags_of

# The sandbox speaks plain HTTP on loopback and stands for HTTPS. A client that wants to be taken for one without TLS
# says `false` here; no AWS client sends this header.
TRANSPORT_HEADER = "x-cloister-secure-transport"

# Services that tell whose endpoint a call came through.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-vpceaccount
_TELLING_ENDPOINT_OWNER = frozenset({"s3", "kms", "iam", "lambda", "athena", "firehose", "cloudformation"})


def of_call(call: Call) -> Keys:
    """Who calls, from where, when, with which tags."""
    return _network(call) | _caller(call) | _tags(call) | _request(call)


def of_service(call: Call, service: str) -> Keys:
    """The keys of what a service does in its own name, for a call of the account.

    https://docs.aws.amazon.com/sagemaker/latest/dg/security-confused-deputy-prevention.html
    """
    return {
        "aws:CurrentTime": call.time.strftime(_TIME),
        "aws:EpochTime": int(call.time.timestamp()),
        "aws:PrincipalIsAWSService": True,
        "aws:PrincipalServiceName": service,
        "aws:SecureTransport": True,
        "aws:SourceAccount": call.account,
        "aws:SourceArn": regional(call, call.iam_prefix, "*"),
    }


def via_service(keys: Keys) -> Keys:
    """The keys of a call that a service makes in the caller's name: the way the caller came is not handed on."""
    kept = {name: value for name, value in keys.items() if name not in _ENDPOINT_KEYS and not _is_of_request(name)}
    return kept | {"aws:ViaAWSService": True}


def for_need(call: Call, need: Need, general: Keys, own: Keys) -> Keys:
    """The keys of one need of a call: those of the service, and of its request, go with the service's actions only."""
    if service := (need.caller or {}).get("service"):
        return of_service(call, service) | need.keys
    if need.via:
        return via_service(general) | need.keys
    if not need.action.startswith(f"{call.iam_prefix}:"):
        return {name: value for name, value in general.items() if not _is_of_request(name)} | need.keys
    return general | own | need.keys


_ENDPOINT_KEYS = frozenset({"aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp", "aws:VpceAccount", "aws:VpceOrgID"})


def _is_of_request(name: str) -> bool:
    return name.startswith("aws:RequestTag/") or name == "aws:TagKeys"


def _network(call: Call) -> Keys:
    if not call.vpc_endpoint_id:
        return {"aws:SourceIp": call.vantage.source_ip}
    keys: Keys = {
        "aws:SourceVpc": call.vantage.vpc_id,
        "aws:SourceVpce": call.vpc_endpoint_id,
        "aws:VpcSourceIp": call.vantage.source_ip,
    }
    if call.iam_prefix in _TELLING_ENDPOINT_OWNER:
        keys["aws:VpceAccount"] = call.vpc_endpoint_account
        if organization := policies.organization_id(call.vpc_endpoint_account):
            keys["aws:VpceOrgID"] = organization
    return keys


def _caller(call: Call) -> Keys:
    caller = call.principal
    if caller.is_anonymous:
        return {}
    keys: Keys = {"aws:userid": caller.principal_id}
    keys |= {f"aws:PrincipalTag/{key}": value for key, value in policies.principal_tags(caller).items()}
    keys |= caller.studio_keys
    if caller.source_identity:
        keys["aws:SourceIdentity"] = caller.source_identity
    if caller.created is not None:
        keys |= {"aws:TokenIssueTime": caller.created.strftime(_TIME), "aws:MultiFactorAuthPresent": False}
    if organization := policies.organization_id(caller.account):
        keys["aws:PrincipalOrgID"] = organization
    return keys


_TIME = "%Y-%m-%dT%H:%M:%SZ"


def _tags(call: Call) -> Keys:
    given = call.parameters
    tags: dict[str, str] = {}
    for name in ("Tags", "tags", "TagsList", "TagSet"):
        tags |= tags_of(given.get(name))
    if call.service == "s3" and call.operation == "CreateBucket":
        tags |= tags_of((given.get("CreateBucketConfiguration") or {}).get("Tags"))
    removed = [one for name in ("TagKeys", "tagKeys") for one in listed(given.get(name))]
    return request_tags(tags, removed)


def _request(call: Call) -> Keys:
    is_plain = call.headers.get(TRANSPORT_HEADER, "").lower() == "false"
    keys: Keys = {
        "aws:CurrentTime": call.time.strftime(_TIME),
        "aws:EpochTime": int(call.time.timestamp()),
        "aws:RequestedRegion": call.region,
        "aws:SecureTransport": not is_plain,
        "aws:ViaAWSService": False,
    }
    for header, name in (("user-agent", "aws:UserAgent"), ("referer", "aws:Referer")):
        if value := call.headers.get(header):
            keys[name] = value
    return keys
