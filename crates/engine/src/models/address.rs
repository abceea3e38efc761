//! Addresses of servers: of models, of a mirror, of a proxy.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;

/// Where something is asked for over the network: a URL with a host.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(Url);

impl Address {
    /// An address that files can be fetched from, by `https` or `http`. Nothing if the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        Self::with_scheme(text, &["https", "http"])
    }

    /// The address of a proxy, which may speak SOCKS too. Nothing if the text is none.
    pub fn parse_proxy(text: &str) -> Option<Self> {
        Self::with_scheme(text, &["http", "https", "socks5", "socks5h"])
    }

    fn with_scheme(text: &str, schemes: &[&str]) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        (schemes.contains(&url.scheme()) && url.has_host()).then_some(Self(url))
    }

    /// Whether nobody on the way can read or change what comes from there.
    pub fn is_secure(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether it is on this very machine.
    pub(super) fn is_here(&self) -> bool {
        Self::is_here_at(&self.0)
    }

    /// The same of any URL.
    pub(crate) fn is_here_at(url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let number = host.trim_matches(['[', ']']).parse::<IpAddr>();
        number.map_or(host == "localhost", |number| number.is_loopback())
    }

    /// The address of a file in this folder, whether or not the folder was written with a slash at its end.
    pub(super) fn file(&self, name: &str) -> Self {
        let mut url = self.0.clone();
        if let Ok(mut parts) = url.path_segments_mut() {
            parts.pop_if_empty().push(name);
        }
        Self(url)
    }

    /// The host, with its port if that is an unusual one. Never a password.
    pub fn host(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        self.0.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    pub(crate) fn url(&self) -> &Url {
        &self.0
    }
}

/// Without user and password, which may stand in an address and are nobody's business.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.0.scheme(), self.host(), self.0.path())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_one_with_and_without_its_slash_and_no_password_is_shown() {
        for text in ["https://ann:secret@mirror.example:8443/ggml", "https://mirror.example:8443/ggml/"] {
            let address = Address::parse(text).unwrap();
            assert_eq!(
                address.file("a b.bin").to_string(),
                "https://mirror.example:8443/ggml/a%20b.bin",
                "{text}"
            );
            assert_eq!(address.host(), "mirror.example:8443");
        }
        for text in ["mirror.example", "ftp://mirror.example/", "file:///tmp", "https://", "socks5://x:1"] {
            assert_eq!(Address::parse(text), None, "{text}");
        }
        for (text, is_here) in [
            ("http://localhost:1/", true),
            ("http://[::1]/", true),
            ("http://127.0.0.2/", true),
            ("http://10.0.0.1/", false),
        ] {
            assert_eq!(Address::parse(text).unwrap().is_here(), is_here, "{text}");
        }
        assert!(Address::parse_proxy("socks5h://localhost:1080").is_some());
    }
}
