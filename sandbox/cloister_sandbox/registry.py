"""Operations that the sandbox answers itself, before moto is asked.

A function gets the `Call` and returns the modelled output as a dict (or None for an empty one); it refuses by raising
`answers.ServiceError`. Corrections to what moto does itself are set on moto's classes instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .call import Call

Answer = Callable[[Call], "dict[str, Any] | None"]


class Registry:
    """Which function answers which operation."""

    def __init__(self) -> None:
        self._answers: dict[tuple[str, str], Answer] = {}

    def add(self, service: str, operation: str, answer: Answer) -> None:
        """Lets `answer` serve `operation` of `service` (botocore's names for both). The last one added wins."""
        self._answers[service, operation] = answer

    def find(self, service: str, operation: str) -> Answer | None:
        """The function for an operation, or None where moto answers."""
        return self._answers.get((service, operation))
