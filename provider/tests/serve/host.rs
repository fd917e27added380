//! Starts the toy provider as a host does.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use super::client::{Client, ClientCertificate};

const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
/// Longer than anything here may take.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// The toy provider's program, which Cargo builds with these tests.
pub(crate) fn toy() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let toy = test
        .parent()
        .unwrap()
        .parent()
        .unwrap()
        .join("examples/toy_provider");
    assert!(
        toy.exists(),
        "{} is missing: run `cargo build --example toy_provider`",
        toy.display()
    );
    toy
}

/// A started provider and what it said in its handshake.
pub(crate) struct Host {
    pub(crate) process: Child,
    pub(crate) stdout: BufReader<ChildStdout>,
    pub(crate) fields: Vec<String>,
    pub(crate) certificate: ClientCertificate,
    /// Where its socket lies.
    pub(crate) dir: TempDir,
}

/// A command that starts the toy as a host does, with its socket in `dir`.
pub(crate) fn command(program: &Path, dir: &Path, certificate: &ClientCertificate) -> Command {
    let mut command = Command::new(program);
    command
        .env("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
        .env("PLUGIN_PROTOCOL_VERSIONS", "6,5")
        .env("PLUGIN_CLIENT_CERT", certificate.pem())
        .env("PLUGIN_UNIX_SOCKET_DIR", dir)
        .env_remove("TF_LOG")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

impl Host {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts the toy after `change` had its way with the command.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Command)) -> Self {
        Self::start_program(&toy(), ClientCertificate::new(), change).await
    }

    /// Starts any provider.
    pub(crate) async fn start_program(
        program: &Path,
        certificate: ClientCertificate,
        change: impl FnOnce(&mut Command),
    ) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut command = command(program, dir.path(), &certificate);
        change(&mut command);
        let mut process = command.spawn().unwrap();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        timeout(LIMIT, stdout.read_line(&mut line))
            .await
            .unwrap()
            .unwrap();
        let fields = line.trim_end().split('|').map(str::to_owned).collect();
        Self {
            process,
            stdout,
            fields,
            certificate,
            dir,
        }
    }

    pub(crate) fn address(&self) -> &str {
        &self.fields[3]
    }

    /// A client that the provider accepts.
    pub(crate) async fn connect(&self) -> Client {
        Client::connect(self, Some(&self.certificate))
            .await
            .unwrap()
    }

    pub(crate) async fn ended(&mut self) -> ExitStatus {
        timeout(LIMIT, self.process.wait())
            .await
            .expect("the provider ends")
            .unwrap()
    }

    /// Waits for the end and returns what was written to stderr.
    pub(crate) async fn stderr(&mut self) -> String {
        let mut text = String::new();
        let mut stderr = self.process.stderr.take().unwrap();
        timeout(LIMIT, stderr.read_to_string(&mut text))
            .await
            .unwrap()
            .unwrap();
        text
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let pid = i32::try_from(self.process.id().unwrap()).unwrap();
        rustix::process::kill_process(rustix::process::Pid::from_raw(pid).unwrap(), signal)
            .unwrap();
    }

    pub(crate) fn sockets(&self) -> usize {
        std::fs::read_dir(self.dir.path()).unwrap().count()
    }
}
