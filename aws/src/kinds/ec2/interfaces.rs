//! Network interfaces that stand in the way of a delete: whose they are, in words.

use aws_sdk_ec2::types::{Filter, NetworkInterface, NetworkInterfaceStatus};
use cloister_composite::{ErrorClass, PartError};

use crate::{calls::Operation, session::Aws};

const DESCRIBE: Operation = Operation::read("ec2:DescribeNetworkInterfaces");

const DELETE: Operation = Operation::idempotent("ec2:DeleteNetworkInterface");

/// Every call that is made here.
pub(in crate::kinds) const CALLS: &[&[Operation]] = &[&[DESCRIBE, DELETE]];

/// All interfaces that pass the filters.
pub(crate) async fn describe_interfaces(
    aws: &Aws,
    subject: &str,
    filters: Vec<Filter>,
) -> Result<Vec<NetworkInterface>, PartError> {
    let mut found = Vec::new();
    let mut token = None;
    loop {
        let request = aws
            .ec2()
            .describe_network_interfaces()
            .set_filters(Some(filters.clone()))
            .set_next_token(token);
        let page = aws
            .call(DESCRIBE, subject, || request.clone().send())
            .await?;
        found.extend(page.network_interfaces.unwrap_or_default());
        token = page.next_token;
        if token.is_none() {
            return Ok(found);
        }
    }
}

/// Deletes those of these interfaces that SageMaker's jobs and apps forgot, and names all others.
pub(crate) async fn delete_forgotten(
    aws: &Aws,
    subject: &str,
    filters: Vec<Filter>,
) -> Result<Vec<String>, PartError> {
    let found = describe_interfaces(aws, subject, filters).await?;
    let (forgotten, others): (Vec<_>, Vec<_>) = found
        .iter()
        .partition(|one| is_available(one) && is_of_sagemaker(one));
    for interface in forgotten {
        let id = interface_id(interface);
        tracing::info!(
            subject,
            interface = id,
            "deleting an interface that SageMaker left"
        );
        let request = aws
            .ec2()
            .delete_network_interface()
            .network_interface_id(id);
        match aws.call(DELETE, id, || request.clone().send()).await {
            Err(error) if error.is_not_found() || error.class == ErrorClass::Busy => {}
            answer => {
                answer?;
            }
        }
    }
    Ok(others.into_iter().map(interface_words).collect())
}

/// The interface's id.
pub(crate) fn interface_id(interface: &NetworkInterface) -> &str {
    interface.network_interface_id().unwrap_or("eni-?")
}

/// Whether nothing uses the interface, so that it can be deleted.
fn is_available(interface: &NetworkInterface) -> bool {
    interface.status == Some(NetworkInterfaceStatus::Available)
}

/// The interface as a person recognises it: `eni-1 (EFS mount target for fs-1 (fsmt-2), in-use, in subnet-3)`.
pub(crate) fn interface_words(interface: &NetworkInterface) -> String {
    let described = interface.description().filter(|text| !text.is_empty());
    let words = [
        described.map(str::to_owned),
        interface
            .requester_id()
            .map(|owner| format!("made by {owner}")),
        interface.status().map(|status| status.as_str().to_owned()),
        interface.subnet_id().map(|subnet| format!("in {subnet}")),
    ];
    let words: Vec<String> = words.into_iter().flatten().collect();
    format!("{} ({})", interface_id(interface), words.join(", "))
}

/// Whether SageMaker made the interface for a job, an app or an endpoint.
fn is_of_sagemaker(interface: &NetworkInterface) -> bool {
    let requester = interface.requester_id().unwrap_or_default();
    let described = interface.description().unwrap_or_default().to_lowercase();
    requester.ends_with(":SageMaker") || described.contains("sagemaker")
}
