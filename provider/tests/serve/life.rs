//! How the process starts and ends.

use std::process::Stdio;
use std::time::{Duration, Instant};

use cloister_proto::go_plugin::Empty;
use cloister_proto::tfplugin6::{apply_resource_change, get_provider_schema, stop_provider};
use rustix::process::Signal;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tonic::{Response, Status};

use super::client::{Client, ClientCertificate};
use super::host::{Host, LIMIT, command, toy};
use super::wire::{apply_request, errors};

/// go-plugin kills a plugin that takes longer than this to end.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(2);

/// Opens the streams that Terraform keeps open for the whole life of a plugin.
async fn open_streams(client: &mut Client) -> (impl Send + use<>, impl Send + use<>) {
    let stdio = client.stdio.stream_stdio(()).await.unwrap();
    let broker = client
        .broker
        .start_stream(futures::stream::pending())
        .await
        .unwrap();
    (stdio, broker)
}

type Create = JoinHandle<Result<Response<apply_resource_change::Response>, Status>>;

/// Starts a provider whose toys say on stderr that they are being made.
async fn talkative() -> Host {
    Host::start_with(|command| {
        command.env("TF_LOG_PROVIDER", "warn");
    })
    .await
}

/// Sends a create and returns when the provider has begun it.
async fn begin_create(host: &mut Host, client: &Client, mode: &'static str) -> Create {
    let mut provider = client.provider.clone();
    let create =
        tokio::spawn(async move { provider.apply_resource_change(apply_request(mode)).await });
    let mut stderr = BufReader::new(host.process.stderr.take().unwrap()).lines();
    loop {
        let line = timeout(LIMIT, stderr.next_line())
            .await
            .unwrap()
            .unwrap()
            .expect("the create begins");
        if line.contains("creating") {
            // The pipe stays open: the provider may go on to write.
            tokio::spawn(async move { while let Ok(Some(_)) = stderr.next_line().await {} });
            return create;
        }
    }
}

#[tokio::test]
async fn shutdown_ends_the_process_at_once_though_streams_are_open() {
    let mut host = Host::start().await;
    let mut client = host.connect().await;
    let _streams = open_streams(&mut client).await;
    client
        .provider
        .get_provider_schema(get_provider_schema::Request::default())
        .await
        .unwrap();
    assert_eq!(host.sockets(), 1);

    let start = Instant::now();
    client.controller.shutdown(Empty {}).await.unwrap();
    assert!(host.ended().await.success());
    assert!(
        start.elapsed() < SHUTDOWN_LIMIT / 2,
        "{:?}",
        start.elapsed()
    );
    assert_eq!(host.sockets(), 0);
    let mut after_handshake = String::new();
    host.stdout
        .read_to_string(&mut after_handshake)
        .await
        .unwrap();
    assert_eq!(
        after_handshake, "",
        "nothing but the handshake is written to stdout"
    );
}

#[tokio::test]
async fn shutdown_does_not_wait_for_a_call_that_hangs() {
    let mut host = talkative().await;
    let mut client = host.connect().await;
    let _streams = open_streams(&mut client).await;
    let create = begin_create(&mut host, &client, "hang").await;
    let start = Instant::now();
    client.controller.shutdown(Empty {}).await.unwrap();
    assert!(host.ended().await.success());
    assert!(start.elapsed() < SHUTDOWN_LIMIT, "{:?}", start.elapsed());
    create.await.unwrap().unwrap_err();
}

#[tokio::test]
async fn a_running_call_finishes_when_the_process_is_told_to_end() {
    for end in [Signal::TERM, Signal::HUP] {
        let mut host = talkative().await;
        let mut client = host.connect().await;
        let _streams = open_streams(&mut client).await;
        let create = begin_create(&mut host, &client, "wait").await;
        host.signal(end);
        let answer = create.await.unwrap().unwrap().into_inner();
        assert_eq!(errors(&answer.diagnostics), [""; 0]);
        assert!(answer.new_state.is_some());
        assert!(host.ended().await.success());
        assert_eq!(host.sockets(), 0);
    }
}

#[tokio::test]
async fn stop_lets_running_calls_finish_and_is_no_shutdown() {
    let mut host = talkative().await;
    let client = host.connect().await;
    let create = begin_create(&mut host, &client, "wait").await;
    let mut provider = client.provider.clone();
    let stopped = provider
        .stop_provider(stop_provider::Request::default())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(stopped.error, "");
    assert_eq!(
        errors(&create.await.unwrap().unwrap().into_inner().diagnostics),
        [""; 0]
    );
    provider
        .get_provider_schema(get_provider_schema::Request::default())
        .await
        .unwrap();
}

#[tokio::test]
async fn an_interrupt_is_left_to_the_host() {
    let host = Host::start().await;
    host.signal(Signal::INT);
    let mut client = host.connect().await;
    client
        .provider
        .get_provider_schema(get_provider_schema::Request::default())
        .await
        .unwrap();
}

#[tokio::test]
async fn the_death_of_the_host_ends_the_process() {
    let dir = tempfile::tempdir().unwrap();
    let certificate = ClientCertificate::new();
    let mut host = command("/bin/sh".as_ref(), dir.path(), &certificate)
        .args(["-c", "\"$TOY\" & wait"])
        .env("TOY", toy())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(host.stdout.take().unwrap());
    let mut handshake = String::new();
    stdout.read_line(&mut handshake).await.unwrap();
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);

    host.kill().await.unwrap();
    // The provider holds the last copy of the pipe: its end is the provider's.
    timeout(LIMIT, stdout.read_to_end(&mut Vec::new()))
        .await
        .expect("the provider ends")
        .unwrap();
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn the_socket_of_a_killed_run_is_swept_by_the_next() {
    let mut first = Host::start().await;
    first.process.kill().await.unwrap();
    assert_eq!(first.sockets(), 1);
    let mut next = Host::start_with(|command| {
        command.env("PLUGIN_UNIX_SOCKET_DIR", first.dir.path());
    })
    .await;
    let mut client = next.connect().await;
    client.controller.shutdown(Empty {}).await.unwrap();
    next.ended().await;
    assert_eq!(first.sockets(), 0);
}

#[tokio::test]
async fn a_person_is_told_what_the_program_is() {
    for (arguments, code, expected) in [
        (
            &[][..],
            1,
            "terraform-provider-toy is a plugin and does nothing when run by hand.",
        ),
        (&["--frob"], 2, "unknown argument `--frob`"),
    ] {
        let output = tokio::process::Command::new(toy())
            .args(arguments)
            .output()
            .await
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{stderr}");
        assert!(stderr.starts_with(expected), "{stderr}");
        assert!(output.stdout.is_empty());
    }
    for (argument, expected) in [
        ("--version", "terraform-provider-toy 0.0.1\n"),
        ("--help", "terraform-provider-toy is a plugin: "),
    ] {
        let output = tokio::process::Command::new(toy())
            .arg(argument)
            .output()
            .await
            .unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(
            output.status.success() && stdout.starts_with(expected),
            "{stdout}"
        );
    }
}

#[tokio::test]
async fn a_start_that_fails_says_why() {
    let dir = tempfile::tempdir().unwrap();
    for (variable, value, expected) in [
        (
            "PLUGIN_CLIENT_CERT",
            "nonsense",
            "the provider could not start: PLUGIN_CLIENT_CERT holds no certificate",
        ),
        (
            "PLUGIN_UNIX_SOCKET_DIR",
            "/nonexistent",
            "the provider could not start: no socket can be made in `/nonexistent`",
        ),
    ] {
        let mut command = command(&toy(), dir.path(), &ClientCertificate::new());
        let output = command.env(variable, value).output().await.unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty(), "no handshake");
        assert!(stderr.starts_with(expected), "{stderr}");
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_reattached_process_serves_many_hosts_until_it_is_interrupted() {
    let mut host = Host::start_with(|command| {
        command.arg("--debug").env_remove("TF_PLUGIN_MAGIC_COOKIE");
    })
    .await;
    let mut lines = (&mut host.stdout).lines();
    let setting = loop {
        let line = lines
            .next_line()
            .await
            .unwrap()
            .expect("the setting is printed");
        if let Some(json) = line.trim().strip_prefix("TF_REATTACH_PROVIDERS='") {
            break json.trim_end_matches('\'').to_owned();
        }
    };
    let setting: serde_json::Value = serde_json::from_str(&setting).unwrap();
    let address = setting["registry.terraform.io/cloister/toy"]["Addr"]["String"]
        .as_str()
        .unwrap();
    for _ in 0..3 {
        let mut client = Client::connect_plainly(address).await.unwrap();
        client
            .provider
            .get_provider_schema(get_provider_schema::Request::default())
            .await
            .unwrap();
        client.controller.shutdown(Empty {}).await.unwrap();
    }
    host.signal(Signal::INT);
    assert!(host.ended().await.success());
    assert_eq!(host.sockets(), 0);
}
