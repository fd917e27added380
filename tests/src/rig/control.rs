//! The sandbox's control API, over plain HTTP.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use serde_json::Value;

/// One call that reached the sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Service and operation, such as `s3:CreateBucket`.
    pub operation: String,
    /// The same as policies and fault rules name it, such as `elasticfilesystem:DescribeFileSystems`.
    pub action: String,
    /// The account it was made in.
    pub account: String,
    /// The region it was made in.
    pub region: String,
    /// The error code, if it was refused.
    pub error: Option<String>,
    /// The fault that spoiled it, if any.
    pub faulted: Option<String>,
    /// Under which CloudTrail has it.
    pub request_id: String,
}

impl Call {
    /// Whether it is of a kind that changes something.
    pub fn writes(&self) -> bool {
        writes(&self.operation)
    }

    pub(crate) fn of(entry: &Value) -> Self {
        let text = |name: &str| entry[name].as_str().map(str::to_owned);
        let named = |name: &str| text(name).unwrap_or_default();
        Self {
            operation: format!("{}:{}", named("service"), named("operation")),
            action: named("action"),
            account: named("account"),
            region: named("region"),
            error: text("error"),
            faulted: text("faulted"),
            request_id: named("request_id"),
        }
    }
}

/// A call with what it took, in seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Timed {
    /// The call.
    pub call: Call,
    /// By how much its answer was held back.
    pub delay: f64,
    /// How long what it began took.
    pub done: f64,
    /// How long until all that followed was over.
    pub over: f64,
}

impl Timed {
    pub(crate) fn of(entry: &Value) -> Self {
        let seconds = |value: &Value| value.as_f64().expect("a call has times");
        Self {
            call: Call::of(entry),
            delay: seconds(&entry["delay"]),
            done: seconds(&entry["work"]["done"]),
            over: seconds(&entry["work"]["over"]),
        }
    }
}

/// Whether an operation or action is of a kind that changes something.
pub fn writes(action: &str) -> bool {
    let (_, name) = action.split_once(':').unwrap_or_default();
    !["Get", "List", "Describe", "Head", "Lookup", "AssumeRole"]
        .iter()
        .any(|verb| name.starts_with(verb))
}

/// A client of one sandbox's control API.
#[derive(Debug)]
pub(crate) struct Control {
    /// Host and port.
    host: String,
    /// The path below which the API lies.
    base: String,
}

impl Control {
    /// A client for the address in the ready file.
    pub(crate) fn at(url: &str) -> Self {
        let rest = url
            .strip_prefix("http://")
            .expect("the sandbox speaks plain HTTP");
        let (host, base) = rest.split_once('/').expect("the control API has a path");
        Self {
            host: host.to_owned(),
            base: format!("/{base}"),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Value {
        self.ask("GET", name, "")
    }

    pub(crate) fn post(&self, name: &str, body: &Value) -> Value {
        self.ask("POST", name, &body.to_string())
    }

    fn ask(&self, method: &str, name: &str, body: &str) -> Value {
        let answer = self
            .exchange(method, name, body)
            .expect("the sandbox answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
        assert!(head.contains(" 200 "), "{method} {name}: {head}\n{body}");
        serde_json::from_str(body).expect("the control API answers in JSON")
    }

    fn exchange(&self, method: &str, name: &str, body: &str) -> std::io::Result<String> {
        let Self { host, base } = self;
        let mut stream = TcpStream::connect(host)?;
        let length = body.len();
        // HTTP/1.0: the answer ends with the connection, and comes in one piece.
        write!(
            stream,
            "{method} {base}/{name} HTTP/1.0\r\nHost: {host}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}
