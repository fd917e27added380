"""One object as a census shows it: id, name, tags, state and region, the last four where there are any."""

from __future__ import annotations

from typing import Any

# States, without case and punctuation, of what is only still shown.
_GONE = frozenset({"deleted", "pendingdeletion", "pendingreplicadeletion", "terminated"})

_IDS = ("id", "allocation_id", "arn", "name")
_NAMES = ("name", "group_name", "trail_name", "alias_name", "user_name", "key_name")
_STATES = ("state", "status", "key_state", "life_cycle_state", "lifecycle_state", "_state")
_TAGGERS = ("tagger", "tagging_service")
_TAGGED_BY = ("arn", "id", "name", "file_system_id", "access_point_id", "mount_target_id")


def entry(one_id: str, name: str = "", tags: dict[str, str] | None = None, state: str = "", region: str = "") -> Any:
    """An object whose facts are known."""
    facts = {"id": one_id, "name": "" if name == one_id else name, "tags": tags, "state": state, "region": region}
    return {member: value for member, value in facts.items() if value}


def is_gone(found: dict[str, Any]) -> bool:
    """Whether an object is only still shown, or waits for its deletion."""
    return "".join(filter(str.isalnum, found.get("state", ""))).lower() in _GONE


def of(backend: Any, one: Any, key: Any, id_member: str = "") -> dict[str, Any]:
    """An object of moto, which a backend keeps under a key."""
    if isinstance(one, str | bytes | int):
        return entry(str(key), region=_region(backend))
    one_id = _first(one, (id_member,) if id_member else _IDS) or str(key)
    return entry(one_id, _first(one, _NAMES), _tags(backend, one, one_id), _state(one), _region(backend))


def _region(backend: Any) -> str:
    # Services without regions are kept by partition.
    return "" if backend.region_name.startswith("aws") else str(backend.region_name)


def _first(one: Any, members: tuple[str, ...]) -> str:
    values = (_member(one, member) for member in members)
    return next((value for value in values if isinstance(value, str) and value), "")


def _member(one: Any, member: str) -> Any:
    if isinstance(one, dict):
        return next((value for name, value in one.items() if str(name).lower() == member.replace("_", "")), None)
    return getattr(one, member, None)


def _state(one: Any) -> str:
    if _member(one, "deleted_date"):  # Secrets wait for their end without a state.
        return "PendingDeletion"
    for member in _STATES:
        value = _member(one, member)
        value = getattr(value, "name", value)
        if isinstance(value, str) and value:
            return value
    return ""


def _tags(backend: Any, one: Any, one_id: str) -> dict[str, str]:
    own = one.get_tags() if hasattr(one, "get_tags") else _member(one, "tags")
    if own:
        return _by_key(own)
    for name in _TAGGERS:
        tagger = getattr(backend, name, None)
        for known_as in dict.fromkeys([one_id, *(_first(one, (member,)) for member in _TAGGED_BY)]):
            if tagger is not None and known_as and tagger.has_tags(known_as):
                return dict(tagger.get_tag_dict_for_resource(known_as))
    # Systems Manager's, by type of resource.
    by_type = getattr(backend, "_resource_tags", {})
    return next((dict(tags[one_id]) for tags in by_type.values() if tags.get(one_id)), {})


def _by_key(tags: Any) -> dict[str, str]:
    """Tags as a mapping: moto keeps lists, mappings, and mappings to what a list would hold."""
    if isinstance(tags, dict):
        return {
            str(key): str(_member(value, "value") if isinstance(value, dict) else value) for key, value in tags.items()
        }
    pairs = [{str(name).lower().removeprefix("tag"): value for name, value in tag.items()} for tag in tags]
    return {str(pair["key"]): str(pair.get("value", "")) for pair in pairs if "key" in pair}
