//! Answers one request after the other, and counts.

use super::{Fault, Request, Seen, Shared, content};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, StreamExt};
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

/// Serves until it is dropped.
pub(super) async fn serve(listener: std::net::TcpListener, shared: Arc<Shared>) -> io::Result<()> {
    let listener = Counting {
        inner: TcpListener::from_std(listener)?,
        shared: shared.clone(),
    };
    axum::serve(listener, Router::new().fallback(answer).with_state(shared)).await
}

/// A listener that counts what it accepts.
struct Counting {
    inner: TcpListener,
    shared: Arc<Shared>,
}

impl axum::serve::Listener for Counting {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            match self.inner.accept().await {
                Ok(accepted) => {
                    let mut seen = self.shared.seen();
                    seen.counts.connections += 1;
                    seen.pulse.happened += 1;
                    return accepted;
                }
                // Too many open files, mostly: some will be closed in a moment.
                Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }
}

/// A request in flight. Dropped when it is answered, and when the client gives up.
struct InFlight {
    shared: Arc<Shared>,
    /// Its place in the log.
    place: usize,
    /// Whether it was answered.
    done: bool,
}

impl InFlight {
    fn new(shared: Arc<Shared>, path: String, agent: Option<String>) -> (Self, usize) {
        let mut seen = shared.seen();
        seen.in_flight += 1;
        seen.counts.requests += 1;
        seen.counts.most_in_flight = seen.counts.most_in_flight.max(seen.in_flight);
        seen.pulse.happened += 1;
        seen.pulse.working += 1;
        let asked = seen.log.iter().filter(|other| other.path == path).count() + 1;
        seen.pulse.asked_most = seen.pulse.asked_most.max(asked);
        let (place, others, moved) = (seen.log.len(), seen.in_flight - 1, seen.moved);
        seen.log.push(Request {
            path,
            start: shared.started.elapsed(),
            end: None,
            left: None,
            status: None,
            agent,
            moved,
            waited: Duration::ZERO,
        });
        drop(seen);
        let done = false;
        (
            InFlight {
                shared,
                place,
                done,
            },
            others,
        )
    }

    fn answered(mut self, status: StatusCode) {
        let end = self.shared.started.elapsed();
        let mut seen = self.shared.seen();
        let entry = &mut seen.log[self.place];
        (entry.end, entry.status) = (Some(end), Some(status.as_u16()));
        drop(seen);
        self.done = true;
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let now = self.shared.started.elapsed();
        let mut seen = self.shared.seen();
        seen.in_flight -= 1;
        seen.pulse.happened += 1;
        seen.pulse.working -= 1;
        let moved = seen.moved;
        let entry = &mut seen.log[self.place];
        entry.waited = moved - entry.moved;
        if !self.done {
            entry.left = Some(now);
        }
    }
}

/// Why the service waits with a request on purpose, and does not work on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// It is never answered.
    Never,
    /// It waits at the gate.
    Gathered,
    /// It waits until something has happened.
    Held,
}

/// A request that rests.
struct Resting<'s> {
    shared: &'s Shared,
    why: Rest,
}

impl<'s> Resting<'s> {
    fn new(shared: &'s Shared, why: Rest) -> Self {
        let mut seen = shared.seen();
        seen.pulse.working -= 1;
        seen.pulse.gathered += usize::from(why == Rest::Gathered);
        seen.pulse.held |= why == Rest::Held;
        drop(seen);
        Resting { shared, why }
    }
}

impl Drop for Resting<'_> {
    fn drop(&mut self) {
        let mut seen = self.shared.seen();
        seen.pulse.working += 1;
        seen.pulse.gathered -= usize::from(self.why == Rest::Gathered);
        seen.pulse.held &= self.why != Rest::Held;
    }
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let path = uri
        .path_and_query()
        .map_or("/", |path| path.as_str())
        .to_owned();
    let agent = headers.get(header::USER_AGENT);
    let agent = agent.and_then(|agent| Some(agent.to_str().ok()?.to_owned()));
    let (request, others) = InFlight::new(shared.clone(), path, agent);
    let settings = &shared.settings;
    let response = if settings.limit.is_some_and(|limit| others >= limit) {
        too_many()
    } else {
        match fault(&shared, uri.path(), query.get("fault")) {
            Ok(fault) => {
                wait(&shared, &request, uri.path(), fault).await;
                respond(uri.path(), fault, || earlier(&shared.seen(), &request))
            }
            Err(text) => (StatusCode::BAD_REQUEST, format!("{text}\n")).into_response(),
        }
    };
    request.answered(response.status());
    response
}

/// The fault that the URL asks for, else the one that the settings have for the path.
fn fault(shared: &Shared, path: &str, asked: Option<&String>) -> Result<Option<Fault>, String> {
    if let Some(text) = asked {
        return text
            .parse()
            .map(Some)
            .map_err(|error: super::BadFault| error.to_string());
    }
    Ok(shared
        .settings
        .faults
        .iter()
        .find(|(at, _)| at == path)
        .map(|(_, fault)| *fault))
}

async fn wait(shared: &Shared, request: &InFlight, path: &str, fault: Option<Fault>) {
    let settings = &shared.settings;
    let mut delay = settings.latency;
    if !settings.jitter.is_zero() {
        let attempt = earlier(&shared.seen(), request) as u64;
        delay += settings.jitter.mul_f64(fraction(
            settings.seed ^ hash(path) ^ attempt.wrapping_mul(0x9e37),
        ));
    }
    match fault {
        Some(Fault::Never) => {
            let _resting = Resting::new(shared, Rest::Never);
            std::future::pending().await
        }
        Some(Fault::Slow(more)) => delay += more,
        _ => {}
    }
    if let Some(together) = settings.gate {
        pass(shared, together).await;
    }
    if let Some(hold) = settings.holds.iter().find(|hold| hold.path == path) {
        let _resting = Resting::new(shared, Rest::Held);
        shared.seen().held.push(path.to_owned());
        let given_up = || !shared.seen().held.iter().any(|held| held == path);
        while !hold.until.is_met(shared.seen().counts.requests) && !given_up() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        shared.seen().held.retain(|held| held != path);
    }
    tokio::time::sleep(delay).await;
}

/// Waits until so many requests are in flight, or until somebody opens.
async fn pass(shared: &Shared, together: usize) {
    let opened = shared.opened.notified();
    let _resting = Resting::new(shared, Rest::Gathered);
    if shared.seen().in_flight >= together {
        shared.opened.notify_waiters();
    } else {
        opened.await;
    }
}

fn too_many() -> Response {
    let headers = [(header::RETRY_AFTER, "1")];
    let words = "too many requests at the same time\n";
    (StatusCode::TOO_MANY_REQUESTS, headers, words).into_response()
}

/// How many requests for the same path and query came before this one.
fn earlier(seen: &Seen, request: &InFlight) -> usize {
    let path = &seen.log[request.place].path;
    seen.log[..request.place]
        .iter()
        .filter(|other| other.path == *path)
        .count()
}

fn respond(path: &str, fault: Option<Fault>, earlier: impl Fn() -> usize) -> Response {
    let json = "application/json";
    let mut parts = path.trim_matches('/').splitn(2, '/');
    let (kind, id) = (
        parts.next().unwrap_or_default(),
        parts.next().and_then(|id| id.parse().ok()),
    );
    let Some(body) = id.and_then(|id| content::at(kind, id)) else {
        return (
            StatusCode::NOT_FOUND,
            "there are /posts/1 to /posts/100, /users/1 and /data/1\n",
        )
            .into_response();
    };
    match fault {
        Some(Fault::Status(status)) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, [(header::CONTENT_TYPE, json)], body).into_response()
        }
        Some(Fault::Flaky(times)) if earlier() < times as usize => {
            (StatusCode::SERVICE_UNAVAILABLE, "not yet, try again\n").into_response()
        }
        Some(Fault::Busy(times)) if earlier() < times as usize => too_many(),
        Some(Fault::Cut) => {
            let half = Bytes::copy_from_slice(&body.as_bytes()[..body.len() / 2]);
            // Later, so that the answer has begun before it breaks off.
            let cut = async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                Err(io::Error::other("cut on purpose"))
            };
            let broken = stream::iter([Ok(half)]).chain(stream::once(cut));
            let length = body.len().to_string();
            let headers = [
                (header::CONTENT_TYPE, json.to_owned()),
                (header::CONTENT_LENGTH, length),
            ];
            (headers, Body::from_stream(broken)).into_response()
        }
        Some(Fault::Malformed) => {
            let half = body[..body.len() / 2].to_owned();
            ([(header::CONTENT_TYPE, json)], half).into_response()
        }
        Some(Fault::ContentType) => ([(header::CONTENT_TYPE, "image/png")], body).into_response(),
        _ => ([(header::CONTENT_TYPE, json)], body).into_response(),
    }
}

/// A number from 0 to 1 that looks random and is the same for the same input (SplitMix64, Steele et al. 2014).
fn fraction(seed: u64) -> f64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

/// FNV-1a: small, and the same on every machine.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_is_spread_and_repeats() {
        let spread: Vec<_> = (0..1000).map(fraction).collect();
        assert!(spread.iter().all(|value| (0.0..1.0).contains(value)));
        let mean = spread.iter().sum::<f64>() / 1000.0;
        assert!((0.45..0.55).contains(&mean), "{mean}");
        assert_eq!(fraction(7), fraction(7));
    }
}
