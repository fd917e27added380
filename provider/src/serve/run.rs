//! The program: from its arguments to its exit code.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use cloister_framework::Provider;
use thiserror::Error;
use tokio::runtime::Builder;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::timeout;

use super::log::{install_log, wanted_level};
use super::process::{
    Handshake, HostEnvironment, Lifecycle, Mode, Parent, ignore_interrupts, install_panic_hook,
    render_help, render_reattach, render_run_by_hand, variable_of_this_process, version_mismatch,
    watch_interrupts, watch_terminations,
};
use super::server::serve;
use super::transport::{
    Address, BindError, Bound, ServerTls, TlsError, bind, remove_stale_sockets, server_tls,
};

/// How long the end may wait for the sweep of a large folder.
const SWEEP_LIMIT: Duration = Duration::from_millis(200);

/// What the program is called, and by which address configurations name it.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The file name of the program.
    pub program: &'static str,
    pub version: &'static str,
    /// `HOST/NAMESPACE/TYPE`.
    pub source: &'static str,
}

/// Why the process could not serve.
#[derive(Debug, Error)]
enum ServeError {
    #[error(transparent)]
    Bind(#[from] BindError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Runs the program to its end with the arguments and the environment of this process.
pub fn run(provider: Arc<dyn Provider>, options: Options) -> ExitCode {
    let Options {
        program,
        version,
        source,
    } = options;
    match Mode::parse(std::env::args_os().skip(1)) {
        Mode::Help => show(
            io::stdout(),
            &render_help(program, source),
            ExitCode::SUCCESS,
        ),
        Mode::Version => show(
            io::stdout(),
            &format!("{program} {version}\n"),
            ExitCode::SUCCESS,
        ),
        Mode::Unknown(argument) => {
            let text =
                format!("unknown argument `{argument}`\nhint: `{program} --help` lists all\n");
            show(io::stderr(), &text, ExitCode::from(2))
        }
        Mode::Plugin => {
            let host = HostEnvironment::of_this_process();
            if host.started_by_host {
                run_to_end(serve_host(provider, &host))
            } else {
                show(
                    io::stderr(),
                    &render_run_by_hand(program),
                    ExitCode::FAILURE,
                )
            }
        }
        Mode::Reattach => {
            // No host knows a certificate of this process beforehand.
            let host = HostEnvironment {
                client_certificate: None,
                ..HostEnvironment::of_this_process()
            };
            run_to_end(serve_reattached(provider, &host, source))
        }
    }
}

fn run_to_end(served: impl Future<Output = Result<(), ServeError>>) -> ExitCode {
    install_panic_hook();
    install_log(wanted_level(variable_of_this_process));
    match block_on(served) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let text = format!("the provider could not start: {error}\n");
            show(io::stderr(), &text, ExitCode::FAILURE)
        }
    }
}

fn block_on(served: impl Future<Output = Result<(), ServeError>>) -> Result<(), ServeError> {
    // Two threads keep a busy call from holding up the others; more would only
    // add to the memory of the several processes that one command starts.
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let served = runtime.block_on(served);
    // Tasks that outlived their patience are not waited for.
    runtime.shutdown_background();
    served
}

/// Serves the host that started this process until it is done.
async fn serve_host(provider: Arc<dyn Provider>, host: &HostEnvironment) -> Result<(), ServeError> {
    let parent = Parent::of_this_process();
    let life = Lifecycle::of_plugin();
    ignore_interrupts()?;
    watch_terminations(&life)?;
    let Bound {
        listener,
        address,
        file,
    } = bind(host).await?;
    let tls = host
        .client_certificate
        .as_deref()
        .map(|certificate| server_tls(certificate, now()))
        .transpose()?;
    say_handshake(host, &address, tls.as_ref())?;
    if let Some(mismatch) = version_mismatch(&host.protocol_versions) {
        tracing::error!("{mismatch}");
    }
    parent.watch(life.clone())?;
    let sweep = sweep(&address);
    serve(provider, listener, tls.map(|tls| tls.config), life).await;
    swept(sweep).await;
    drop(file);
    Ok(())
}

/// Serves every host that is told where, until Ctrl-C.
async fn serve_reattached(
    provider: Arc<dyn Provider>,
    host: &HostEnvironment,
    source: &str,
) -> Result<(), ServeError> {
    let life = Lifecycle::of_reattached();
    watch_interrupts(life.clone())?;
    watch_terminations(&life)?;
    let Bound {
        listener,
        address,
        file,
    } = bind(host).await?;
    let setting = render_reattach(source, std::process::id(), &address);
    say(&format!(
        "Provider started. Let Terraform use it by setting\n\n\tTF_REATTACH_PROVIDERS='{setting}'\n\n\
         and end it with Ctrl-C.\n"
    ))?;
    let sweep = sweep(&address);
    serve(provider, listener, None, life).await;
    swept(sweep).await;
    drop(file);
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the life of the certificate starts with the process"
)]
fn now() -> SystemTime {
    SystemTime::now()
}

fn say_handshake(
    host: &HostEnvironment,
    address: &Address,
    tls: Option<&ServerTls>,
) -> io::Result<()> {
    let handshake = Handshake {
        address,
        certificate: tls.map(|tls| tls.certificate.as_ref()),
        asks_for_multiplexing: host.asks_for_multiplexing,
    };
    say(&format!("{handshake}\n"))
}

fn say(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Clears what killed processes left beside our socket, while the host is busy connecting.
fn sweep(address: &Address) -> JoinHandle<()> {
    let dir = match address {
        Address::Unix(path) => path.parent().map(Path::to_owned),
        Address::Tcp(_) => None,
    };
    spawn_blocking(move || dir.iter().for_each(|dir| remove_stale_sockets(dir)))
}

/// Lets the sweep of a very short run come to its end.
async fn swept(sweep: JoinHandle<()>) {
    // A folder too large for that is left to the next run.
    let _ = timeout(SWEEP_LIMIT, sweep).await;
}

fn show(mut stream: impl io::Write, text: &str, code: ExitCode) -> ExitCode {
    // A closed stream leaves nobody to tell; the code still says it.
    let _ = stream.write_all(text.as_bytes());
    code
}
