"""What Studio gives to the apps of a user: a session of the profile's role, from which it is known whose it is.

https://docs.aws.amazon.com/sagemaker/latest/dg/monitor-user-access.html
"""

from __future__ import annotations

from typing import Any

from .accounts import HOME_ACCOUNT, HOME_REGION
from .call import Principal
from .identity import role_principal
from .roles import find_role
from .sagemaker_store import store_for

# What AWS calls the sessions that SageMaker opens for itself.
_SESSION_NAME = "SageMaker"


class NoSuchUser(ValueError):
    """Nobody whose apps could have a session; the text says why."""


def of_user(wanted: Any) -> Principal:
    """The caller that an app of a user is: `{"domain_id": "d-...", "user_profile_name": "ada"}`."""
    names = ("domain_id", "user_profile_name")
    if not isinstance(wanted, dict) or wanted.keys() != set(names):
        raise NoSuchUser(f"a user of Studio is told by {' and '.join(f'`{name}`' for name in names)}")
    domain_id, name = (str(wanted[key]) for key in names)
    store = store_for(HOME_ACCOUNT, HOME_REGION)
    domain, profile = store.find("domain", domain_id), store.find("user-profile", domain_id, name.lower())
    if domain is None or profile is None:
        raise NoSuchUser(f"there is no profile `{name}` in a domain `{domain_id}`")
    own, usual = profile.about.get("UserSettings") or {}, domain.about["DefaultUserSettings"]
    arn = str(own.get("ExecutionRole") or usual["ExecutionRole"])
    found = find_role(arn)
    if found is None:
        raise NoSuchUser(f"the role `{arn}` of `{name}` is gone")
    identity = (domain.about.get("DomainSettings") or {}).get("ExecutionRoleIdentityConfig")
    account, role = found
    return role_principal(
        account,
        role,
        _SESSION_NAME,
        source_identity=name if identity == "USER_PROFILE_NAME" else "",
        # https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-spaces-admin-guide.html
        studio_keys={"sagemaker:DomainId": domain_id, "sagemaker:UserProfileName": name},
    )
