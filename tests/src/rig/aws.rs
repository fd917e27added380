//! Calls to the sandbox that somebody other than Terraform makes.
//!
//! They go through boto3 in one Python process per sandbox, so that this crate needs no SDK.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::PoisonError,
};

use serde_json::{Value, json};

use super::{built::python, sandbox::Sandbox};

const SCRIPT: &str = include_str!("aws.py");

/// A caller.
#[derive(Debug, Clone)]
pub struct Aws<'a> {
    sandbox: &'a Sandbox,
    endpoint: String,
    credentials: Value,
    region: String,
}

/// A call that AWS refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The error code.
    pub code: String,
    /// The message.
    pub message: String,
}

impl<'a> Aws<'a> {
    pub(crate) fn new(sandbox: &'a Sandbox, endpoint: String) -> Self {
        let environment = sandbox.environment();
        let value = |name: &str| {
            let found = environment.iter().find(|(key, _)| key == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let credentials = json!({
            "access_key_id": value("AWS_ACCESS_KEY_ID"),
            "secret_access_key": value("AWS_SECRET_ACCESS_KEY"),
            "session_token": value("AWS_SESSION_TOKEN"),
        });
        Self {
            sandbox,
            endpoint,
            credentials,
            region: value("AWS_REGION"),
        }
    }

    /// The same caller as another role.
    #[must_use]
    pub fn acting_as(self, role_arn: &str) -> Self {
        let credentials = self.sandbox.session(role_arn);
        Self {
            credentials,
            ..self
        }
    }

    /// The same caller in another region.
    #[must_use]
    pub fn in_region(self, region: &str) -> Self {
        let region = region.to_owned();
        Self { region, ..self }
    }

    /// Makes a call, named as boto3 names it; panics if it is refused.
    #[track_caller]
    pub fn call(&self, service: &str, operation: &str, parameters: &Value) -> Value {
        match self.attempt(service, operation, parameters) {
            Ok(answer) => answer,
            Err(refused) => panic!("{service}.{operation} was refused: {refused:?}"),
        }
    }

    /// Makes a call that may be refused.
    pub fn attempt(
        &self,
        service: &str,
        operation: &str,
        parameters: &Value,
    ) -> Result<Value, Refused> {
        let wanted = json!({
            "service": service,
            "operation": operation,
            "parameters": parameters,
            "endpoint": self.endpoint,
            "region": self.region,
            "credentials": self.credentials,
        });
        let mut worker = self
            .sandbox
            .worker()
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut answer = worker.get_or_insert_with(Worker::start).ask(&wanted);
        match answer.get("refused") {
            None => Ok(answer["answer"].take()),
            Some(refused) => Err(Refused {
                code: refused["code"].as_str().unwrap_or_default().to_owned(),
                message: refused["message"].as_str().unwrap_or_default().to_owned(),
            }),
        }
    }
}

/// A Python process that makes calls; it ends when its input does.
#[derive(Debug)]
pub(crate) struct Worker {
    process: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Worker {
    fn start() -> Self {
        let mut process = Command::new(python())
            .args(["-c", SCRIPT])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the sandbox's Python can be started");
        let questions = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().expect("its output is piped"));
        Self {
            process,
            questions,
            answers,
        }
    }

    fn ask(&mut self, question: &Value) -> Value {
        let questions = self
            .questions
            .as_mut()
            .expect("its input is open until it is dropped");
        writeln!(questions, "{question}").expect("the worker listens");
        let mut line = String::new();
        self.answers
            .read_line(&mut line)
            .expect("the worker answers");
        serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("the worker broke on {question}: {line}"))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.questions = None;
        let _ = self.process.wait();
    }
}
