"""Further endpoints of a firewall, in its own VPC or in others."""

from __future__ import annotations

import uuid
from typing import Any

from . import durations, timeline
from .call import Call
from .network_firewall_endpoints import attach, begin_detaching, check_unrouted, check_vpc, detach, zone_of
from .network_firewall_store import Association, Store, find, page, store_of, tag_map
from .registry import Registry


def register(registry: Registry) -> None:
    """Adds the operations on endpoint associations."""
    for operation, answer in (
        ("CreateVpcEndpointAssociation", _create),
        ("DescribeVpcEndpointAssociation", _describe),
        ("ListVpcEndpointAssociations", _list),
        ("DeleteVpcEndpointAssociation", _delete),
    ):
        registry.add("network-firewall", operation, answer)


def _create(call: Call) -> dict[str, Any]:
    asked, store = call.parameters, store_of(call)
    firewall = find(store.firewalls, None, asked["FirewallArn"])
    check_vpc(store, asked["VpcId"])
    mapping, name = asked["SubnetMapping"], str(uuid.uuid4())
    zone = zone_of(store, asked["VpcId"], mapping["SubnetId"])
    association = Association(
        name,
        store.arn("vpc-endpoint-association", name),
        description=asked.get("Description") or "",
        tags=tag_map(asked.get("Tags")),
        firewall_arn=firewall.arn,
        vpc_id=asked["VpcId"],
        zone=zone,
        attachment=attach(store, asked["VpcId"], mapping, firewall.arn),
    )
    store.associations[association.arn] = association
    return _described(association)


def _describe(call: Call) -> dict[str, Any]:
    return _described(_find(call))


def _list(call: Call) -> dict[str, Any]:
    wanted = call.parameters.get("FirewallArn")
    found = [one for one in store_of(call).associations.values() if wanted in (None, one.firewall_arn)]
    return page(call.parameters, "VpcEndpointAssociations", [{"VpcEndpointAssociationArn": one.arn} for one in found])


def _delete(call: Call) -> dict[str, Any]:
    store, association = store_of(call), _find(call)
    if association.attachment is not None and not association.deleting:
        check_unrouted(store, [association.attachment])
        begin_detaching(store, [association.attachment])
        association.deleting = True
        timeline.after(durations.FIREWALL_DELETE, lambda: _end(store, association))
    return _described(association)


def _end(store: Store, association: Association) -> None:
    if association.attachment is not None:
        detach(store, [association.attachment])
    store.associations.pop(association.arn, None)


def _find(call: Call) -> Association:
    return find(store_of(call).associations, None, call.parameters["VpcEndpointAssociationArn"])


def _described(association: Association) -> dict[str, Any]:
    attachment = association.attachment
    shown = attachment.described() if attachment else {}
    state = shown.get("Status", "")
    return {
        "VpcEndpointAssociation": {
            "VpcEndpointAssociationId": association.name,
            "VpcEndpointAssociationArn": association.arn,
            "FirewallArn": association.firewall_arn,
            "VpcId": association.vpc_id,
            "SubnetMapping": {"SubnetId": shown.get("SubnetId", "")},
            "Description": association.description,
            "Tags": association.tag_list(),
        },
        "VpcEndpointAssociationStatus": {
            "Status": "PROVISIONING" if state == "CREATING" else state,
            "AssociationSyncState": {association.zone: {"Attachment": shown}},
        },
    }
