//! Pictures for the page, over protocols of our own: `thumb://localhost/<key>` comes from the cache,
//! `preview://localhost/<key>?at=<seconds>` is made by a worker when it is asked for, of a recording what is seen at
//! that second. Nothing in here decodes anything.

use deskscribe_engine::ContentKey;
use tauri::http::{Response, StatusCode, header};
use tauri::{Manager, UriSchemeContext, UriSchemeResponder, Wry};

use crate::desk::Desk;
use crate::error::{CommandError, ErrorCode};

/// The longer edge of a preview, in pixels.
const PREVIEW_EDGE: u32 = 2048;

/// Where the page comes from.
const PAGE: &str = if cfg!(windows) { "http://tauri.localhost" } else { "tauri://localhost" };

type Request = tauri::http::Request<Vec<u8>>;

/// Answers with a small picture out of the cache.
pub(crate) fn thumbnail(context: UriSchemeContext<'_, Wry>, request: Request, responder: UriSchemeResponder) {
    let desk = context.app_handle().state::<Desk>().inner().clone();
    answer(request, responder, async move |key| {
        let thumbnail = desk.shelves.ask(move |library| Ok(library.thumbnail(&key)?)).await?;
        thumbnail.ok_or_else(|| CommandError::new(ErrorCode::Gone, "there is no small picture of it"))
    });
}

/// Answers with a large picture that a worker makes.
pub(crate) fn preview(context: UriSchemeContext<'_, Wry>, request: Request, responder: UriSchemeResponder) {
    let desk = context.app_handle().state::<Desk>().inner().clone();
    let at = second(request.uri().query());
    answer(request, responder, async move |key| desk.preview(key, PREVIEW_EDGE, at).await);
}

/// The second that is asked for; the beginning, if none is.
fn second(query: Option<&str>) -> f64 {
    let at = query.and_then(|query| query.strip_prefix("at=")).and_then(|at| at.parse::<f64>().ok());
    at.filter(|at| at.is_finite()).unwrap_or_default().max(0.0)
}

fn answer<F>(
    request: Request,
    responder: UriSchemeResponder,
    picture: impl FnOnce(ContentKey) -> F + Send + 'static,
) where
    F: Future<Output = Result<Vec<u8>, CommandError>> + Send,
{
    let key = request.uri().path().trim_start_matches('/').parse::<ContentKey>();
    tauri::async_runtime::spawn(async move {
        let answer = match key {
            Ok(key) => picture(key).await,
            Err(_) => Err(CommandError::new(ErrorCode::Gone, "that is no name of a content")),
        };
        responder.respond(match answer {
            // The bytes belong to a content, and never change.
            Ok(jpeg) => respond(StatusCode::OK, "image/jpeg", "private, max-age=86400, immutable", jpeg),
            Err(error) => {
                let status = match error.code {
                    ErrorCode::Gone => StatusCode::NOT_FOUND,
                    _ => StatusCode::SERVICE_UNAVAILABLE,
                };
                respond(status, "text/plain; charset=utf-8", "no-store", error.message.into_bytes())
            }
        });
    });
}

fn respond(status: StatusCode, kind: &'static str, keep: &'static str, body: Vec<u8>) -> Response<Vec<u8>> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep)] {
        headers.insert(name, header::HeaderValue::from_static(value));
    }
    // The page asks why there is no picture, from another origin as far as the web is concerned.
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, header::HeaderValue::from_static(PAGE));
    response
}

#[cfg(test)]
mod tests {
    use super::second;

    #[test]
    fn a_second_that_makes_no_sense_is_the_beginning() {
        let cases = [
            (Some("at=12.5"), 12.5),
            (Some("at=0"), 0.0),
            (None, 0.0),
            (Some("at=-3"), 0.0),
            (Some("at=inf"), 0.0),
            (Some("at=NaN"), 0.0),
            (Some("x"), 0.0),
        ];
        for (query, at) in cases {
            assert_eq!(second(query), at, "{query:?}");
        }
    }
}
