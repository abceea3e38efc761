//! One worker, started to be looked at and not to work: the way of every worker, without the demand that it be
//! confined.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use deskscribe_protocol::{Confinement, Isolation};

use super::StartError;
use super::spawn::Spawner;
use super::worker::start;
use crate::status::Traffic;
use crate::{Home, Resources, Settings};

/// What was seen of it.
#[derive(Debug)]
pub(crate) struct Examined {
    pub(crate) confinement: Confinement,
    /// From the order to start its process to its being ready for a file.
    pub(crate) ready_in: Duration,
}

/// Starts a worker, sees it ready and sends it home. `None` when other programs use all places.
pub(crate) async fn examine(
    home: &Home,
    resources: &Resources,
    settings: &Settings,
) -> Result<Option<Examined>, StartError> {
    let settings = Settings { isolation: Isolation::Off, ..settings.clone() };
    let place = super::places(home).try_take();
    let place = place.map_err(|error| StartError::refused("no worker slot could be taken", &error))?;
    let Some(place) = place else { return Ok(None) };
    let spawner = Spawner::start(settings.priority);
    let spawner = spawner.map_err(|error| StartError::refused("no thread could be started", &error))?;
    let (threads, traffic) = (NonZeroUsize::MIN, Arc::new(Traffic::default()));
    let begun = Instant::now();
    let worker = start(place, &spawner, resources, threads, &traffic).await?;
    let ready = worker.get_ready(resources, &settings, threads, 0, None).await;
    let (worker, confinement) = ready.map_err(|unready| unready.error)?;
    let ready_in = begun.elapsed();
    worker.dismiss().await;
    Ok(Some(Examined { confinement, ready_in }))
}
