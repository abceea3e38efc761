//! Where the server of the settings is, and whether that is this machine.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;
use serde::{Deserialize, Serialize};
use tokio::net::lookup_host;

use super::remedy::Remedy;
use super::trouble::{Trouble, TroubleCode};
use crate::models::Address;
use crate::settings::{Llm, LlmServer};

/// What language a server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum ServerKind {
    /// That of Ollama.
    Ollama,
    /// That of OpenAI: LM Studio, the server of llama.cpp, vLLM.
    #[serde(rename = "openai")]
    OpenAi,
}

impl ServerKind {
    /// At the beginning of a sentence.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ollama => "Ollama",
            Self::OpenAi => "a server that speaks OpenAI's language",
        }
    }
}

/// Where the server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) kind: ServerKind,
    /// What paths are joined to; its own ends with a slash.
    pub(super) base: Url,
    /// The same for people, without a password.
    pub(super) shown: String,
}

/// As a part of a sentence, such as `Ollama at http://127.0.0.1:11434`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = match self.kind {
            ServerKind::Ollama => "Ollama",
            ServerKind::OpenAi => "the server",
        };
        write!(f, "{who} at {}", self.shown)
    }
}

impl Place {
    /// Where these settings say that it is; nowhere if nobody is to be asked. `ollama_host` is what the environment
    /// says, for Ollama's own programs and so for us.
    pub(super) fn of(llm: &Llm, ollama_host: Option<&str>) -> Result<Option<Self>, Trouble> {
        let kind = match llm.server {
            LlmServer::Off => return Ok(None),
            LlmServer::Auto | LlmServer::Ollama => ServerKind::Ollama,
            LlmServer::OpenAi => ServerKind::OpenAi,
        };
        let named = llm.address.as_ref().map(|address| address.url().clone());
        let (url, whence) = match (named, kind) {
            (Some(url), _) => (Some(url), "llm_address"),
            (None, ServerKind::Ollama) => (usual(ollama_host.unwrap_or_default()), "OLLAMA_HOST"),
            (None, ServerKind::OpenAi) => {
                let reason = "llm = \"openai\" does not say where the server is";
                let remedy =
                    "add its address to settings.toml, such as llm_address = \"http://localhost:1234\"";
                return Err(Trouble::new(TroubleCode::WrongAddress, reason, Some(Remedy::set(remedy))));
            }
        };
        let Some(url) = url else {
            let reason = "OLLAMA_HOST is no address";
            // In a terminal that would last as long as the terminal does.
            let remedy = Remedy::please("unset OLLAMA_HOST");
            return Err(Trouble::new(TroubleCode::WrongAddress, reason, Some(remedy)));
        };
        let place = Self::at(kind, url);
        // To ask another machine is for the user to decide, in so many words.
        if llm.server == LlmServer::Auto && !place.is_here() {
            let reason =
                format!("{whence} names another machine, {}, which is not asked unasked", place.shown);
            let remedy = Remedy::set("to have it asked, add to settings.toml: llm = \"ollama\"");
            return Err(Trouble::new(TroubleCode::WrongAddress, reason, Some(remedy)));
        }
        Ok(Some(place))
    }

    /// This kind of server at this address, with or without the path of its questions behind it.
    fn at(kind: ServerKind, mut url: Url) -> Self {
        url.set_query(None);
        url.set_fragment(None);
        let path = url.path().trim_end_matches('/');
        let below = ["/v1", "/api"].iter().find_map(|end| path.strip_suffix(end)).unwrap_or(path);
        let below = format!("{}/", below.trim_end_matches('/'));
        url.set_path(&below);
        let mut bare = url.clone();
        // Cannot fail: an address has a host.
        let _ = bare.set_username("");
        let _ = bare.set_password(None);
        let shown = bare.as_str().trim_end_matches('/').to_owned();
        Self { kind, base: url, shown }
    }

    /// Ollama at this address.
    #[cfg(test)]
    pub(super) fn ollama(address: &str) -> Self {
        Self::at(ServerKind::Ollama, address.parse().unwrap())
    }

    /// Whether the address itself says that it is this machine.
    pub(super) fn is_here(&self) -> bool {
        Address::is_here_at(&self.base)
    }

    /// The addresses behind the name, which are the ones that will be asked.
    pub(super) async fn resolve(&self) -> std::io::Result<Vec<SocketAddr>> {
        let host = self.host().trim_matches(['[', ']']).to_owned();
        let port = self.base.port_or_known_default().unwrap_or_default();
        Ok(lookup_host((host, port)).await?.collect())
    }

    pub(super) fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default()
    }

    /// Where this question goes.
    pub(super) fn url(&self, path: &str) -> Url {
        self.base.join(path).unwrap_or_else(|_| self.base.clone())
    }
}

/// Where Ollama's own programs would look for it, by the same rules as theirs. One that listens everywhere is asked
/// here.
fn usual(host: &str) -> Option<Url> {
    let text = host.trim().trim_matches(['"', '\'']).trim();
    let (scheme, rest, port) = match text.split_once("://") {
        Some(("https", rest)) => ("https", rest, 443),
        Some(("http", rest)) => ("http", rest, 80),
        Some(_) => return None,
        None => ("http", text, 11434),
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let is_bare_v6 = host.parse::<Ipv6Addr>().is_ok();
    let (host, port) = match host.rsplit_once(':').filter(|_| !is_bare_v6) {
        Some((host, after)) if !after.ends_with(']') => (host, after.parse().unwrap_or(port)),
        _ => (host, port),
    };
    let host = match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(IpAddr::V4(Ipv4Addr::UNSPECIFIED)) => "127.0.0.1".to_owned(),
        Ok(IpAddr::V6(Ipv6Addr::UNSPECIFIED)) => "[::1]".to_owned(),
        Ok(IpAddr::V6(number)) => format!("[{number}]"),
        Ok(IpAddr::V4(number)) => number.to_string(),
        Err(_) if host.is_empty() => "127.0.0.1".to_owned(),
        Err(_) => host.to_owned(),
    };
    Url::parse(&format!("{scheme}://{host}:{port}/{path}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ollama_is_looked_for_where_its_own_programs_look() {
        for (host, url) in [
            ("", "http://127.0.0.1:11434/"),
            ("0.0.0.0", "http://127.0.0.1:11434/"),
            (" \"0.0.0.0:8080\" ", "http://127.0.0.1:8080/"),
            ("::1", "http://[::1]:11434/"),
            ("[::]:99", "http://[::1]:99/"),
            ("box", "http://box:11434/"),
            ("box:1", "http://box:1/"),
            ("box:what", "http://box:11434/"),
            (":12", "http://127.0.0.1:12/"),
            ("http://box", "http://box/"),
            ("https://box/ollama", "https://box/ollama"),
        ] {
            assert_eq!(usual(host).unwrap().as_str(), url, "{host}");
        }
        assert_eq!(usual("ftp://box"), None);
    }

    #[test]
    fn another_machine_is_asked_only_by_those_who_say_so() {
        let of = |server, address: Option<&str>, host| {
            let address = address.and_then(Address::parse);
            Place::of(&Llm { server, address, ..Llm::default() }, host)
        };
        let (auto, ollama, openai) = (LlmServer::Auto, LlmServer::Ollama, LlmServer::OpenAi);
        assert_eq!(of(LlmServer::Off, Some("http://box/"), None), Ok(None));
        for (address, host) in [(Some("http://box:1/"), None), (None, Some("192.168.0.7"))] {
            let trouble = of(auto, address, host).unwrap_err();
            assert_eq!(trouble.code, TroubleCode::WrongAddress);
            assert!(trouble.reason.contains("is not asked unasked"), "{trouble}");
            assert!(!of(ollama, address, host).unwrap().unwrap().is_here());
        }
        for here in ["http://localhost:1/", "http://127.9.9.9/", "http://[::1]:5/"] {
            assert!(of(auto, Some(here), None).unwrap().unwrap().is_here(), "{here}");
        }
        assert!(of(openai, None, None).unwrap_err().remedy.unwrap().to_string().contains("llm_address"));
        let shown = |address| of(openai, Some(address), None).unwrap().unwrap().shown;
        for address in ["http://ann:secret@box:8/v1/", "http://box:8/v1", "http://box:8"] {
            assert_eq!(shown(address), "http://box:8", "{address}");
        }
        assert_eq!(shown("https://box/llm/v1?x=1"), "https://box/llm");
        let place = of(openai, Some("https://box/llm/v1"), None).unwrap().unwrap();
        assert_eq!(place.url("v1/models").as_str(), "https://box/llm/v1/models");
    }
}
