"""The control API under `/_cloister`: what tests and the command line ask of a running sandbox."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from . import (
    census,
    flow_control,
    identity_center,
    latency,
    network_firewall_endpoints,
    quotas,
    roles,
    sagemaker_sessions,
    seed,
    timeline,
    vantages,
)
from .accounts import HOME_ACCOUNT
from .call import Principal
from .faults import FaultFileError
from .identity import role_principal, utc_now
from .life import CannotFork, Wish
from .patches import ec2_endpoint_services
from .rates import RateError

if TYPE_CHECKING:
    from .sandbox import Sandbox

_ACCOUNT = re.compile(r"[0-9]{12}")
_MOST_ACCOUNTS = 1000
_LOOPBACK_HOSTS = ("127.0.0.1", "localhost")


class BadRequest(Exception):
    """A request that the control API cannot serve; the text says why."""


class Control:
    """Answers control requests."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._routes: dict[tuple[str, str], Callable[[Request], Any]] = {
            ("GET", "health"): lambda _: {"status": "ok"},
            ("GET", "calls"): self._calls,
            ("GET", "census"): self._census,
            ("POST", "deliver"): lambda _: {"files": self._sandbox.delivery.deliver(utc_now())},
            ("GET", "faults"): lambda _: {"rules": self._sandbox.spoiler.report()},
            ("POST", "faults"): self._replace_faults,
            ("POST", "fork"): self._fork,
            ("GET", "holds"): lambda _: {"held": self._sandbox.holds.listed()},
            ("POST", "release"): self._release,
            ("GET", "rates"): lambda _: self._sandbox.rates.report(),
            ("POST", "rates"): self._set_rates,
            ("POST", "session"): self._session,
            ("POST", "sessions"): self._limit_sessions,
            ("POST", "skip"): self._skip,
            ("POST", "accounts"): self._open_accounts,
            ("POST", "latency"): self._set_latency,
            ("GET", "quotas"): lambda _: quotas.current(),
            ("POST", "quotas"): self._set_quotas,
            ("POST", "firewalls"): self._set_firewalls,
            ("POST", "flows"): self._flows,
            ("POST", "vantage"): self._open_vantage,
            ("GET", "endpoint_services"): lambda _: {"withdrawn": ec2_endpoint_services.withdrawn()},
            ("POST", "endpoint_services"): self._withdraw,
            ("GET", "identity_center"): lambda _: identity_center.shown(),
            ("POST", "identity_center"): self._switch_identity_center,
        }

    def answer(self, environ: dict[str, Any]) -> Response:
        """Serves one request; refuses those that a page in a browser may have caused."""
        request = Request(environ)
        # What is left unread, the server waits for until the client hangs up, which waits for the server in turn.
        request.get_data()
        # A page of another site could otherwise post here, or come by a name that it made resolve to loopback.
        if "Origin" in request.headers or request.host.split(":")[0] not in _LOOPBACK_HOSTS:
            return _json({"error": "requests of a browser are refused"}, 403)
        name = request.path.removeprefix("/_cloister").strip("/")
        route = self._routes.get((request.method, name))
        if route is None:
            known = ", ".join(f"{method} /_cloister/{path}" for method, path in self._routes)
            return _json({"error": f"no such control request; there are: {known}"}, 404)
        try:
            if name == "fork":  # It waits until nobody is at work.
                return _json(route(request), 200)
            with self._sandbox.stillness.work():
                return _json(route(request), 200)
        except (BadRequest, FaultFileError) as reason:
            return _json({"error": str(reason)}, 400)

    def _calls(self, request: Request) -> dict[str, Any]:
        after = request.args.get("after", "0")
        if not after.isdigit():
            raise BadRequest("`after` is the number of a call")
        return {"calls": self._sandbox.calls.entries(int(after))}

    def _census(self, request: Request) -> census.Census:
        account = request.args.get("account", HOME_ACCOUNT)
        if not _ACCOUNT.fullmatch(account):
            raise BadRequest("`account` is an account's number, 12 digits")
        with self._sandbox.backend.lock:
            timeline.settle()
            return census.take(account)

    def _replace_faults(self, request: Request) -> dict[str, Any]:
        self._sandbox.spoiler.replace(_body(request))
        # What former rules held may go.
        self._sandbox.holds.release(None)
        return {"rules": self._sandbox.spoiler.report()}

    def _fork(self, request: Request) -> dict[str, int]:
        wanted = _body(request)
        path = wanted.get("ready_file") if isinstance(wanted, dict) else None
        if not isinstance(path, str) or not Path(path).is_absolute() or not Path(path).parent.is_dir():
            raise BadRequest("`ready_file` is the absolute path of a file to be written, in a folder that exists")
        try:
            return {"pid": self._sandbox.life.fork(Wish(Path(path), wanted.get("outlives") is True))}
        except CannotFork as reason:
            raise BadRequest(str(reason)) from None

    def _release(self, request: Request) -> dict[str, int]:
        wanted = _body(request)
        seq = wanted.get("seq") if isinstance(wanted, dict) else None
        if seq is not None and not isinstance(seq, int):
            raise BadRequest("`seq` is the number of a held call; without it all are let go")
        return {"released": self._sandbox.holds.release(seq)}

    def _limit_sessions(self, request: Request) -> dict[str, Any]:
        seconds = _seconds(_body(request), "the longest time that a session lasts; 0 sets no limit")
        self._sandbox.identities.limit(timedelta(seconds=seconds) if seconds else None)
        return {"seconds": seconds}

    def _skip(self, request: Request) -> dict[str, Any]:
        timeline.skip(_seconds(_body(request), "the time to let pass, 0 or more"))
        return {"now": timeline.moment().isoformat()}

    def _open_accounts(self, request: Request) -> dict[str, list[str]]:
        body = _body(request)
        count = body.get("count") if isinstance(body, dict) else None
        if not isinstance(count, int) or isinstance(count, bool) or not 0 < count <= _MOST_ACCOUNTS:
            raise BadRequest(f"`count` is how many member accounts there are to be, 1 to {_MOST_ACCOUNTS}")
        with self._sandbox.backend.lock:
            return {"accounts": seed.open_accounts(count)}

    def _set_latency(self, request: Request) -> dict[str, float]:
        body = _body(request)
        factor = body.get("factor") if isinstance(body, dict) else None
        if not isinstance(factor, int | float) or isinstance(factor, bool):
            raise BadRequest("`factor` is the share of AWS's durations to take, 0 or more")
        try:
            latency.set_factor(factor)
        except ValueError as reason:
            raise BadRequest(str(reason)) from None
        return {"factor": factor}

    def _set_quotas(self, request: Request) -> dict[str, int]:
        try:
            quotas.change(_body(request))
        except quotas.QuotaError as reason:
            raise BadRequest(str(reason)) from None
        return quotas.current()

    def _set_rates(self, request: Request) -> dict[str, float]:
        try:
            self._sandbox.rates.replace(_body(request))
        except RateError as reason:
            raise BadRequest(str(reason)) from None
        return self._sandbox.rates.report()

    def _set_firewalls(self, request: Request) -> dict[str, str]:
        wanted = _body(request)
        try:
            network_firewall_endpoints.set_routes(wanted.get("routes") if isinstance(wanted, dict) else None)
        except ValueError as reason:
            raise BadRequest(str(reason)) from None
        return {"routes": network_firewall_endpoints.routes()}

    def _withdraw(self, request: Request) -> dict[str, Any]:
        wanted = _body(request)
        if not isinstance(wanted, dict):
            raise BadRequest("`service` is missing")
        try:
            ec2_endpoint_services.withdraw(wanted.get("service"), wanted.get("zones"))
        except ValueError as reason:
            raise BadRequest(str(reason)) from None
        return {"withdrawn": ec2_endpoint_services.withdrawn()}

    def _switch_identity_center(self, request: Request) -> dict[str, Any]:
        try:
            with self._sandbox.backend.lock:
                return identity_center.switch(_body(request))
        except ValueError as reason:
            raise BadRequest(str(reason)) from None

    def _flows(self, request: Request) -> dict[str, Any]:
        wanted = _body(request)
        try:
            with self._sandbox.backend.lock:
                return flow_control.run(wanted)
        except flow_control.BadFlow as reason:
            raise BadRequest(str(reason)) from None

    def _open_vantage(self, request: Request) -> dict[str, str]:
        wanted = _body(request)
        try:
            with self._sandbox.backend.lock:
                found = vantages.place(wanted)
        except vantages.BadVantage as reason:
            raise BadRequest(str(reason)) from None
        return {"endpoint": self._sandbox.vantages.open(found), "source_ip": found.source_ip}

    def _session(self, request: Request) -> dict[str, Any]:
        wanted = _body(request)
        if not isinstance(wanted, dict):
            raise BadRequest("`role_arn` is missing")
        with self._sandbox.backend.lock:
            principal = _caller(wanted)
        seconds = -60 if wanted.get("expired") else int(wanted.get("duration", 3600))
        session = self._sandbox.identities.issue(principal, timedelta(seconds=seconds), utc_now())
        return {
            "access_key_id": session.access_key,
            "secret_access_key": session.secret_key,
            "session_token": session.token,
            "expiration": session.expires.isoformat(),
            "arn": session.principal.arn,
        }


def _seconds(body: Any, meaning: str) -> float:
    """The duration in a request that says nothing else."""
    seconds = body.get("seconds") if isinstance(body, dict) else None
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or seconds < 0:
        raise BadRequest(f"`seconds` is {meaning}")
    return seconds


def _caller(wanted: dict[str, Any]) -> Principal:
    """The caller that a request for a session asks for: an app of a user of Studio, or whoever takes a role."""
    if "studio" in wanted:
        try:
            return sagemaker_sessions.of_user(wanted["studio"])
        except sagemaker_sessions.NoSuchUser as reason:
            raise BadRequest(str(reason)) from None
    if not isinstance(wanted.get("role_arn"), str):
        raise BadRequest("`role_arn` is missing")
    found = roles.find_role(wanted["role_arn"])
    if found is None:
        raise BadRequest(f"there is no role `{wanted['role_arn']}`")
    account, role = found
    return role_principal(account, role, str(wanted.get("session_name", "sandbox")))


def _body(request: Request) -> Any:
    try:
        return json.loads(request.get_data() or b"{}")
    except ValueError:
        raise BadRequest("the body is not JSON") from None


def _json(body: Any, status: int) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json")
