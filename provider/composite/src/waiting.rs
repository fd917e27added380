//! Waiting for objects that AWS is still at work on: whoever wakes first asks for all of that kind.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::oneshot, time::sleep};

use crate::{
    error::PartError,
    kinds::{ErasedKind, Observation},
};

type Look = Result<Option<Observation>, PartError>;
type Group = BTreeMap<String, oneshot::Sender<Look>>;

/// The objects that one run waits for, by kind.
///
/// Twelve endpoints that come up together cost one call each time, not twelve.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    groups: Mutex<BTreeMap<&'static str, Group>>,
}

impl Waiting {
    /// The object as it is after `pause`, or earlier if somebody else asks for its kind first.
    pub(crate) async fn look<C: Sync>(
        &self,
        kind: &dyn ErasedKind<C>,
        context: &C,
        id: &str,
        pause: Duration,
    ) -> Look {
        let (tell, mut answer) = oneshot::channel();
        self.groups()
            .entry(kind.name())
            .or_default()
            .insert(id.to_owned(), tell);
        tokio::select! {
            biased;
            Ok(look) = &mut answer => return look,
            () = sleep(pause) => {}
        }
        let group = {
            let mut groups = self.groups();
            let ours = groups
                .get(kind.name())
                .is_some_and(|group| group.contains_key(id));
            ours.then(|| groups.remove(kind.name())).flatten()
        };
        match group {
            Some(group) => ask_for_all(kind, context, id, group).await,
            // Somebody is asking already.
            None => match answer.await {
                Ok(look) => look,
                Err(_) => ask_for_all(kind, context, id, Group::new()).await,
            },
        }
    }

    fn groups(&self) -> MutexGuard<'_, BTreeMap<&'static str, Group>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads `id` and all of `group` in one batch, and tells the others.
async fn ask_for_all<C: Sync>(
    kind: &dyn ErasedKind<C>,
    context: &C,
    id: &str,
    mut group: Group,
) -> Look {
    group.remove(id);
    let mut ids = vec![id.to_owned()];
    ids.extend(group.keys().cloned());
    let mut looks: Vec<Look> = match kind.read(context, &ids).await {
        Ok(found) => found.into_iter().map(Ok).collect(),
        Err(error) => ids.iter().map(|_| Err(error.clone())).collect(),
    };
    for (tell, look) in group.into_values().zip(looks.drain(1..)) {
        // Who was stopped meanwhile does not listen any more.
        let _ = tell.send(look);
    }
    looks.pop().unwrap_or(Ok(None))
}
