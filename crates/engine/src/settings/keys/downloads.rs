//! How speech models are downloaded.

use std::time::Duration;

use super::Value::{Number, Text};
use super::{Group, Key, Kind, put};
use crate::models::Address;

pub(super) const GROUP: Group = Group {
    title: "Downloads of speech models",
    keys: &[
        Key {
            name: "models_mirror",
            what: "Where models are fetched from instead; http:// too, as every byte is checked.",
            value: Text(
                Kind {
                    what: "an address, such as \"https://example.org/whisper/\"",
                    example: "https://example.org/whisper/",
                },
                |settings| settings.downloads.mirror.as_ref().map(Address::to_string),
                |settings, text| put(&mut settings.downloads.mirror, Address::parse(text)),
            ),
        },
        Key {
            name: "proxy",
            what: "What fetching goes through, instead of what the environment says.",
            value: Text(
                Kind {
                    what: "an address, such as \"http://localhost:3128\" or \"socks5://…\"",
                    example: "http://localhost:3128",
                },
                |settings| settings.downloads.proxy.as_ref().map(Address::to_string),
                |settings, text| put(&mut settings.downloads.proxy, Address::parse_proxy(text)),
            ),
        },
        Key {
            name: "download_connect_seconds",
            what: "Until a server is reached.",
            value: Number(
                1..=600,
                |settings| settings.downloads.connect.as_secs(),
                |settings, seconds| settings.downloads.connect = Duration::from_secs(seconds),
            ),
        },
        Key {
            name: "download_quiet_seconds",
            what: "Without a byte before it is tried anew.",
            value: Number(
                1..=3600,
                |settings| settings.downloads.quiet.as_secs(),
                |settings, seconds| settings.downloads.quiet = Duration::from_secs(seconds),
            ),
        },
    ],
};
