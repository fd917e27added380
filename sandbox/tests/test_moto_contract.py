"""What the sandbox uses of moto's insides, which are no interface: one test per symbol."""

from __future__ import annotations

import importlib
import json
from typing import Any

import moto
import pytest
from botocore.exceptions import UnknownServiceError
from botocore.session import Session
from werkzeug.serving import WSGIRequestHandler

from cloister_sandbox.seed import trail_bucket_policy

PINNED = "5.2.5"

SYMBOLS = [
    ("moto.core.parse", "PROTOCOL_PARSERS"),
    ("moto.core.routing", "get_service_router"),
    ("moto.core.request", "Request"),
    ("moto.core.request", "determine_request_protocol"),
    ("moto.core.serialize", "get_serializer_class"),
    ("moto.core.serialize", "SerializationContext"),
    ("moto.core.exceptions", "ServiceException"),
    ("moto.core.model", "OperationModel"),
    ("moto.core.utils", "get_service_model"),
    ("moto.moto_server.werkzeug_app", "DomainDispatcherApplication"),
    ("moto.moto_server.werkzeug_app", "create_backend_app"),
    ("moto.moto_server.werkzeug_app", "MotoRequestHandler"),
]


def symbol(module: str, name: str) -> Any:
    return getattr(importlib.import_module(module), name)


def test_moto_is_the_version_that_was_read() -> None:
    assert moto.__version__ == PINNED


@pytest.mark.parametrize(("module", "name"), SYMBOLS)
def test_the_symbol_is_there(module: str, name: str) -> None:
    assert symbol(module, name) is not None


def test_there_is_a_parser_for_each_protocol() -> None:
    assert set(symbol("moto.core.parse", "PROTOCOL_PARSERS")) == {"ec2", "json", "query", "rest-json", "rest-xml"}


def test_a_header_says_which_account_calls() -> None:
    response = symbol("moto.core.responses", "BaseResponse")()
    response.headers = {"x-moto-account-id": "444455556666"}
    assert response.get_current_account() == "444455556666"


def test_the_dispatcher_asks_for_a_backend_by_host() -> None:
    dispatcher = symbol("moto.moto_server.werkzeug_app", "DomainDispatcherApplication")(lambda _: None)
    assert dispatcher.get_backend_for_host("kms.us-east-1.amazonaws.com") == "kms"
    assert all(pattern.match for _, pattern in dispatcher.backend_url_patterns)


def test_the_handler_shows_the_socket_and_drops_connections() -> None:
    handler = symbol("moto.moto_server.werkzeug_app", "MotoRequestHandler")
    assert issubclass(handler, WSGIRequestHandler)
    assert all(hasattr(handler, name) for name in ("make_environ", "connection_dropped", "handle", "finish", "log"))


def backend(module: str, name: str, account: str, place: str) -> Any:
    return symbol(module, name)[account][place]


def test_iam_keeps_roles_users_and_access_keys() -> None:
    iam = backend("moto.iam.models", "iam_backends", "999900000001", "aws")
    role = iam.create_role("r", "{}", "/", None, "", [], "3600")
    assert (role.name, role.arn, role.max_session_duration) == ("r", "arn:aws:iam::999900000001:role/r", "3600")
    assert role.id.startswith("AROA")
    assert role.assume_role_policy_document == "{}"
    assert role in iam.roles.values()
    iam.create_user("999900000001", "u")
    key = iam.create_access_key("u")
    assert iam.access_keys[key.access_key_id].user_name == "u"
    assert (key.status, iam.users["u"].arn) == ("Active", "arn:aws:iam::999900000001:user/u")


def test_ec2_keeps_endpoints_with_their_vpc_and_service() -> None:
    ec2 = backend("moto.ec2.models", "ec2_backends", "999900000001", "us-east-1")
    vpc = ec2.create_vpc("10.0.0.0/16")
    table = ec2.create_route_table(vpc.id)
    service = "com.amazonaws.us-east-1.s3"
    made = ec2.create_vpc_endpoint(vpc.id, service, "Gateway", None, [table.id], private_dns_enabled=False)
    kept = ec2.vpc_end_points[made.id]
    assert (kept.vpc_id, kept.service_name, kept.vpc_endpoint_type, kept.state) == (
        vpc.id,
        service,
        "Gateway",
        "available",
    )
    assert (kept.route_table_ids, kept.subnet_ids, kept.private_dns_enabled) == ([table.id], None, False)


def test_s3_keeps_buckets_by_account() -> None:
    s3 = backend("moto.s3.models", "s3_backends", "999900000001", "aws")
    s3.create_bucket("contract-bucket", "us-east-1")
    bucket = s3.buckets["contract-bucket"]
    assert (bucket.account_id, bucket.region_name, bucket.partition) == ("999900000001", "us-east-1", "aws")
    stored = s3.put_object("contract-bucket", "k", b"v", disable_notification=True)
    stored.set_metadata({"content-type": "application/json"})
    assert stored.value == b"v"


def test_a_trail_shows_its_selectors_and_whether_it_logs() -> None:
    s3 = backend("moto.s3.models", "s3_backends", "999900000002", "aws")
    s3.create_bucket("contract-trail", "us-east-1")
    s3.put_bucket_policy("contract-trail", json.dumps(trail_bucket_policy("contract-trail", "999900000002")).encode())
    trails = backend("moto.cloudtrail.models", "cloudtrail_backends", "999900000002", "us-east-1")
    trail = trails.create_trail("own", "contract-trail", None, None, True, True, False, False, None, None, None, [])
    assert (trail.status.is_logging, trail.is_multi_region, trail.bucket_name) == (False, True, "contract-trail")
    assert (trail.event_selectors, trail.advanced_event_selectors, trail.s3_key_prefix) == ([], [], None)
    trail.start_logging()
    assert trail.status.is_logging


def test_kms_finds_a_key_by_any_of_its_names() -> None:
    kms = backend("moto.kms.models", "kms_backends", "999900000001", "us-east-1")
    assert callable(kms.any_id_to_key_id)
    assert dict(kms.keys) == {}


@pytest.mark.parametrize("service", ["ec2", "s3", "kms", "iam", "sagemaker", "sesv2", "invented"])
@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_the_regions_of_a_service_are_those_that_botocore_finds(service: str, partition: str) -> None:
    session = Session()
    try:
        prefix = session.get_service_data(service)["metadata"]["endpointPrefix"]
    except UnknownServiceError:
        assert session.get_available_regions(service, partition) == []
        return
    resolver = session._get_internal_component("endpoint_resolver")
    assert session.get_available_regions(service, partition) == resolver.get_available_endpoints(prefix, partition)
