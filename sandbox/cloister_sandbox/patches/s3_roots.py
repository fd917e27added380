"""The name of the outermost element of S3's answers.

moto falls back to `<OPERATIONResponse>` where botocore's model names none; SDKs
that check the name, as the one for Rust does, refuse that answer. The names are
those of S3's API reference.
"""

from __future__ import annotations

import re

from werkzeug.wrappers import Response

from ..call import Call

_ROOTS = {
    "CompleteMultipartUpload": "CompleteMultipartUploadResult",
    "CopyObject": "CopyObjectResult",
    "CreateMultipartUpload": "InitiateMultipartUploadResult",
    "DeleteObjects": "DeleteResult",
    "GetBucketAccelerateConfiguration": "AccelerateConfiguration",
    "GetBucketAcl": "AccessControlPolicy",
    "GetBucketCors": "CORSConfiguration",
    "GetBucketLifecycleConfiguration": "LifecycleConfiguration",
    "GetBucketLocation": "LocationConstraint",
    "GetBucketLogging": "BucketLoggingStatus",
    "GetBucketNotificationConfiguration": "NotificationConfiguration",
    "GetBucketRequestPayment": "RequestPaymentConfiguration",
    "GetBucketTagging": "Tagging",
    "GetBucketVersioning": "VersioningConfiguration",
    "GetBucketWebsite": "WebsiteConfiguration",
    "GetObjectAcl": "AccessControlPolicy",
    "GetObjectTagging": "Tagging",
    "ListBuckets": "ListAllMyBucketsResult",
    "ListMultipartUploads": "ListMultipartUploadsResult",
    "ListObjects": "ListBucketResult",
    "ListObjectsV2": "ListBucketResult",
    "ListObjectVersions": "ListVersionsResult",
    "ListParts": "ListPartsResult",
    "UploadPartCopy": "CopyPartResult",
}


def correct(call: Call, response: Response) -> None:
    """Renames the outermost element where moto named it after the operation."""
    root = _ROOTS.get(call.operation) if call.service == "s3" else None
    if root is None or response.status_code >= 300 or response.is_streamed:
        return
    made_up = f"{call.operation}(?:Response|Output|Result)"
    body = response.get_data()
    renamed = re.sub(rf"(</?){made_up}\b".encode(), rb"\1" + root.encode(), body)
    if renamed != body:
        response.set_data(renamed)
