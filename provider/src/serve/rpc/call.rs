//! What every call has in common: it outlives its client, its panics are
//! answers, and it leaves a line in the log.

use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use cloister_framework::{Diagnostic, Provider};
use tokio::task::JoinError;
use tonic::{Response, Status};
use tracing::Instrument as _;

use super::super::process::{Lifecycle, panic_message};
use super::refusal::Refusal;

/// What a call needs besides its request.
#[derive(Clone)]
pub(super) struct Calls {
    pub(super) provider: Arc<dyn Provider>,
    pub(super) life: Lifecycle,
}

impl Calls {
    /// Answers the call `rpc` about `subject` (a type or function, or nothing).
    ///
    /// It runs as a task of its own: a client that hangs up must not cut a call
    /// to AWS short, whose outcome would then be known to nobody.
    pub(super) async fn call<Q, A, F>(
        &self,
        rpc: &'static str,
        subject: &str,
        request: Q,
        answer: impl FnOnce(Arc<dyn Provider>, Q) -> F,
    ) -> Result<Response<A>, Status>
    where
        A: Refusal + Send + 'static,
        F: Future<Output = Result<A, Diagnostic>> + Send + 'static,
    {
        if self.life.is_ending() {
            return Err(Status::unavailable("the provider is ending"));
        }
        // Of the highest level, so that a warning from inside says where it comes from.
        let span = tracing::error_span!("rpc", tf_rpc = rpc, tf_resource_type = subject);
        let answered = timed(answer(self.provider.clone(), request)).instrument(span.clone());
        match self.life.calls().spawn(answered).await {
            Ok(Ok(answer)) => Ok(Response::new(answer)),
            Ok(Err(refusal)) => Ok(Response::new(A::refused(&refusal))),
            Err(failure) => span
                .in_scope(|| panicked(rpc, failure))
                .map(|bug| Response::new(A::refused(&bug))),
        }
    }
}

async fn timed<A>(answer: impl Future<Output = A>) -> A {
    let start = Instant::now();
    tracing::trace!("call received");
    let answer = answer.await;
    tracing::debug!(
        tf_req_duration_ms = milliseconds_since(start),
        "call answered"
    );
    answer
}

fn milliseconds_since(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// The diagnostic for a panic; a status only when the process ends and cut the call.
fn panicked(rpc: &str, failure: JoinError) -> Result<Diagnostic, Status> {
    let panic = failure
        .try_into_panic()
        .map_err(|_| Status::cancelled("the provider has ended"))?;
    let message = panic_message(&*panic);
    tracing::error!(panic = message, "call panicked");
    Ok(Diagnostic::provider_bug(format!(
        "`{rpc}` stopped in the middle: {message}"
    )))
}
