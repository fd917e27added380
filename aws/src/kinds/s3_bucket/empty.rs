//! Deletes a bucket, and before that everything in it where the blueprint says so.

use aws_sdk_s3::{
    operation::list_object_versions::ListObjectVersionsOutput,
    types::{Delete, ObjectIdentifier},
};
use cloister_composite::{ErrorClass, PartError, PartKind};
use futures::{StreamExt, TryStreamExt, stream};

use super::S3Bucket;
use crate::{calls::Operation, session::Aws};

const DELETE_BUCKET: Operation = Operation::idempotent("s3:DeleteBucket");
const LIST_VERSIONS: Operation =
    Operation::read("s3:ListObjectVersions").allowed_by("s3:ListBucketVersions");
const DELETE_OBJECTS: Operation =
    Operation::idempotent("s3:DeleteObjects").allowed_by("s3:DeleteObjectVersion");
const LIST_UPLOADS: Operation =
    Operation::read("s3:ListMultipartUploads").allowed_by("s3:ListBucketMultipartUploads");
const ABORT_UPLOAD: Operation = Operation::idempotent("s3:AbortMultipartUpload");

/// Every call that is made here.
pub(super) const CALLS: &[Operation] = &[
    DELETE_BUCKET,
    LIST_VERSIONS,
    DELETE_OBJECTS,
    LIST_UPLOADS,
    ABORT_UPLOAD,
];

/// S3 deletes and lists this many objects per call. <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html>
const PAGE: i32 = 1000;
/// Uploads are aborted one by one; so many at once.
const ABORTED_AT_ONCE: usize = 8;

pub(super) async fn delete(aws: &Aws, name: &str, empty_it: bool) -> Result<(), PartError> {
    if empty_it {
        match empty(aws, name).await {
            Err(error) if error.is_not_found() => return Ok(()),
            emptied => emptied?,
        }
    }
    let request = aws
        .s3()
        .delete_bucket()
        .bucket(name)
        .expected_bucket_owner(aws.account_id());
    match aws
        .call(DELETE_BUCKET, name, || request.clone().send())
        .await
    {
        Err(error) if error.is_not_found() => Ok(()),
        Err(error) if error.code.as_deref() == Some("BucketNotEmpty") => {
            Err(not_empty(aws, name, empty_it, error).await)
        }
        answer => answer.map(|_| ()),
    }
}

/// Deletes versions, delete markers and unfinished uploads until a listing shows none.
///
/// Every round lists from the start: what was deleted is gone from the listing, so a continuation would skip nothing
/// but cost as much.
async fn empty(aws: &Aws, name: &str) -> Result<(), PartError> {
    loop {
        let listed = list_versions(aws, name, PAGE).await?;
        let objects = identifiers(&listed)?;
        if objects.is_empty() {
            break;
        }
        delete_objects(aws, name, objects).await?;
    }
    abort_uploads(aws, name).await
}

async fn list_versions(
    aws: &Aws,
    name: &str,
    most: i32,
) -> Result<ListObjectVersionsOutput, PartError> {
    let request = aws
        .s3()
        .list_object_versions()
        .bucket(name)
        .expected_bucket_owner(aws.account_id())
        .max_keys(most);
    aws.call(LIST_VERSIONS, name, || request.clone().send())
        .await
}

fn identifiers(listed: &ListObjectVersionsOutput) -> Result<Vec<ObjectIdentifier>, PartError> {
    let versions = listed
        .versions()
        .iter()
        .map(|version| (version.key(), version.version_id()));
    let markers = listed
        .delete_markers()
        .iter()
        .map(|marker| (marker.key(), marker.version_id()));
    versions
        .chain(markers)
        .map(|(key, version)| {
            ObjectIdentifier::builder()
                .set_key(key.map(str::to_owned))
                .set_version_id(version.map(str::to_owned))
                .build()
                .map_err(|error| PartError::bug(LIST_VERSIONS.api, error.to_string()))
        })
        .collect()
}

/// Deletes one page. S3 answers 200 and lists what it kept: one kept object ends the loop, else it would not end.
async fn delete_objects(
    aws: &Aws,
    name: &str,
    objects: Vec<ObjectIdentifier>,
) -> Result<(), PartError> {
    let batch = Delete::builder()
        .set_objects(Some(objects))
        .quiet(true)
        .build()
        .map_err(|error| PartError::bug(S3Bucket::KIND, error.to_string()))?;
    let request = aws
        .s3()
        .delete_objects()
        .bucket(name)
        .expected_bucket_owner(aws.account_id())
        .delete(batch);
    let answer = aws
        .call(DELETE_OBJECTS, name, || request.clone().send())
        .await?;
    let kept = answer.errors.unwrap_or_default();
    let Some(first) = kept
        .iter()
        .find(|error| error.code.as_deref() != Some("NoSuchVersion"))
    else {
        return Ok(());
    };
    let class = match first.code.as_deref() {
        Some("AccessDenied") => ErrorClass::Denied,
        Some("InternalError" | "SlowDown") => ErrorClass::Busy,
        _ => ErrorClass::Refused,
    };
    let mut error = PartError::new(
        class,
        DELETE_OBJECTS.iam_action,
        name,
        format!(
            "{} of the objects were kept, `{}` among them: {}",
            kept.len(),
            first.key.as_deref().unwrap_or_default(),
            first.message.as_deref().unwrap_or_default(),
        ),
    );
    error.code.clone_from(&first.code);
    Err(error)
}

async fn abort_uploads(aws: &Aws, name: &str) -> Result<(), PartError> {
    loop {
        let request = aws
            .s3()
            .list_multipart_uploads()
            .bucket(name)
            .expected_bucket_owner(aws.account_id());
        let listed = aws
            .call(LIST_UPLOADS, name, || request.clone().send())
            .await?;
        let uploads: Vec<(String, String)> = listed
            .uploads
            .unwrap_or_default()
            .into_iter()
            .filter_map(|upload| Some((upload.key?, upload.upload_id?)))
            .collect();
        if uploads.is_empty() {
            return Ok(());
        }
        stream::iter(uploads)
            .map(|(key, upload)| abort_upload(aws, name, key, upload))
            .buffer_unordered(ABORTED_AT_ONCE)
            .try_collect::<()>()
            .await?;
    }
}

async fn abort_upload(aws: &Aws, name: &str, key: String, upload: String) -> Result<(), PartError> {
    let request = aws
        .s3()
        .abort_multipart_upload()
        .bucket(name)
        .expected_bucket_owner(aws.account_id())
        .key(key)
        .upload_id(upload);
    match aws
        .call(ABORT_UPLOAD, name, || request.clone().send())
        .await
    {
        Err(error) if error.is_not_found() => Ok(()),
        answer => answer.map(|_| ()),
    }
}

/// Something was written after the emptying, or nobody asked for one.
async fn not_empty(aws: &Aws, name: &str, emptied: bool, refusal: PartError) -> PartError {
    let seen = list_versions(aws, name, PAGE)
        .await
        .map(|listed| listed.versions().len() + listed.delete_markers().len());
    let count = match seen {
        Ok(count) if count >= PAGE.unsigned_abs() as usize => {
            format!("{count} object versions or more")
        }
        Ok(count) => format!("{count} object versions"),
        Err(_) => "objects".to_owned(),
    };
    let (class, advice) = if emptied {
        (
            ErrorClass::Busy,
            "something writes to it while it is being emptied: stop the writers",
        )
    } else {
        (
            ErrorClass::Refused,
            "empty it, or set `force_destroy = true` and apply before the destroy",
        )
    };
    PartError {
        class,
        message: format!("the bucket holds {count}; {advice}"),
        ..refusal
    }
}
