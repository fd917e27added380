"""SageMaker's own records: every call of a Studio domain's life, as CloudTrail writes it."""

from __future__ import annotations

import json
from typing import Any

from conftest import Running
from studio import Studio, refused

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


def records(studio: Studio, about: str) -> list[dict[str, Any]]:
    """SageMaker's records that mention something, oldest first."""
    client = studio.running.client("cloudtrail")
    chosen = [{"AttributeKey": "EventSource", "AttributeValue": "sagemaker.amazonaws.com"}]
    pages = client.get_paginator("lookup_events").paginate(LookupAttributes=chosen)
    found = [json.loads(one["CloudTrailEvent"]) for page in pages for one in page["Events"]]
    return [one for one in reversed(found) if about in json.dumps([one["requestParameters"], one["responseElements"]])]


def test_a_domain_and_its_users_leave_records(sandbox: Running) -> None:
    # Records, too, take minutes where things take time.
    sandbox.control("quotas", {"sagemaker:domain": 1000, "sagemaker:user-profile": 1000, "sagemaker:space": 1000})
    studio = Studio(sandbox)
    arn = "arn:aws:sagemaker:us-east-1:111122223333"
    settings = {"ExecutionRole": studio.role_arn, "SecurityGroups": [studio.group_id]}
    domain_id = studio.domain(
        DefaultUserSettings=settings,
        DomainSettings={"DockerSettings": {"EnableDockerAccess": "DISABLED"}},
        Tags=[{"Key": "cloister:part", "Value": "domain"}],
    )
    of = {"DomainId": domain_id}
    studio.profile(domain_id)
    studio.space(domain_id)
    app = of | {"SpaceName": "lab", "AppType": "JupyterLab", "AppName": "default"}
    studio.sagemaker.create_app(**app, ResourceSpec={"InstanceType": "ml.t3.medium"})
    studio.sagemaker.create_presigned_domain_url(**of, UserProfileName="ada", ExpiresInSeconds=300)
    studio.sagemaker.update_domain(**of, DefaultUserSettings={"SecurityGroups": [studio.group_id]})
    studio.sagemaker.describe_domain(**of)
    refused(studio.sagemaker.delete_domain, **of)

    found = records(studio, domain_id)
    assert [(one["eventName"], one["readOnly"], one.get("errorCode")) for one in found] == [
        ("CreateDomain", False, None),
        ("CreateUserProfile", False, None),
        ("CreateSpace", False, None),
        ("CreateApp", False, None),
        ("CreatePresignedDomainUrl", False, None),
        ("UpdateDomain", False, None),
        ("DescribeDomain", True, None),
        ("DeleteDomain", False, "ResourceInUse"),
    ]
    assert {(one["eventSource"], one["eventCategory"], one["eventType"]) for one in found} == {
        ("sagemaker.amazonaws.com", "Management", "AwsApiCall")
    }
    assert found[0]["requestParameters"] == {
        "domainName": "studio",
        "authMode": "IAM",
        "defaultUserSettings": {"executionRole": studio.role_arn, "securityGroups": [studio.group_id]},
        "domainSettings": {"dockerSettings": {"enableDockerAccess": "DISABLED"}},
        "vpcId": studio.vpc_id,
        "subnetIds": studio.subnet_ids,
        "appNetworkAccessType": "VpcOnly",
        "tags": [{"key": "cloister:part", "value": "domain"}],
    }
    of_domain = {"domainId": domain_id}
    told = [(one["requestParameters"], one["responseElements"]) for one in found[1:]]
    assert told == [
        (
            of_domain | {"userProfileName": "ada"},
            {"userProfileArn": f"{arn}:user-profile/{domain_id}/ada"},
        ),
        (
            of_domain
            | {
                "spaceName": "lab",
                "ownershipSettings": {"ownerUserProfileName": "ada"},
                "spaceSharingSettings": {"sharingType": "Private"},
                "spaceSettings": {"appType": "JupyterLab"},
            },
            {"spaceArn": f"{arn}:space/{domain_id}/lab"},
        ),
        (
            of_domain
            | {
                "spaceName": "lab",
                "appType": "JupyterLab",
                "appName": "default",
                "resourceSpec": {"instanceType": "ml.t3.medium"},
            },
            {"appArn": f"{arn}:app/{domain_id}/lab/JupyterLab/default"},
        ),
        (of_domain | {"userProfileName": "ada", "expiresInSeconds": 300}, {"authorizedUrl": HIDDEN}),
        (
            of_domain | {"defaultUserSettings": {"securityGroups": [studio.group_id]}},
            {"domainArn": f"{arn}:domain/{domain_id}"},
        ),
        (of_domain, None),
        (of_domain, None),
    ]
