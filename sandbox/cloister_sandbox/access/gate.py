"""Decides each call before it takes effect."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from ..answers import ServiceError
from ..call import Call, Principal
from . import denial, keys, policies, s3, services
from .needs import Document, Keys, Need
from .worker import Undecidable, Worker

# Where resource control policies reach.
# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
_CONTROLLED = frozenset(
    """
    s3 sts kms sqs secretsmanager cognito-identity cognito-idp logs dynamodb appconfig appstream autoscaling codebuild
    codecommit comprehend comprehendmedical dax ecr health kinesisvideo aoss signin support textract transcribe
    translate
    """.split()
)

_ANYTHING = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'


@dataclass(frozen=True)
class Refusal:
    """A call that must not take effect, and the layer of policies that denied it."""

    error: ServiceError
    layer: str = ""


@dataclass(frozen=True)
class _Caller:
    """What is the same for everything that one call needs."""

    principal: Any
    policies: dict[str, Any]
    endpoint: dict[str, Any] | None
    general: Keys
    own: Keys


class Gate:
    """Asks the evaluator what a call comes to under the policies as they stand."""

    def __init__(self, worker: Worker, moto_lock: threading.RLock) -> None:
        self._worker = worker
        self._moto_lock = moto_lock

    def refusal(self, call: Call) -> Refusal | None:
        """Why a call is refused; None where everything that it needs is allowed. Raises `Undecidable`."""
        try:
            with self._moto_lock:
                needed = services.needs(call)
                questions = self._questions(call, needed)
        except ServiceError as error:
            return Refusal(error)
        refused = [self._ask(call, need, question) for need, question in zip(needed, questions, strict=True)]
        if call.service == "s3" and call.operation == "DeleteObjects":
            return _of_deletions(call, refused)
        return next((one for one in refused if one is not None), None)

    def allows_with(self, call: Call, need: Need) -> bool:
        """Whether the caller of `call` may do what `need` says, under the resource policy that `need` holds."""
        with self._moto_lock:
            (question,) = self._questions(call, [need])
        return self._ask(call, need, question) is None

    def _ask(self, call: Call, need: Need, question: dict[str, Any]) -> Refusal | None:
        answer = self._worker.ask(question)
        if answer["decision"] == "allowed":
            return None
        if answer["decision"] == "undecided":
            raise Undecidable(f"{need.action} on {need.resource}: {answer.get('reason', 'undecided')}")
        return Refusal(denial.error(call, need, question, answer), answer["layer"])

    def _questions(self, call: Call, needed: list[Need]) -> list[dict[str, Any]]:
        caller = _caller(call)
        return [_question(call, caller, need) for need in needed]


def _of_deletions(call: Call, refused: list[Refusal | None]) -> Refusal | None:
    """One key that may not be deleted does not keep the others: it is an error in the answer."""
    if refused and all(refused):
        return refused[0]
    entries = s3.entries_to_delete(call)
    call.kept_objects = [(entry, one.error) for entry, one in zip(entries, refused, strict=True) if one is not None]
    return None


def _caller(call: Call) -> _Caller:
    principal = call.principal
    attached = {
        "identity": _listed(policies.of_identity(principal)),
        "boundary": _one(policies.of_boundary(principal)),
        "session": [{"name": name, "document": text} for name, text in principal.session_policies],
        "service_control": [
            _listed(level) for level in policies.of_organization(principal.account, "SERVICE_CONTROL_POLICY")
        ],
    }
    return _Caller(
        _principal(principal),
        {name: value for name, value in attached.items() if value},
        _one(policies.of_endpoint(call)),
        keys.of_call(call),
        services.keys(call),
    )


def _question(call: Call, caller: _Caller, need: Need) -> dict[str, Any]:
    prefix = need.action.split(":", 1)[0]
    attached = _attached(caller, need)
    if need.policy is not None:
        attached["resource"] = _one(need.policy)
    # The endpoint of a service sees the calls to that service, not those that it causes.
    if caller.endpoint is not None and prefix == call.iam_prefix and not need.via:
        attached["endpoint"] = caller.endpoint
    account = need.owner or _account_in(need.resource) or call.account
    context = keys.for_need(call, need, caller.general, caller.own)
    if account:
        context["aws:ResourceAccount"] = account
    if prefix in _CONTROLLED and account:
        levels = policies.of_organization(account, "RESOURCE_CONTROL_POLICY")
        if levels:
            attached["resource_control"] = [_listed(level) for level in levels]
    question = {
        "principal": need.caller or caller.principal,
        "action": need.action,
        "resource": need.resource,
        "context": context,
        "policies": attached,
    }
    return question | ({"resource_account": need.owner} if need.owner else {})


def _attached(caller: _Caller, need: Need) -> dict[str, Any]:
    """What is attached to whoever asks."""
    if need.is_free:
        return {"identity": [{"name": "any", "document": _ANYTHING}]}
    return {} if "service" in (need.caller or {}) else dict(caller.policies)


def _principal(principal: Principal) -> Any:
    if principal.is_anonymous:
        return "anonymous"
    if principal.role_arn:
        return {"role": principal.role_arn, "session": principal.arn}
    return {"user": principal.arn} if principal.kind == "IAMUser" else principal.arn


def _account_in(arn: str) -> str:
    parts = arn.split(":")
    # AWS's own policies lie in the account `aws`.
    return parts[4] if len(parts) > 5 and parts[4].isdigit() else ""


def _one(document: Document | None) -> dict[str, Any] | None:
    return {"name": document.name, "document": document.text} if document is not None else None


def _listed(documents: list[Document]) -> list[dict[str, Any]]:
    return [{"name": document.name, "document": document.text} for document in documents]
