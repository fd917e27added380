"""Studio domains: made, shown, listed and deleted. Changing them is in `sagemaker_domain_update`."""

from __future__ import annotations

import copy
import secrets
import string
from typing import Any

from . import identity_center, quotas, role_propagation, sagemaker_home, sagemaker_network, service_linked_roles, timeline
from .call import Call
from .durations import DOMAIN_CREATE, DOMAIN_DELETE
from .registry import Registry
from .sagemaker_errors import busy, has, invalid, missing
from .sagemaker_request import page, register
from .sagemaker_store import Resource, Store, store_of, tags_of

SERVICE = "sagemaker.amazonaws.com"
# States in which a domain has users.
WORKING = ("InService", "Updating", "Update_Failed")
# States in which an app runs, or may.
RUNNING = ("Pending", "InService", "Deleting")

_ID_ALPHABET = string.ascii_lowercase + string.digits
_LISTED = ("DomainArn", "DomainId", "DomainName", "Status", "CreationTime", "LastModifiedTime", "Url")
_STORAGE = {"DefaultEbsStorageSettings": {"DefaultEbsVolumeSizeInGb": 5, "MaximumEbsVolumeSizeInGb": 100}}


def add(registry: Registry) -> None:
    """Adds the operations."""
    answers = {
        "CreateDomain": _create,
        "DescribeDomain": _describe,
        "ListDomains": _list,
        "DeleteDomain": _delete,
    }
    register(registry, answers)


def domain_of(store: Store, domain_id: str) -> Resource:
    """The domain of an id; raises if there is none."""
    domain = store.find("domain", domain_id)
    if domain is None:
        raise missing("Domain", store.arn(f"domain/{domain_id}"))
    return domain


def working_domain(store: Store, domain_id: str) -> Resource:
    """The domain of an id; raises unless it can have users and spaces."""
    domain = domain_of(store, domain_id)
    if domain.status not in WORKING:
        raise invalid(f"Domain [{domain.arn}] is in {domain.status} status. It must be in InService status.")
    return domain


def running_apps(store: Store, domain_id: str) -> list[Resource]:
    """The apps of a domain that run, or may."""
    return [app for app in store.all("app", domain_id) if app.status in RUNNING]


def check_roles(call: Call, *settings: dict[str, Any] | None) -> None:
    """Raises unless SageMaker can assume each execution role of these settings."""
    for one in settings:
        if one and one.get("ExecutionRole"):
            role_propagation.check(call, one["ExecutionRole"], SERVICE)


def groups_of(about: dict[str, Any]) -> list[str]:
    """Every security group that a domain's settings name."""
    settings = (about.get("DefaultUserSettings"), about.get("DefaultSpaceSettings"))
    named = [group for one in settings if one for group in one.get("SecurityGroups") or ()]
    return [*named, *(about.get("DomainSettings") or {}).get("SecurityGroupIds", ())]


def _create(call: Call) -> dict[str, Any]:
    store, parameters = store_of(call), copy.deepcopy(call.parameters)
    _check(call, parameters)
    # A failed domain counts too: it has to be deleted before the next attempt.
    quotas.check("sagemaker:domain", len(store.all("domain")))
    domain_id = "d-" + "".join(secrets.choice(_ID_ALPHABET) for _ in range(12))
    domain = Resource("domain", (domain_id,), store.arn(f"domain/{domain_id}"), parameters, status="Pending")
    domain.tags = tags_of(parameters.pop("Tags", None))
    _complete(store, domain_id, parameters)
    store.add(domain)
    service_linked_roles.ensure(store.account, SERVICE)
    failure = _problem(store, domain, call)
    if not failure and parameters["HomeEfsFileSystemCreation"] == "Enabled":
        sagemaker_home.build(store, domain)
    timeline.after(DOMAIN_CREATE, lambda: domain.become("Failed" if failure else "InService", failure))
    return {"DomainArn": domain.arn, "DomainId": domain_id, "Url": domain.about["Url"]}


def _check(call: Call, parameters: dict[str, Any]) -> None:
    if not parameters.get("VpcId") or not parameters.get("SubnetIds"):
        raise invalid("VpcId and SubnetIds are required to create a domain.")
    if not parameters["DefaultUserSettings"].get("ExecutionRole"):
        raise invalid("ExecutionRole is required in DefaultUserSettings.")
    # That AWS asks for the instance is documented, in which words is not.
    if parameters["AuthMode"] == "SSO" and identity_center.instance_in(call.region) is None:
        raise invalid(f"AuthMode SSO requires IAM Identity Center, which is not enabled in {call.region}.")
    rstudio = (parameters.get("DomainSettings") or {}).get("RStudioServerProDomainSettings")
    if parameters.get("AppSecurityGroupManagement") and not rstudio:
        raise invalid("AppSecurityGroupManagement can only be set if RStudioServerProDomainSettings are set.")
    keys = {parameters.get(name) for name in ("KmsKeyId", "HomeEfsFileSystemKmsKeyId")} - {None}
    if len(keys) > 1:
        raise invalid("KmsKeyId and HomeEfsFileSystemKmsKeyId must not differ. Use KmsKeyId only.")
    check_roles(call, parameters["DefaultUserSettings"], parameters.get("DefaultSpaceSettings"))


def _complete(store: Store, domain_id: str, about: dict[str, Any]) -> None:
    """Adds what AWS fills in."""
    homes = about.setdefault("HomeEfsFileSystemCreation", "Enabled")
    about.setdefault("AppNetworkAccessType", "PublicInternetOnly")
    about.setdefault("TagPropagation", "DISABLED")
    key = about.get("KmsKeyId") or about.get("HomeEfsFileSystemKmsKeyId")
    if key:
        about["KmsKeyId"] = about["HomeEfsFileSystemKmsKeyId"] = key
    settings = about["DefaultUserSettings"]
    settings.setdefault("StudioWebPortal", "ENABLED")
    settings.setdefault("AutoMountHomeEFS", homes)
    settings.setdefault("SpaceStorageSettings", copy.deepcopy(_STORAGE))
    about["DomainId"], about["DomainArn"] = domain_id, store.arn(f"domain/{domain_id}")
    about["Url"] = f"https://{domain_id}.studio.{store.region}.sagemaker.aws"
    if about["AuthMode"] == "SSO":
        instance = secrets.token_hex(8)
        about["SingleSignOnManagedApplicationInstanceId"] = f"ins-{instance}"
        about["SingleSignOnApplicationArn"] = (
            f"arn:aws:sso::{store.account}:application/ssoins-{instance}/apl-{instance}"
        )


def _problem(store: Store, domain: Resource, call: Call) -> str:
    """What AWS finds only while it builds the domain: the call was accepted by then.

    https://github.com/hashicorp/terraform-provider-aws/issues/29078
    """
    about = domain.about
    if call.fails_later:
        return sagemaker_home.null_key_problem(about["DomainId"])
    network = sagemaker_network.problem(
        store.account, store.region, about["VpcId"], about["SubnetIds"], groups_of(about)
    )
    return network or sagemaker_home.key_problem(store, about["DomainId"], about.get("KmsKeyId", ""))


def _describe(call: Call) -> dict[str, Any]:
    return domain_of(store_of(call), call.parameters["DomainId"]).described()


def _list(call: Call) -> dict[str, Any]:
    found, more = page(call, store_of(call).all("domain"))
    return {"Domains": [domain.described(*_LISTED) for domain in found]} | more


def _delete(call: Call) -> None:
    store = store_of(call)
    domain = domain_of(store, call.parameters["DomainId"])
    if domain.status in ("Pending", "Updating", "Deleting"):
        raise busy("Domain", domain.arn, domain.status)
    domain_id = domain.key[0]
    if running_apps(store, domain_id):
        raise has("Domain", domain.arn, "App")
    for kind, noun in (("user-profile", "UserProfile"), ("space", "Space")):
        if store.all(kind, domain_id):
            raise has("Domain", domain.arn, noun)
    retention = (call.parameters.get("RetentionPolicy") or {}).get("HomeEfsFileSystem", "Retain")
    domain.become("Deleting")
    timeline.after(DOMAIN_DELETE, lambda: _end(store, domain, retention))


def _end(store: Store, domain: Resource, retention: str) -> None:
    if retention == "Delete":
        sagemaker_home.demolish(store, domain)
    store.remove(domain)
    # Apps that ended are listed with their domain.
    for app in store.all("app", domain.key[0]):
        store.remove(app)
