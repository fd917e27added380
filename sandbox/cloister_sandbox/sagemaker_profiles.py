"""User profiles of a Studio domain."""

from __future__ import annotations

import copy
from typing import Any

from . import quotas, sagemaker_home, timeline
from .call import Call
from .durations import PROFILE_CREATE, PROFILE_DELETE, PROFILE_UPDATE
from .registry import Registry
from .sagemaker_domains import check_roles, domain_of, working_domain
from .sagemaker_errors import busy, exists, has, invalid, missing
from .sagemaker_request import filtered, ordered, page, register
from .sagemaker_store import Resource, Store, store_of, tags_of

# The first user's directory in the home file system, and the id that owns it.
_FIRST_UID = 200001
_ENDED = ("Deleted", "Failed")
_LISTED = ("DomainId", "UserProfileName", "Status", "CreationTime", "LastModifiedTime")


def add(registry: Registry) -> None:
    """Adds the operations."""
    answers = {
        "CreateUserProfile": _create,
        "DescribeUserProfile": _describe,
        "ListUserProfiles": _list,
        "UpdateUserProfile": _update,
        "DeleteUserProfile": _delete,
    }
    register(registry, answers)


def profile_of(store: Store, domain_id: str, name: str) -> Resource:
    """The profile of a name, which is compared without case; raises if there is none."""
    domain_of(store, domain_id)
    profile = store.find("user-profile", domain_id, name.lower())
    if profile is None:
        raise missing("UserProfile", _arn(store, domain_id, name))
    return profile


def _arn(store: Store, domain_id: str, name: str) -> str:
    return store.arn(f"user-profile/{domain_id}/{name.lower()}")


def _create(call: Call) -> dict[str, Any]:
    store, about = store_of(call), copy.deepcopy(call.parameters)
    domain = working_domain(store, about["DomainId"])
    name = about["UserProfileName"]
    arn = _arn(store, domain.key[0], name)
    if store.find("user-profile", domain.key[0], name.lower()):
        raise exists("UserProfile", arn)
    _check_sign_on(domain, about)
    _check_groups(domain, about)
    check_roles(call, about.get("UserSettings"))
    quotas.check("sagemaker:user-profile", len(store.all("user-profile")))
    profile = Resource("user-profile", (domain.key[0], name.lower()), arn, about, status="Pending")
    profile.tags = tags_of(about.pop("Tags", None))
    about["UserProfileArn"] = arn
    if domain.about["HomeEfsFileSystemCreation"] == "Enabled":
        about["HomeEfsFileSystemUid"] = str(_FIRST_UID + store.counters[domain.arn])
        store.counters[domain.arn] += 1
    store.add(profile)
    sagemaker_home.add_user(store, domain, profile)
    timeline.after(PROFILE_CREATE, lambda: profile.become("InService"))
    return {"UserProfileArn": arn}


def _check_sign_on(domain: Resource, about: dict[str, Any]) -> None:
    given = [bool(about.get(name)) for name in ("SingleSignOnUserIdentifier", "SingleSignOnUserValue")]
    if domain.about["AuthMode"] == "IAM" and any(given):
        raise invalid(
            "SingleSignOnUserIdentifier and SingleSignOnUserValue cannot be specified if the domain's AuthMode is IAM."
        )
    if domain.about["AuthMode"] == "SSO" and not all(given):
        raise invalid(
            "SingleSignOnUserIdentifier and SingleSignOnUserValue are required if the domain's AuthMode is SSO."
        )


def _check_groups(domain: Resource, about: dict[str, Any]) -> None:
    # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UserSettings.html
    settings = (domain.about["DefaultUserSettings"], about.get("UserSettings") or {})
    if domain.about["AppNetworkAccessType"] == "VpcOnly" and not any(one.get("SecurityGroups") for one in settings):
        raise invalid("SecurityGroups are required if the domain's AppNetworkAccessType is VpcOnly.")


def _describe(call: Call) -> dict[str, Any]:
    return profile_of(store_of(call), call.parameters["DomainId"], call.parameters["UserProfileName"]).described()


def _list(call: Call) -> dict[str, Any]:
    store, domain_id = store_of(call), call.parameters.get("DomainIdEquals")
    profiles = store.all("user-profile", *([domain_id] if domain_id else []))
    profiles = ordered(call, filtered(call, profiles, "UserProfileName"), "UserProfileName")
    found, more = page(call, profiles)
    return {"UserProfiles": [profile.described(*_LISTED) for profile in found]} | more


def _update(call: Call) -> dict[str, Any]:
    store, wanted = store_of(call), copy.deepcopy(call.parameters.get("UserSettings") or {})
    profile = profile_of(store, call.parameters["DomainId"], call.parameters["UserProfileName"])
    if profile.status not in ("InService", "Update_Failed"):
        raise busy("UserProfile", profile.arn, profile.status)
    check_roles(call, wanted)
    profile.about["UserSettings"] = {**(profile.about.get("UserSettings") or {}), **wanted}
    profile.become("Updating")
    timeline.after(PROFILE_UPDATE, lambda: profile.become("InService"))
    return {"UserProfileArn": profile.arn}


def _delete(call: Call) -> None:
    store = store_of(call)
    profile = profile_of(store, call.parameters["DomainId"], call.parameters["UserProfileName"])
    if profile.status in ("Pending", "Updating", "Deleting"):
        raise busy("UserProfile", profile.arn, profile.status)
    domain_id, name = profile.key
    if any(app.status not in _ENDED for app in store.all("app", domain_id, "user-profile", name)):
        raise has("UserProfile", profile.arn, "App")
    if any(_owner(space) == name for space in store.all("space", domain_id)):
        raise has("UserProfile", profile.arn, "Space")
    profile.become("Deleting")
    timeline.after(PROFILE_DELETE, lambda: store.remove(profile))


def _owner(space: Resource) -> str:
    return str((space.about.get("OwnershipSettings") or {}).get("OwnerUserProfileName", "")).lower()
