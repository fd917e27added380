"""What a record is about, as LookupEvents lists it: resource types and names."""

from __future__ import annotations

from typing import Any

# Event source -> request or response field -> resource type. Looked for one level deep.
_FIELDS = {
    "s3.amazonaws.com": {"bucketName": "AWS::S3::Bucket"},
    "iam.amazonaws.com": {
        "roleName": "AWS::IAM::Role",
        "userName": "AWS::IAM::User",
        "policyArn": "AWS::IAM::Policy",
        "policyName": "AWS::IAM::Policy",
        "groupName": "AWS::IAM::Group",
        "instanceProfileName": "AWS::IAM::InstanceProfile",
    },
    "ec2.amazonaws.com": {
        "vpcId": "AWS::EC2::VPC",
        "subnetId": "AWS::EC2::Subnet",
        "groupId": "AWS::EC2::SecurityGroup",
        "routeTableId": "AWS::EC2::RouteTable",
        "networkInterfaceId": "AWS::EC2::NetworkInterface",
        "vpcEndpointId": "AWS::EC2::VPCEndpoint",
    },
    "kms.amazonaws.com": {"keyId": "AWS::KMS::Key", "aliasName": "AWS::KMS::Alias"},
    "cloudtrail.amazonaws.com": {"name": "AWS::CloudTrail::Trail", "trailName": "AWS::CloudTrail::Trail"},
    "sts.amazonaws.com": {"roleArn": "AWS::IAM::Role"},
}


def named_resources(record: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Type and name of each resource of a record, without repetition."""
    found = []
    for resource in record.get("resources", []):
        name = resource.get("ARN", resource.get("ARNPrefix", ""))
        # S3 names its buckets, not their ARNs.
        found.append((resource.get("type", ""), name.removeprefix("arn:aws:s3:::")))
    fields = _FIELDS.get(record["eventSource"], {})
    for part in (record.get("requestParameters"), record.get("responseElements")):
        for value in _levels(part):
            found += [(kind, value[field]) for field, kind in fields.items() if isinstance(value.get(field), str)]
    return tuple(dict.fromkeys((kind, name) for kind, name in found if kind and name))


def _levels(part: Any) -> list[dict[str, Any]]:
    if not isinstance(part, dict):
        return []
    return [part, *(value for value in part.values() if isinstance(value, dict))]
