"""What a trail says of its deliveries, and whose trail it is: the account's, or the organization's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from moto.cloudtrail.models import CloudTrailBackend, Trail, TrailStatus
from moto.core.utils import iso_8601_datetime_without_milliseconds, unix_time
from moto.logs.models import logs_backends
from moto.organizations.models import organizations_backends

from .wrap import AwsError, around

_DELIVERY = "cloister_delivery"


def apply() -> None:
    """Lets the status show what happened, and checks what a trail is made with."""

    @around(TrailStatus, "description")
    def description(original: Any, self: TrailStatus) -> Any:
        described = original(self)
        moment, error = getattr(self, _DELIVERY, (None, ""))
        for name in ("LatestDeliveryTime", "LatestDeliveryAttemptTime"):
            described.pop(name, None)
        if moment is not None:
            stamp = iso_8601_datetime_without_milliseconds(moment)
            described["LatestDeliveryAttemptTime"] = stamp
            described["LatestDeliveryAttemptSucceeded"] = "" if error else stamp
            # Nothing is delivered late for good: the last success stays, and the error goes with it.
            described |= {"LatestDeliveryError": error} if error else {"LatestDeliveryTime": unix_time(moment)}
        return described

    @around(CloudTrailBackend, "create_trail")
    def create_trail(original: Any, self: CloudTrailBackend, *args: Any, **kwargs: Any) -> Any:
        trail = original(self, *args, **kwargs)
        try:
            _check(self, trail)
        except AwsError:
            self.trails.pop(trail.trail_name)
            raise
        return trail

    @around(CloudTrailBackend, "update_trail")
    def update_trail(original: Any, self: CloudTrailBackend, *args: Any, **kwargs: Any) -> Trail:
        trail = self.get_trail(kwargs["name"])
        before = dict(vars(trail))
        try:
            original(self, *args, **kwargs)
            _check(self, trail)
        except AwsError:
            vars(trail).update(before)
            raise
        return trail


def note_delivery(trail: Trail, moment: datetime, error: str = "") -> None:
    """Keeps what came of the latest delivery; `error` is S3's code."""
    setattr(trail.status, _DELIVERY, (moment.replace(tzinfo=None), error))


def _check(backend: CloudTrailBackend, trail: Trail) -> None:
    if trail.is_org_trail:
        _check_organization(backend.account_id, trail.partition)
    group, role = trail.cw_log_group_arn, trail.cw_role_arn
    if bool(group) != bool(role):
        raise AwsError(
            "InvalidParameterCombinationException",
            "CloudWatchLogsLogGroupArn and CloudWatchLogsRoleArn must be specified together.",
        )
    if group and not _group_exists(group):
        raise AwsError(
            "InvalidCloudWatchLogsLogGroupArnException",
            "CloudTrail cannot validate the specified log group ARN.",
        )
    if role and not _role_is_known(role):
        raise AwsError(
            "InvalidCloudWatchLogsRoleArnException",
            "Access denied. Check the permissions for your role.",
        )


def _check_organization(account: str, partition: str) -> None:
    own = organizations_backends[account][partition]
    if own.org is not None:
        return
    if account in organizations_backends.master_accounts:
        raise AwsError(
            "NotOrganizationMasterAccountException",
            "The trail cannot be an organization trail: this account is not the management account.",
        )
    raise AwsError("OrganizationsNotInUseException", "AWS Organizations is not in use in this account.")


def _group_exists(arn: str) -> bool:
    parts = arn.split(":")
    if len(parts) < 7 or parts[5] != "log-group":
        return False
    return parts[6] in logs_backends[parts[4]][parts[3]].groups


def _role_is_known(arn: str) -> bool:
    """Whether CloudTrail could assume the role by now: it takes a while from its creation."""
    # Late, since these modules know moto's stores.
    from .. import role_propagation, roles

    found = roles.find_role(arn)
    return found is not None and role_propagation.is_known(found[1])
