//! The battery: whoever has chosen so has nothing read while the machine runs on it.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::settings::OnBattery;
use crate::status::Board;

/// Where the kernel tells of power supplies.
const SUPPLIES: &str = "/sys/class/power_supply";
/// The same, for tests.
#[cfg(debug_assertions)]
const SUPPLIES_VARIABLE: &str = "DESKSCRIBE_POWER_SUPPLIES";
/// While there is something to read, or it waits for the mains, the supplies are looked at so often. A look costs a few
/// system calls; without anything to read there are none.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// Has an engine pause on its battery, if that was chosen. Somebody who wants it to go on has it go on until the
/// machine was on the mains again. Ends with the engine.
pub(crate) async fn heed(board: Arc<Board>, on_battery: OnBattery) {
    if on_battery == OnBattery::Read {
        return;
    }
    let mut changes = board.changes();
    let mut was_on_battery = false;
    loop {
        let is_on_battery = tokio::task::spawn_blocking(is_on_battery).await.unwrap_or_default();
        if is_on_battery != was_on_battery {
            was_on_battery = is_on_battery;
            board.on_battery(is_on_battery);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
        while board.is_idle() && !is_on_battery {
            if !changes.changed().await {
                return;
            }
        }
    }
}

/// Whether a battery gives what the machine takes, and no other supply does.
fn is_on_battery() -> bool {
    #[cfg(debug_assertions)]
    if let Some(folder) = std::env::var_os(SUPPLIES_VARIABLE) {
        return discharges(Path::new(&folder));
    }
    discharges(Path::new(SUPPLIES))
}

fn discharges(supplies: &Path) -> bool {
    let (mut mains, mut battery) = (false, false);
    // A machine that tells nothing of its supplies has no battery.
    for supply in fs::read_dir(supplies).into_iter().flatten().flatten() {
        let says = |what: &str| fs::read_to_string(supply.path().join(what)).unwrap_or_default();
        // That of a mouse says nothing of the machine.
        if says("scope").trim() == "Device" {
            continue;
        }
        if says("type").trim() == "Battery" {
            battery |= says("status").trim() == "Discharging";
        } else {
            mains |= says("online").trim() == "1";
        }
    }
    battery && !mains
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_battery_counts_that_gives_power_to_the_machine() {
        let says = |supplies: &[&[(&str, &str)]]| {
            let folder = tempfile::tempdir().unwrap();
            for (number, supply) in supplies.iter().enumerate() {
                let place = folder.path().join(number.to_string());
                fs::create_dir(&place).unwrap();
                supply
                    .iter()
                    .for_each(|(name, says)| fs::write(place.join(name), format!("{says}\n")).unwrap());
            }
            discharges(folder.path())
        };
        let discharging: &[_] = &[("type", "Battery"), ("status", "Discharging")];
        let full: &[_] = &[("type", "Battery"), ("status", "Full")];
        let plugged: &[_] = &[("type", "Mains"), ("online", "1")];
        let unplugged: &[_] = &[("type", "Mains"), ("online", "0")];
        let mouse: &[_] = &[("type", "Battery"), ("status", "Discharging"), ("scope", "Device")];
        assert!(says(&[discharging, unplugged]) && says(&[discharging]));
        assert!(!says(&[full, unplugged]) && !says(&[discharging, plugged]));
        assert!(!says(&[mouse]) && !says(&[]) && !discharges(Path::new("/no/such/folder")));
    }
}
