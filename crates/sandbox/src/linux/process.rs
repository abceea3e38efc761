//! What the process itself gives up: descriptors, limits, rights.

use rustix::io::Errno;
use rustix::process::{DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit};
use rustix::thread::{CapabilitySet, CapabilitySets, capabilities, set_capabilities, set_no_new_privs};

use crate::Policy;

/// Closes all descriptors from 3 on. A shell may have left some that are none of a worker's business.
pub(crate) fn close_inherited() {
    // SAFETY: `begin` is the first thing that the process does: nobody owns a descriptor from 3 on yet.
    #[expect(unsafe_code, reason = "no safe interface closes descriptors that nobody owns")]
    let closed = unsafe { libc::syscall(libc::SYS_close_range, 3_u32, u32::MAX, 0_u32) };
    if closed != 0 {
        close_one_by_one();
    }
}

/// Where one call for all is missing: before Linux 5.9, or refused by somebody's filter.
fn close_one_by_one() {
    const MOST: u64 = 1 << 16;
    let most = getrlimit(Resource::Nofile).current.map_or(MOST, |most| most.min(MOST));
    for descriptor in 3..most as i32 {
        // SAFETY: as above.
        #[expect(unsafe_code, reason = "no safe interface closes descriptors that nobody owns")]
        unsafe {
            libc::close(descriptor);
        }
    }
}

/// Limits what can be spent and taken along. Says what could not be limited.
pub(super) fn limit(policy: &Policy) -> String {
    let limits = [
        ("address space", Resource::As, policy.memory),
        ("descriptors", Resource::Nofile, policy.descriptors),
        // No more than this of any regular file can be written, whatever descriptor there may be, and no core is left
        // behind.
        ("file size", Resource::Fsize, policy.file),
        ("core", Resource::Core, 0),
        ("locked memory", Resource::Memlock, 0),
        ("message queues", Resource::Msgqueue, 0),
        ("real-time priority", Resource::Rtprio, 0),
        ("niceness", Resource::Nice, 0),
    ];
    let mut missing: Vec<String> = Vec::new();
    let mut check = |what: &str, result: Result<(), Errno>| {
        if let Err(error) = result {
            missing.push(format!("{what} ({error})"));
        }
    };
    for (what, resource, most) in limits {
        // A limit that is lower already stays: it could not be raised.
        let most = getrlimit(resource).maximum.map_or(most, |maximum| most.min(maximum));
        check(what, setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) }));
    }
    // Nobody of the same user may look into the process, which may hold a file it was lent.
    check("dumping", set_dumpable_behavior(DumpableBehavior::NotDumpable));
    check("new privileges", set_no_new_privs(true));
    ignore_file_size_signal();
    if missing.is_empty() {
        format!(
            "limits: {} MiB of address space, {} descriptors, {} bytes of a lent file written, no core; \
             no new privileges, not dumpable",
            policy.memory >> 20,
            policy.descriptors,
            policy.file
        )
    } else {
        format!("could not be limited: {}", missing.join(", "))
    }
}

/// Writing beyond the limit on file sizes is to be an error, not the end of the process.
fn ignore_file_size_signal() {
    // SAFETY: no handler runs; the disposition is only set to "ignore".
    #[expect(unsafe_code, reason = "no safe interface ignores a signal")]
    let _ = unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
}

/// Gives up all capabilities but these, so that a worker of root is no more than any other.
pub(super) fn drop_rights(kept: CapabilitySet) -> String {
    let drop = || -> Result<CapabilitySet, Errno> {
        let had = capabilities(None)?;
        let left = had.permitted & kept;
        let inheritable = CapabilitySet::empty();
        set_capabilities(None, CapabilitySets { effective: left, permitted: left, inheritable })?;
        Ok(left)
    };
    match drop() {
        Ok(left) if left.is_empty() => "no capabilities".to_owned(),
        Ok(_) => "no capabilities but to read files, while libraries are loaded".to_owned(),
        Err(error) => format!("capabilities could not be dropped: {error}"),
    }
}
