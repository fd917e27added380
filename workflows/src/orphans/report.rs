//! The list of what is orphaned, for people and for programs.

use std::fmt::Write as _;

use cloister_composite::Status;
use cloister_workflow::Paint;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::inventory::{Anchored, Inventory, Orphan};
use crate::console::{bold, counted};
use crate::failure::Failure;

/// Renders the list for people: by composite, with the way out.
pub(super) fn render_terminal(found: &Inventory, paint: Paint) -> String {
    let mut text = String::new();
    let regions = found.regions.join(", ");
    if found.orphans.is_empty() {
        let _ = writeln!(
            text,
            "Nothing is orphaned in account {}, {regions}.",
            found.account
        );
        return text;
    }
    for orphan in &found.orphans {
        render_objects(&mut text, orphan, paint);
        let _ = writeln!(text, "  {}\n", way_out(orphan, Timestamp::now()));
    }
    let objects: usize = found.orphans.iter().map(|one| one.objects.len()).sum();
    let _ = writeln!(
        text,
        "{} of {} in account {}, {regions}, that no given state holds.",
        counted(objects, "object"),
        counted(found.orphans.len(), "composite"),
        found.account
    );
    text
}

/// Renders one composite's objects, for who is asked to delete them.
pub(super) fn objects(orphan: &Orphan) -> String {
    let mut text = String::new();
    render_objects(&mut text, orphan, Paint::Plain);
    text
}

fn render_objects(text: &mut String, orphan: &Orphan, paint: Paint) {
    let identity = &orphan.identity;
    let heading = format!("{} `{}`", identity.composite, identity.name);
    let _ = writeln!(
        text,
        "{} in {}, owner {}",
        bold(&heading, paint),
        identity.region,
        orphan.owner
    );
    let rows = rows(orphan);
    let parts = rows.iter().map(|row| row.0.len()).max().unwrap_or_default();
    let kinds = rows.iter().map(|row| row.1.len()).max().unwrap_or_default();
    for (part, kind, id) in rows {
        let _ = writeln!(text, "  {part:parts$}  {kind:kinds$}  {id}");
    }
}

/// Renders the list for programs.
pub(super) fn render_json(found: &Inventory) -> Result<String, Failure> {
    let orphans: Vec<Value> = found.orphans.iter().map(as_json).collect();
    let report = json!({
        "account": found.account,
        "regions": found.regions,
        "orphans": orphans,
    });
    let text = serde_json::to_string_pretty(&report)
        .map_err(|error| Failure::broken(format!("the list could not be written: {error}")))?;
    Ok(text + "\n")
}

fn as_json(orphan: &Orphan) -> Value {
    let identity = &orphan.identity;
    let anchor = match &orphan.anchor {
        Anchored::Gone => json!("gone"),
        Anchored::Unreadable(_) => json!("unreadable"),
        Anchored::Stands(anchor) => json!(anchor.status),
    };
    let objects = orphan.objects.iter().map(|object| {
        json!({
            "part": object.part,
            "kind": object.kind,
            "id": object.id,
            "arn": object.arn,
        })
    });
    json!({
        "type": identity.composite,
        "region": identity.region,
        "name": identity.name,
        "import_id": identity.id(),
        "owner": orphan.owner,
        "anchor": anchor,
        "in_state": orphan.in_state,
        "objects": objects.collect::<Vec<_>>(),
    })
}

fn rows(orphan: &Orphan) -> Vec<(&str, &str, &str)> {
    let objects = orphan.objects.iter();
    objects
        .map(|one| {
            (
                one.part.as_str(),
                one.kind.unwrap_or("another's"),
                one.id.as_str(),
            )
        })
        .collect()
}

/// What is known about the composite, and what to do.
fn way_out(orphan: &Orphan, now: Timestamp) -> String {
    let identity = &orphan.identity;
    let (id, name, owner) = (identity.id(), &identity.name, &orphan.owner);
    let delete = format!("`cloister orphans --delete {name}` deletes it");
    if orphan.in_state {
        return "A given state holds the composite, and not these: apply it, and look again."
            .to_owned();
    }
    let anchor = match &orphan.anchor {
        Anchored::Gone => {
            return format!(
                "Its anchor is gone. {delete}; what holds data, only with `--with-data`."
            );
        }
        Anchored::Unreadable(why) => return format!("Its anchor makes no sense: {why}."),
        Anchored::Stands(anchor) => anchor,
    };
    if let Some(until) = anchor.lease_until.filter(|until| *until > now) {
        return format!("A run works on it, or was killed; its lease ends at {until:.0}.");
    }
    match anchor.status {
        Status::Creating => format!(
            "Unfinished. An apply of its configuration with owner `{owner}` goes on with it; {delete}."
        ),
        Status::Deleting => format!("A destroy of it was not finished. {delete}."),
        Status::Ready => {
            let kind = &identity.composite;
            format!(
                "Complete. `terraform import cloister_{kind}.ADDRESS {id}` brings it into a state; {delete}."
            )
        }
    }
}
