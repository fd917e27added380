"""Records on their way to the destinations of flow logs, which takes AWS some minutes."""

from __future__ import annotations

import gzip
import secrets
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from moto.logs.models import logs_backends
from moto.s3.models import s3_backends

from . import buckets, durations, flow_fields, timeline
from .flow_logs import bucket_and_prefix
from .flow_records import Values

# A file holds the records that end within five minutes.
_FILE_SECONDS = 300


def send(backend: Any, records: list[tuple[Any, Values]]) -> int:
    """Gives records, each with its interface, to every flow log that covers them; how many lines that makes."""
    lines = 0
    for flow_log in list(backend.flow_logs.values()):
        covered = [(one, found) for one, found in records if _covers(flow_log, one, found)]
        if covered and flow_log.deliver_logs_status == "SUCCESS":
            lines += len(covered)
            _deliver_later(backend, flow_log, covered)
    return lines


def _deliver_later(backend: Any, flow_log: Any, records: list[tuple[Any, Values]]) -> None:
    deliver = {"cloud-watch-logs": _to_group, "s3": _to_bucket}.get(flow_log.log_destination_type)
    if deliver is not None:
        timeline.after(durations.FLOW_LOG_DELIVERY, lambda: deliver(backend, flow_log, records))


def _covers(flow_log: Any, interface: Any, found: Values) -> bool:
    if flow_log.resource_id not in (interface.id, interface.subnet.id, interface.vpc_id):
        return False
    return flow_log.traffic_type == "ALL" or found.get("action") in (None, flow_log.traffic_type)


def _to_group(backend: Any, flow_log: Any, records: list[tuple[Any, Values]]) -> None:
    logs = logs_backends[backend.account_id][backend.region_name]
    # A group that was deleted under its flow log comes back, without its retention and key.
    if flow_log.log_group_name not in logs.groups:
        logs.create_log_group(flow_log.log_group_name, {})
    streams = logs.groups[flow_log.log_group_name].streams
    for interface, found in records:
        name = f"{interface.id}-{flow_log.traffic_type.lower()}"
        if name not in streams:
            logs.create_log_stream(flow_log.log_group_name, name)
        message = flow_fields.line(flow_log.log_format, found)
        event = {"timestamp": int(str(found["start"])) * 1000, "message": message}
        streams[name].put_log_events([event])


def _to_bucket(backend: Any, flow_log: Any, records: list[tuple[Any, Values]]) -> None:
    name, prefix = bucket_and_prefix(flow_log.log_destination)
    bucket = buckets.find(name)
    # The Parquet writer would be the sandbox's largest dependency.
    if bucket is None or flow_log.destination_options["FileFormat"] != "plain-text":
        return
    files: dict[int, list[str]] = defaultdict(list)
    for _, found in records:
        end = int(str(found["end"]))
        files[end - end % _FILE_SECONDS].append(flow_fields.line(flow_log.log_format, found))
    header = " ".join(flow_fields.names(flow_log.log_format))
    for time, lines in files.items():
        content = gzip.compress("\n".join([header, *lines, ""]).encode(), mtime=0)
        key = _key(backend, flow_log, prefix, datetime.fromtimestamp(time, UTC))
        stored = s3_backends[bucket.account_id][bucket.partition].put_object(
            name, key, content, disable_notification=True
        )
        stored.set_metadata({"content-type": "application/octet-stream"})


def _key(backend: Any, flow_log: Any, prefix: str, time: datetime) -> str:
    """https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html"""
    account, region, options = backend.account_id, backend.region_name, flow_log.destination_options
    if options["HiveCompatiblePartitions"]:
        place = f"aws-account-id={account}/aws-service=vpcflowlogs/aws-region={region}"
        folder = f"{place}/year={time:%Y}/month={time:%m}/day={time:%d}"
        hour = f"hour={time:%H}"
    else:
        folder, hour = f"{account}/vpcflowlogs/{region}/{time:%Y/%m/%d}", f"{time:%H}"
    file = f"{account}_vpcflowlogs_{region}_{flow_log.id}_{time:%Y%m%dT%H%MZ}_{secrets.token_hex(4)}.log.gz"
    parts = (prefix, "AWSLogs", folder, hour if options["PerHourPartition"] else "", file)
    return "/".join(part for part in parts if part)
