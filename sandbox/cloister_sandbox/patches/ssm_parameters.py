"""Parameters: put atomically, dated by who changed them, listed in pages of the asked size."""

from __future__ import annotations

import threading
from typing import Any

from moto.core.responses import ActionResult
from moto.ssm.models import Parameter, SimpleSystemManagerBackend
from moto.ssm.responses import SimpleSystemManagerResponse

from .wrap import AwsError, around, call_of, json_parameters

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeParameters.html
_USUAL_PAGE, _MOST_PER_PAGE = 10, 50
_MOST_TAGS = 50

# A put without overwrite is how cloister takes a name for itself: of two at once, one must lose.
_writing = threading.RLock()


def apply() -> None:
    """Locks the writes and corrects the answers."""
    for name in ("put_parameter", "delete_parameter", "delete_parameters"):
        _locked(name)

    @around(SimpleSystemManagerResponse, "put_parameter")
    def put_parameter(original: Any, self: SimpleSystemManagerResponse) -> Any:
        _check_tags(json_parameters(self).get("Tags") or [], {})
        with _writing:
            answer = original(self)
            parameter = self.ssm_backend.get_parameter(json_parameters(self)["Name"])
            parameter.cloister_user = _user(self)
        return answer

    @around(SimpleSystemManagerResponse, "add_tags_to_resource")
    def add_tags(original: Any, self: SimpleSystemManagerResponse) -> Any:
        parameters = json_parameters(self)
        kind, resource = parameters.get("ResourceType"), parameters.get("ResourceId")
        with _writing:
            _check_tags(parameters.get("Tags") or [], self.ssm_backend.list_tags_for_resource(kind, resource))
            return original(self)

    @around(SimpleSystemManagerResponse, "describe_parameters")
    def describe(original: Any, self: SimpleSystemManagerResponse) -> Any:
        parameters = json_parameters(self)
        found = self.ssm_backend.describe_parameters(parameters.get("Filters"), parameters.get("ParameterFilters"))
        start = int((parameters.get("NextToken") or "0").strip() or 0)
        end = start + min(parameters.get("MaxResults") or _USUAL_PAGE, _MOST_PER_PAGE)
        answer: dict[str, Any] = {"Parameters": [_described(entry, self) for entry in found[start:end]]}
        if end < len(found):
            answer["NextToken"] = str(end)
        return ActionResult(answer)


def _locked(name: str) -> None:
    @around(SimpleSystemManagerBackend, name)
    def locked(original: Any, self: SimpleSystemManagerBackend, *args: Any, **kwargs: Any) -> Any:
        with _writing:
            return original(self, *args, **kwargs)


def _described(parameter: Parameter, response: SimpleSystemManagerResponse) -> dict[str, Any]:
    described = parameter.describe_response_object(False)
    described["LastModifiedUser"] = getattr(parameter, "cloister_user", None) or _user(response)
    described["ARN"] = parameter.response_object(False, response.region)["ARN"]
    return described


def _user(response: SimpleSystemManagerResponse) -> str:
    call = call_of(response)
    return call.principal.arn if call is not None else f"arn:{response.partition}:iam::{response.current_account}:root"


def _check_tags(tags: list[dict[str, str]], existing: dict[str, str]) -> None:
    keys = [tag.get("Key", "") for tag in tags]
    if any(key.lower().startswith("aws:") for key in keys):
        raise AwsError("ValidationException", "Tag keys must not begin with aws:")
    if len(set(keys) | set(existing)) > _MOST_TAGS:
        raise AwsError("TooManyTagsError", "The request would give the resource more tags than it may have.")
