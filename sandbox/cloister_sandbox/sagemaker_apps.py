"""Apps: what runs in Studio, for a profile or in a space."""

from __future__ import annotations

import copy
from typing import Any

from moto.ec2.models import ec2_backends

from . import quotas, sagemaker_home, sagemaker_logs, sagemaker_network, timeline
from .call import Call
from .durations import APP_CREATE, APP_DELETE
from .registry import Registry
from .sagemaker_domains import RUNNING, working_domain
from .sagemaker_errors import busy, exists, invalid, missing
from .sagemaker_profiles import profile_of
from .sagemaker_request import ordered, page, register
from .sagemaker_spaces import space_of
from .sagemaker_store import Resource, Store, date, store_of, tags_of

_INTERNAL = "InternalFailure: App failed to start. Please try again."
# Ended apps stay in lists for a day.
_LISTED_AFTER_END = 24 * 3600
# Types of which an owner has one, and its only name.
_SINGLE = ("JupyterServer", "JupyterLab", "CodeEditor", "Canvas", "RStudioServerPro")
_SPACE_ONLY = ("JupyterLab", "CodeEditor")
_PROFILE_ONLY = ("Canvas", "RStudioServerPro", "RSessionGateway", "TensorBoard")
_LISTED = ("DomainId", "UserProfileName", "SpaceName", "AppType", "AppName", "Status", "CreationTime", "ResourceSpec")


def add(registry: Registry) -> None:
    """Adds the operations."""
    register(registry, {"CreateApp": _create, "DescribeApp": _describe, "ListApps": _list, "DeleteApp": _delete})


def _owner(store: Store, parameters: dict[str, Any]) -> Resource:
    """The profile or space that an app belongs to."""
    profile, space = parameters.get("UserProfileName"), parameters.get("SpaceName")
    if bool(profile) == bool(space):
        raise invalid("Exactly one of UserProfileName and SpaceName must be specified.")
    if space:
        return space_of(store, parameters["DomainId"], space)
    return profile_of(store, parameters["DomainId"], str(profile))


def _app_of(call: Call) -> Resource:
    store, parameters = store_of(call), call.parameters
    owner = _owner(store, parameters)
    app = store.find("app", *_key(owner, parameters))
    if app is None:
        raise missing("App", _arn(store, owner, parameters))
    return app


def _key(owner: Resource, parameters: dict[str, Any]) -> tuple[str, ...]:
    domain_id, name = owner.key
    return domain_id, owner.kind, name, parameters["AppType"], parameters["AppName"].lower()


def _arn(store: Store, owner: Resource, parameters: dict[str, Any]) -> str:
    domain_id, name = owner.key
    return store.arn(f"app/{domain_id}/{name}/{parameters['AppType']}/{parameters['AppName']}")


def _create(call: Call) -> dict[str, Any]:
    store, about = store_of(call), copy.deepcopy(call.parameters)
    domain = working_domain(store, about["DomainId"])
    owner = _owner(store, about)
    if owner.status not in ("InService", "Updating", "Update_Failed"):
        raise invalid(f"[{owner.arn}] is in {owner.status} status. It must be in InService status.")
    arn = _arn(store, owner, about)
    _check_type(owner, about)
    before = store.find("app", *_key(owner, about))
    if before is not None and before.status in RUNNING:
        raise exists("App", arn)
    quotas.check("sagemaker:app", sum(app.status in RUNNING for app in store.all("app")))
    about["ResourceSpec"] = _resources(store, domain, owner, about)
    app = Resource("app", _key(owner, about), arn, about, status="Pending")
    app.tags = tags_of(about.pop("Tags", None))
    about["AppArn"] = arn
    store.add(app)
    _start(store, domain, owner, app, _INTERNAL if call.fails_later else "")
    return {"AppArn": arn}


def _check_type(owner: Resource, about: dict[str, Any]) -> None:
    kind, name = about["AppType"], about["AppName"]
    if kind in _SINGLE and name != "default":
        raise invalid(f"AppName must be default for AppType {kind}.")
    if owner.kind != "space":
        if kind in _SPACE_ONLY:
            raise invalid(f"AppType {kind} must be created in a space. Specify SpaceName.")
        return
    wanted = (owner.about.get("SpaceSettings") or {}).get("AppType")
    if kind in _PROFILE_ONLY or (wanted and wanted != kind):
        raise invalid(f"AppType {kind} is not supported in Space [{owner.arn}].")


def _resources(store: Store, domain: Resource, owner: Resource, about: dict[str, Any]) -> dict[str, Any]:
    """What the app runs on: what is asked for, else what the owner's and the domain's settings say."""
    kind = f"{about['AppType']}AppSettings"
    domain_wide = domain.about.get("DefaultSpaceSettings" if owner.kind == "space" else "DefaultUserSettings")
    own = owner.about.get("SpaceSettings" if owner.kind == "space" else "UserSettings")
    resources = {"InstanceType": "system" if about["AppType"] in ("JupyterServer", "Canvas") else "ml.t3.medium"}
    for settings in (domain.about["DefaultUserSettings"], domain_wide, own):
        resources |= ((settings or {}).get(kind) or {}).get("DefaultResourceSpec") or {}
    resources |= about.get("ResourceSpec") or {}
    _check_lifecycle(store, resources.get("LifecycleConfigArn"))
    return resources


def _check_lifecycle(store: Store, arn: str | None) -> None:
    if arn and arn != "None" and store.by_arn(arn) is None:
        raise invalid(f"StudioLifecycleConfig [{arn}] does not exist.")


def _start(store: Store, domain: Resource, owner: Resource, app: Resource, failure: str) -> None:
    if not failure and domain.about["AppNetworkAccessType"] == "VpcOnly":
        failure = _connect(store, domain, owner, app)
    # Nothing else can have changed it by then: whoever deletes a pending app is refused.
    timeline.after(APP_CREATE, lambda: _begin(store, app, failure))


def _begin(store: Store, app: Resource, failure: str) -> None:
    app.become("Failed" if failure else "InService", failure)
    if not failure:
        domain_id, _, owner, kind, _ = app.key
        stream = f"{domain_id}/{owner}/{kind}/{app.about['AppName']}"
        sagemaker_logs.write(store.account, store.region, "studio", stream, f"{kind} is running.")


def _connect(store: Store, domain: Resource, owner: Resource, app: Resource) -> str:
    """Puts the app into a subnet of the domain; returns why that fails."""
    subnets, groups = domain.about["SubnetIds"], _groups(store, domain, owner)
    failure = sagemaker_network.problem(store.account, store.region, domain.about["VpcId"], subnets, groups)
    if failure:
        return failure
    nfs = sagemaker_home.group_id(store, domain, "outbound")
    turn = store.counters["interfaces"]
    store.counters["interfaces"] += 1
    app.holds["interface"] = sagemaker_network.put_interface(
        store.account,
        store.region,
        subnets[turn % len(subnets)],
        [*groups, *([nfs] if nfs else [])],
        sagemaker_network.studio_description(domain.key[0]),
        _role(store, domain, owner),
    ).id
    return ""


def _profile_settings(store: Store, owner: Resource) -> dict[str, Any]:
    name = owner.key[1]
    if owner.kind == "space":
        name = str((owner.about.get("OwnershipSettings") or {}).get("OwnerUserProfileName", "")).lower()
    profile = store.find("user-profile", owner.key[0], name)
    return (profile.about.get("UserSettings") or {}) if profile else {}


def _groups(store: Store, domain: Resource, owner: Resource) -> list[str]:
    """The groups of domain and profile together; both apply."""
    shared = owner.kind == "space" and not owner.about.get("OwnershipSettings")
    domain_wide = domain.about.get("DefaultSpaceSettings" if shared else "DefaultUserSettings") or {}
    groups = (
        *(domain_wide.get("SecurityGroups") or ()),
        *(_profile_settings(store, owner).get("SecurityGroups") or ()),
    )
    return list(dict.fromkeys(groups))


def _role(store: Store, domain: Resource, owner: Resource) -> str:
    own = _profile_settings(store, owner).get("ExecutionRole")
    return str(own or domain.about["DefaultUserSettings"]["ExecutionRole"])


def _describe(call: Call) -> dict[str, Any]:
    app = _app_of(call)
    described = app.described()
    if app.status == "InService":
        described["LastHealthCheckTimestamp"] = described["LastUserActivityTimestamp"] = date(app.modified)
    return described


def _list(call: Call) -> dict[str, Any]:
    store, parameters = store_of(call), call.parameters
    if parameters.get("UserProfileNameEquals") and parameters.get("SpaceNameEquals"):
        raise invalid("UserProfileNameEquals and SpaceNameEquals cannot be specified together.")
    found = store.all("app", *([parameters["DomainIdEquals"]] if parameters.get("DomainIdEquals") else []))
    for filter_name, kind in (("UserProfileNameEquals", "user-profile"), ("SpaceNameEquals", "space")):
        if parameters.get(filter_name):
            wanted = (kind, parameters[filter_name].lower())
            found = [app for app in found if app.key[1:3] == wanted]
    part, more = page(call, ordered(call, found, "AppName"))
    return {"Apps": [app.described(*_LISTED) for app in part]} | more


def _delete(call: Call) -> None:
    app, store = _app_of(call), store_of(call)
    # https://github.com/hashicorp/terraform-provider-aws: its deletion of apps knows these two texts.
    if app.status == "Deleted":
        raise invalid(f"App [{app.arn}] has already been deleted.")
    if app.status == "Failed":
        raise invalid(f"App [{app.arn}] previously failed and was automatically deleted.")
    if app.status == "Pending":
        raise busy("App", app.arn, app.status)
    if app.status == "Deleting":
        return
    app.become("Deleting")
    timeline.after(APP_DELETE, lambda: _end(store, app))


def _end(store: Store, app: Resource) -> None:
    app.become("Deleted")
    interface = ec2_backends[store.account][store.region].enis.get(app.holds.pop("interface", ""))
    if interface is not None:
        sagemaker_network.release_interface(store.account, store.region, interface)
    timeline.at(timeline.now() + _LISTED_AFTER_END, lambda: store.remove(app))
