//! What may be wrong with a language model, each told apart, and the way out of it.

use std::time::Duration;

use deskscribe_protocol::one_line;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::place::{Place, ServerKind};
use super::remedy::{Remedy, SUGGESTED};

/// Why nothing comes from the language model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[error("{reason}")]
pub struct Trouble {
    /// What it is, for whoever decides by it.
    pub code: TroubleCode,
    /// One line: what happened, and at which server.
    pub reason: String,
    /// What to do about it, if anything can be done.
    pub remedy: Option<Remedy>,
    /// When the server wants to be asked again.
    #[serde(skip)]
    #[cfg_attr(feature = "page-types", specta(skip))]
    pub(crate) retry_after: Option<Duration>,
}

/// What may be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum TroubleCode {
    /// Ollama is not on this machine.
    NotInstalled,
    /// Nobody listens at the address.
    NotRunning,
    /// Somebody else listens there, or there is no such machine.
    WrongAddress,
    /// The server does not have the model, or none that could be used.
    ModelMissing,
    /// The model takes no pictures.
    CannotSee,
    /// Nothing came for too long.
    TooSlow,
    /// The model does not fit into the memory of the server.
    OutOfMemory,
    /// What came is no answer.
    Nonsense,
    /// The server wants a key, or another one.
    Refused,
    /// More than the model can have before it at once, or than we send or take.
    TooLong,
    /// A question that is not asked: whoever wanted it, wanted more than words.
    NotAllowed,
    /// Whoever wanted it does not want it any more.
    Stopped,
    /// Anything else that the server says.
    Broken,
}

impl TroubleCode {
    /// Whether it is about the server, so that the next question would fare no better. All else is about one question.
    pub(super) fn is_of_server(self) -> bool {
        !matches!(self, Self::CannotSee | Self::TooLong | Self::NotAllowed | Self::Stopped)
    }
}

/// The most of what a server says that is told.
const LONGEST_SAYING: usize = 200;

/// Where Ollama is to be had.
const OLLAMA: &str = "https://ollama.com/download";

/// What servers say when memory is short, in small letters.
const MEMORY: [&str; 8] = [
    "requires more system memory",
    "out of memory",
    "not enough memory",
    "insufficient memory",
    "insufficient system resources",
    "cudamalloc failed",
    "failed to allocate",
    "unable to allocate",
];
/// When they have been shown a picture that they cannot see.
const PICTURES: [&str; 7] = [
    "image input is not supported",
    "does not support image",
    "do not support image",
    "missing data required for image input",
    "not a multimodal model",
    "does not support vision",
    "image_url is only supported",
];
/// When a question is too long.
const LENGTH: [&str; 7] = [
    "context length",
    "context_length_exceeded",
    "exceeds the available context",
    "exceed_context_size",
    "maximum context",
    "prompt is too long",
    "input is too large",
];
/// When they do not have a model.
const MISSING: [&str; 6] = [
    "try pulling",
    "model_not_found",
    "does not exist",
    "no models loaded",
    "model not found",
    "invalid model",
];

impl Trouble {
    /// What happened and what to do, in one line.
    pub fn words(&self) -> String {
        match &self.remedy {
            Some(remedy) => format!("{}; to do: {remedy}", self.reason),
            None => self.reason.clone(),
        }
    }

    pub(super) fn new(code: TroubleCode, reason: impl Into<String>, remedy: Option<Remedy>) -> Self {
        Self { code, reason: reason.into(), remedy, retry_after: None }
    }

    /// Nobody listens there.
    pub(super) fn silent(place: &Place, why: &str, is_installed: bool) -> Self {
        let Place { shown, .. } = place;
        match place.kind {
            ServerKind::Ollama if place.is_here() && !is_installed => Self::new(
                TroubleCode::NotInstalled,
                format!("Ollama is not installed, and nothing answers at {shown}"),
                Some(Remedy::get(
                    OLLAMA,
                    format!(
                        "install it from {OLLAMA}, or name another server in settings.toml: llm, llm_address"
                    ),
                )),
            ),
            ServerKind::Ollama if place.is_here() => Self::new(
                TroubleCode::NotRunning,
                format!("Ollama is installed and not running: nothing answers at {shown}"),
                Some(Remedy::run("ollama serve")),
            ),
            ServerKind::Ollama | ServerKind::OpenAi => Self::new(
                TroubleCode::NotRunning,
                format!("nothing answers at {shown} ({why})"),
                Some(Remedy::set("start the server, or name another address in settings.toml: llm_address")),
            ),
        }
    }

    /// Something else is there than the settings say.
    pub(super) fn wrong_address(place: &Place, what: &str, remedy: Option<Remedy>) -> Self {
        let usual = || Remedy::set("see to llm and llm_address in settings.toml");
        let reason = format!("{} is not at {}: {what}", place.kind.name(), place.shown);
        Self::new(TroubleCode::WrongAddress, reason, Some(remedy.unwrap_or_else(usual)))
    }

    /// The server does not have this model.
    pub(super) fn missing(place: &Place, model: &str, there: &[String]) -> Self {
        let model = one_line(model, LONGEST_SAYING);
        let there =
            if there.is_empty() { "none".to_owned() } else { one_line(&there.join(", "), LONGEST_SAYING) };
        let (reason, remedy) = match place.kind {
            ServerKind::Ollama => {
                (format!("{place} does not have the model {model}"), Remedy::pull(&model, place))
            }
            ServerKind::OpenAi => (
                format!("{place} does not have the model {model}; there are {there}"),
                Remedy::set("load it there, or name another one in settings.toml: llm_model"),
            ),
        };
        Self::new(TroubleCode::ModelMissing, reason, Some(remedy))
    }

    /// The server has nothing that writes.
    pub(super) fn no_model(place: &Place) -> Self {
        let reason = format!("{place} has no model that could write a summary");
        let remedy = match place.kind {
            ServerKind::Ollama => Remedy::pull(SUGGESTED.0, place),
            ServerKind::OpenAi => Remedy::please("load a model there"),
        };
        Self::new(TroubleCode::ModelMissing, reason, Some(remedy))
    }

    /// Not a word within this time.
    pub(super) fn too_slow(place: &Place, waited: Duration, setting: &str) -> Self {
        let reason = format!("{place} has said nothing for {} s", waited.as_secs_f64());
        let remedy = format!("use a smaller model, or give it more time in settings.toml: {setting}");
        Self::new(TroubleCode::TooSlow, reason, Some(Remedy::set(remedy)))
    }

    /// Not even a question about the server was answered within this time.
    pub(super) fn stuck(place: &Place, waited: Duration) -> Self {
        let reason =
            format!("{place} takes questions and has not answered one for {} s", waited.as_secs_f64());
        Self::new(TroubleCode::TooSlow, reason, Some(Remedy::please("restart the server")))
    }

    /// What came is no answer.
    pub(super) fn nonsense(place: &Place, what: &str) -> Self {
        let reason = format!("{place} answers with something that is no answer: {}", saying(what));
        let remedy = Remedy::please("restart the server, or get a newer version of it");
        Self::new(TroubleCode::Nonsense, reason, Some(remedy))
    }

    /// The connection ended before the answer did.
    pub(super) fn hung_up(place: &Place, why: &str) -> Self {
        let reason = format!("{place} hung up in the middle of its answer ({why})");
        Self::new(
            TroubleCode::Broken,
            reason,
            Some(Remedy::please("see what the server writes into its log")),
        )
    }

    /// This model takes no pictures.
    pub(super) fn cannot_see(place: &str, model: &str) -> Self {
        let reason = format!("{model} on {place} takes no pictures");
        let remedy =
            format!("name a model that sees in settings.toml, such as llm_model = \"{}\"", SUGGESTED.0);
        Self::new(TroubleCode::CannotSee, reason, Some(Remedy::set(remedy)))
    }

    /// More than is sent or taken, or than the model can have before it.
    pub(super) fn too_long(reason: impl Into<String>) -> Self {
        Self::new(TroubleCode::TooLong, reason, None)
    }

    /// A question that is not asked.
    pub(super) fn not_allowed(what: &str) -> Self {
        Self::new(
            TroubleCode::NotAllowed,
            format!("not asked, because it is no plain question: {what}"),
            None,
        )
    }

    /// A refusal of the server, by its status and what it says.
    pub(super) fn said(
        place: &Place,
        model: &str,
        status: u16,
        body: &[u8],
        retry_after: Option<Duration>,
    ) -> Self {
        let said = words(body);
        let lower = said.to_lowercase();
        let has = |signs: &[&str]| signs.iter().any(|sign| lower.contains(sign));
        let told = if said.is_empty() { format!("it says {status}") } else { said.clone() };
        let trouble = match status {
            401 | 403 => {
                let reason = format!("{place} refuses us: {told}");
                Self::new(TroubleCode::Refused, reason, Some(Remedy::run("deskscribe llm key set")))
            }
            _ if has(&MEMORY) => {
                let reason = format!("{model} does not fit into the memory of {place}: {told}");
                let remedy = Remedy::set(
                    "use a smaller model, or close what uses the memory: llm_model in settings.toml",
                );
                Self::new(TroubleCode::OutOfMemory, reason, Some(remedy))
            }
            _ if has(&PICTURES) => Self::cannot_see(&place.to_string(), model),
            413 => Self::too_long(format!("the question is too long for {place}: {told}")),
            _ if has(&LENGTH) => Self::too_long(format!("the question is too long for {model}: {told}")),
            _ if has(&MISSING) || (status == 404 && lower.contains("model")) => {
                Self::missing(place, model, &[])
            }
            300..=399 => Self::wrong_address(place, "it sends us elsewhere", None),
            404 | 405 => Self::wrong_address(place, &told, None),
            _ => {
                let remedy = match status {
                    429 | 503 => "nothing: it is asked again in a while",
                    _ => "see what the server writes into its log",
                };
                Self::new(
                    TroubleCode::Broken,
                    format!("{place} cannot answer: {told}"),
                    Some(Remedy::please(remedy)),
                )
            }
        };
        Self { retry_after, ..trouble }
    }
}

/// What a server says of itself: its words as JSON in one of the usual places, or the first of what it sent.
fn words(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let json = serde_json::from_slice::<Value>(body).ok();
    let said = json.as_ref().and_then(|json| {
        let error = json.get("error");
        let places =
            [error.and_then(|error| error.get("message")), error, json.get("message"), json.get("detail")];
        places.into_iter().flatten().find_map(Value::as_str)
    });
    match said {
        Some(said) => saying(said),
        None if text.trim_start().starts_with('<') => "a web page".to_owned(),
        None => saying(&text),
    }
}

/// What a server says, short and tame.
pub(super) fn saying(text: &str) -> String {
    one_line(text, LONGEST_SAYING)
}

#[cfg(test)]
mod tests {
    use super::TroubleCode::{Broken, CannotSee, ModelMissing, OutOfMemory, Refused, TooLong, WrongAddress};
    use super::*;

    #[test]
    fn what_servers_say_is_told_apart() {
        let place = Place::ollama("http://127.0.0.1:11434/");
        for (status, body, code) in [
            (
                500,
                r#"{"error":"model requires more system memory (5.6 GiB) than is available (2.1 GiB)"}"#,
                OutOfMemory,
            ),
            (
                500,
                r#"{"error":"llama runner process has terminated: cudaMalloc failed: out of memory"}"#,
                OutOfMemory,
            ),
            (
                400,
                r#"{"error":{"message":"Model loading was stopped due to insufficient system resources."}}"#,
                OutOfMemory,
            ),
            (404, r#"{"error":"model \"llama9\" not found, try pulling it first"}"#, ModelMissing),
            (404, r#"{"error":{"message":"The model `x` does not exist.","code":404}}"#, ModelMissing),
            (
                400,
                r#"{"error":{"message":"No models loaded. Please load a model","code":"model_not_found"}}"#,
                ModelMissing,
            ),
            (
                500,
                r#"{"error":"Failed to create new sequence: this model is missing data required for image input"}"#,
                CannotSee,
            ),
            (
                500,
                r#"{"error":{"code":500,"message":"image input is not supported - hint: mmproj","type":"server_error"}}"#,
                CannotSee,
            ),
            (
                400,
                r#"{"object":"error","message":"This model's maximum context length is 4096 tokens."}"#,
                TooLong,
            ),
            (
                400,
                r#"{"error":{"message":"the request exceeds the available context size, try increasing it"}}"#,
                TooLong,
            ),
            (413, "", TooLong),
            (401, r#"{"error":{"message":"Incorrect API key"}}"#, Refused),
            (403, "<html>go away</html>", Refused),
            (404, "404 page not found", WrongAddress),
            (302, "", WrongAddress),
            (503, r#"{"error":"server busy, please try again.  maximum pending requests exceeded"}"#, Broken),
            (500, r#"{"error":"unexpected EOF"}"#, Broken),
        ] {
            let trouble = Trouble::said(&place, "llama9", status, body.as_bytes(), None);
            assert_eq!(trouble.code, code, "{body}: {trouble:?}");
            assert!(trouble.reason.contains("127.0.0.1") || code == TooLong, "{trouble:?}");
        }
        let trouble = Trouble::said(&place, "llama9", 404, br#"{"error":"model not found"}"#, None);
        assert_eq!(trouble.remedy.unwrap().line(), Some("deskscribe llm pull llama9"));
        let hostile = Trouble::said(&place, "m", 500, "\x1b[2J\u{202e}x".repeat(99).as_bytes(), None);
        assert!(!hostile.reason.contains('\x1b') && hostile.reason.chars().count() < 300, "{hostile:?}");
    }
}
