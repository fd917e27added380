//! Studio's end: nothing stays but what is to stay, wherever a delete was cut.

use aws_sdk_ec2::types::Filter;
use aws_sdk_efs::types::FileSystemDescription;
use aws_sdk_sagemaker::types::AppType;
use cloister_aws::Aws;
use cloister_composite::{ErrorClass, Observation};
use serde_json::{Value, json};

use crate::{
    contract::{kind, patiently, read, remove},
    studio::{Ground, app, domain, ground, profile, space},
    support::Sandbox,
};

/// A domain with all that users make: a profile with a space in which an app runs, a space of Studio Classic, and a
/// profile and an app that somebody made by hand.
async fn lived_in(sandbox: &Sandbox, aws: &Aws, ground: &Ground) -> Observation {
    let domain = domain(sandbox, aws, ground).await;
    profile(sandbox, aws, &domain, "ada").await;
    space(sandbox, aws, &domain, "ada", "lab").await;
    let sagemaker = sandbox.sagemaker();
    let by_hand = sagemaker.create_user_profile().domain_id(&domain.id);
    by_hand.user_profile_name("guest").send().await.unwrap();
    let shared = sagemaker.create_space().domain_id(&domain.id);
    shared.space_name("hall").send().await.unwrap();
    sandbox.skip(60);
    app(sandbox, &domain, "lab").await;
    let canvas = sagemaker.create_app().domain_id(&domain.id);
    let canvas = canvas.user_profile_name("guest").app_name("default");
    canvas.app_type(AppType::Canvas).send().await.unwrap();
    domain
}

async fn file_systems(sandbox: &Sandbox) -> Vec<FileSystemDescription> {
    let found = sandbox.efs().describe_file_systems().send().await;
    found.unwrap().file_systems.unwrap()
}

/// Groups beside those of the ground, and interfaces, in the VPC.
async fn network_leftovers(sandbox: &Sandbox, ground: &Ground) -> Vec<String> {
    let within = Filter::builder()
        .name("vpc-id")
        .values(&ground.vpc_id)
        .build();
    let ec2 = sandbox.ec2();
    let groups = ec2
        .describe_security_groups()
        .filters(within.clone())
        .send()
        .await;
    let interfaces = ec2
        .describe_network_interfaces()
        .filters(within)
        .send()
        .await;
    let groups = groups.unwrap().security_groups.unwrap();
    let foreign = groups.into_iter().filter(|group| {
        let own = ground
            .group_ids
            .iter()
            .any(|id| Some(id) == group.group_id.as_ref());
        !own && group.group_name() != Some("default")
    });
    let interfaces = interfaces.unwrap().network_interfaces.unwrap();
    foreign
        .filter_map(|group| group.group_name)
        .chain(
            interfaces
                .into_iter()
                .filter_map(|one| one.network_interface_id),
        )
        .collect()
}

async fn nobody_is_left(sandbox: &Sandbox) {
    let domains = sandbox.sagemaker().list_domains().send().await.unwrap();
    assert_eq!(domains.domains.unwrap(), []);
}

#[tokio::test]
async fn everything_goes_with_a_domain_whose_homes_are_to_go() {
    let sandbox = Sandbox::start_slow();
    let aws = &*sandbox.aws().await;
    let ground = ground(&sandbox, aws).await;
    sandbox.skip(60);
    let domain = lived_in(&sandbox, aws, &ground).await;
    let domains = &*kind("sagemaker:domain");
    let disposal = json!({"home_efs": "delete"});
    let busy = domains
        .delete(aws, &domain.id, &disposal)
        .await
        .unwrap_err();
    assert_eq!(busy.class, ErrorClass::Busy);
    for named in [
        "app JupyterLab/default of space lab",
        "space hall",
        "profile guest",
        "profile ada",
    ] {
        assert!(busy.message.contains(named), "{named}: {busy}");
    }
    remove(&sandbox, domains, aws, &domain.id, &disposal).await;
    assert_eq!(read(domains, aws, &domain.id).await, None);
    nobody_is_left(&sandbox).await;
    assert_eq!(file_systems(&sandbox).await, []);
    assert_eq!(
        network_leftovers(&sandbox, &ground).await,
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn the_homes_alone_stay_where_they_are_to_stay() {
    let sandbox = Sandbox::start_slow();
    let aws = &*sandbox.aws().await;
    let ground = ground(&sandbox, aws).await;
    sandbox.skip(60);
    let domain = lived_in(&sandbox, aws, &ground).await;
    // A rule of ours that lets the domain's NFS traffic in would keep its groups.
    name_in_a_rule(&sandbox, &ground, &domain.id).await;
    let domains = &*kind("sagemaker:domain");
    remove(&sandbox, domains, aws, &domain.id, &Value::Null).await;
    assert_eq!(read(domains, aws, &domain.id).await, None);
    nobody_is_left(&sandbox).await;
    let homes = file_systems(&sandbox).await;
    assert_eq!(homes.len(), 1);
    assert_eq!(homes[0].file_system_id, domain.outputs["home_efs_id"]);
    assert_eq!(homes[0].number_of_mount_targets, 0);
    assert_eq!(
        network_leftovers(&sandbox, &ground).await,
        Vec::<String>::new()
    );
}

async fn name_in_a_rule(sandbox: &Sandbox, ground: &Ground, domain_id: &str) {
    let ec2 = sandbox.ec2();
    let name = format!("security-group-for-outbound-nfs-{domain_id}");
    let named = Filter::builder().name("group-name").values(name).build();
    let found = ec2.describe_security_groups().filters(named).send().await;
    let group = found.unwrap().security_groups.unwrap().remove(0);
    let pair = aws_sdk_ec2::types::UserIdGroupPair::builder().group_id(group.group_id.unwrap());
    let permission = aws_sdk_ec2::types::IpPermission::builder()
        .ip_protocol("tcp")
        .from_port(2049)
        .to_port(2049)
        .user_id_group_pairs(pair.build())
        .build();
    let request = ec2
        .authorize_security_group_ingress()
        .group_id(&ground.group_ids[0]);
    request.ip_permissions(permission).send().await.unwrap();
}

#[tokio::test]
async fn a_delete_that_is_cut_after_any_call_goes_on() {
    let sandbox = Sandbox::start();
    let (aws, fragile) = (&*sandbox.aws().await, &*sandbox.aws_that_gives_up().await);
    let ground = ground(&sandbox, aws).await;
    let domains = &*kind("sagemaker:domain");
    let disposal = json!({"home_efs": "delete"});
    for skip in 0.. {
        let domain = lived_in(&sandbox, aws, &ground).await;
        sandbox.spoil(&json!([{"operation": "*", "fault": "lost", "skip": skip}]));
        let cut = patiently(&sandbox, || domains.delete(fragile, &domain.id, &disposal)).await;
        sandbox.spoil(&json!([]));
        if let Err(error) = &cut {
            assert_eq!(error.class, ErrorClass::Uncertain, "{error}");
            remove(&sandbox, domains, aws, &domain.id, &disposal).await;
        }
        assert_eq!(
            read(domains, aws, &domain.id).await,
            None,
            "cut at call {skip}"
        );
        nobody_is_left(&sandbox).await;
        assert_eq!(file_systems(&sandbox).await, [], "cut at call {skip}");
        assert_eq!(
            network_leftovers(&sandbox, &ground).await,
            Vec::<String>::new(),
            "cut at call {skip}"
        );
        if cut.is_ok() {
            break;
        }
    }
}

#[tokio::test]
async fn what_somebody_left_when_he_deleted_the_domain_still_goes() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let ground = ground(&sandbox, aws).await;
    let domain = domain(&sandbox, aws, &ground).await;
    let request = sandbox.sagemaker().delete_domain().domain_id(&domain.id);
    request.send().await.unwrap();
    let domains = &*kind("sagemaker:domain");
    let leftovers = read(domains, aws, &domain.id).await.unwrap();
    assert_eq!(
        leftovers.settings["status"], "Deleted",
        "a plan replaces it"
    );
    assert_eq!(
        leftovers.live["leftover_security_group_ids"]
            .as_array()
            .unwrap()
            .len(),
        2
    );

    remove(
        &sandbox,
        domains,
        aws,
        &domain.id,
        &json!({"home_efs": "delete"}),
    )
    .await;
    assert_eq!(read(domains, aws, &domain.id).await, None);
    assert_eq!(file_systems(&sandbox).await, []);
    assert_eq!(
        network_leftovers(&sandbox, &ground).await,
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_profile_goes_with_its_apps_and_its_spaces_and_nobody_elses() {
    let sandbox = Sandbox::start_slow();
    let aws = &*sandbox.aws().await;
    let ground = ground(&sandbox, aws).await;
    sandbox.skip(60);
    let domain = lived_in(&sandbox, aws, &ground).await;
    let profiles = &*kind("sagemaker:user-profile");
    let ada = format!("{}|ada", domain.id);
    remove(&sandbox, profiles, aws, &ada, &Value::Null).await;
    assert_eq!(read(profiles, aws, &ada).await, None);
    let guest = format!("{}|guest", domain.id);
    assert!(read(profiles, aws, &guest).await.is_some());
    let spaces = &*kind("sagemaker:space");
    assert_eq!(read(spaces, aws, &format!("{}|lab", domain.id)).await, None);
    assert!(
        read(spaces, aws, &format!("{}|hall", domain.id))
            .await
            .is_some()
    );
}
