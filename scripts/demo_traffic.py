"""Plays a data scientist in Studio: with data, and where locks and guardrails hold.

Takes a file with what `terraform output -json` prints. What a browser would do is done by calls; what happens inside an
app comes from its network interface, with the credentials that Studio gives it.
"""

import json
import os
import sys
import time
import urllib.request
from functools import partial
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

PROFILE, SPACE, APP_TYPE = "ada", "notebook", "JupyterLab"
KEY = "features/2026/run-1.csv"
BODY = b"id,score\n1,0.93\n"
# The lab's `other_bucket`, if it is not told another name.
ELSEWHERE = "cloister-elsewhere"
# A machine on the internet, as far as the sandbox knows one.
SOMEWHERE = {"destination": "203.0.113.80", "host": "example.com"}


def main() -> int:
    outputs = {name: output["value"] for name, output in json.loads(Path(sys.argv[1]).read_text()).items()}
    scientist = studio_session(outputs["domain_id"])
    app = open_studio(scientist, outputs["domain_id"])
    place = control("vantage", {"interface": app})["endpoint"]
    all_well = all(
        [
            work_with_data(scientist, place, outputs["bucket"]),
            carry_data_away(scientist, place, outputs["bucket"]),
            become_administrator(client(scientist, "sagemaker", place), outputs["domain_id"]),
            reach_out(app, outputs),
        ]
    )
    close_studio(scientist, outputs["domain_id"])
    control("deliver", {})  # CloudTrail takes minutes to write its records; the sandbox does it when asked.
    return 0 if all_well else 1


def studio_session(domain: str) -> boto3.Session:
    """What Studio gives to a user's apps, and uses for the user itself: nobody else may assume the role."""
    given = control("session", {"studio": {"domain_id": domain, "user_profile_name": PROFILE}})
    return boto3.Session(
        aws_access_key_id=given["access_key_id"],
        aws_secret_access_key=given["secret_access_key"],
        aws_session_token=given["session_token"],
    )


def open_studio(scientist: boto3.Session, domain: str) -> str:
    """Lets the user into Studio, where they run their space; the id of the app's network interface."""
    ec2 = boto3.client("ec2")
    boto3.client("sagemaker").create_presigned_domain_url(DomainId=domain, UserProfileName=PROFILE)
    scientist.client("sagemaker").create_app(**the_app(domain))
    managed = {"Name": "description", "Values": [f"*Studio Domain({domain})*"]}
    found = ec2.describe_network_interfaces(Filters=[managed])["NetworkInterfaces"]
    print(f"  opened Studio as {PROFILE} and ran {APP_TYPE}, which has {found[0]['PrivateIpAddress']}")
    return str(found[0]["NetworkInterfaceId"])


def close_studio(scientist: boto3.Session, domain: str) -> None:
    """Stops the app."""
    scientist.client("sagemaker").delete_app(**the_app(domain))
    print(f"  stopped {APP_TYPE}")


def the_app(domain: str) -> dict[str, str]:
    """The app of the user's space."""
    return {"DomainId": domain, "SpaceName": SPACE, "AppType": APP_TYPE, "AppName": "default"}


def work_with_data(scientist: boto3.Session, place: str, bucket: str) -> bool:
    """Puts data and gets it back."""
    s3 = client(scientist, "s3", place)
    s3.put_object(Bucket=bucket, Key=KEY, Body=BODY)
    print(f"  put s3://{bucket}/{KEY}")
    read = s3.get_object(Bucket=bucket, Key=KEY)["Body"].read()
    print(f"  got it back, {len(read)} bytes")
    return bool(read == BODY)


def carry_data_away(scientist: boto3.Session, place: str, bucket: str) -> bool:
    """Tries three ways out for data."""
    inside, outside = (client(scientist, "s3", one) for one in (place, os.environ["CLOISTER_SANDBOX_OUTSIDE"]))
    own_key = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": another_key()}
    make_open_bucket_of_somebody_else(ELSEWHERE)
    put = partial(inside.put_object, Key=KEY, Body=BODY)
    return all(
        [
            is_refused("list the bucket from outside", outside.list_objects_v2, Bucket=bucket),
            is_refused("put under another key", put, Bucket=bucket, **own_key),
            is_refused("carry data to a foreign bucket", put, Bucket=ELSEWHERE),
        ]
    )


def become_administrator(sagemaker, domain: str) -> bool:
    """Looks at the domain, which is allowed, and tries to let somebody in."""
    status = sagemaker.describe_domain(DomainId=domain)["Status"]
    print(f"  looked at the domain: {status}")
    mallory = {"DomainId": domain, "UserProfileName": "mallory"}
    return is_refused("let somebody else in", sagemaker.create_user_profile, **mallory)


def reach_out(app: str, outputs: dict[str, object]) -> bool:
    """Connects to the home directory, to an endpoint, and to the internet, where nobody answers."""
    ec2, efs = boto3.client("ec2"), boto3.client("efs")
    home = efs.describe_mount_targets(FileSystemId=outputs["home_efs_id"])["MountTargets"][0]
    endpoint = ec2.describe_vpc_endpoints(VpcEndpointIds=[outputs["sagemaker_endpoint_id"]])["VpcEndpoints"][0]
    wanted = [
        ("the home directory", "accepted", {"destination": home["NetworkInterfaceId"], "port": 2049}),
        ("the endpoint", "accepted", {"destination": endpoint["NetworkInterfaceIds"][0], "port": 443}),
        ("the internet", "rejected", SOMEWHERE | {"port": 443}),
    ]
    moment = {"start": int(time.time()), "seconds": 1}
    played = control("flows", [{"interface": app} | moment | flow for _, _, flow in wanted])["flows"]
    for (where, _, _), outcome in zip(wanted, played, strict=True):
        print(f"  connected to {where}: {outcome['verdict']}")
    return [outcome["verdict"] for outcome in played] == [verdict for _, verdict, _ in wanted]


def client(who: boto3.Session, service: str, place: str):
    """A client at a place in the network: the sandbox has an address for each."""
    return who.client(service, endpoint_url=place, config=Config(s3={"addressing_style": "path"}))


def another_key() -> str:
    """A key of the same account that the bucket does not take."""
    return boto3.client("kms").create_key(Description="not the bucket's")["KeyMetadata"]["Arn"]


def make_open_bucket_of_somebody_else(name: str) -> None:
    """A bucket of another account that takes whatever this account sends: only the endpoint's policy holds it back."""
    given = boto3.client("sts").assume_role(RoleArn=os.environ["TF_VAR_member_role_arn"], RoleSessionName="mallory")
    theirs = boto3.client(
        "s3",
        aws_access_key_id=given["Credentials"]["AccessKeyId"],
        aws_secret_access_key=given["Credentials"]["SecretAccessKey"],
        aws_session_token=given["Credentials"]["SessionToken"],
    )
    theirs.create_bucket(Bucket=name)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": os.environ["TF_VAR_account_id"]},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{name}/*",
    }
    theirs.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


def is_refused(what: str, call, **parameters) -> bool:
    """Tries what must not work, and says what came of it."""
    try:
        call(**parameters)
    except ClientError as failure:
        if failure.response["Error"]["Code"] not in ("AccessDenied", "AccessDeniedException"):
            raise
        print(f"  refused to {what}: {failure.response['Error']['Message']}")
        return True
    print(f"  was let {what}, which must not be")
    return False


def control(name: str, body: object) -> dict:
    """Asks the sandbox for what no call of AWS's does."""
    data = json.dumps(body).encode()
    request = urllib.request.Request(f"{os.environ['CLOISTER_SANDBOX_CONTROL']}/{name}", data=data)
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read())


if __name__ == "__main__":
    sys.exit(main())
