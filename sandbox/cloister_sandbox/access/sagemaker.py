"""What SageMaker calls need: their resources, roles to hand on, tags to give, and keys to grant."""

from __future__ import annotations

from moto.sagemaker.models import sagemaker_backends

from .. import condition_keys_sagemaker as reference
from ..call import Call
from ..sagemaker_store import tags_of
from . import granting
from .needs import Keys, Need, resource_tags


def needs(call: Call) -> list[Need]:
    """Everything a SageMaker call needs."""
    place = (call.operation, call.parameters, call.account, call.region)
    about = [Need(call.action, arn, keys=resource_tags(_tags(arn))) for arn in reference.resources(*place)]
    besides = [Need(one.action, one.resource, keys=dict(one.keys)) for one in reference.dependents(*place)]
    return about + besides + granting.needs(call)


def keys(call: Call) -> Keys:
    """The condition keys of SageMaker's own."""
    return dict(reference.context(call.operation, call.parameters, call.account, call.region))


def _tags(arn: str) -> dict[str, str]:
    """The tags of a resource, whether the sandbox keeps it or moto."""
    own = reference.resource_tags(arn)
    parts = arn.split(":", 5)
    if own or len(parts) < 6:
        return own
    try:
        return tags_of(sagemaker_backends[parts[4]][parts[3]]._get_resource_from_arn(arn).tags)
    except Exception:  # A kind, or a resource of it, that moto does not know: it says so in many ways.
        return {}
