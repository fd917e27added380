//! Deleting what is left of one composite.

use std::io::{self, BufRead, IsTerminal, Write};
use std::time::Duration;

use cloister_aws::{TaggedObject, deletion_stage};
use cloister_composite::{Blocked, Destroyed, PartKey, Remnant, Status};
use jiff::Timestamp;
use serde_json::Value;
use tokio::time::{Instant, interval};
use tokio_util::sync::CancellationToken;

use super::{
    OrphansArgs,
    inventory::{Anchored, Inventory, Orphan},
    kept::Agreed,
    report,
};
use crate::console;
use crate::failure::{Exit, Failure};

/// As long as a destroy may take: one stuck app or firewall takes long to go.
const PATIENCE: Duration = Duration::from_mins(90);

/// How often a line says that the work goes on.
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);

/// Deletes the objects of an orphan, after its name was typed.
pub(super) async fn clear(
    args: &OrphansArgs,
    found: &Inventory,
    orphan: &Orphan,
) -> Result<Exit, Failure> {
    refuse(args, orphan)?;
    let agreed = if args.with_data {
        Agreed::ALL
    } else {
        Agreed::of(&orphan.anchor)
    };
    let remnants = remnants(orphan, agreed);
    let identity = &orphan.identity;
    console::note(report::objects(orphan).trim_end());
    let (ours, others): (Vec<_>, Vec<_>) =
        orphan.objects.iter().partition(|one| one.kind.is_some());
    for object in others {
        console::note(&format!(
            "{} is not cloister's to delete: it is left",
            object.arn
        ));
    }
    let mut going = ours.len();
    for object in ours {
        let (_, stays) = agreed.disposal(object);
        if let Some(stays) = stays {
            console::note(&format!("Kept: {} ({})", stays.what, object.id));
            going -= usize::from(stays.whole);
        }
    }
    if !is_confirmed(&identity.name, going)? {
        console::note("Another name was typed; nothing was deleted.");
        return Ok(Exit::Failed);
    }
    let aws = found.session(&identity.region)?;
    let engine = found.engine(aws);
    let stop = CancellationToken::new();
    let clearing = engine.clear(
        identity,
        &orphan.owner,
        &remnants,
        Instant::now() + PATIENCE,
        &stop,
    );
    let ended = watched(clearing, &stop).await;
    let destroyed = ended.map_err(|blocked| blocked_failure(&blocked))?;
    Ok(tell(&destroyed, orphan))
}

/// Refuses what a state, another run, or the composite's protection stands against.
fn refuse(args: &OrphansArgs, orphan: &Orphan) -> Result<(), Failure> {
    let tag = orphan.identity.tag();
    if orphan.in_state {
        let message = format!("a given state holds `{tag}`, though not all its objects");
        return Err(Failure::wrong_usage(message)
            .hint("apply or destroy it with that state; what is left then is no part of it"));
    }
    let Anchored::Stands(anchor) = &orphan.anchor else {
        return Ok(());
    };
    if let Some(until) = anchor.lease_until.filter(|until| *until > Timestamp::now()) {
        let message = format!("a run works on `{tag}`; its lease ends at {until:.0}");
        return Err(Failure::wrong_usage(message).hint("wait until it has ended"));
    }
    // An unfinished one holds nothing yet, or nothing any more, that its owner relies on.
    let unprotected = anchor.settings.get("deletion_protection") == Some(&false.into());
    if anchor.status == Status::Ready && !unprotected && !args.protected {
        let message = format!("`{tag}` is complete and protected from deletion");
        return Err(Failure::wrong_usage(message).hint(format!(
            "bring it into a state: terraform import ADDRESS {}; or give `--protected` as well",
            orphan.identity.id()
        )));
    }
    Ok(())
}

/// What can be deleted; the anchor goes last, by itself.
fn remnants(orphan: &Orphan, agreed: Agreed) -> Vec<Remnant> {
    let mut remnants = Vec::new();
    for object in &orphan.objects {
        let Some(kind) = object.kind else { continue };
        let (disposal, _) = agreed.disposal(object);
        let with_it = agreed.goes_before(kind).map(|kind| (kind, Value::Null));
        for (kind, disposal) in with_it.into_iter().chain([(kind, disposal)]) {
            let Some(stage) = deletion_stage(kind) else {
                continue;
            };
            remnants.push(Remnant {
                key: key_of(object, remnants.len()),
                kind: kind.to_owned(),
                id: object.id.clone(),
                stage,
                disposal,
            });
        }
    }
    remnants
}

/// The part's own key, and a number: of a twin and of an alias there are two of one part.
fn key_of(object: &TaggedObject, number: usize) -> PartKey {
    PartKey::parse(&format!("{}/{number}", object.part))
        .or_else(|_| PartKey::named("object", &number.to_string()))
        .unwrap_or_else(|error| unreachable!("a number is a part key: {error}"))
}

fn is_confirmed(name: &str, objects: usize) -> Result<bool, Failure> {
    let objects = console::counted(objects, "object");
    let mut prompt = io::stderr().lock();
    let _ = write!(
        prompt,
        "This deletes {objects} for good. Type `{name}` to go on: "
    );
    let _ = prompt.flush();
    let mut typed = String::new();
    io::stdin().lock().read_line(&mut typed).map_err(|error| {
        Failure::broken(format!("the composite's name cannot be read: {error}"))
    })?;
    // What is typed at a terminal ends the line there.
    if !io::stdin().is_terminal() {
        let _ = writeln!(prompt);
    }
    Ok(typed.trim() == name)
}

/// Shows that the work goes on, and stops it on Ctrl-C: calls in flight end, nothing new starts.
async fn watched<T>(work: impl Future<Output = T>, stop: &CancellationToken) -> T {
    let began = Instant::now();
    let mut signs = interval(SIGN_OF_LIFE);
    signs.tick().await;
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            ended = &mut work => return ended,
            _ = signs.tick() => {
                console::note(&format!("Still deleting ({} s)", began.elapsed().as_secs()));
            }
            _ = tokio::signal::ctrl_c(), if !stop.is_cancelled() => {
                console::note("Stopping: calls under way end first");
                stop.cancel();
            }
        }
    }
}

fn tell(destroyed: &Destroyed, orphan: &Orphan) -> Exit {
    let name = orphan.identity.tag();
    for failure in &destroyed.failures {
        console::note(&failure.error.to_string());
    }
    if destroyed.remaining.is_empty() {
        console::note(&format!(
            "Nothing is left of `{name}` that was to be deleted."
        ));
        return Exit::AllWell;
    }
    console::note(&format!(
        "Something is left of `{name}`: run `cloister orphans` again to see what."
    ));
    Exit::Failed
}

fn blocked_failure(blocked: &Blocked) -> Failure {
    Failure::broken(format!("nothing was deleted: {blocked}"))
}
