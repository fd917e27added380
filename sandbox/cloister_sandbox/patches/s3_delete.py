"""DeleteBucket: refused while any version is left, and nothing of the bucket survives it."""

from __future__ import annotations

from typing import Any

from moto.s3.models import S3Backend

from .s3_error import S3Error
from .wrap import around


def apply() -> None:
    """Corrects the refusal, and forgets the tags of a deleted bucket."""

    @around(S3Backend, "delete_bucket")
    def delete_bucket(original: Any, self: S3Backend, bucket_name: str) -> Any:
        bucket = self.get_bucket(bucket_name)
        if any(versions for _, versions in bucket.keys.iterlists()):
            message = "The bucket you tried to delete is not empty"
            if bucket.versioning_status:
                message += ". You must delete all versions in the bucket."
            raise S3Error("BucketNotEmpty", message, 409)
        for upload_id in list(bucket.multiparts):
            del bucket.multiparts[upload_id]
        bucket.keys.clear()
        removed = original(self, bucket_name)
        # moto keeps tags by ARN: the next bucket of the name would have them.
        self.tagger.delete_all_tags_for_resource(bucket.arn)
        return removed
