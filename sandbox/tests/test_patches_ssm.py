"""Parameters: names, sizes, tags, lists, and one winner of two puts."""

# ruff: noqa: F401, F811  Fixtures are imported by name and named again by the tests.

from __future__ import annotations

import threading
from typing import Any

import pytest
from patched_moto import Aws, aws, code, endpoint, refusal


@pytest.fixture
def ssm(aws: Aws) -> Any:
    return aws("ssm")


def _put(ssm: Any, name: str, value: str = "x", **more: Any) -> dict[str, Any]:
    return ssm.put_parameter(Name=name, Value=value, Type="String", **more)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("/" + "/".join("abcdefghijklmnop"), "HierarchyLevelLimitExceededException", id="16 levels"),
        pytest.param("/a b", "ValidationException", id="a blank"),
        pytest.param("/a/b@c", "ValidationException", id="a sign"),
        pytest.param("a/b", "ValidationException", id="no slash first"),
        pytest.param("/a/", "ValidationException", id="a slash last"),
        pytest.param("/a//b", "ValidationException", id="an empty level"),
        pytest.param("aws-data", "ValidationException", id="aws"),
        pytest.param("/SSM/data", "ValidationException", id="ssm"),
        pytest.param("/aws/data", "AccessDeniedException", id="the path of AWS"),
    ],
)
def test_names_that_are_refused(ssm: Any, name: str, expected: str) -> None:
    assert code(ssm.put_parameter, Name=name, Value="x", Type="String") == expected


def test_fifteen_levels_are_allowed(ssm: Any) -> None:
    _put(ssm, "/" + "/".join("abcdefghijklmno"))


def test_values_have_a_size(ssm: Any) -> None:
    _put(ssm, "/a", "x" * 4096)
    put = {"Name": "/b", "Value": "x" * 4097, "Type": "String"}
    status, name, message = refusal(ssm.put_parameter, **put)
    assert (status, name) == (400, "ValidationException")
    assert message.startswith("Standard tier parameters support a maximum parameter value of 4096 characters.")
    assert ssm.put_parameter(**put, Tier="Advanced")["Tier"] == "Advanced"


def test_a_name_is_put_once_unless_overwritten(ssm: Any) -> None:
    assert _put(ssm, "/a/b")["Version"] == 1
    assert code(ssm.put_parameter, Name="/a/b", Value="y", Type="String") == "ParameterAlreadyExists"
    assert _put(ssm, "/a/b", "y", Overwrite=True)["Version"] == 2
    tagged = {"Overwrite": True, "Tags": [{"Key": "a", "Value": "b"}]}
    assert code(ssm.put_parameter, Name="/a/b", Value="y", Type="String", **tagged) == "ValidationException"
    ssm.delete_parameter(Name="/a/b")
    assert code(ssm.delete_parameter, Name="/a/b") == "ParameterNotFound"
    assert code(ssm.get_parameter, Name="/a/b") == "ParameterNotFound"


def test_of_parallel_puts_one_wins(aws: Aws) -> None:
    outcomes: list[str] = []

    def put(ssm: Any) -> None:
        try:
            _put(ssm, "/cloister/anchor")
            outcomes.append("won")
        except ssm.exceptions.ParameterAlreadyExists:
            outcomes.append("lost")

    threads = [threading.Thread(target=put, args=(aws("ssm"),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["lost"] * 7 + ["won"]


def test_tags_need_a_parameter_and_have_limits(ssm: Any) -> None:
    _put(ssm, "/a/b", Tags=[{"Key": "owner", "Value": "x"}])
    by_name = {"ResourceType": "Parameter", "ResourceId": "/a/b"}
    ssm.add_tags_to_resource(**by_name, Tags=[{"Key": "more", "Value": "y"}])
    ssm.remove_tags_from_resource(**by_name, TagKeys=["owner"])
    assert ssm.list_tags_for_resource(**by_name)["TagList"] == [{"Key": "more", "Value": "y"}]
    many = [{"Key": f"k{n}", "Value": ""} for n in range(50)]
    assert code(ssm.add_tags_to_resource, **by_name, Tags=many) == "TooManyTagsError"
    none = {"ResourceType": "Parameter", "ResourceId": "/none"}
    assert code(ssm.list_tags_for_resource, **none) == "InvalidResourceId"


def test_parameters_are_described_in_pages_of_the_asked_size(ssm: Any) -> None:
    for n in range(5):
        _put(ssm, f"/a/{n}", Tags=[{"Key": "kind", "Value": str(n % 2)}])
    _put(ssm, "/b/0")
    filters = [{"Key": "Name", "Option": "BeginsWith", "Values": ["/a/"]}]
    first = ssm.describe_parameters(ParameterFilters=filters, MaxResults=3)
    assert len(first["Parameters"]) == 3
    rest = ssm.describe_parameters(ParameterFilters=filters, MaxResults=3, NextToken=first["NextToken"])
    assert len(rest["Parameters"]) == 2 and "NextToken" not in rest
    entry = first["Parameters"][0]
    assert entry["ARN"].endswith(":parameter/a/0") and entry["LastModifiedUser"].startswith("arn:aws:iam::")
    by_tag = [{"Key": "tag:kind", "Values": ["1"]}]
    assert len(ssm.describe_parameters(ParameterFilters=by_tag)["Parameters"]) == 2


def test_parameters_by_path_and_by_name(ssm: Any) -> None:
    for name in ("/a/b", "/a/c/d", "/ab"):
        _put(ssm, name)
    by_path = ssm.get_parameters_by_path(Path="/a")["Parameters"]
    assert [entry["Name"] for entry in by_path] == ["/a/b"]
    deep = ssm.get_parameters_by_path(Path="/a", Recursive=True)["Parameters"]
    assert [entry["Name"] for entry in deep] == ["/a/b", "/a/c/d"]
    found = ssm.get_parameters(Names=["/a/b", "/none"])
    assert [entry["Name"] for entry in found["Parameters"]] == ["/a/b"]
    assert found["InvalidParameters"] == ["/none"]
