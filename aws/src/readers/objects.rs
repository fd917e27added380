//! Listing and fetching objects, for log archives in buckets.

use cloister_composite::{ErrorClass, PartError};
use jiff::Timestamp;

use crate::{
    calls::{Failure, Operation},
    session::Aws,
};

const LIST: Operation = Operation::read("s3:ListObjectsV2").allowed_by("s3:ListBucket");
const GET: Operation = Operation::read("s3:GetObject");

/// One page of a listing, in the order of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectPage {
    /// The objects.
    pub objects: Vec<ObjectSummary>,
    /// After which key the next page begins, if there is one.
    pub next_after: Option<String>,
}

/// One object of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectSummary {
    /// Its key.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was written, where S3 says so.
    pub last_modified: Option<Timestamp>,
}

/// Lists up to a thousand objects of a bucket whose keys begin with `prefix` and come after `start_after`.
pub async fn list_objects(
    aws: &Aws,
    bucket: &str,
    prefix: &str,
    start_after: Option<&str>,
) -> Result<ObjectPage, PartError> {
    let request = aws
        .s3()
        .list_objects_v2()
        .bucket(bucket)
        .prefix(prefix)
        .set_start_after(start_after.map(str::to_owned));
    let page = aws.call(LIST, bucket, || request.clone().send()).await?;
    let objects: Vec<ObjectSummary> = page
        .contents
        .unwrap_or_default()
        .into_iter()
        .filter_map(summary)
        .collect();
    let last = objects.last().map(|object| object.key.clone());
    Ok(ObjectPage {
        next_after: last.filter(|_| page.is_truncated == Some(true)),
        objects,
    })
}

/// Fetches an object of at most `most` bytes. A body that is cut short is fetched again.
pub async fn get_object(
    aws: &Aws,
    bucket: &str,
    key: &str,
    most: u64,
) -> Result<Vec<u8>, PartError> {
    let subject = format!("{bucket}/{key}");
    let request = aws.s3().get_object().bucket(bucket).key(key);
    let body = aws
        .call(GET, &subject, || {
            let request = request.clone();
            async move { fetch(request, most).await }
        })
        .await?;
    body.ok_or_else(|| {
        PartError::new(
            ErrorClass::Refused,
            GET.iam_action,
            subject,
            format!("the object is longer than {most} bytes"),
        )
    })
}

/// The whole body, or nothing if it is longer than `most`.
async fn fetch(
    request: aws_sdk_s3::operation::get_object::builders::GetObjectFluentBuilder,
    most: u64,
) -> Result<Option<Vec<u8>>, Failure> {
    let mut answer = request.send().await?;
    let announced = answer
        .content_length
        .and_then(|length| u64::try_from(length).ok());
    if announced.is_some_and(|length| length > most) {
        return Ok(None);
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.body.next().await {
        let chunk =
            chunk.map_err(|error| Failure::Unanswered(format!("the body was cut: {error}")))?;
        body.extend_from_slice(&chunk);
        if body.len() as u64 > most {
            return Ok(None);
        }
    }
    Ok(Some(body))
}

fn summary(object: aws_sdk_s3::types::Object) -> Option<ObjectSummary> {
    Some(ObjectSummary {
        key: object.key?,
        size: object.size.and_then(|size| u64::try_from(size).ok())?,
        last_modified: object
            .last_modified
            .and_then(|time| Timestamp::from_second(time.secs()).ok()),
    })
}
