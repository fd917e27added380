//! Starts a sandbox, opens sessions in it, and asks it to spoil calls.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use aws_credential_types::provider::SharedCredentialsProvider;
use cloister_aws::{Accounts, Aws, Environment, Rate, Settings, Target};
use serde_json::Value;

/// A running sandbox; it ends with the test.
pub(crate) struct Sandbox {
    process: Child,
    ready: Value,
    _folder: tempfile::TempDir,
}

/// Says how to get the sandbox's Python instead of skipping.
const MISSING: &str = "CLOISTER_SANDBOX_PYTHON is not set: run `make sandbox-venv`, then set it to the `python` of \
                       that virtual environment (`make test` does both)";

/// The services whose calls need not wait for each other, as the limiter names them.
const UNLIMITED: [&str; 10] = [
    "cloudtrail",
    "ec2",
    "elasticfilesystem",
    "iam",
    "kms",
    "logs",
    "network-firewall",
    "s3",
    "sagemaker",
    "ssm",
];

impl Sandbox {
    /// Starts a fresh one, where everything is done at once, and waits until it serves.
    pub(crate) fn start() -> Self {
        Self::start_at("0")
    }

    /// Starts a fresh one where things take a while, as they do in AWS: pending, deleting, in use.
    pub(crate) fn start_slow() -> Self {
        Self::start_at("0.02")
    }

    fn start_at(latency: &str) -> Self {
        let python = std::env::var_os("CLOISTER_SANDBOX_PYTHON").expect(MISSING);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let ready_file = folder.path().join("ready.json");
        let process = Command::new(python)
            .args(["-m", "cloister_sandbox", "--warm", "--ready-file"])
            .arg(&ready_file)
            .args(["--latency", latency])
            .arg("--parent-pid")
            .arg(std::process::id().to_string())
            .env(
                "PYTHONPATH",
                PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../sandbox"),
            )
            .stdout(Stdio::null())
            .spawn()
            .expect("CLOISTER_SANDBOX_PYTHON names a Python");
        let mut sandbox = Self {
            process,
            ready: Value::Null,
            _folder: folder,
        };
        sandbox.ready = sandbox.wait_for(&ready_file);
        sandbox
    }

    fn wait_for(&mut self, ready_file: &std::path::Path) -> Value {
        let patience = Instant::now() + Duration::from_mins(2);
        loop {
            if let Ok(text) = std::fs::read_to_string(ready_file) {
                return serde_json::from_str(&text).expect("the ready file is JSON");
            }
            if let Some(status) = self
                .process
                .try_wait()
                .expect("the sandbox can be asked for its status")
            {
                panic!("the sandbox ended before it served: {status}");
            }
            assert!(
                Instant::now() < patience,
                "the sandbox did not serve in time"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The environment that leads into it.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let variables = self.ready["environment"]
            .as_object()
            .expect("an environment");
        variables
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().expect("a text").to_owned()))
            .collect()
    }

    /// A value of the ready file's Terraform variables.
    pub(crate) fn variable(&self, name: &str) -> String {
        self.ready["terraform_variables"][name]
            .as_str()
            .expect("a known variable")
            .to_owned()
    }

    /// Opens accounts with `settings` in the sandbox's environment.
    pub(crate) fn accounts(&self, settings: Settings) -> Accounts {
        Accounts::open(settings, Environment::of(self.environment())).expect("sound settings")
    }

    /// The administrator's session in the home account and region, at any rate: nobody throttles here but on request.
    pub(crate) async fn aws(&self) -> Arc<Aws> {
        self.session(None).await
    }

    /// The same, but a call without an answer is not repeated: whatever it was part of ends there.
    pub(crate) async fn aws_that_gives_up(&self) -> Arc<Aws> {
        self.session(Some(0)).await
    }

    async fn session(&self, max_retries: Option<u32>) -> Arc<Aws> {
        let any = Rate {
            burst: 1e6,
            refill: 1e6,
        };
        let rates = UNLIMITED.map(|service| (format!("{service}:*"), any));
        let settings = Settings {
            rates: BTreeMap::from(rates),
            max_retries,
            ..Settings::default()
        };
        let session = self.accounts(settings).session(&Target::default()).await;
        session.expect("the sandbox's own credentials open a session")
    }

    /// Replaces the fault rules.
    pub(crate) fn spoil(&self, rules: &Value) {
        self.control("POST", "faults", &rules.to_string());
    }

    /// How many calls of `action`, such as `kms:CreateKey`, were answered so far.
    pub(crate) fn calls(&self, action: &str) -> usize {
        let answer = self.control("GET", "calls", "");
        let calls = answer["calls"].as_array().expect("a list of calls");
        let (service, operation) = action.split_once(':').expect("service and operation");
        calls
            .iter()
            .filter(|call| call["service"] == service && call["operation"] == operation)
            .count()
    }

    /// New credentials for a role of the home account.
    pub(crate) fn lend(&self, request: &Value) -> Value {
        self.control("POST", "session", &request.to_string())
    }

    /// How often the fault rules fired.
    pub(crate) fn fired(&self) -> u64 {
        let answer = self.control("GET", "faults", "");
        let rules = answer["rules"].as_array().expect("a list of rules");
        rules.iter().filter_map(|rule| rule["fired"].as_u64()).sum()
    }

    /// Lets time pass at once.
    pub(crate) fn skip(&self, seconds: u32) {
        self.control("POST", "skip", &format!(r#"{{"seconds": {seconds}}}"#));
    }

    /// Delivers what the trail has recorded so far.
    pub(crate) fn deliver(&self) {
        self.control("POST", "deliver", "");
    }

    /// Plays connections, which flow logs record.
    pub(crate) fn play(&self, flows: &Value) {
        self.control("POST", "flows", &flows.to_string());
    }

    /// IAM as any administrator has it, to make what is only looked at.
    pub(crate) fn iam(&self) -> aws_sdk_iam::Client {
        let config = aws_sdk_iam::Config::builder()
            .behavior_version(aws_sdk_iam::config::BehaviorVersion::latest())
            .region(aws_sdk_iam::config::Region::new(self.text("AWS_REGION")))
            .endpoint_url(self.text("AWS_ENDPOINT_URL"))
            .credentials_provider(self.credentials())
            .build();
        aws_sdk_iam::Client::from_conf(config)
    }

    /// EC2 as any administrator has it, to make what is somebody else's.
    pub(crate) fn ec2(&self) -> aws_sdk_ec2::Client {
        let config = aws_sdk_ec2::Config::builder()
            .behavior_version(aws_sdk_ec2::config::BehaviorVersion::latest())
            .region(aws_sdk_ec2::config::Region::new(self.text("AWS_REGION")))
            .endpoint_url(self.text("AWS_ENDPOINT_URL"))
            .credentials_provider(self.credentials())
            .build();
        aws_sdk_ec2::Client::from_conf(config)
    }

    /// SageMaker as any administrator has it, to make what users make.
    pub(crate) fn sagemaker(&self) -> aws_sdk_sagemaker::Client {
        aws_sdk_sagemaker::Client::new(&self.sdk_config())
    }

    /// EFS as any administrator has it, to see what is left.
    pub(crate) fn efs(&self) -> aws_sdk_efs::Client {
        aws_sdk_efs::Client::new(&self.sdk_config())
    }

    /// Network Firewall as any administrator has it, to make what is somebody else's.
    pub(crate) fn network_firewall(&self) -> aws_sdk_networkfirewall::Client {
        aws_sdk_networkfirewall::Client::new(&self.sdk_config())
    }

    fn sdk_config(&self) -> aws_types::SdkConfig {
        let credentials = SharedCredentialsProvider::new(self.credentials());
        aws_types::SdkConfig::builder()
            .behavior_version(aws_sdk_sagemaker::config::BehaviorVersion::latest())
            .region(aws_types::region::Region::new(self.text("AWS_REGION")))
            .endpoint_url(self.text("AWS_ENDPOINT_URL"))
            .credentials_provider(credentials)
            .build()
    }

    /// How much of each kind an account may have.
    pub(crate) fn quotas(&self, quotas: &Value) {
        self.control("POST", "quotas", &quotas.to_string());
    }

    fn credentials(&self) -> aws_credential_types::Credentials {
        aws_credential_types::Credentials::new(
            self.text("AWS_ACCESS_KEY_ID"),
            self.text("AWS_SECRET_ACCESS_KEY"),
            Some(self.text("AWS_SESSION_TOKEN")),
            None,
            "sandbox",
        )
    }

    /// A value of the ready file's environment.
    fn text(&self, name: &str) -> String {
        self.ready["environment"][name]
            .as_str()
            .expect("a text")
            .to_owned()
    }

    /// Writes an object from outside the network, as any user would; the error is S3's code.
    pub(crate) async fn put_object(&self, bucket: &str, key: &str) -> Result<(), String> {
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
            .region(aws_sdk_s3::config::Region::new(self.text("AWS_REGION")))
            .endpoint_url(self.text("AWS_ENDPOINT_URL"))
            .credentials_provider(self.credentials())
            .build();
        let put = aws_sdk_s3::Client::from_conf(config)
            .put_object()
            .bucket(bucket)
            .key(key)
            .body(aws_sdk_s3::primitives::ByteStream::from_static(b"text"));
        put.send().await.map(|_| ()).map_err(|error| {
            aws_sdk_s3::error::ProvideErrorMetadata::code(&error)
                .unwrap_or("none")
                .to_owned()
        })
    }

    /// One request to the control API. A body that the server does not ask for would make it wait for more.
    fn control(&self, method: &str, path: &str, body: &str) -> Value {
        let url = self.ready["control"].as_str().expect("a control address");
        let rest = url.strip_prefix("http://").expect("plain HTTP");
        let (host, base) = rest.split_once('/').expect("a path");
        let mut stream = TcpStream::connect(host).expect("the control API listens");
        write!(
            stream,
            "{method} /{base}/{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .expect("the request is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an HTTP answer");
        assert!(head.contains(" 200 "), "{method} {path}: {answer}");
        serde_json::from_str(body).expect("a JSON answer")
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
