//! Systems for which there is no confinement: nothing is given up, nothing is tried, and the report says so.

use crate::{Layer, LayerState, Policy, Report};

#[derive(Debug)]
pub(crate) struct Entered;

pub(crate) fn close_inherited() {}

pub(crate) fn enter(_: &Policy, report: &mut Report) -> Entered {
    let state = "there is no confinement for this system yet".to_owned();
    report.layers.push(LayerState { layer: Layer::Process, state });
    Entered
}

impl Entered {
    pub(crate) fn seal(self, _: &mut Report) {}
}
