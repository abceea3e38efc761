//! Writes the page's types and commands, for `cargo xtask bindings`.

use anyhow::Context;

fn main() -> anyhow::Result<()> {
    let path = std::env::args_os().nth(1).context("usage: bindings FILE")?;
    deskscribe_app::write_bindings(path.as_ref())
}
