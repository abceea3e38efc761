//! The language model's server, which only the engine may ask. Tried while something is read, and again while it is
//! summarised: a worker that may ask the engine may not ask anybody else.

use std::env;
use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;

use deskscribe_protocol::{Answer, Ask, Brief, Digest, Form, Reply, Summary};
use deskscribe_worker::{Interruption, Outcome, Watch};
use libc::{AF_INET, SOCK_STREAM};
use serde_json::json;

use crate::attempt::{Attempt, Book};
use crate::sockets::{loopback, socket};
use crate::system::{call, owned};

/// What nobody of ours asks a server, and a stand-in writes down.
const REQUEST: &[u8] = b"DELETE /api/delete HTTP/1.1\r\nHost: localhost\r\n\r\n";

pub(crate) const ATTEMPTS: &[Attempt] = &[
    ("ask the language model's server over TCP", |book| over_tcp(book, "127.0.0.1")),
    ("ask the language model's server by the address of nobody", |book| over_tcp(book, "0.0.0.0")),
    ("ask the language model's server from a socket of IPv6", |book| over_tcp(book, "::ffff:127.0.0.1")),
    ("ask the language model's server with the first bytes (TCP Fast Open)", |book| {
        let socket = owned(socket(AF_INET, SOCK_STREAM, 0))?;
        let address = loopback(book.number("model")?);
        let (bytes, flags) = (REQUEST.as_ptr(), libc::MSG_FASTOPEN);
        call!(libc::SYS_sendto, &socket, bytes, REQUEST.len(), flags, address.as_ptr(), address.len())?;
        call!(libc::SYS_read, &socket, [0_u8; 9].as_mut_ptr(), 9).map(drop)
    }),
    ("ask a language model's server on a Unix socket", |book| {
        UnixStream::connect(book.text("socket")?)?.write_all(REQUEST)
    }),
    ("read the key of the language model's server", |book| fs::read(book.text("key")?).map(drop)),
];

fn over_tcp(book: &Book, address: &str) -> io::Result<()> {
    let mut server = TcpStream::connect((address, book.number("model")?))?;
    server.write_all(REQUEST)?;
    server.read_exact(&mut [0; 9])
}

/// Tries all of it while it has something summarised, and tells what came of it in the summary.
pub(crate) fn summarise(brief: &Brief, book: &Book, watch: &dyn Watch) -> Result<Outcome, Interruption> {
    let told = ATTEMPTS.iter().map(|(name, attempt)| {
        let outcome =
            attempt(book).map_or_else(|error| crate::attempt::name_of(&error), |()| "allowed".to_owned());
        format!("{name}: {outcome}")
    });
    let told = told.collect::<Vec<_>>().join("; ");
    let variables = env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned());
    let mut title = String::new();
    let model = brief.model.as_ref().map(|model| model.name.as_str());
    let chat = json!({ "model": model, "messages": [{ "role": "user", "content": "What is this?" }] });
    watch.ask(Ask::Chat(chat), &mut |reply| {
        if let Reply::Text { text } = reply {
            title += &text;
        }
    })?;
    let digest = Digest {
        title: Some(title),
        summary: Some(told),
        tags: variables.filter(|name| name.contains("KEY")).collect(),
        by: "small".to_owned(),
        ..Digest::default()
    };
    let summary = Summary { digest: Some(digest), form: Form::Kept, vector: None };
    Ok(Outcome { answer: Answer::Summary(Box::new(summary)), picture: None })
}
