//! The way to a server: certificates, proxies, redirects.
//!
//! Certificates are those that this system trusts, so that a company's own authority counts as it does in a browser, and
//! `SSL_CERT_FILE` where there is no such store.

use std::error::Error as _;
use std::io;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, NoProxy, Proxy};

use super::{Address, ModelError};
use crate::settings::Downloads;

/// A server may send us on so often: Hugging Face does once or twice.
const MOST_REDIRECTS: usize = 5;

/// What asks servers.
pub(super) fn client(settings: &Downloads) -> Result<Client, ModelError> {
    let mut client = Client::builder()
        .user_agent(concat!("deskscribe/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(settings.connect)
        .redirect(Policy::custom(follow));
    // Otherwise the environment is asked, as everywhere.
    if let Some(proxy) = &settings.proxy {
        let proxy = Proxy::all(proxy.url().clone()).map_err(|error| ModelError::Network(words(&error)))?;
        client = client.proxy(proxy.no_proxy(NoProxy::from_env()));
    }
    client.build().map_err(|error| ModelError::Network(words(&error)))
}

fn follow(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let was_secure = attempt.previous().last().is_some_and(|url| url.scheme() == "https");
    if was_secure && attempt.url().scheme() != "https" {
        attempt.error("it sends us on from https to http")
    } else if attempt.previous().len() > MOST_REDIRECTS {
        attempt.error("it sends us on and on")
    } else {
        attempt.follow()
    }
}

/// The proxy that this address is reached through, by the settings or the environment.
pub(super) fn proxy(settings: &Downloads, to: &Address) -> Option<String> {
    let is_excepted = |matcher: &Matcher| {
        let uri = to.url().as_str().parse().ok()?;
        matcher.intercept(&uri).map(|proxy| proxy.uri().to_string())
    };
    match &settings.proxy {
        Some(proxy) => {
            let exceptions = std::env::var("NO_PROXY").or_else(|_| std::env::var("no_proxy"));
            let all = Matcher::builder().all("http://any").no(exceptions.unwrap_or_default()).build();
            is_excepted(&all).map(|_| proxy.host())
        }
        None => is_excepted(&Matcher::from_env())
            .map(|proxy| Address::parse_proxy(&proxy).map_or(proxy, |address| address.host())),
    }
}

/// What went wrong, in the words of whoever was nearest to it, without the address: that may hold a password, and is
/// long where a server has sent us on.
pub(super) fn words(error: &reqwest::Error) -> String {
    let mut innermost = error.source();
    while let Some(deeper) = innermost.and_then(|error| {
        // An error of the system says more than the code that it may have as its own source.
        let is_of_system =
            error.downcast_ref::<io::Error>().is_some_and(|error| error.raw_os_error().is_some());
        error.source().filter(|_| !is_of_system)
    }) {
        innermost = Some(deeper);
    }
    let what = innermost.map_or_else(|| "the request is not possible".to_owned(), ToString::to_string);
    if error.is_connect() { format!("no connection: {what}") } else { what }
}
