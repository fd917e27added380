"""What SageMaker writes to CloudWatch Logs: apps and jobs have streams of their own.

https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
"""

from __future__ import annotations

from moto.logs.models import logs_backends

from . import timeline


def write(account: str, region: str, group: str, stream: str, *messages: str) -> None:
    """Adds lines to a stream below `/aws/sagemaker`, which is made if it is not there."""
    backend, name = logs_backends[account][region], f"/aws/sagemaker/{group}"
    backend.ensure_log_group(name)
    if stream not in backend.groups[name].streams:
        backend.create_log_stream(name, stream)
    moment = int(timeline.now() * 1000)
    backend.groups[name].put_log_events(stream, [{"timestamp": moment, "message": line} for line in messages])
