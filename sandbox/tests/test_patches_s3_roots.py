"""Answers of S3 begin with the element that its API reference names."""

from __future__ import annotations

import pytest

OPERATIONS = {
    "get_bucket_versioning": b"VersioningConfiguration",
    "get_bucket_logging": b"BucketLoggingStatus",
    "get_bucket_location": b"LocationConstraint",
    "list_objects_v2": b"ListBucketResult",
    "list_object_versions": b"ListVersionsResult",
    "list_multipart_uploads": b"ListMultipartUploadsResult",
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_outermost_element_is_named_as_by_s3(sandbox, operation):
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="cloister-roots")
    s3.put_bucket_versioning(Bucket="cloister-roots", VersioningConfiguration={"Status": "Enabled"})
    bodies = []
    s3.meta.events.register("before-parse.s3.*", lambda response_dict, **_: bodies.append(response_dict["body"]))
    getattr(s3, operation)(Bucket="cloister-roots")
    assert b"<" + OPERATIONS[operation] in bodies[0]
