//! Linux: limits and rights, Landlock, and two stages of seccomp. No user namespace and no privilege is
//! needed, and being root helps nobody.

mod attempts;
mod calls;
mod files;
mod filter;
mod process;

use rustix::thread::CapabilitySet;

use crate::{Layer, LayerState, Policy, Report};

pub(crate) use process::close_inherited;

/// What root keeps until the libraries are loaded: they may lie in a folder that only this opens. A thread that one
/// of them has started by then keeps it too, where no path can be named any more.
const READING: CapabilitySet = CapabilitySet::DAC_READ_SEARCH;

#[derive(Debug)]
pub(crate) struct Entered(());

pub(crate) fn enter(policy: &Policy, report: &mut Report) -> Entered {
    let mut note = |layer, state| report.layers.push(LayerState { layer, state });
    note(Layer::Process, process::limit(policy));
    note(Layer::Process, process::drop_rights(READING));
    note(Layer::Files, files::confine(&policy.libraries));
    note(Layer::Calls, filter::refuse_unknown(calls::NEWEST, &calls::GAP));
    note(Layer::Calls, filter::put_on("first stage", &calls::before_libraries()));
    // Before the second stage hides what Landlock does.
    report.attempts.extend(attempts::on_files());
    Entered(())
}

impl Entered {
    pub(crate) fn seal(self, report: &mut Report) {
        let mut note = |layer, state| report.layers.push(LayerState { layer, state });
        note(Layer::Process, process::drop_rights(CapabilitySet::empty()));
        note(Layer::Calls, filter::put_on("second stage", &calls::after_libraries()));
        report.attempts.extend(attempts::on_calls());
    }
}
