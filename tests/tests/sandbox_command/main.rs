//! `cloister sandbox`, for real: the built program, its Python package, processes and signals.

mod first_use;

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use cloister_tests::{Output, Sandbox, cloister};
use rustix::process::{Pid, Signal, kill_process};

const SOON: Duration = Duration::from_secs(20);

/// Polls for what another process does; what it does, it does by itself and soon.
#[track_caller]
pub(crate) fn soon(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + SOON;
    while !holds() {
        assert!(Instant::now() < deadline, "not within {SOON:?}: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn answers(address: &str) -> bool {
    let host = address
        .trim_start_matches("http://")
        .split('/')
        .next()
        .unwrap_or_default();
    TcpStream::connect(host).is_ok()
}

fn send(process: u32, signal: Signal) -> Result<()> {
    let pid = Pid::from_raw(i32::try_from(process)?).context("a process id")?;
    Ok(kill_process(pid, signal)?)
}

fn run(sandbox: &Sandbox, arguments: &[&str]) -> Result<Output> {
    Ok(Output::of(
        &mut sandbox.command(&[&["run"], arguments].concat()),
    )?)
}

#[test]
fn a_command_reaches_a_sandbox_of_its_own_and_no_account_of_the_user() -> Result<()> {
    let sandbox = Sandbox::stopped()?;
    let script = "import boto3, os\n\
        print(boto3.client('sts').get_caller_identity()['Account'])\n\
        print(os.environ['CLOISTER_SANDBOX_OUTSIDE'])\n\
        print(os.environ['AWS_CONFIG_FILE'])\n\
        print(os.environ['TF_VAR_s3_endpoint_id'])\n";
    let python = sandbox.python().to_string_lossy();
    let output = Output::of(
        sandbox
            .command(&["run", "--", &python, "-c", script])
            .env("AWS_PROFILE", "production")
            .env("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9"),
    )?
    .success();
    let lines: Vec<&str> = output.stdout.lines().collect();
    let [account, endpoint, config, s3_endpoint] = lines[..] else {
        panic!("{output}");
    };
    assert_eq!(account, "111122223333");
    assert!(s3_endpoint.starts_with("vpce-"), "{s3_endpoint}");
    assert!(!answers(endpoint), "the sandbox is still there");
    assert!(
        !Path::new(config).exists(),
        "temporary files are still there"
    );
    Ok(())
}

#[test]
fn the_exit_code_is_the_commands() -> Result<()> {
    let sandbox = Sandbox::stopped()?;
    let plain = tempfile::NamedTempFile::new()?;
    let plain = plain.path().to_string_lossy().into_owned();
    for (command, expected) in [
        (&["sh", "-c", "exit 7"][..], 7),
        (&["sh", "-c", "kill -TERM $$"], 143),
        (&["no-such-command-anywhere"], 127),
        (&[&plain], 126),
    ] {
        let output = run(&sandbox, &[&["--"], command].concat())?;
        assert_eq!(output.code, expected, "{command:?}: {output}");
    }
    Ok(())
}

#[test]
fn a_sandbox_that_cannot_start_says_why_and_ends_with_125() -> Result<()> {
    let sandbox = Sandbox::stopped()?;
    let folder = tempfile::tempdir()?;
    let rules = folder.path().join("rules.json");
    fs::write(&rules, "{ this is no JSON")?;
    let rules = rules.to_string_lossy().into_owned();
    for (arguments, python, reason) in [
        (
            &["--faults", &rules, "true"][..],
            None,
            "cloister-sandbox: ",
        ),
        (
            &["--faults", "/no/rules", "true"],
            None,
            "could not read the fault rules `/no/rules`",
        ),
        (
            &["true"],
            Some("/no/python"),
            "`CLOISTER_SANDBOX_PYTHON` is `/no/python`",
        ),
        (
            &["--keep-log", "/no/log", "true"],
            None,
            "could not write the log `/no/log`",
        ),
    ] {
        let mut command = sandbox.command(&[&["run"], arguments].concat());
        if let Some(python) = python {
            command.env("CLOISTER_SANDBOX_PYTHON", python);
        }
        let output = Output::of(&mut command)?;
        assert_eq!(output.code, 125, "{output}");
        assert!(output.stderr.contains(reason), "{output}");
    }
    Ok(())
}

/// Starts `sandbox run` with a shell script and waits for the one line that the script prints.
fn run_script(sandbox: &Sandbox, script: &str) -> Result<(Child, String)> {
    let mut child = sandbox
        .command(&["run", "--", "sh", "-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let stdout = child.stdout.take().context("piped")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    Ok((child, line.trim().to_owned()))
}

#[test]
fn a_termination_reaches_the_command_and_the_sandbox_outlives_it() -> Result<()> {
    let sandbox = Sandbox::stopped()?;
    let python = sandbox.python().display();
    // The command ends its work with a last call; the sandbox must still answer it.
    let script = format!(
        "trap '\"{python}\" -c \"import boto3; boto3.client(\\\"sts\\\").get_caller_identity()\" && exit 9; exit 8' TERM\n\
         echo \"$CLOISTER_SANDBOX_OUTSIDE\"\n\
         while :; do sleep 0.05; done"
    );
    let (mut child, endpoint) = run_script(&sandbox, &script)?;
    send(child.id(), Signal::TERM)?;
    assert_eq!(child.wait()?.code(), Some(9));
    assert!(!answers(&endpoint));
    Ok(())
}

#[test]
fn a_killed_run_takes_its_sandbox_along_and_the_next_run_its_files() -> Result<()> {
    let sandbox = Sandbox::stopped()?;
    // Reading ends with this test, whatever becomes of its parent.
    let script = "echo \"$CLOISTER_SANDBOX_OUTSIDE $AWS_CONFIG_FILE\"; read -r _";
    let (mut child, line) = run_script(&sandbox, script)?;
    let (endpoint, config) = line.split_once(' ').context("two words")?;
    assert!(answers(endpoint));
    child.kill()?;
    child.wait()?;
    soon("the sandbox ends", || !answers(endpoint));

    assert!(Path::new(config).exists());
    run(&sandbox, &["true"])?.success();
    assert!(!Path::new(config).exists());
    Ok(())
}

#[test]
fn terraform_is_told_of_a_provider_beside_the_program() -> Result<()> {
    let sandbox = Sandbox::stopped()?;
    let folder = tempfile::tempdir()?;
    let program = folder.path().join("cloister");
    fs::copy(cloister()?, &program)?;
    fs::write(folder.path().join("terraform-provider-cloister"), "")?;
    let beside = |configuration: Option<&str>| {
        let mut command = Command::new(&program);
        command
            .args([
                "sandbox",
                "run",
                "--",
                "sh",
                "-c",
                "cat \"${TF_CLI_CONFIG_FILE-}\"",
            ])
            .env("CLOISTER_SANDBOX_PYTHON", sandbox.python())
            .env_remove("TF_CLI_CONFIG_FILE");
        command.envs(configuration.map(|path| ("TF_CLI_CONFIG_FILE", path)));
        Output::of(&mut command)
    };

    let line = format!(
        "\"cloister/cloister\" = \"{}\"",
        folder.path().canonicalize()?.display()
    );
    let output = beside(None)?.success();
    assert!(output.stdout.contains(&line), "{output}");

    let own = folder.path().join("own.tfrc");
    fs::write(&own, "# the user's own\n")?;
    let output = beside(own.to_str())?.success();
    assert_eq!(output.stdout, "# the user's own\n");
    assert!(output.stderr.contains("TF_CLI_CONFIG_FILE is"), "{output}");
    Ok(())
}

#[test]
fn a_started_sandbox_serves_until_it_is_stopped() -> Result<()> {
    let sandbox = Sandbox::start()?;
    let asked = |arguments: &[&str]| Output::of(&mut sandbox.command(arguments));

    let again = asked(&["start"])?;
    assert_eq!(again.code, 4, "{again}");
    assert!(
        again
            .stderr
            .contains("a sandbox named `default` runs already"),
        "{again}"
    );
    assert!(
        asked(&["status"])?
            .success()
            .stdout
            .starts_with("default  runs at http://127.0.0.1:")
    );

    let python = sandbox.python().display();
    let script = format!(
        "eval \"$({} sandbox env)\" && \"{python}\" -c \
         \"import boto3; print(boto3.client('sts').get_caller_identity()['Account'])\"",
        cloister()?.display()
    );
    let user = sandbox.command(&[]);
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]);
    for (name, value) in user.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    assert_eq!(Output::of(&mut shell)?.success().stdout, "111122223333\n");

    let endpoint = sandbox.environment()?["AWS_ENDPOINT_URL"]
        .clone()
        .context("set")?;
    asked(&["stop"])?.success();
    assert!(!answers(&endpoint));
    assert_eq!(
        asked(&["stop"])?.success().stdout,
        "Sandbox `default` does not run\n"
    );
    let gone = asked(&["env"])?;
    assert_eq!((gone.code, gone.stdout.as_str()), (4, ""), "{gone}");
    Ok(())
}

#[test]
fn a_started_sandbox_that_was_killed_is_noticed_and_replaced() -> Result<()> {
    let sandbox = Sandbox::start()?;
    let asked = |arguments: &[&str]| Output::of(&mut sandbox.command(arguments));
    let status = asked(&["status"])?.success().stdout;
    let process = status.trim().rsplit(' ').next().context("a process id")?;
    send(process.parse()?, Signal::KILL)?;

    soon("it is seen to be gone", || {
        asked(&["status"]).is_ok_and(|output| output.stdout.starts_with("default  is gone"))
    });
    asked(&["start"])?.success();
    assert!(
        asked(&["status"])?
            .success()
            .stdout
            .starts_with("default  runs")
    );
    Ok(())
}
