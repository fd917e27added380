//! One pass over a graph: each part starts the moment its last dependency is ready.

use std::{collections::BTreeSet, future::Future};

use futures::{StreamExt, stream::FuturesUnordered};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::{blueprint::Blueprint, error::PartError, key::PartKey, order::Order};

/// What became of the parts of one pass over a graph.
#[derive(Debug, Default)]
pub(crate) struct Pass {
    pub(crate) done: BTreeSet<PartKey>,
    pub(crate) failures: Vec<(PartKey, PartError)>,
    pub(crate) not_started: Vec<PartKey>,
}

impl Pass {
    /// Whether everything was done.
    pub(crate) fn is_clean(&self) -> bool {
        self.failures.is_empty() && self.not_started.is_empty()
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.done.extend(other.done);
        self.failures.extend(other.failures);
        self.not_started.extend(other.not_started);
    }
}

/// Writes the graph to the log: with the times of the calls it says what a run waited for.
pub(crate) fn tell_graph(blueprint: &Blueprint) {
    for part in blueprint.parts.values() {
        let needs: Vec<&str> = part.needs().into_iter().map(PartKey::as_str).collect();
        let outlived_by: Vec<&str> = part
            .outlived_by()
            .into_iter()
            .map(PartKey::as_str)
            .collect();
        let goes_with = part.goes_with.as_ref().map_or("", PartKey::as_str);
        tracing::debug!(
            part = %part.key,
            kind = part.kind,
            needs = needs.join(","),
            outlived_by = outlived_by.join(","),
            goes_with,
            "a part of the graph"
        );
    }
}

/// Runs `step` for each part of an order, as soon as those it waits for are done.
pub(crate) async fn in_order<F>(
    mut order: Order,
    stop: &CancellationToken,
    step: impl Fn(PartKey) -> F,
) -> Pass
where
    F: Future<Output = Result<(), PartError>>,
{
    let mut pass = Pass::default();
    let mut running = FuturesUnordered::new();
    loop {
        for key in order.take_ready() {
            if stop.is_cancelled() {
                pass.not_started.push(key);
            } else {
                let span = tracing::info_span!("part", part = %key);
                let work = step(key.clone()).instrument(span);
                running.push(async move { (key, work.await) });
            }
        }
        let Some((key, ended)) = running.next().await else {
            break;
        };
        match ended {
            Ok(()) => {
                order.done(&key);
                pass.done.insert(key);
            }
            Err(error) => pass.failures.push((key, error)),
        }
    }
    pass.not_started.extend(order.left());
    pass
}
