"""Addresses that let their bearer into Studio, or into a notebook instance."""

from __future__ import annotations

import base64
import json
import re
import secrets
from typing import Any

from moto.sagemaker.models import sagemaker_backends

from . import timeline
from .call import Call
from .registry import Registry
from .sagemaker_domains import working_domain
from .sagemaker_errors import invalid
from .sagemaker_profiles import profile_of
from .sagemaker_request import register
from .sagemaker_spaces import space_of
from .sagemaker_store import store_of

# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePresignedDomainUrl.html
_USUAL_SECONDS, _USUAL_SESSION = 300, 43200
_LANDING = re.compile(
    r"^(studio::(relative/.*)?|app:(JupyterLab|CodeEditor|JupyterServer|RStudioServerPro|Canvas)?:.*)$"
)


def add(registry: Registry) -> None:
    """Adds the operations."""
    answers = {
        "CreatePresignedDomainUrl": _domain_url,
        "CreatePresignedNotebookInstanceUrl": _notebook_url,
    }
    register(registry, answers)


def _domain_url(call: Call) -> dict[str, Any]:
    store, parameters = store_of(call), call.parameters
    domain = working_domain(store, parameters["DomainId"])
    if domain.about["AuthMode"] != "IAM":
        raise invalid("CreatePresignedDomainUrl is only supported for domains whose AuthMode is IAM.")
    profile = profile_of(store, domain.key[0], parameters["UserProfileName"])
    if profile.status not in ("InService", "Updating", "Update_Failed"):
        raise invalid(f"UserProfile [{profile.arn}] is in {profile.status} status. It must be in InService status.")
    landing = parameters.get("LandingUri")
    if landing and not _LANDING.match(landing):
        raise invalid(f"LandingUri {landing} is not valid.")
    claims = {"sub": domain.key[0], "userProfileName": profile.about["UserProfileName"]}
    if parameters.get("SpaceName"):
        space = space_of(store, domain.key[0], parameters["SpaceName"])
        _check_owner(space.about, profile.key[1], space.arn)
        claims["spaceName"] = space.about["SpaceName"]
    token = _token(
        claims,
        parameters.get("ExpiresInSeconds") or _USUAL_SECONDS,
        parameters.get("SessionExpirationDurationInSeconds") or _USUAL_SESSION,
    )
    return {"AuthorizedUrl": f"{domain.about['Url']}/auth?token={token}"}


def _check_owner(space: dict[str, Any], profile_name: str, arn: str) -> None:
    sharing = (space.get("SpaceSharingSettings") or {}).get("SharingType")
    owner = str((space.get("OwnershipSettings") or {}).get("OwnerUserProfileName", "")).lower()
    if sharing == "Private" and owner != profile_name:
        raise invalid(f"Space [{arn}] is private and owned by another UserProfile.")


def _notebook_url(call: Call) -> dict[str, Any]:
    name = call.parameters["NotebookInstanceName"]
    instances = sagemaker_backends[call.account][call.region].notebook_instances
    instance = next((one for one in instances.values() if one.notebook_instance_name == name), None)
    if instance is None:
        raise invalid("RecordNotFound")
    if instance.status != "InService":
        raise invalid(f"Status ({instance.status}) not in ([InService]). Unable to transition to (InService).")
    session = call.parameters.get("SessionExpirationDurationInSeconds") or _USUAL_SESSION
    token = _token({"sub": name}, _USUAL_SECONDS, session)
    return {"AuthorizedUrl": f"https://{name}.notebook.{call.region}.sagemaker.aws?authToken={token}"}


def _token(claims: dict[str, Any], lifetime: int, session: int) -> str:
    """A token in the form that AWS's have; nothing checks its signature."""
    dated = claims | {"exp": int(timeline.now()) + lifetime, "sessionExpirationDurationInSeconds": session}
    parts = [json.dumps(one).encode() for one in ({"alg": "HS256"}, dated)]
    return ".".join(base64.urlsafe_b64encode(one).decode().rstrip("=") for one in (*parts, secrets.token_bytes(32)))
