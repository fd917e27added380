"""Records have the shape that CloudTrail gives them."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError
from conftest import Running
from records import recorded, request_id

ADMINISTRATOR = "arn:aws:sts::111122223333:assumed-role/PlatformAdministrator/sandbox"


@pytest.fixture(scope="module")
def bucket(sandbox: Running) -> str:
    sandbox.client("s3").create_bucket(Bucket="record-shapes")
    return "record-shapes"


def refusal(action: Any, **parameters: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as failure:
        action(**parameters)
    return failure.value.response


def test_a_management_record_has_every_field(sandbox: Running) -> None:
    answer = sandbox.client("kms").create_key(Description="one", Tags=[{"TagKey": "a", "TagValue": "b"}])
    record = recorded(sandbox, request_id(answer))
    arn = answer["KeyMetadata"]["Arn"]
    issuer = record["userIdentity"]["sessionContext"]["sessionIssuer"]
    assert record == {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": f"{issuer['principalId']}:sandbox",
            "arn": ADMINISTRATOR,
            "accountId": "111122223333",
            "accessKeyId": sandbox.ready["environment"]["AWS_ACCESS_KEY_ID"],
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": issuer["principalId"],
                    "arn": "arn:aws:iam::111122223333:role/PlatformAdministrator",
                    "accountId": "111122223333",
                    "userName": "PlatformAdministrator",
                },
                "attributes": record["userIdentity"]["sessionContext"]["attributes"],
            },
        },
        "eventTime": record["eventTime"],
        "eventSource": "kms.amazonaws.com",
        "eventName": "CreateKey",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "203.0.113.10",
        "userAgent": record["userAgent"],
        "requestParameters": {"description": "one", "tags": [{"tagKey": "a", "tagValue": "b"}]},
        "responseElements": record["responseElements"],
        "requestID": request_id(answer),
        "eventID": record["eventID"],
        "readOnly": False,
        "resources": [{"accountId": "111122223333", "type": "AWS::KMS::Key", "ARN": arn}],
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": "111122223333",
        "eventCategory": "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": "kms.us-east-1.amazonaws.com",
        },
    }
    assert record["responseElements"]["keyMetadata"]["aWSAccountId"] == "111122223333"
    assert issuer["principalId"].startswith("AROA")


def test_an_object_put_is_a_data_event(sandbox: Running, bucket: str) -> None:
    answer = sandbox.client("s3").put_object(Bucket=bucket, Key="a/b c", Body=b"12345", ServerSideEncryption="AES256")
    record = recorded(sandbox, request_id(answer))
    extra = record["additionalEventData"]
    assert record["eventName"] == "PutObject"
    assert (record["eventCategory"], record["managementEvent"], record["readOnly"]) == ("Data", False, False)
    assert record["requestParameters"] == {
        "bucketName": bucket,
        "Host": f"{bucket}.s3.us-east-1.amazonaws.com",
        "key": "a/b c",
        "x-amz-server-side-encryption": "AES256",
    }
    assert record["resources"] == [
        {"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::{bucket}/a/b c"},
        {"accountId": "111122223333", "type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{bucket}"},
    ]
    assert (extra["bytesTransferredIn"], extra["AuthenticationMethod"], extra["SSEApplied"]) == (
        5,
        "AuthHeader",
        "SSE_S3",
    )
    assert record["userAgent"].startswith("[") and record["userAgent"].endswith("]")
    assert "vpcEndpointId" not in record


def test_a_listing_names_the_prefix(sandbox: Running, bucket: str) -> None:
    answer = sandbox.client("s3").list_objects_v2(Bucket=bucket, Prefix="a/")
    record = recorded(sandbox, request_id(answer))
    assert (record["eventName"], record["readOnly"], record["eventCategory"]) == ("ListObjects", True, "Data")
    assert record["requestParameters"]["prefix"] == "a/"
    assert record["resources"][0] == {"type": "AWS::S3::Object", "ARNPrefix": f"arn:aws:s3:::{bucket}/"}


def test_bucket_settings_are_management_events_with_their_body(sandbox: Running, bucket: str) -> None:
    s3 = sandbox.client("s3")
    block = {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": False,
    }
    answer = s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)
    record = recorded(sandbox, request_id(answer))
    assert (record["eventName"], record["eventCategory"]) == ("PutBucketPublicAccessBlock", "Management")
    written = record["requestParameters"]["PublicAccessBlockConfiguration"]
    assert written == block | {"xmlns": "http://s3.amazonaws.com/doc/2006-03-01/"}
    assert record["requestParameters"]["publicAccessBlock"] == ""


def test_a_bucket_policy_is_recorded_as_json(sandbox: Running, bucket: str) -> None:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/secret"}
    policy = {"Version": "2012-10-17", "Statement": [deny]}
    answer = sandbox.client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    assert recorded(sandbox, request_id(answer))["requestParameters"]["bucketPolicy"] == policy


@pytest.mark.parametrize(
    ("operation", "parameters", "name", "code"),
    [
        ("get_object", {"Key": "missing"}, "GetObject", "NoSuchKey"),
        ("head_object", {"Key": "missing"}, "HeadObject", "NoSuchKey"),
        ("get_bucket_website", {}, "GetBucketWebsite", "NoSuchWebsiteConfiguration"),
    ],
)
def test_failures_are_recorded_with_their_code(
    sandbox: Running, bucket: str, operation: str, parameters: dict[str, str], name: str, code: str
) -> None:
    response = refusal(getattr(sandbox.client("s3"), operation), Bucket=bucket, **parameters)
    record = recorded(sandbox, request_id(response))
    assert (record["eventName"], record["errorCode"], record["responseElements"]) == (name, code, None)
    assert record["errorMessage"]


def test_ec2_errors_have_their_prefix(sandbox: Running) -> None:
    response = refusal(sandbox.client("ec2").delete_subnet, SubnetId="subnet-0")
    record = recorded(sandbox, request_id(response))
    assert record["errorCode"] == "Client.InvalidSubnetID.NotFound"
    assert record["requestParameters"] == {"subnetId": "subnet-0"}


def test_ec2_is_written_with_item_sets(sandbox: Running) -> None:
    ec2 = sandbox.client("ec2")
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "v"}]}]
    answer = ec2.create_vpc(CidrBlock="10.9.0.0/16", TagSpecifications=tags)
    record = recorded(sandbox, request_id(answer))
    assert record["requestParameters"] == {
        "cidrBlock": "10.9.0.0/16",
        "tagSpecificationSet": {"items": [{"resourceType": "vpc", "tags": [{"key": "Name", "value": "v"}]}]},
    }
    assert record["responseElements"]["vpc"]["vpcId"] == answer["Vpc"]["VpcId"]
    assert record["responseElements"]["vpc"]["tagSet"] == {"items": [{"key": "Name", "value": "v"}]}
    listing = ec2.describe_vpcs(VpcIds=[answer["Vpc"]["VpcId"]], Filters=[{"Name": "state", "Values": ["available"]}])
    assert recorded(sandbox, request_id(listing))["requestParameters"] == {
        "vpcSet": {"items": [{"vpcId": answer["Vpc"]["VpcId"]}]},
        "filterSet": {"items": [{"name": "state", "valueSet": {"items": [{"value": "available"}]}}]},
    }


def test_newer_ec2_operations_are_written_in_one_element(sandbox: Running) -> None:
    endpoint = sandbox.ready["terraform_variables"]["s3_endpoint_id"]
    answer = sandbox.client("ec2").describe_vpc_endpoints(VpcEndpointIds=[endpoint])
    written = recorded(sandbox, request_id(answer))["requestParameters"]
    assert written == {"DescribeVpcEndpointsRequest": {"VpcEndpointId": {"content": endpoint, "tag": 1}}}


def test_secrets_are_hidden(sandbox: Running) -> None:
    answer = sandbox.client("ssm").put_parameter(Name="/records/secret", Value="TOPSECRET", Type="SecureString")
    record = recorded(sandbox, request_id(answer))
    assert record["requestParameters"]["value"] == "HIDDEN_DUE_TO_SECURITY_REASONS"
    key = sandbox.client("kms").create_key()["KeyMetadata"]["KeyId"]
    sealed = sandbox.client("kms").encrypt(KeyId=key, Plaintext=b"TOPSECRET")
    assert recorded(sandbox, request_id(sealed))["requestParameters"] == {"keyId": key}


def test_assume_role_shows_the_credentials_without_the_secret(sandbox: Running) -> None:
    arn = "arn:aws:iam::111122223333:role/DataScientist"
    answer = sandbox.client("sts").assume_role(RoleArn=arn, RoleSessionName="ana", SourceIdentity="ana")
    record = recorded(sandbox, request_id(answer))
    shown = record["responseElements"]
    assert shown["credentials"]["accessKeyId"] == answer["Credentials"]["AccessKeyId"]
    assert "secretAccessKey" not in shown["credentials"]
    assert record["readOnly"] is True
    assert record["resources"] == [{"accountId": "111122223333", "type": "AWS::IAM::Role", "ARN": arn}]


def test_an_operation_that_is_missing_is_refused_and_recorded(sandbox: Running) -> None:
    response = refusal(sandbox.client("codeartifact").list_domains)
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert response["Error"]["Code"] == "UnknownOperationException"
    record = recorded(sandbox, request_id(response))
    assert (record["eventName"], record["errorCode"]) == ("ListDomains", "UnknownOperationException")


def test_a_presigned_url_is_recorded_without_its_secrets(sandbox: Running, bucket: str) -> None:
    s3 = sandbox.client("s3")
    s3.put_object(Bucket=bucket, Key="signed", Body=b"signed content")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "signed"})
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"signed content"
        record = recorded(sandbox, answer.headers["x-amz-request-id"])
    assert record["additionalEventData"]["AuthenticationMethod"] == "QueryString"
    assert record["userIdentity"]["arn"] == ADMINISTRATOR
    assert sandbox.ready["environment"]["AWS_SESSION_TOKEN"] not in json.dumps(record)


def test_an_anonymous_call_is_recorded_for_the_owner(sandbox: Running, bucket: str) -> None:
    url = f"{sandbox.ready['endpoints']['outside']}/{bucket}/anonymous"
    with pytest.raises(urllib.error.HTTPError) as failure:
        urllib.request.urlopen(url)
    record = recorded(sandbox, failure.value.headers["x-amz-request-id"])
    assert record["userIdentity"] == {"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"}
    assert record["recipientAccountId"] == "111122223333"
