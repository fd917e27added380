//! What a provider that was killed leaves on the machine.

use cloister_tests::rig::{Sandbox, locked_bucket};

use crate::resume::{PROVIDER, kill_during};

#[test]
fn the_next_provider_sweeps_the_socket_of_one_that_was_killed() {
    let sandbox = Sandbox::start();
    let project = sandbox
        .project()
        .file("provider.tf", PROVIDER)
        .file("main.tf", locked_bucket().to_string());
    kill_during(&sandbox, &project, "kms:CreateKey", "apply");
    let left = project.temporary_files();
    assert!(
        !left.is_empty() && left.iter().all(|name| name.starts_with("cloister-plugin-")),
        "{left:?}"
    );
    project.plan().succeeded();
    assert_eq!(project.temporary_files(), Vec::<String>::new());
}
