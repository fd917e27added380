//! What a run says while it works.

use cloister_runner::Progress;

use crate::console;

/// One line per event, so that logs of a pipeline stay readable.
pub(crate) fn show(progress: &Progress<'_>) {
    match progress {
        Progress::Observing { kind, id } => console::note(&format!("Observing {kind} {id}")),
        Progress::Reading { source } => console::note(&format!("Reading {source}")),
        Progress::Read {
            source,
            files,
            records,
        } => {
            console::note(&format!("Read {source}: files {files}, records {records}"));
        }
        Progress::Waiting {
            pending,
            pause,
            until,
        } => console::note(&format!(
            "{pending} pending; next look in {} s, the last at {until:.0}",
            pause.as_secs()
        )),
    }
}
