"""Reading policy documents, and writing them back the way AWS does.

AWS does not keep the text it is given: keys come back in its own order, lists
of one as a string, other lists in an order of AWS's choosing, account ids as
ARNs, and the ARN of a principal that was deleted since as the id it had. A
reader that compares text sees drift where there is none; the sandbox must let
it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]

_TOP = ("Version", "Id", "Statement")
_STATEMENT = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)


class DuplicateKey(ValueError):
    """A JSON object names a key twice."""


def parse(text: str) -> Any:
    """The JSON value of `text`. Raises ValueError, also for a key that occurs twice."""
    return json.loads(text, object_pairs_hook=_unique)


def statements(document: Document) -> list[dict[str, Any]]:
    """The statements, whether written as a list or as one object."""
    found = document.get("Statement", [])
    return found if isinstance(found, list) else [found]


def values(entry: Any) -> list[str]:
    """The strings of an element that may be one string or a list."""
    if entry is None:
        return []
    return [str(item) for item in entry] if isinstance(entry, list) else [str(entry)]


def principals(statement: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Kind and value of each principal; the kind of a bare `*` is `AWS`."""
    for element in ("Principal", "NotPrincipal"):
        entry = statement.get(element)
        if isinstance(entry, dict):
            for kind, named in entry.items():
                for value in values(named):
                    yield kind, value
        elif entry is not None:
            yield "AWS", str(entry)


def as_returned(document: Document, principal_names: dict[str, str]) -> Document:
    """The document as AWS returns it. `principal_names` replaces principals by value."""
    rendered = {name: document[name] for name in _TOP if name in document}
    rendered["Statement"] = [_statement(entry, principal_names) for entry in statements(document)]
    return rendered


def _statement(statement: dict[str, Any], principal_names: dict[str, str]) -> dict[str, Any]:
    rendered: dict[str, Any] = {}
    for element in _STATEMENT:
        if element not in statement:
            continue
        entry = statement[element]
        if element in ("Principal", "NotPrincipal"):
            rendered[element] = _principal(entry, principal_names)
        elif element == "Condition":
            rendered[element] = _condition(entry)
        elif element in ("Sid", "Effect"):
            rendered[element] = entry
        else:
            rendered[element] = _collapsed(values(entry))
    return rendered


def _principal(entry: Any, principal_names: dict[str, str]) -> Any:
    if not isinstance(entry, dict):
        return entry
    return {
        kind: _collapsed([principal_names.get(value, value) for value in values(named)])
        for kind, named in sorted(entry.items())
    }


def _condition(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        operator: {key: _collapsed(_condition_values(named)) for key, named in sorted(tests.items())}
        for operator, tests in sorted(entry.items())
    }


def _condition_values(named: Any) -> list[str]:
    listed = named if isinstance(named, list) else [named]
    return [json.dumps(item) if isinstance(item, bool | int | float) else str(item) for item in listed]


def _collapsed(items: list[str]) -> str | list[str]:
    if len(items) == 1:
        return items[0]
    return sorted(items, key=lambda item: hashlib.sha256(item.encode()).digest())


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DuplicateKey("a key occurs twice")
    return found


def wildcard(pattern: str) -> re.Pattern[str]:
    """A policy pattern (`*`, `?`) as a regular expression, matched without regard to case."""
    translated = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(f"^{translated}$", re.IGNORECASE | re.DOTALL)
