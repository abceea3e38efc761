//! The way to one server: connections, heads, patience, and what is kept of all that for a receipt.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use deskscribe_cache::Receipt;
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, NoProxy, Proxy, RequestBuilder, Response};
use serde::Serialize;
use serde_json::Value;
use tokio::time::timeout;

use super::flow::Flow;
use super::key::LlmKey;
use super::place::Place;
use super::remedy::Remedy;
use super::trouble::{Trouble, TroubleCode, saying};
use crate::models::{Address, network_words};
use crate::settings::Llm;

/// The most of an answer about the server or its models, in bytes.
const MOST_ABOUT: usize = 8 << 20;
/// How long such an answer may take: it costs a server nothing, but the machine may be at its limit.
const ABOUT: Duration = Duration::from_secs(15);

/// What was asked of a server, and what came back, for whoever wants to know what is wrong.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "page-types", derive(specta::Type))]
pub struct Call {
    /// Such as `GET /api/version`.
    pub call: String,
    /// What came back, if anything did.
    pub status: Option<u16>,
    /// How long that took.
    #[cfg_attr(feature = "page-types", specta(type = i32))]
    pub seconds: f64,
    /// The beginning of what came, or why nothing did.
    pub answer: String,
}

/// The way to a server.
#[derive(Debug, Clone)]
pub(super) struct Way {
    pub(super) place: Place,
    pub(super) client: Client,
    /// Whether it leaves this machine.
    pub(super) remote: bool,
    pub(super) llm: Arc<Llm>,
    key: Option<LlmKey>,
    /// All that was asked, where somebody wants to know.
    calls: Option<Arc<Mutex<Vec<Call>>>>,
}

/// A whole answer about a server.
pub(super) struct About {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

impl About {
    /// Its JSON, if it was given and is some.
    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok().filter(|_| (200..300).contains(&self.status))
    }

    /// What it says, short and tame.
    pub(super) fn saying(&self) -> String {
        saying(&String::from_utf8_lossy(&self.body))
    }
}

impl Way {
    /// Finds out where the server is, and makes ready to ask it.
    pub(super) async fn open(
        place: Place,
        llm: Arc<Llm>,
        proxy: Option<&Address>,
        key: Option<LlmKey>,
        calls: Option<Arc<Mutex<Vec<Call>>>>,
    ) -> Result<Self, Trouble> {
        let found = match timeout(llm.connect, place.resolve()).await {
            Ok(Ok(found)) => found,
            // Behind a proxy, names may mean nothing on this side of it.
            Ok(Err(_)) | Err(_) => Vec::new(),
        };
        let remote = found.is_empty() || !found.iter().all(|address| address.ip().is_loopback());
        let mut client = Client::builder()
            .user_agent(concat!("deskscribe/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(llm.connect)
            // What is asked, and the key with it, goes where the settings say and nowhere else.
            .redirect(Policy::none())
            // A connection that the server has closed meanwhile would look like a failure of it.
            .pool_max_idle_per_host(0);
        if !remote {
            client = client.no_proxy();
        } else if let Some(proxy) = proxy {
            let proxy = Proxy::all(proxy.url().clone()).map_err(|error| cannot(&place, &error))?;
            client = client.proxy(proxy.no_proxy(NoProxy::from_env()));
        }
        if !found.is_empty() {
            client = client.resolve_to_addrs(place.host(), &in_turn(found));
        }
        let client = client.build().map_err(|error| cannot(&place, &error))?;
        Ok(Self { place, client, remote, llm, key, calls })
    }

    /// The same way, to another model.
    pub(super) fn to_model(&self, name: &str) -> Self {
        let llm = Llm { model: Some(name.to_owned()), ..(*self.llm).clone() };
        Self { llm: Arc::new(llm), ..self.clone() }
    }

    /// Asks something about the server.
    pub(super) async fn about(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<About, Trouble> {
        let began = Instant::now();
        let request = self.client.request(method.clone(), self.place.url(path));
        let request = match body {
            Some(body) => request.header(CONTENT_TYPE, "application/json").body(body.to_string()),
            None => request,
        };
        let answered = timeout(ABOUT, self.whole(request)).await;
        let answered = answered.unwrap_or_else(|_| Err(Trouble::stuck(&self.place, ABOUT)));
        self.note(Call {
            call: format!("{method} /{path}"),
            status: answered.as_ref().ok().map(|about| about.status),
            seconds: began.elapsed().as_secs_f64(),
            answer: answered.as_ref().map_or_else(|trouble| trouble.reason.clone(), About::saying),
        });
        let about = answered?;
        // Whatever it was, it goes for all.
        if matches!(about.status, 401 | 403) || about.status >= 500 {
            return Err(Trouble::said(&self.place, "", about.status, &about.body, None));
        }
        Ok(about)
    }

    async fn whole(&self, request: RequestBuilder) -> Result<About, Trouble> {
        let mut response = self.with_key(request).send().await.map_err(|error| self.sort(&error))?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.sort(&error))? {
            if body.len() + chunk.len() > MOST_ABOUT {
                return Err(Trouble::nonsense(&self.place, "it has no end"));
            }
            body.extend_from_slice(&chunk);
        }
        if (300..400).contains(&status) {
            let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or("elsewhere");
            let what = format!("it sends us to {}", saying(to));
            return Err(Trouble::wrong_address(&self.place, &what, None));
        }
        Ok(About { status, body })
    }

    /// Asks a model something, and hands back its answer as it flows. Waits for its first word as long as the settings
    /// allow.
    pub(super) async fn ask(
        &self,
        path: &str,
        model: &str,
        body: Vec<u8>,
        receipt: &Arc<Mutex<Receipt>>,
    ) -> Result<Flow, Trouble> {
        {
            let mut receipt = receipt.lock().unwrap_or_else(PoisonError::into_inner);
            receipt.requests += 1;
            receipt.sent += body.len() as u64;
        }
        let began = Instant::now();
        let request = self.client.post(self.place.url(path));
        let request = self.with_key(request.header(CONTENT_TYPE, "application/json").body(body));
        let response = match timeout(self.llm.first, request.send()).await {
            Ok(response) => response.map_err(|error| self.sort(&error))?,
            Err(_) => return Err(Trouble::too_slow(&self.place, self.llm.first, "llm_first_seconds")),
        };
        let left = self.llm.first.saturating_sub(began.elapsed());
        let is_given = response.status().is_success();
        let (status, wish) = (response.status().as_u16(), retry_after(response.headers()));
        let mut flow = Flow::new(response, self.clone(), left, Arc::clone(receipt));
        if is_given {
            return Ok(flow);
        }
        // An error whose words never come is told by its number.
        let body = flow.whole().await.unwrap_or_default();
        Err(Trouble::said(&self.place, model, status, &body, wish))
    }

    /// Its key, if it was given one.
    pub(super) fn key(&self) -> Option<LlmKey> {
        self.key.clone()
    }

    fn with_key(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.key {
            Some(key) => request.bearer_auth(key.expose()),
            None => request,
        }
    }

    /// Keeps what was asked, if somebody wants to know.
    pub(super) fn note(&self, call: Call) {
        if let Some(calls) = &self.calls {
            calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
        }
    }

    /// What it means that a request failed.
    pub(super) fn sort(&self, error: &reqwest::Error) -> Trouble {
        let why = saying(&network_words(error));
        let lower = why.to_lowercase();
        let place = &self.place;
        let is_of_name = lower.contains("lookup") || lower.contains("dns");
        let is_of_protocol = ["invalid http", "corrupt message", "certificate", "http version"];
        if error.is_connect() && is_of_name {
            return Trouble::wrong_address(place, &format!("there is no such machine ({why})"), None);
        }
        if is_of_protocol.iter().any(|sign| lower.contains(sign)) {
            return Trouble::wrong_address(
                place,
                &format!("what answers there speaks another language ({why})"),
                None,
            );
        }
        if error.is_connect() || error.is_timeout() {
            return Trouble::silent(place, &why, is_installed());
        }
        Trouble::hung_up(place, &why)
    }
}

/// The client cannot be made.
fn cannot(place: &Place, error: &reqwest::Error) -> Trouble {
    let reason = format!("{place} cannot be asked: {}", saying(&network_words(error)));
    let remedy = Remedy::set("see to proxy in settings.toml, and to SSL_CERT_FILE");
    Trouble::new(TroubleCode::Broken, reason, Some(remedy))
}

/// Those of the older kind first: most servers of this machine listen there alone.
fn in_turn(mut found: Vec<SocketAddr>) -> Vec<SocketAddr> {
    found.sort_by_key(SocketAddr::is_ipv6);
    found
}

/// How long a server wants to be left alone.
fn retry_after(head: &HeaderMap) -> Option<Duration> {
    head.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// What kind of answer it is.
pub(super) fn content_type(response: &Response) -> String {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether Ollama is on this machine: in the path, or where its installers put it.
fn is_installed() -> bool {
    const USUAL: [&str; 6] = [
        "/usr/local/bin/ollama",
        "/usr/bin/ollama",
        "/snap/bin/ollama",
        "/opt/homebrew/bin/ollama",
        "/Applications/Ollama.app",
        "/run/current-system/sw/bin/ollama",
    ];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let named = std::env::split_paths(&path).map(|folder| folder.join("ollama"));
    let own = dirs::home_dir().map(|home| home.join(".local/bin/ollama"));
    named.chain(own).chain(USUAL.map(Into::into)).any(|place| place.exists())
}
