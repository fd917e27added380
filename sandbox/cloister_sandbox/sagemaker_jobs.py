"""Training and processing jobs: they start, run, and end, and sit in the VPC meanwhile."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from moto.ec2.models import ec2_backends

from . import role_propagation, sagemaker_logs, sagemaker_network, timeline
from .answers import ServiceError
from .call import Call
from .durations import JOB_RUN, JOB_START, JOB_STOP
from .registry import Registry
from .sagemaker_domains import SERVICE
from .sagemaker_errors import busy, invalid
from .sagemaker_request import filtered, ordered, page, register
from .sagemaker_store import Resource, Store, date, store_of, tags_of

_INTERNAL = "InternalServerError: We encountered an internal error. Please try again."


@dataclass(frozen=True)
class _Kind:
    """What tells the two kinds of jobs apart."""

    noun: str
    resource: str
    not_found: str
    unique: str
    logs: str

    @property
    def name(self) -> str:
        return f"{self.noun}Name"


_TRAINING = _Kind(
    "TrainingJob",
    "training-job",
    "Requested resource not found.",
    "Training job names must be unique within an AWS account and region, and a training job with this name already "
    "exists ({arn})",
    "TrainingJobs",
)
_PROCESSING = _Kind(
    "ProcessingJob",
    "processing-job",
    "Could not find requested job with name: {name}",
    "Job name must be unique within an AWS account and region, and a job with this name already exists ({arn})",
    "ProcessingJobs",
)


def add(registry: Registry) -> None:
    """Adds the operations of both kinds."""
    for kind in (_TRAINING, _PROCESSING):
        register(registry, _answers(kind))
    register(registry, {"UpdateTrainingJob": _update_training})


def _answers(kind: _Kind) -> dict[str, Any]:
    return {
        f"Create{kind.noun}": lambda call: _create(call, kind),
        f"Describe{kind.noun}": lambda call: _described(_job_of(call, kind), kind),
        f"List{kind.noun}s": lambda call: _list(call, kind),
        f"Stop{kind.noun}": lambda call: _stop(call, kind),
        f"Delete{kind.noun}": lambda call: _delete(call, kind),
    }


def _job_of(call: Call, kind: _Kind) -> Resource:
    name = call.parameters[kind.name]
    job = store_of(call).find(kind.resource, name)
    if job is None:
        raise invalid(kind.not_found.format(name=name))
    return job


def _create(call: Call, kind: _Kind) -> dict[str, Any]:
    store, about = store_of(call), copy.deepcopy(call.parameters)
    name = about[kind.name]
    arn = store.arn(f"{kind.resource}/{name.lower()}")
    if store.find(kind.resource, name):
        raise ServiceError("ResourceInUse", kind.unique.format(arn=arn))
    role_propagation.check(call, about["RoleArn"], SERVICE)
    network = _network(about)
    _check_network(store, network)
    job = Resource(kind.resource, (name,), arn, about, status="InProgress")
    job.tags = tags_of(about.pop("Tags", None))
    about[f"{kind.noun}Arn"] = arn
    about["SecondaryStatus"] = "Starting"
    store.add(job)
    failure = _INTERNAL if call.fails_later else ""
    timeline.after(JOB_START, lambda: _run(store, job, kind, failure))
    return {f"{kind.noun}Arn": arn}


def _network(about: dict[str, Any]) -> dict[str, Any]:
    return about.get("VpcConfig") or (about.get("NetworkConfig") or {}).get("VpcConfig") or {}


def _check_network(store: Store, network: dict[str, Any]) -> None:
    if not network:
        return
    first = sagemaker_network.find_subnet(store.account, store.region, network["Subnets"][0])
    vpc_id = first.vpc_id if first else ""
    if not vpc_id:
        raise invalid(f"The subnet ID '{network['Subnets'][0]}' does not exist")
    groups = network["SecurityGroupIds"]
    problem = sagemaker_network.problem(store.account, store.region, vpc_id, network["Subnets"], groups)
    if problem:
        raise invalid(problem.split(": ", 1)[1])


def _run(store: Store, job: Resource, kind: _Kind, failure: str) -> None:
    if job.status != "InProgress":
        return
    job.about["StartTime"], job.about["SecondaryStatus"] = timeline.now(), "Training"
    job.become("InProgress")
    network = _network(job.about)
    if network:
        job.holds["interface"] = sagemaker_network.put_interface(
            store.account,
            store.region,
            network["Subnets"][0],
            network["SecurityGroupIds"],
            f"[Do not delete] Network Interface created to access resources in your VPC for SageMaker {job.arn}",
            job.about["RoleArn"],
        ).id
    stream = f"{job.key[0]}/algo-1-{int(timeline.now())}"
    sagemaker_logs.write(store.account, store.region, kind.logs, stream, f"Starting {job.arn}")
    timeline.after(JOB_RUN, lambda: _end(store, job, "Failed" if failure else "Completed", failure))


def _end(store: Store, job: Resource, status: str, failure: str = "") -> None:
    if job.status not in ("InProgress", "Stopping") or (job.status == "Stopping" and status != "Stopped"):
        return
    job.about["EndTime"], job.about["SecondaryStatus"] = timeline.now(), status
    job.become(status, failure)
    interface = ec2_backends[store.account][store.region].enis.get(job.holds.pop("interface", ""))
    if interface is not None:
        sagemaker_network.release_interface(store.account, store.region, interface)


def _described(job: Resource, kind: _Kind) -> dict[str, Any]:
    described = job.described() | {f"{kind.noun}Status": job.status}
    prefix = "Training" if kind is _TRAINING else "Processing"
    started, ended = described.pop("StartTime", None), described.pop("EndTime", None)
    if started:
        described[f"{prefix}StartTime"] = date(started)
    if ended:
        described[f"{prefix}EndTime"] = date(ended)
    if kind is _PROCESSING:
        del described["SecondaryStatus"]
        return described
    output = job.about["OutputDataConfig"]["S3OutputPath"].rstrip("/")
    described["ModelArtifacts"] = {"S3ModelArtifacts": f"{output}/{job.key[0]}/output/model.tar.gz"}
    described.setdefault("StoppingCondition", {"MaxRuntimeInSeconds": 86400})
    for name in ("EnableNetworkIsolation", "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining"):
        described.setdefault(name, False)
    if started and ended:
        seconds = max(1, int(ended - started))
        described |= {"TrainingTimeInSeconds": seconds, "BillableTimeInSeconds": seconds}
    described["SecondaryStatusTransitions"] = _transitions(job, started, ended)
    return described


def _transitions(job: Resource, started: float | None, ended: float | None) -> list[dict[str, Any]]:
    """What the job went through: each step ends where the next begins, and the last one at once."""
    begun: list[tuple[str, float]] = [("Starting", job.created)]
    begun += [("Training", started)] if started else []
    begun += [(job.status, ended)] if ended else []
    steps = []
    for index, (status, at) in enumerate(begun):
        until = begun[index + 1][1] if index + 1 < len(begun) else ended
        steps.append({"Status": status, "StartTime": date(at)} | ({"EndTime": date(until)} if until else {}))
    return steps


def _list(call: Call, kind: _Kind) -> dict[str, Any]:
    wanted = call.parameters.get("StatusEquals")
    found = [job for job in store_of(call).all(kind.resource) if wanted in (None, job.status)]
    part, more = page(call, ordered(call, filtered(call, found, kind.name), kind.name))
    return {f"{kind.noun}Summaries": [_described(job, kind) for job in part]} | more


def _stop(call: Call, kind: _Kind) -> None:
    store, job = store_of(call), _job_of(call, kind)
    if job.status == "Stopping":
        return
    if job.status != "InProgress":
        raise invalid(
            f"The request was rejected because the {kind.resource.replace('-', ' ')} is in status {job.status}."
        )
    job.about["SecondaryStatus"] = "Stopping"
    job.become("Stopping")
    timeline.after(JOB_STOP, lambda: _end(store, job, "Stopped"))


def _delete(call: Call, kind: _Kind) -> None:
    job = _job_of(call, kind)
    if job.status in ("InProgress", "Stopping"):
        raise busy(kind.noun, job.arn, job.status)
    store_of(call).remove(job)


def _update_training(call: Call) -> dict[str, Any]:
    job = _job_of(call, _TRAINING)
    if job.status != "InProgress":
        raise invalid(f"The training job is in status {job.status} and cannot be updated.")
    for name in ("ProfilerConfig", "ProfilerRuleConfigurations", "RemoteDebugConfig"):
        if call.parameters.get(name) is not None:
            job.about[name] = copy.deepcopy(call.parameters[name])
    keep_alive = (call.parameters.get("ResourceConfig") or {}).get("KeepAlivePeriodInSeconds")
    if keep_alive is not None:
        job.about.setdefault("ResourceConfig", {})["KeepAlivePeriodInSeconds"] = keep_alive
    job.become("InProgress")
    return {"TrainingJobArn": job.arn}
