//! `deskscribe models`: which speech models there are, and getting, importing, checking and removing them.

mod list;

use anyhow::bail;
use deskscribe_engine::{
    Catalogue, Fit, Got, Home, InstalledModel, Languages, ModelError, Models, Settings, Step, Verified, json,
    size, tame,
};
use serde::Serialize;

use crate::args::{
    GetModelArgs, ImportModelArgs, ModelsArgs, ModelsCommand, RemoveModelArgs, VerifyModelsArgs,
};
use crate::exit::Exit;
use crate::show::{Transfer, print, say};
use crate::{runtime, stop_on_signals};

/// How far a model is, in a line for scripts.
#[derive(Serialize)]
struct StepRow<'a> {
    model: &'a str,
    #[serde(flatten)]
    step: &'a Step,
}

/// What was removed.
#[derive(Serialize)]
struct Removed<'a> {
    model: &'a str,
    freed: u64,
}

/// Runs the command.
pub(crate) fn models(args: ModelsArgs) -> anyhow::Result<Exit> {
    let home = Home::locate()?;
    let models = Models::of(&home, Catalogue::locate()?, &Settings::load(&home)?);
    match args.command {
        ModelsCommand::List(args) => list::list(&models, args),
        ModelsCommand::Get(args) => get(&models, args),
        ModelsCommand::Import(args) => import(&models, args),
        ModelsCommand::Remove(args) => remove(&models, args),
        ModelsCommand::Verify(args) => verify(&models, args),
    }
}

fn get(models: &Models, args: GetModelArgs) -> anyhow::Result<Exit> {
    let GetModelArgs { id, force, json } = args;
    let Some(id) = id else {
        bail!("{}", which(models));
    };
    let runtime = runtime()?;
    let cancel = stop_on_signals(&runtime)?;
    let mut teller = Teller::new(json);
    let got = runtime.block_on(models.get(&id, force, &cancel, &mut |step| teller.hear(&id, &step)));
    // The name of a server may still be looked up, and nobody waits for it.
    runtime.shutdown_background();
    teller.end();
    let again = format!("deskscribe models get {id}");
    let (model, what) = match got {
        Ok(Got::Fetched(model)) => (model, "is installed"),
        Ok(Got::WasThere(model)) => {
            teller.hear(&id, &Step::Done(model.clone()));
            (model, "was installed already")
        }
        Err(ModelError::Stopped { kept: 0 }) => {
            say("Stopped. Nothing was downloaded yet.");
            return Ok(Exit::Interrupted);
        }
        Err(ModelError::Stopped { kept }) => {
            say(&format!("Stopped. {} are kept. To go on: {again}", size(kept)));
            return Ok(Exit::Interrupted);
        }
        Err(error) => return Err(error.into()),
    };
    if !json {
        print(&format!("{} {what}{}\n", model.model, usage(models, &model)))?;
    }
    Ok(Exit::Done)
}

/// What to say to somebody who does not say which one.
fn which(models: &Models) -> String {
    let Some(recommended) = models.recommended() else {
        return "name the model to get; this installation knows none".to_owned();
    };
    let machine = models.memory().map(|memory| format!(" ({} of memory)", size(memory))).unwrap_or_default();
    let (id, bytes) = (&recommended.id, size(recommended.bytes));
    let installed =
        models.speech().map(|model| format!(" {} is installed and in use.", model.name)).unwrap_or_default();
    format!(
        "name the model to get; nothing was downloaded.{installed} For this machine{machine} {id} is recommended, a \
         download of {bytes}: deskscribe models get {id}. `deskscribe models list` shows all"
    )
}

/// What a model understands.
fn languages(languages: Languages) -> &'static str {
    match languages {
        Languages::All => "all",
        Languages::En => "English",
    }
}

/// Whether a model that was just installed listens now, or which one does; the end of a sentence.
fn usage(models: &Models, model: &InstalledModel) -> String {
    match models.speech() {
        Some(speech) if speech.sha256 == model.sha256 => " and in use.".to_owned(),
        Some(speech) => format!(
            ". {} stays in use; speech_model = \"{}\" in settings.toml changes that.",
            speech.name, model.model
        ),
        None => format!(". {}", tame(&sentence(&models.choice().words(models.recommended())))),
    }
}

fn import(models: &Models, args: ImportModelArgs) -> anyhow::Result<Exit> {
    let runtime = runtime()?;
    let cancel = stop_on_signals(&runtime)?;
    let mut teller = Teller::new(args.json);
    let name = args.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let imported = models.import(&args.file, &cancel, &mut |step| teller.hear(&name, &step));
    teller.end();
    let imported = match imported {
        Err(ModelError::Stopped { .. }) => {
            say("Stopped. Nothing was imported.");
            return Ok(Exit::Interrupted);
        }
        imported => imported?,
    };
    let model = &imported.model;
    if !model.known {
        say(&format!(
            "{} is not one of the models that Deskscribe knows: how well it hears, and where it is from, nobody has \
             checked. Its SHA-256 is {}.",
            model.model, model.sha256
        ));
    }
    if imported.fit == Fit::TooLarge {
        say(&format!("It needs about {} of memory, which is too much for this machine.", size(model.memory)));
    }
    if !args.json {
        let what = if imported.was_there { "was there already" } else { "is imported" };
        let languages = languages(model.languages);
        let (name, bytes) = (&model.model, size(model.bytes));
        print(&format!("{name} ({bytes}, languages: {languages}) {what}{}\n", usage(models, model)))?;
    }
    Ok(Exit::Done)
}

fn remove(models: &Models, args: RemoveModelArgs) -> anyhow::Result<Exit> {
    let RemoveModelArgs { name, json: as_json } = args;
    let freed = models.remove(&name)?;
    if as_json {
        print(&(json(&Removed { model: &name, freed })? + "\n"))?;
    } else {
        print(&format!("Removed {name}: {} are free again.\n", size(freed)))?;
    }
    Ok(Exit::Done)
}

fn verify(models: &Models, args: VerifyModelsArgs) -> anyhow::Result<Exit> {
    let runtime = runtime()?;
    let cancel = stop_on_signals(&runtime)?;
    // For scripts it is the outcome that counts.
    let mut transfer = (!args.json).then(Transfer::new);
    let verified = models.verify(args.name.as_deref(), &cancel, &mut |model, step| {
        if let Some(transfer) = &mut transfer {
            transfer.hear(model, &step);
        }
    });
    if let Some(transfer) = transfer {
        transfer.clear();
    }
    let verified = match verified {
        Err(ModelError::Stopped { .. }) => {
            say("Stopped before all was read.");
            return Ok(Exit::Interrupted);
        }
        verified => verified?,
    };
    for one in &verified {
        let row = if args.json { json(one)? } else { tame(&outcome(one)) };
        print(&(row + "\n"))?;
    }
    if verified.is_empty() && !args.json {
        print("No model is installed.\n")?;
    }
    Ok(if verified.iter().all(|one| one.sound) { Exit::Done } else { Exit::InPart })
}

fn outcome(one: &Verified) -> String {
    let Verified { model, sha256, mend, .. } = one;
    match mend {
        None => format!("{model}: whole, SHA-256 {sha256}"),
        Some(mend) => format!("{model}: BROKEN, and not used any more. To mend it: {mend}"),
    }
}

/// Tells what happens, to a person or a script.
enum Teller {
    Json,
    Person(Transfer),
}

impl Teller {
    fn new(json: bool) -> Self {
        if json { Self::Json } else { Self::Person(Transfer::new()) }
    }

    fn hear(&mut self, model: &str, step: &Step) {
        match self {
            Self::Person(transfer) => transfer.hear(model, step),
            Self::Json => {
                // The last one says itself which model it is.
                let row = match step {
                    Step::Done(_) => json(step),
                    step => json(&StepRow { model, step }),
                };
                // A script that reads no further still gets its model.
                let _ = row.map(|row| print(&(row + "\n")));
            }
        }
    }

    fn end(&self) {
        if let Self::Person(transfer) = self {
            transfer.clear();
        }
    }
}

/// A sentence of its own: with a capital and a full stop. A name at the beginning stays as it is.
fn sentence(words: &str) -> String {
    let words = words.strip_prefix("no ").map_or_else(|| words.to_owned(), |rest| format!("No {rest}"));
    let words = words.strip_prefix("the ").map(|rest| format!("The {rest}")).unwrap_or(words);
    words + "."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_that_scripts_depend_on() {
        let (bytes, total, host) = (1, 2, "huggingface.co".to_owned());
        let model = InstalledModel {
            model: "tiny".to_owned(),
            bytes: 2,
            memory: 3,
            languages: Languages::All,
            sha256: "be07".to_owned(),
            known: true,
            path: "/home/ann/models/ggml-tiny.bin".to_owned(),
        };
        let steps = [
            Step::Connecting { host, proxy: None, mirror: false, kept: 0, total },
            Step::Downloading { bytes, total, rate: Some(0.5), left_seconds: Some(2.0) },
            Step::Waiting { why: "it says 503".to_owned(), seconds: 1.0 },
            Step::StartingOver { why: "it was changed".to_owned(), dropped: 1 },
            Step::Copying { bytes, total },
            Step::Verifying { bytes, total },
        ];
        let rows = steps.iter().map(|step| json(&StepRow { model: "tiny", step }).unwrap());
        let rows: Vec<_> = rows.chain([json(&Step::Done(model)).unwrap()]).collect();
        insta::assert_snapshot!(rows.join("\n"));
        let broken = Verified {
            model: "tiny".to_owned(),
            sound: false,
            sha256: "be08".to_owned(),
            mend: Some("deskscribe models get tiny".to_owned()),
        };
        insta::assert_snapshot!(json(&broken).unwrap() + "\n" + &outcome(&broken));
    }
}
