"""Many clients at once lose nothing, and what must be atomic is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from botocore.exceptions import ClientError
from conftest import Running
from records import delivered

_WORKERS = 8
_EACH = 15


def test_one_of_many_creators_wins(sandbox: Running) -> None:
    def create(number: int) -> str | None:
        try:
            sandbox.client("ssm").put_parameter(Name="/race", Value=str(number), Type="String", Overwrite=False)
        except ClientError as failure:
            return failure.response["Error"]["Code"]
        return None

    with ThreadPoolExecutor(_WORKERS) as workers:
        codes = list(workers.map(create, range(_WORKERS)))
    assert codes.count(None) == 1
    assert codes.count("ParameterAlreadyExists") == _WORKERS - 1


def test_every_call_of_many_clients_is_recorded_once(sandbox: Running) -> None:
    sandbox.client("s3").create_bucket(Bucket="many-clients")

    def write(worker: int) -> set[str]:
        s3 = sandbox.client("s3")
        puts = (s3.put_object(Bucket="many-clients", Key=f"{worker}/{number}", Body=b"x") for number in range(_EACH))
        return {answer["ResponseMetadata"]["RequestId"] for answer in puts}

    with ThreadPoolExecutor(_WORKERS) as workers:
        made = set().union(*workers.map(write, range(_WORKERS)))
    records = [one for file in delivered(sandbox).values() for one in file]
    seen = [one["requestID"] for one in records if one["eventName"] == "PutObject"]
    assert len(made) == _WORKERS * _EACH
    assert sorted(one for one in seen if one in made) == sorted(made)
