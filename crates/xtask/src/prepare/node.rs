//! Node with npm, which builds the window's page: looked for, and not installed, because many have it from a version
//! manager and what systems package is often too old.

use std::process::Command;

use crate::problem::{Outcome, Problem};

/// The oldest Node that runs the tools of ui/package.json.
const OLDEST: (u32, u32) = (20, 19);

/// Stops and says what to do when there is none.
pub(super) fn require() -> Outcome {
    let said = |program: &str| {
        let output = Command::new(program).arg("--version").output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    judge(said("node").as_deref(), said("npm").is_some())
}

fn judge(node: Option<&str>, has_npm: bool) -> Outcome {
    let (major, minor) = OLDEST;
    let found = match node {
        Some(said) if version(said).is_some_and(|version| version >= OLDEST) => {
            if has_npm {
                return Ok(());
            }
            format!("node {said} is there without npm")
        }
        Some(said) => format!("node says that it is {said}"),
        None => "there is no node".to_owned(),
    };
    Err(Problem(format!(
        "{found}, and the window's page is built with Node {major}.{minor} or newer and its npm\n\
         Install it from https://nodejs.org or with a version manager (nvm install 22), and run the command again.\n\
         `cargo xtask run --terminal` does without."
    )))
}

/// The first two numbers of `v20.19.1`.
fn version(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said.strip_prefix('v')?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_node_is_told_from_a_new_one() {
        for said in ["v20.19.0", "v22.1.3", "v24.0.0-rc.1"] {
            judge(Some(said), true).unwrap();
        }
        for (node, has_npm, why) in [
            (None, true, "there is no node"),
            (Some("v18.20.4"), true, "v18.20.4"),
            (Some("v20.18.9"), true, "v20.18.9"),
            (Some("something else"), true, "something else"),
            (Some("v22.1.3"), false, "without npm"),
        ] {
            let Problem(text) = judge(node, has_npm).unwrap_err();
            assert!(text.contains(why) && text.contains("Node 20.19"), "{text}");
        }
    }
}
