//! Whether an action exists and takes such a resource: nobody may do what does not exist, which would pass for a denial.

use cloister_policy::actions::{Action, ResourceType, Table};

use crate::problem::Problem;
use crate::yaml::Node;

/// What is wrong with asking for `action` on `resource`, as far as the table of actions knows the service.
pub(super) fn check_pair(
    action_node: &Node,
    action: &str,
    resource_node: &Node,
    resource: &str,
) -> Option<Problem> {
    let table = Table::builtin();
    let (prefix, name) = action.split_once(':')?;
    let unknown = |message: String, near: Option<String>| {
        let hint = match near {
            Some(near) => format!("Did you mean `{near}`?"),
            None => format!(
                "Known are AWS's actions of {}: {REFERENCE}",
                table.source().date
            ),
        };
        Some(Problem::at(action_node.spot, message).hint(hint))
    };
    let Some(service) = table.service(prefix) else {
        let near = table.nearest_service(prefix);
        let message = format!("No service has actions that begin with `{prefix}:`");
        return unknown(message, near.map(|near| format!("{near}:{name}")));
    };
    let Some(known) = service.action(name) else {
        let near = service.nearest_action(name);
        let message = format!("{} has no action `{action}`", service.name());
        return unknown(message, near.map(|near| near.to_string()));
    };
    let problem = wrong_resource(known, resource)?;
    Some(Problem::at(resource_node.spot, problem.0).hint(problem.1))
}

const REFERENCE: &str = "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html";

fn wrong_resource(action: Action<'_>, resource: &str) -> Option<(String, String)> {
    if action.knows_no_resource() {
        let message = format!("`{action}` knows no resource, it has `{resource}`");
        return (resource != "*").then(|| (message, "Write `*`".to_owned()));
    }
    let taken: Vec<ResourceType<'_>> = action.resource_types().collect();
    if resource == "*" {
        let message = format!("`{action}` is about one thing, not about `*`");
        // Of bucket, object and access point the reference requires none, and a request to S3 is always about one.
        let needs_one =
            action.required_types().next().is_some() || action.service().prefix() == "s3";
        return needs_one.then(|| (message, forms(&taken)));
    }
    let fits = taken.iter().any(|kind| kind.may_match(resource));
    let message = format!("`{action}` takes no resource like `{resource}`");
    (!fits).then(|| (message, forms(&taken)))
}

fn forms(types: &[ResourceType<'_>]) -> String {
    let forms: Vec<String> = types
        .iter()
        .map(|kind| format!("`{}`", kind.arn()))
        .collect();
    format!("It takes {}", forms.join(" or "))
}
