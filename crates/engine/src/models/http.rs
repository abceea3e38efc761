//! The way to a server: certificates, proxies, redirects.
//!
//! Certificates are those that this system trusts, so that a company's own authority counts as it does in a browser,
//! and `SSL_CERT_FILE` where there is no such store.

use std::env;
use std::error::Error as _;
use std::io;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::redirect::Policy;
use reqwest::{Client, NoProxy, Proxy, Url};

use super::{Address, ModelError};
use crate::settings::Downloads;

/// A server may send us on so often: Hugging Face does once or twice.
const MOST_REDIRECTS: usize = 5;

/// What asks the server at this address.
pub(super) fn client(settings: &Downloads, to: &Address) -> Result<Client, ModelError> {
    let mut client = Client::builder()
        .user_agent(concat!("deskscribe/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(settings.connect)
        .redirect(Policy::custom(|attempt| match may_follow(attempt.previous(), attempt.url()) {
            Ok(()) => attempt.follow(),
            Err(why) => attempt.error(why),
        }));
    // Otherwise the environment is asked, as everywhere.
    if to.is_here() {
        client = client.no_proxy();
    } else if let Some(proxy) = &settings.proxy {
        let proxy = Proxy::all(proxy.url().clone()).map_err(|error| ModelError::Network(words(&error)))?;
        client = client.proxy(proxy.no_proxy(NoProxy::from_env()));
    }
    client.build().map_err(|error| ModelError::Network(words(&error)))
}

/// Whether to go where a server sends us, after all these.
fn may_follow(before: &[Url], to: &Url) -> Result<(), &'static str> {
    let was_secure = before.last().is_some_and(|url| url.scheme() == "https");
    if was_secure && to.scheme() != "https" {
        Err("it sends us on from https to http")
    } else if before.len() > MOST_REDIRECTS {
        Err("it sends us on and on")
    } else {
        Ok(())
    }
}

/// The proxy that this address is reached through, by the settings or the environment. What is on this machine needs
/// none.
pub(super) fn proxy(settings: &Downloads, to: &Address) -> Option<String> {
    let by = |rules: &Matcher| {
        let uri = to.url().as_str().parse().ok()?;
        rules.intercept(&uri).map(|proxy| proxy.uri().to_string())
    };
    match &settings.proxy {
        _ if to.is_here() => None,
        Some(proxy) => {
            let exceptions = env::var("NO_PROXY").or_else(|_| env::var("no_proxy")).unwrap_or_default();
            let rules = Matcher::builder().all(proxy.url().as_str()).no(exceptions).build();
            by(&rules).map(|_| proxy.host())
        }
        None => by(&Matcher::from_env())
            .map(|proxy| Address::parse_proxy(&proxy).map_or(proxy, |address| address.host())),
    }
}

/// What went wrong, in the words of whoever was nearest to it, without the address: that may hold a password, and is
/// long where a server has sent us on.
pub(crate) fn words(error: &reqwest::Error) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_from_a_safe_place_to_an_unsafe_one_nor_for_ever() {
        let url = |text: &str| Url::parse(text).unwrap();
        let (safe, unsafe_one) = (url("https://a.example/x"), url("http://b.example/x"));
        assert_eq!(may_follow(std::slice::from_ref(&safe), &url("https://cdn.example/y")), Ok(()));
        assert!(may_follow(std::slice::from_ref(&safe), &unsafe_one).is_err());
        assert_eq!(may_follow(std::slice::from_ref(&unsafe_one), &safe), Ok(()));
        assert!(may_follow(&vec![safe.clone(); MOST_REDIRECTS + 1], &safe).is_err());
    }

    #[test]
    fn what_is_on_this_machine_needs_no_proxy() {
        let settings =
            Downloads { proxy: Address::parse_proxy("http://proxy.example:3128"), ..Downloads::default() };
        let by = |text: &str| proxy(&settings, &Address::parse(text).unwrap());
        assert_eq!(by("https://models.example/x").as_deref(), Some("proxy.example:3128"));
        assert_eq!(by("http://localhost:8080/x"), None);
    }
}
