//! `locked_bucket_policy`: the policy of a locked bucket, for a bucket that somebody else makes.

use std::sync::LazyLock;

use cloister_framework::{
    Diagnostic, Function, FunctionError, Parameter, Path, Schema, Signature, Step, Type, Value,
    from_value,
};
use cloister_policy::Arn;

use super::arguments::{entries, plain, validate};
use crate::{
    composite::{Composite, Site},
    locked_bucket::{LockedBucket, proven_policy},
};

/// The attributes of the composite that are arguments, by position; the others are options.
const ARGUMENTS: [&str; 4] = ["name", "vpc_endpoint_ids", "administrators", "kms_key_arn"];

const OPTIONS: [&str; 4] = [
    "additional_policy",
    "allow_service_delivery",
    "break_glass_principals",
    "via_services",
];

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::of::<LockedBucket>(0));

/// The function.
pub(super) struct LockedBucketPolicy(Signature);

impl LockedBucketPolicy {
    pub(super) fn new() -> Self {
        let names = || Type::set(Type::String);
        let options = OPTIONS.map(|name| format!("`{name}`")).join(", ");
        let options = Parameter {
            allow_null: true,
            ..Parameter::new(
                "options",
                Type::Dynamic,
                format!(
                    "An object with some of {options}, as the resource `cloister_s3_locked_bucket` has them; `{{}}` for \
                     none."
                ),
            )
        };
        Self(Signature {
            parameters: vec![
                Parameter::new("bucket_arn", Type::String, "The ARN of the bucket."),
                Parameter::new(
                    "vpc_endpoint_ids",
                    names(),
                    "The VPC endpoints through which objects can be reached. At least one.",
                ),
                Parameter::new(
                    "administrators",
                    names(),
                    "The principals that manage the bucket: ARNs of roles or users, `*` and `?` allowed. At least one. \
                     Who sets the policy must be among them.",
                ),
                Parameter::new(
                    "kms_key_arn",
                    Type::String,
                    "The ARN of the bucket's KMS key. It has to be the bucket's default encryption.",
                ),
                options,
            ],
            variadic: None,
            returns: Type::String,
            summary: "The policy of a locked bucket".to_owned(),
            description: "Gives the bucket policy that `cloister_s3_locked_bucket` sets, in JSON, for a bucket that is \
                          made with other resources: objects and their listing only through the VPC endpoints, TLS \
                          only, the right key only, and management by the administrators only. The policy is proven \
                          before it is given: a call whose arguments lock the administrators out or let others in fails \
                          with a request that shows it. The bucket itself needs public access blocked, ACLs disabled \
                          and the key as its default encryption."
                .to_owned(),
            deprecation: None,
        })
    }
}

impl Function for LockedBucketPolicy {
    fn name(&self) -> &'static str {
        "locked_bucket_policy"
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let [bucket, endpoints, administrators, key, options] = arguments.as_slice() else {
            return Err(FunctionError::new("The function takes five arguments."));
        };
        let bucket = bucket_of(bucket.as_str().unwrap_or_default())?;
        let mut config = vec![
            ("name".to_owned(), Value::string(&bucket.resource)),
            ("vpc_endpoint_ids".to_owned(), endpoints.clone()),
            ("administrators".to_owned(), administrators.clone()),
            ("kms_key_arn".to_owned(), key.clone()),
        ];
        config.extend(entries(ARGUMENTS.len(), options, &OPTIONS)?);
        let config = decoded(&Value::object(config))?;
        let site = site(&bucket, &config);
        let policy = proven_policy(&config, &site).map_err(|diagnostic| blamed(&diagnostic))?;
        Ok(Value::string(policy.to_string()))
    }
}

fn bucket_of(text: &str) -> Result<Arn, FunctionError> {
    let refused = |why: &str| {
        let text = format!("`{text}` is no ARN of a bucket: {why}. Write `arn:aws:s3:::NAME`.");
        FunctionError::argument(0, text)
    };
    let arn = Arn::parse(text).map_err(|_| refused("it does not have the parts of an ARN"))?;
    match arn.service.as_str() {
        "s3" if !arn.resource.contains(['/', '*', '?']) => Ok(arn),
        "s3" => Err(refused("it names objects")),
        _ => Err(refused("it is of another service")),
    }
}

/// The config that the arguments amount to, by the rules of the composite.
fn decoded(config: &Value) -> Result<LockedBucket, FunctionError> {
    let config = plain(config);
    let found = validate(&SCHEMA, &config);
    if let Some(error) = found.iter().find(|it| it.is_error()) {
        return Err(blamed(error));
    }
    let config: LockedBucket = from_value(&config).map_err(|error| blamed(&error.into()))?;
    match LockedBucket::validate(&config)
        .iter()
        .find(|it| it.is_error())
    {
        Some(error) => Err(blamed(error)),
        None => Ok(config),
    }
}

/// Where the bucket is taken to be: in the account of its administrators, or else of its key.
fn site(bucket: &Arn, config: &LockedBucket) -> Site {
    let key = config
        .kms_key_arn
        .known()
        .and_then(|arn| Arn::parse(arn).ok());
    let administrators = config.administrators.known().into_iter().flatten();
    let accounts = administrators
        .filter_map(|name| Arn::parse(name.known()?).ok())
        .map(|arn| arn.account);
    let is_id = |account: &String| account.bytes().all(|byte| byte.is_ascii_digit());
    let account = accounts.into_iter().find(is_id);
    let (of_key, region) = key.map(|key| (key.account, key.region)).unwrap_or_default();
    Site {
        account: account.unwrap_or(of_key),
        region,
        partition: bucket.partition.clone(),
        owner: String::new(),
        tags: None,
        deletion_protection: true,
    }
}

/// The error at the argument that the attribute stands for.
fn blamed(diagnostic: &Diagnostic) -> FunctionError {
    let attribute = diagnostic.path().map(Path::steps).and_then(<[Step]>::first);
    let position = ARGUMENTS
        .iter()
        .position(|name| matches!(attribute, Some(Step::Attribute(found)) if found == name));
    let text = format!("{}.\n\n{}", diagnostic.summary(), diagnostic.detail());
    FunctionError::argument(position.unwrap_or(ARGUMENTS.len()), text)
}
