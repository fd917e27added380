//! One provider process through many commands: what it holds stays what it was. `make soak` runs many more of them.

use cloister_tests::rig::{Holdings, Project, Reattached, Sandbox, locked_bucket};

/// How many cycles there are unless [`CYCLES`] says otherwise: enough to see a socket that stays open in each.
const FEW: usize = 20;
/// The variable that asks for more.
const CYCLES: &str = "CLOISTER_SOAK_CYCLES";
/// After so many cycles every cache and pool is as full as it gets.
const WARM: usize = 8;
/// An allocator keeps pages; a leak of one answer per cycle is more than this in two thousand.
const NOISE_KIB: usize = 2 * 1024;
/// Connections come and go in a pool.
const NOISE_FILES: usize = 4;

fn cycles() -> usize {
    let wanted = std::env::var_os(CYCLES).and_then(|text| text.to_str()?.parse().ok());
    wanted.unwrap_or(FEW).max(FEW)
}

/// Plans and applies a change.
fn cycle(project: &Project<'_>, number: usize) {
    let tags = format!("{{ cycle = \"{number}\" }}");
    project.write("main.tf", locked_bucket().with("tags", tags).to_string());
    project.apply().succeeded();
}

/// The median of what a process held.
fn typical(samples: &[Holdings], of: impl Fn(&Holdings) -> usize) -> usize {
    let mut values: Vec<_> = samples.iter().map(of).collect();
    values.sort_unstable();
    values[values.len() / 2]
}

#[test]
fn a_provider_holds_no_more_after_many_commands_than_after_a_few() {
    let sandbox = Sandbox::start();
    let project = sandbox.project();
    let provider = Reattached::start(&project);
    let project = project.env("TF_REATTACH_PROVIDERS", provider.setting());
    let mut samples = Vec::new();
    for number in 0..cycles() {
        cycle(&project, number);
        samples.push(provider.holdings());
        if number % 50 == 0 || number < FEW {
            eprintln!("cycle {number}: {:?}", samples[number]);
        }
    }
    let warm = &samples[WARM..];
    let (early, late) = (&warm[..warm.len() / 2], &warm[warm.len() / 2..]);
    for (name, of, noise) in [
        (
            "memory",
            (|held: &Holdings| held.memory) as fn(&_) -> _,
            NOISE_KIB,
        ),
        ("files", |held| held.files, NOISE_FILES),
        ("sockets", |held| held.sockets, NOISE_FILES),
    ] {
        let (before, after) = (typical(early, of), typical(late, of));
        assert!(after <= before + noise, "{name}: {before}, then {after}");
    }
    drop(provider);
    assert_eq!(project.temporary_files(), Vec::<String>::new());
}
