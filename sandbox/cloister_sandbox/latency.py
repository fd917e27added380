"""How long AWS takes to answer, as far as an answer waits for it.

Seconds (p50, p90) of the model that the durations of composites are estimated
with; nothing in it was measured against AWS. The factor scales it: 0 answers at
once, 1 is the model itself, and tests use something in between.
"""

from __future__ import annotations

import math
import random
import threading

from .call import Call

Seconds = tuple[float, float]

_QUICK: Seconds = (0.05, 0.15)
_OTHER: Seconds = (0.1, 0.4)

# A bucket with its settings takes 4 s (p90 10), a key with policy, rotation and
# alias 3 (8), a role with its policies 3 (6): spread over the calls that make them.
_TABLE: dict[str, Seconds] = {
    "s3:CreateBucket": (1.0, 2.5),
    "s3:DeleteBucket": (0.8, 4.0),
    "s3:PutBucket*": (0.45, 1.1),
    "s3:PutPublicAccessBlock": (0.45, 1.1),
    "s3:DeleteBucket*": (0.45, 1.1),
    "s3:PutObject": (0.05, 0.2),
    "s3:DeleteObject*": (0.1, 0.4),
    "kms:CreateKey": (1.2, 3.0),
    "kms:CreateAlias": (0.6, 1.6),
    "kms:PutKeyPolicy": (0.6, 1.7),
    "kms:EnableKeyRotation": (0.6, 1.7),
    "kms:ScheduleKeyDeletion": (0.5, 1.0),
    "ssm:PutParameter": (0.15, 0.5),
    "ssm:DeleteParameter": (0.15, 0.5),
    "iam:CreateRole": (1.0, 2.0),
    "iam:DeleteRole": (1.0, 2.0),
    "iam:Put*": (0.5, 1.0),
    "iam:Attach*": (0.5, 1.0),
    "iam:Detach*": (0.5, 1.0),
    "iam:Create*": (0.5, 1.0),
    "iam:Delete*": (0.5, 1.0),
    "tag:GetResources": (0.2, 0.6),
}
_READS = ("Get", "List", "Describe", "Head", "Lookup")

# The 90th percentile of the normal distribution, in standard deviations.
_Z90 = 1.2815515655446004

_lock = threading.Lock()
_random = random.Random(1)
_factor = 0.0


def set_factor(factor: float) -> None:
    """Scales every delay; also starts the jitter afresh, so that runs repeat."""
    global _factor
    if not math.isfinite(factor) or factor < 0:
        raise ValueError(f"the latency factor is `{factor}`: use a number, 0 or more")
    with _lock:
        _factor = factor
        _random.seed(1)


def seconds(call: Call) -> float:
    """How long this call's answer is held back."""
    return sample(_model(call)) if _factor else 0.0


def sample(duration: Seconds) -> float:
    """A time that something with these percentiles takes, scaled."""
    if _factor == 0:
        return 0.0
    median, p90 = duration
    with _lock:
        deviations = min(_random.gauss(0.0, 1.0), 2 * _Z90)
    # Log-normal through both percentiles: never negative, with AWS's long tail.
    return _factor * median * (p90 / median) ** (deviations / _Z90)


def _model(call: Call) -> Seconds:
    exact = _TABLE.get(call.action)
    if exact is not None:
        return exact
    for pattern, found in _TABLE.items():
        if pattern.endswith("*") and call.action.startswith(pattern[:-1]):
            return found
    return _QUICK if call.operation.startswith(_READS) else _OTHER
