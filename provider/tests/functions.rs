//! The functions of the provider, as it offers them to the host.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]

use cloister_framework::{Provider, Type, driver::call_function};
use terraform_provider_cloister::{Cloister, Environment};

#[test]
fn the_functions_are_offered_with_types_that_terraform_reads() {
    let provider = Cloister::new(Environment::default());
    let names: Vec<&str> = provider.functions().iter().map(|it| it.name()).collect();
    assert_eq!(
        names,
        [
            "endpoint_policy",
            "ip_plan",
            "locked_bucket_policy",
            "policy_check"
        ]
    );
    for function in provider.functions() {
        let signature = function.signature();
        let parameters = signature.parameters.iter().chain(&signature.variadic);
        for ty in parameters.map(|it| &it.ty).chain([&signature.returns]) {
            assert_eq!(&Type::from_json(ty.to_json().as_bytes()).unwrap(), ty);
        }
    }
}

#[test]
fn a_function_is_called_without_any_configuration() {
    let provider = Cloister::new(Environment::default());
    let check = provider
        .functions()
        .iter()
        .find(|it| it.name() == "policy_check");
    let good = r#"{"Version": "2012-10-17", "Statement": []}"#;
    let findings = call_function(&**check.unwrap(), vec![good.into(), "bucket".into()]).unwrap();
    assert!(findings.elements().is_some());
}
