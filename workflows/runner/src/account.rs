//! The account of an AWS session, as `cloister-aws` reads it.

use std::sync::Arc;

use cloister_aws::Aws;
use cloister_composite::{ErrorClass, PartError};
use cloister_evidence::{
    FLOW_FIELDS, FlowForm, HistoryPage, HistoryReader, LogEvent, LogPage, LogReader,
    LookupAttribute, LookupKey, TrailReader, Unreachable,
};
use cloister_policy::Arn;
use cloister_workflow::FlowScope;
use jiff::Timestamp;

use crate::cloud::{Cloud, Denied, FlowLogs, Observed};
use crate::described::described;

/// A trail file holds at most 50 MB compressed; more than this is none.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html>
const MOST_BYTES: u64 = 100 << 20;

/// An AWS account and region to run a workflow against.
#[derive(Debug, Clone)]
pub struct Account {
    aws: Arc<Aws>,
}

impl Account {
    /// The account of an open session.
    pub fn new(aws: Arc<Aws>) -> Self {
        Account { aws }
    }
}

/// The kinds of object that `live` checks can name.
pub fn live_kinds() -> Vec<String> {
    cloister_aws::observable_kinds()
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// The fields that patterns over flow records can name, each with whether it is a number.
pub fn flow_fields() -> Vec<(&'static str, bool)> {
    let fields = FLOW_FIELDS.iter();
    fields
        .map(|field| (field.name, field.form == FlowForm::Number))
        .collect()
}

impl TrailReader for Account {
    async fn list_folders(&self, bucket: &str, prefix: &str) -> Result<Vec<String>, Unreachable> {
        let mut folders = Vec::new();
        let mut after = None;
        loop {
            let page = cloister_aws::list_objects(&self.aws, bucket, prefix, after.as_deref());
            let page = page.await.map_err(|error| unreachable_at(&error))?;
            let Some(folder) = page
                .objects
                .iter()
                .find_map(|object| folder_of(&object.key, prefix))
            else {
                match page.next_after {
                    Some(next) => after = Some(next),
                    None => return Ok(folders),
                }
                continue;
            };
            after = Some(behind(&folder));
            folders.push(folder);
        }
    }

    async fn list(
        &self,
        bucket: &str,
        prefix: &str,
        after: &str,
    ) -> Result<Vec<String>, Unreachable> {
        let mut keys = Vec::new();
        let mut after = Some(after.to_owned());
        while after.is_some() {
            let page = cloister_aws::list_objects(&self.aws, bucket, prefix, after.as_deref());
            let page = page.await.map_err(|error| unreachable_at(&error))?;
            keys.extend(page.objects.into_iter().map(|object| object.key));
            after = page.next_after;
        }
        Ok(keys)
    }

    async fn get(&self, bucket: &str, key: &str) -> Result<Vec<u8>, Unreachable> {
        let object = cloister_aws::get_object(&self.aws, bucket, key, MOST_BYTES).await;
        object.map_err(|error| unreachable_at(&error))
    }
}

impl HistoryReader for Account {
    fn region(&self) -> &str {
        self.aws.region()
    }

    async fn lookup(
        &self,
        attribute: Option<&LookupAttribute>,
        from: Timestamp,
        until: Timestamp,
        page: Option<String>,
    ) -> Result<HistoryPage, Unreachable> {
        let attribute = attribute.map(|LookupAttribute { key, value }| match key {
            LookupKey::EventName => cloister_aws::LookupAttribute::EventName(value.clone()),
            LookupKey::EventSource => cloister_aws::LookupAttribute::EventSource(value.clone()),
        });
        let found = cloister_aws::lookup_events(
            &self.aws,
            attribute.as_ref(),
            from,
            until,
            page.as_deref(),
        );
        let found = found.await.map_err(|error| unreachable_at(&error))?;
        let records = found.events.into_iter().map(|event| event.record).collect();
        Ok(HistoryPage {
            records,
            next: found.next,
        })
    }
}

impl LogReader for Account {
    async fn events(
        &self,
        group: &str,
        from: Timestamp,
        until: Timestamp,
        page: Option<String>,
    ) -> Result<LogPage, Unreachable> {
        let found = cloister_aws::filter_log_events(&self.aws, group, from, until, page.as_deref());
        let found = found.await.map_err(|error| unreachable_at(&error))?;
        let events = found.events.into_iter().map(|event| LogEvent {
            id: event.id,
            stream: event.stream,
            message: event.message,
        });
        Ok(LogPage {
            events: events.collect(),
            next: found.next,
        })
    }
}

impl Cloud for Account {
    async fn flow_logs(&self, scope: &FlowScope) -> Result<FlowLogs, Unreachable> {
        let (setting, values): (_, Vec<String>) = match &scope.flow_log_id {
            Some(id) => ("flow-log-id", vec![id.clone()]),
            None => (
                "resource-id",
                scope.resources().map(str::to_owned).collect(),
            ),
        };
        match cloister_aws::describe_flow_logs(&self.aws, setting, &values).await {
            Ok(found) => Ok(FlowLogs::Found(
                found
                    .into_iter()
                    .map(|one| described(one, &self.aws))
                    .collect(),
            )),
            Err(error) if error.class == ErrorClass::Denied => {
                Ok(FlowLogs::Denied(Denied(refusal(&error))))
            }
            Err(error) => Err(unreachable_at(&error)),
        }
    }

    async fn observe(&self, kind: &str, id: &str) -> Result<Observed, Unreachable> {
        if let Some(why) = out_of_reach(id, self.aws.account_id(), self.aws.region()) {
            return Ok(Observed::Denied(Denied(why)));
        }
        match cloister_aws::observe(&self.aws, kind, id).await {
            Ok(Some(object)) => Ok(Observed::Object(object)),
            Ok(None) => Ok(Observed::Absent),
            Err(error) if error.class == ErrorClass::NotFound => Ok(Observed::Absent),
            Err(error) if error.class == ErrorClass::Denied => {
                Ok(Observed::Denied(Denied(refusal(&error))))
            }
            Err(error) => Err(unreachable_at(&error)),
        }
    }
}

/// Why an object with this ARN cannot be observed from here: by its name alone another one would be found.
fn out_of_reach(id: &str, account: &str, region: &str) -> Option<String> {
    let arn = Arn::parse(id).ok()?;
    // AWS's own policies stand in no account: `arn:aws:iam::aws:policy/NAME`.
    if !arn.account.is_empty() && arn.account != "aws" && arn.account != account {
        return Some(format!(
            "`{id}` is in another account, and the credentials are of account `{account}`"
        ));
    }
    (!arn.region.is_empty() && arn.region != region)
        .then(|| format!("`{id}` is in another region, and this run looks at `{region}`"))
}

/// Sorts after every key below the folder: `0` is what comes after `/`.
fn behind(folder: &str) -> String {
    format!("{}0", folder.trim_end_matches('/'))
}

fn folder_of(key: &str, prefix: &str) -> Option<String> {
    let (folder, _) = key.strip_prefix(prefix)?.split_once('/')?;
    Some(format!("{prefix}{folder}/"))
}

fn refusal(error: &PartError) -> String {
    format!(
        "{error}; grant `{}` on `{}`",
        error.operation, error.subject
    )
}

fn unreachable_at(error: &PartError) -> Unreachable {
    Unreachable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_account_or_region_holds_is_out_of_reach() {
        for (id, expected) in [
            ("arn:aws:iam::111122223333:role/data", None),
            ("arn:aws:iam::aws:policy/ReadOnlyAccess", None),
            ("arn:aws:kms:eu-west-1:111122223333:key/1", None),
            ("vpce-0123456789abcdef0", None),
            ("logs", None),
            (
                "arn:aws:iam::444455556666:role/data",
                Some("another account"),
            ),
            (
                "arn:aws:sts::444455556666:assumed-role/data/ada",
                Some("another account"),
            ),
            (
                "arn:aws:kms:us-east-1:111122223333:key/1",
                Some("another region"),
            ),
        ] {
            let why = out_of_reach(id, "111122223333", "eu-west-1");
            let fits = match (&why, expected) {
                (Some(why), Some(expected)) => why.contains(expected),
                (why, expected) => why.is_none() && expected.is_none(),
            };
            assert!(fits, "{id}: {why:?}");
        }
    }
}
