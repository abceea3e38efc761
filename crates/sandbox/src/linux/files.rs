//! The files layer: Landlock.

use std::path::PathBuf;

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, LandlockStatus, RestrictionStatus, Ruleset,
    RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope, path_beneath_rules,
};

/// The newest rights that this list was checked against; an older kernel gives what it has.
const KNOWN: ABI = ABI::V7;

/// What loading a library takes, on the usual distributions.
const SYSTEM: [&str; 7] = [
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/etc/ld.so.cache",
    // Numeric libraries choose their code by the processor.
    "/proc/cpuinfo",
    "/sys/devices/system/cpu",
];

/// Leaves these files and folders readable, and nothing else reachable: no writing, no network, no signal to
/// others and no abstract socket, as far as the kernel knows how.
pub(super) fn confine(libraries: &[PathBuf]) -> String {
    match restrict(libraries) {
        Ok(status) => describe(&status),
        Err(error) => format!("Landlock: could not be used: {error}"),
    }
}

fn restrict(libraries: &[PathBuf]) -> Result<RestrictionStatus, RulesetError> {
    let readable = SYSTEM.iter().map(PathBuf::from).chain(libraries.iter().cloned());
    Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(KNOWN))?
        .handle_access(AccessNet::from_all(KNOWN))?
        .scope(Scope::from_all(KNOWN))?
        .create()?
        .add_rules(path_beneath_rules(readable, AccessFs::ReadFile | AccessFs::ReadDir))?
        .restrict_self()
}

fn describe(status: &RestrictionStatus) -> String {
    let abi = match status.landlock {
        LandlockStatus::Available { effective_abi, .. } => format!("ABI {}", effective_abi as i32),
        LandlockStatus::NotEnabled => "switched off in this kernel".to_owned(),
        _ => "not in this kernel".to_owned(),
    };
    let enforced = match status.ruleset {
        RulesetStatus::FullyEnforced => "fully enforced",
        RulesetStatus::PartiallyEnforced => "enforced as far as the kernel knows it",
        RulesetStatus::NotEnforced => "not enforced",
    };
    format!("Landlock: {abi}, {enforced}")
}
