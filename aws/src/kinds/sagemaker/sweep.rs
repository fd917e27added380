//! Clears a domain, a profile or a space: apps first, then spaces, then profiles, each as soon as nothing of it is left
//! in the way. Whoever made them.

use cloister_composite::{ErrorClass, PartError};
use futures::{StreamExt, TryStreamExt, stream};

use super::{
    apps::{App, delete_app},
    status::{self, can_be_deleted},
    users::{Profile, Space, Users, delete_profile, delete_space, is, read_users},
};
use crate::session::Aws;

/// How many deletes are under way at once.
const AT_ONCE: usize = 4;

/// What is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope<'a> {
    /// Everything in the domain.
    Domain,
    /// One profile with its apps, and the spaces that it owns with theirs.
    Profile(&'a str),
    /// One space with its apps.
    Space(&'a str),
}

impl Scope<'_> {
    fn has_space(self, space: &Space) -> bool {
        match self {
            Self::Domain => true,
            Self::Profile(name) => space.is_of(name),
            Self::Space(name) => is(&space.name, name),
        }
    }

    fn has_profile(self, profile: &Profile) -> bool {
        match self {
            Self::Domain => true,
            Self::Profile(name) => is(&profile.name, name),
            Self::Space(_) => false,
        }
    }
}

impl Space {
    fn is_of(&self, profile: &str) -> bool {
        self.owner
            .as_deref()
            .is_some_and(|owner| is(owner, profile))
    }
}

/// What can be deleted at this moment, and all that is still there, for people.
#[derive(Debug, Default, PartialEq, Eq)]
struct Step<'a> {
    apps: Vec<&'a App>,
    spaces: Vec<&'a str>,
    profiles: Vec<&'a str>,
    left: Vec<String>,
}

/// Deletes what can be deleted now; returns what was still there, named. Calling it again goes on.
pub(crate) async fn sweep(
    aws: &Aws,
    domain_id: &str,
    scope: Scope<'_>,
) -> Result<Vec<String>, PartError> {
    let users = read_users(aws, domain_id).await?;
    let step = next_step(&users, scope);
    let mut deletes = Vec::new();
    for app in step.apps {
        deletes.push(delete(aws, domain_id, Object::App(app)));
    }
    for name in step.spaces {
        deletes.push(delete(aws, domain_id, Object::Space(name)));
    }
    for name in step.profiles {
        deletes.push(delete(aws, domain_id, Object::Profile(name)));
    }
    stream::iter(deletes)
        .buffer_unordered(AT_ONCE)
        .try_collect::<()>()
        .await?;
    Ok(step.left)
}

#[derive(Debug, Clone, Copy)]
enum Object<'a> {
    App(&'a App),
    Space(&'a str),
    Profile(&'a str),
}

async fn delete(aws: &Aws, domain_id: &str, object: Object<'_>) -> Result<(), PartError> {
    let deleted = match object {
        Object::App(app) => delete_app(aws, domain_id, app).await,
        Object::Space(name) => delete_space(aws, domain_id, name).await,
        Object::Profile(name) => delete_profile(aws, domain_id, name).await,
    };
    match deleted {
        // Gone since the list was read, or in a state that takes no delete yet: the next list tells.
        Err(error) if matches!(error.class, ErrorClass::NotFound | ErrorClass::Busy) => Ok(()),
        answer => answer,
    }
}

fn next_step<'a>(users: &'a Users, scope: Scope<'_>) -> Step<'a> {
    let spaces: Vec<&Space> = users
        .spaces
        .iter()
        .filter(|space| scope.has_space(space))
        .collect();
    let profiles: Vec<&Profile> = users
        .profiles
        .iter()
        .filter(|profile| scope.has_profile(profile))
        .collect();
    let apps: Vec<&App> = users
        .apps
        .iter()
        .filter(|app| {
            scope == Scope::Domain
                || spaces.iter().any(|space| app.owner.is_space(&space.name))
                || profiles
                    .iter()
                    .any(|profile| app.owner.is_profile(&profile.name))
        })
        .collect();
    let left = apps.iter().map(ToString::to_string);
    let left = left
        .chain(
            spaces
                .iter()
                .map(|space| named("space", &space.name, &space.status)),
        )
        .chain(
            profiles
                .iter()
                .map(|profile| named("profile", &profile.name, &profile.status)),
        )
        .collect();
    Step {
        spaces: spaces
            .iter()
            .filter(|space| can_be_deleted(&space.status))
            .filter(|space| !apps.iter().any(|app| app.owner.is_space(&space.name)))
            .map(|space| space.name.as_str())
            .collect(),
        profiles: profiles
            .iter()
            .filter(|profile| can_be_deleted(&profile.status))
            .filter(|profile| !apps.iter().any(|app| app.owner.is_profile(&profile.name)))
            .filter(|profile| !users.spaces.iter().any(|space| space.is_of(&profile.name)))
            .map(|profile| profile.name.as_str())
            .collect(),
        apps: apps
            .into_iter()
            .filter(|app| app.status == status::IN_SERVICE)
            .collect(),
        left,
    }
}

fn named(noun: &str, name: &str, status: &str) -> String {
    format!("{noun} {name} ({status})")
}

/// The error of a delete that has to be called again.
pub(crate) fn still_there(api: &str, id: &str, left: &[String]) -> PartError {
    let message = format!("still there: {}", left.join(", "));
    PartError::new(ErrorClass::Busy, api, id, message)
}

#[cfg(test)]
mod tests {
    use super::{super::apps::Owner, *};

    fn app(owner: Owner, status: &str) -> App {
        App {
            owner,
            kind: "JupyterLab".into(),
            name: "default".into(),
            status: status.into(),
        }
    }

    fn space(name: &str, owner: Option<&str>, status: &str) -> Space {
        Space {
            name: name.into(),
            owner: owner.map(str::to_owned),
            status: status.into(),
        }
    }

    fn profile(name: &str, status: &str) -> Profile {
        Profile {
            name: name.into(),
            status: status.into(),
        }
    }

    /// Ada has an app of her own and a space with one; Bob has a space without; a shared space is nobody's.
    fn users() -> Users {
        Users {
            apps: vec![
                app(Owner::Profile("ada".into()), "InService"),
                app(Owner::Space("lab".into()), "Pending"),
            ],
            spaces: vec![
                space("lab", Some("Ada"), "InService"),
                space("desk", Some("bob"), "InService"),
                space("hall", None, "Deleting"),
            ],
            profiles: vec![profile("ada", "InService"), profile("bob", "InService")],
        }
    }

    fn check(users: &Users, scope: Scope<'_>, expected: [&[&str]; 3], left: usize) {
        let step = next_step(users, scope);
        let apps: Vec<String> = step.apps.iter().map(ToString::to_string).collect();
        assert_eq!(apps, expected[0], "{scope:?}");
        assert_eq!(step.spaces, expected[1], "{scope:?}");
        assert_eq!(step.profiles, expected[2], "{scope:?}");
        assert_eq!(step.left.len(), left, "{scope:?}: {:?}", step.left);
    }

    #[test]
    fn what_nothing_stands_in_the_way_of_goes_at_once() {
        let own = "app JupyterLab/default of profile ada (InService)";
        check(&users(), Scope::Domain, [&[own], &["desk"], &[]], 7);
        check(&users(), Scope::Profile("ADA"), [&[own], &[], &[]], 4);
        check(&users(), Scope::Profile("bob"), [&[], &["desk"], &[]], 2);
        check(&users(), Scope::Space("lab"), [&[], &[], &[]], 2);
        check(&users(), Scope::Space("hall"), [&[], &[], &[]], 1);
        check(&users(), Scope::Space("gone"), [&[], &[], &[]], 0);
    }

    #[test]
    fn profiles_go_once_their_apps_and_spaces_are_gone() {
        let mut users = users();
        users.apps.clear();
        users.spaces.retain(|space| space.name == "lab");
        check(&users, Scope::Domain, [&[], &["lab"], &["bob"]], 3);
        users.spaces.clear();
        check(&users, Scope::Domain, [&[], &[], &["ada", "bob"]], 2);
        users.profiles[0].status = "Deleting".into();
        check(&users, Scope::Domain, [&[], &[], &["bob"]], 2);
    }

    #[test]
    fn an_app_of_an_unlisted_owner_goes_with_the_domain() {
        let users = Users {
            apps: vec![app(Owner::Space("late".into()), "InService")],
            ..Users::default()
        };
        let late = "app JupyterLab/default of space late (InService)";
        check(&users, Scope::Domain, [&[late], &[], &[]], 1);
        check(&users, Scope::Profile("ada"), [&[], &[], &[]], 0);
    }
}
