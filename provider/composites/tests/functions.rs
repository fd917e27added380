//! The provider's functions, called as the protocol calls them.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]

use std::sync::Arc;

use cloister_composites::functions;
use cloister_framework::{Function, FunctionError, Type, Value, docs, driver::call_function};

fn function(name: &str) -> Arc<dyn Function> {
    let found = functions().into_iter().find(|it| it.name() == name);
    found.unwrap()
}

fn call(name: &str, arguments: Vec<Value>) -> Result<Value, FunctionError> {
    call_function(&*function(name), arguments)
}

fn set(names: &[&str]) -> Value {
    Value::Set(names.iter().map(|name| Value::from(*name)).collect())
}

/// A list as an expression writes it down: a tuple of any type.
fn tuple(names: &[&str]) -> Value {
    Value::Tuple(names.iter().map(|name| Value::from(*name)).collect())
}

/// An object as an expression writes it down.
fn object(entries: &[(&str, Value)]) -> Value {
    let value = Value::object(entries.iter().map(|(name, value)| (*name, value.clone())));
    let ty = entries.iter().map(|(name, value)| (*name, type_of(value)));
    Value::dynamic(Type::object(ty), value)
}

fn type_of(value: &Value) -> Type {
    match value {
        Value::Tuple(elements) => Type::Tuple(elements.iter().map(type_of).collect()),
        Value::Object(entries) => Type::object(
            entries
                .iter()
                .map(|(name, value)| (name.clone(), type_of(value))),
        ),
        Value::Number(_) => Type::Number,
        _ => Type::String,
    }
}

fn pretty(value: &Value) -> String {
    let json: serde_json::Value = serde_json::from_str(value.as_str().unwrap()).unwrap();
    serde_json::to_string_pretty(&json).unwrap()
}

/// Which argument is blamed, and the text.
fn refusal(result: Result<Value, FunctionError>) -> String {
    let error = result.unwrap_err();
    let argument = error
        .argument
        .map_or("no argument".to_owned(), |at| format!("argument {at}"));
    format!("{argument}: {}", error.text)
}

fn policy_of(change: impl FnOnce(&mut [Value; 5])) -> Result<Value, FunctionError> {
    let mut arguments = [
        Value::from("arn:aws:s3:::acme.data"),
        set(&["vpce-0123456789abcdef0"]),
        set(&["arn:aws:iam::111122223333:role/Admin"]),
        Value::from("arn:aws:kms:eu-central-1:111122223333:key/1234abcd"),
        Value::Null,
    ];
    change(&mut arguments);
    call("locked_bucket_policy", arguments.into())
}

#[test]
fn the_policy_of_a_locked_bucket_is_given_in_json() {
    insta::assert_snapshot!(pretty(&policy_of(|_| {}).unwrap()));
    assert_eq!(policy_of(|it| it[4] = object(&[])), policy_of(|_| {}));
}

fn planned(change: &[(&str, Value)]) -> Result<Value, FunctionError> {
    let mut demand = vec![
        ("vpc_cidr", Value::from("10.0.0.0/22")),
        ("zones", 2.into()),
        ("users", 40.into()),
    ];
    for (name, value) in change {
        demand.retain(|(known, _)| known != name);
        demand.push((*name, value.clone()));
    }
    call("ip_plan", vec![object(&demand)])
}

#[test]
fn a_plan_of_addresses_shows_subnets_and_what_is_needed() {
    let fitting = planned(&[("egress", "firewall".into())]).unwrap();
    let crowded = planned(&[
        ("interface_endpoints", 12.into()),
        ("users", 300.into()),
        ("job_instances", 4.into()),
    ])
    .unwrap();
    let too_many_zones = planned(&[("vpc_cidr", "10.0.0.0/24".into()), ("zones", 4.into())]);
    insta::assert_debug_snapshot!([fitting, crowded, too_many_zones.unwrap()]);
}

#[test]
fn a_plan_of_addresses_is_refused_where_the_question_makes_no_sense() {
    let refused = [
        planned(&[("vpc_cidr", "10.0.1.0/16".into())]),
        planned(&[("zones", 5.into())]),
        planned(&[("egress", "proxy".into())]),
        planned(&[("user", 3.into())]),
        planned(&[("users", Value::Null)]),
    ];
    let refused: Vec<String> = refused.into_iter().map(refusal).collect();
    insta::assert_snapshot!(refused.join("\n---\n"));
}

#[test]
fn options_of_a_locked_bucket_are_those_of_the_resource() {
    let delivery = Value::object([
        ("service", Value::from("delivery.logs.amazonaws.com")),
        (
            "source_arn",
            "arn:aws:logs:eu-central-1:111122223333:*".into(),
        ),
        ("source_account", "111122223333".into()),
    ]);
    let reader = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "444455556666"},
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme.data/shared/*"}}"#;
    let options = object(&[
        (
            "break_glass_principals",
            tuple(&["arn:aws:iam::111122223333:role/Emergency"]),
        ),
        ("via_services", tuple(&["athena.amazonaws.com"])),
        ("allow_service_delivery", Value::Tuple(vec![delivery])),
        ("additional_policy", reader.into()),
    ]);
    insta::assert_snapshot!(pretty(&policy_of(|it| it[4] = options).unwrap()));
}

#[test]
fn arguments_that_make_no_lock_are_refused_by_position() {
    let open = r#"{"Version": "2012-10-17", "Statement": {"Sid": "Open", "Effect": "Allow", "Principal": "*",
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme.data/*"}}"#;
    let session = "arn:aws:sts::111122223333:assumed-role/Admin/ann";
    let half = Value::object([("service", Value::from("x.amazonaws.com"))]);
    let option = |name: &str, value: Value| object(&[(name, value)]);
    let refused = [
        (0, "acme.data".into()),
        (0, "arn:aws:s3:::Acme".into()),
        (1, set(&[])),
        (1, set(&["vpc-1"])),
        (2, set(&[session])),
        (3, "alias/data".into()),
        (4, option("breakglass", tuple(&[]))),
        (4, option("via_services", tuple(&["athena"]))),
        (4, option("additional_policy", open.into())),
        (
            4,
            option("allow_service_delivery", Value::Tuple(vec![half])),
        ),
        (4, "nothing".into()),
    ];
    let refused = refused.map(|(at, value)| policy_of(|arguments| arguments[at] = value));
    insta::assert_snapshot!(refused.map(refusal).join("\n---\n"));
}

fn endpoint(service: &str, statements: &[Value]) -> Result<Value, FunctionError> {
    let mut arguments = vec![Value::from(service)];
    arguments.extend(statements.iter().cloned());
    call("endpoint_policy", arguments)
}

#[test]
fn an_endpoint_lets_through_what_is_named() {
    let data = object(&[
        ("sid", "Data".into()),
        ("actions", tuple(&["GetObject", "s3:PutObject"])),
        ("resources", tuple(&["arn:aws:s3:::acme.data/*"])),
        (
            "principals",
            tuple(&["arn:aws:iam::111122223333:role/studio/*"]),
        ),
        ("accounts", tuple(&["111122223333"])),
    ]);
    let own = object(&[
        ("actions", tuple(&["ListBucket"])),
        ("resource_organization", "o-1234567890".into()),
        ("organization", "o-1234567890".into()),
    ]);
    insta::assert_snapshot!(pretty(&endpoint("s3", &[data, own]).unwrap()));
}

#[test]
fn an_endpoint_policy_that_lets_too_much_through_is_refused() {
    let who = ("accounts", tuple(&["111122223333"]));
    let what = ("resource_accounts", tuple(&["111122223333"]));
    let get = ("actions", tuple(&["GetObject"]));
    let many: Vec<String> = (0..900)
        .map(|it| format!("arn:aws:s3:::bucket-{it}/*"))
        .collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let refused = [
        endpoint("s3", &[]),
        endpoint("s3", &[object(&[get.clone(), what.clone()])]),
        endpoint("s3", &[object(&[get.clone(), who.clone()])]),
        endpoint("s3", &[object(&[who.clone(), what.clone()])]),
        endpoint(
            "s3",
            &[object(&[
                ("actions", tuple(&["GetObjects"])),
                who.clone(),
                what.clone(),
            ])],
        ),
        endpoint(
            "s3",
            &[object(&[
                ("actions", tuple(&["kms:Decrypt"])),
                who.clone(),
                what.clone(),
            ])],
        ),
        endpoint(
            "s3",
            &[object(&[
                get.clone(),
                who.clone(),
                ("resource_accounts", tuple(&["1111*"])),
            ])],
        ),
        endpoint(
            "s3",
            &[object(&[
                get.clone(),
                who.clone(),
                ("resources", tuple(&["acme.data"])),
            ])],
        ),
        endpoint("s3", &[object(&[get, who, ("resources", tuple(&many))])]),
    ];
    insta::assert_snapshot!(refused.map(refusal).join("\n---\n"));
}

#[test]
fn a_policy_is_checked_where_it_is_attached() {
    let policy = r#"{"Version": "2012-10-17", "Statement": [{"Sid": "Keys", "Effect": "Allow", "Action": "kms:ReEncrypt", "Resource": "*"}]}"#;
    let rules = |arguments: Vec<Value>| -> Vec<String> {
        let findings = call("policy_check", arguments).unwrap();
        let rules = findings.elements().unwrap().iter();
        rules
            .map(|it| it.attribute("rule").unwrap().as_str().unwrap().to_owned())
            .collect()
    };
    let found = call("policy_check", vec![policy.into()]).unwrap();
    let first = &found.elements().unwrap()[0];
    let attribute = |name: &str| first.attribute(name).cloned().unwrap();
    assert_eq!(attribute("rule"), "L10".into());
    assert_eq!(attribute("severity"), "error".into());
    assert_eq!(attribute("statement"), 0.into());
    assert_eq!(attribute("sid"), "Keys".into());
    assert_eq!(attribute("mend"), "Write `kms:ReEncrypt*`.".into());
    assert_eq!(
        rules(vec![policy.into(), "identity".into()]),
        rules(vec![policy.into()])
    );
    // What is malformed is a finding, not a failure.
    assert!(!rules(vec!["{".into()]).is_empty());
    let good = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme.data/*"}]}"#;
    assert_eq!(rules(vec![good.into()]), Vec::<String>::new());
    let refused = [
        call("policy_check", vec![policy.into(), "user".into()]),
        call(
            "policy_check",
            vec![policy.into(), "identity".into(), "bucket".into()],
        ),
    ];
    insta::assert_snapshot!(refused.map(refusal).join("\n---\n"));
}

#[test]
fn pages_of_the_functions_read_well() {
    let pages: Vec<String> = functions()
        .iter()
        .map(|function| docs::function_page("cloister", &**function, None))
        .collect();
    insta::assert_snapshot!(pages.join("\n=====\n"));
}
