//! Takes a permit for a request to a language model, prints its number, and holds it until its stdin ends or it is
//! killed: `permit-holder HOME`.

use std::error::Error;
use std::io::{self, Read, Write};

use deskscribe_engine::{Home, Permits, Settings};

fn main() -> Result<(), Box<dyn Error>> {
    let home = std::env::args_os().nth(1).ok_or("permit-holder HOME")?;
    let permits = Permits::of(&Home::at(home), &Settings::default());
    let permit = permits.try_take()?.ok_or("others hold all permits")?;
    io::stdout().write_all(format!("{}\n", permit.number()).as_bytes())?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
