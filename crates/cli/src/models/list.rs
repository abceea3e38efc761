//! `deskscribe models list`: what there is, what is here of it, and what to think of it.

use deskscribe_engine::{Fit, ListedModel, ModelState, Models, json, size, tame};

use super::{languages, sentence};
use crate::args::ListModelsArgs;
use crate::exit::Exit;
use crate::show::{Table, print};

/// Runs the command.
pub(super) fn list(models: &Models, args: ListModelsArgs) -> anyhow::Result<Exit> {
    let listed = models.list();
    if args.json {
        for model in &listed {
            print(&(json(model)? + "\n"))?;
        }
    } else {
        print(&describe(&listed))?;
        let choice = models.choice().words(models.recommended());
        print(&format!("\n{}\n", tame(&sentence(&choice))))?;
    }
    Ok(Exit::Done)
}

/// All of them, for a person.
fn describe(listed: &[ListedModel]) -> String {
    let mut table = Table::with_head(["model", ">size", ">memory", "languages", "state"]);
    for model in listed {
        table.add([
            model.model.clone(),
            size(model.bytes),
            size(model.memory),
            languages(model.languages).to_owned(),
            state(model),
        ]);
    }
    table.text()
}

/// What is here of it, and what to think of it.
fn state(model: &ListedModel) -> String {
    let mend = model.mend.as_deref().unwrap_or_default();
    let here = match model.state {
        ModelState::Available => String::new(),
        ModelState::Partial => {
            let (kept, name) = (size(model.kept), &model.model);
            format!("{kept} downloaded, `deskscribe models get {name}` goes on")
        }
        ModelState::Installed if model.in_use => "in use".to_owned(),
        ModelState::Installed => "installed".to_owned(),
        ModelState::Touched => format!("touched since it was checked, `{mend}` checks it"),
        ModelState::Broken => format!("BROKEN, `{mend}` mends it"),
    };
    let fits = match model.fits {
        Fit::TooLarge => "too large for this machine",
        Fit::Tight | Fit::Well => "",
    };
    let recommended = if model.recommended { "recommended for this machine" } else { "" };
    let known = if model.known { "" } else { "not one that Deskscribe knows" };
    let parts = [here.as_str(), recommended, fits, known];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use deskscribe_engine::Languages;

    use super::*;

    fn model(name: &str, state: ModelState) -> ListedModel {
        ListedModel {
            model: name.to_owned(),
            bytes: 77_691_713,
            memory: 273_000_000,
            languages: Languages::All,
            licence: Some("MIT".to_owned()),
            sha256: "be07".to_owned(),
            source: "https://models.example (revision 1)".to_owned(),
            known: true,
            state,
            kept: 0,
            fits: Fit::Well,
            recommended: false,
            in_use: false,
            path: None,
            mend: None,
        }
    }

    #[test]
    fn a_person_sees_what_there_is_and_what_to_do() {
        let mend = |line: &str| Some(line.to_owned());
        let listed = [
            ListedModel { in_use: true, ..model("tiny", ModelState::Installed) },
            model("tiny.en", ModelState::Available),
            ListedModel { kept: 12_400_000, recommended: true, ..model("base", ModelState::Partial) },
            ListedModel {
                mend: mend("deskscribe models verify small"),
                ..model("small", ModelState::Touched)
            },
            ListedModel { mend: mend("deskscribe models get medium"), ..model("medium", ModelState::Broken) },
            ListedModel { fits: Fit::TooLarge, ..model("large-v3-turbo", ModelState::Available) },
            ListedModel {
                known: false,
                licence: None,
                languages: Languages::En,
                ..model("mine", ModelState::Installed)
            },
        ];
        insta::assert_snapshot!(describe(&listed));
        insta::assert_json_snapshot!(listed[0]);
    }
}
