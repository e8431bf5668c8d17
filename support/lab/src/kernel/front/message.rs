//! A message of Jupyter's protocol, as the frames that it came in.
//!
//! Headers are read, and of the content what is asked for; everything else passes as it came, fields and buffers that are not
//! known here included. A message that is not changed keeps its signature: both sides have the same key.

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The version of the protocol that is spoken.
pub(crate) const PROTOCOL: &str = "5.4";

/// Stands between whom a message is for and the message.
const DELIMITER: &[u8] = b"<IDS|MSG>";

/// The parts that are signed: header, parent header, metadata, content.
const PARTS: usize = 4;

/// What messages are signed with; without a key they are not.
#[derive(Debug, Clone)]
pub(crate) struct Key(Option<Hmac<Sha256>>);

impl Key {
    pub(crate) fn new(key: &str) -> Result<Self> {
        if key.is_empty() {
            return Ok(Key(None));
        }
        let mac = Hmac::new_from_slice(key.as_bytes()).context("the key does not fit")?;
        Ok(Key(Some(mac)))
    }

    fn mac(&self, parts: &[Bytes]) -> Option<Hmac<Sha256>> {
        let mut mac = self.0.clone()?;
        for part in parts {
            mac.update(part);
        }
        Some(mac)
    }

    fn signature(&self, parts: &[Bytes]) -> Bytes {
        let Some(mac) = self.mac(parts) else {
            return Bytes::new();
        };
        let digest = mac.finalize().into_bytes();
        let text: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        text.into()
    }

    fn accepts(&self, signature: &[u8], parts: &[Bytes]) -> bool {
        let Some(mac) = self.mac(parts) else {
            return true;
        };
        let bytes: Option<Vec<u8>> = signature
            .chunks(2)
            .map(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok())
            .collect();
        bytes.is_some_and(|bytes| mac.verify_slice(&bytes).is_ok())
    }
}

/// What is read of a header.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Header {
    msg_id: String,
    msg_type: String,
}

/// A message, and whom it is for or from.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    identities: Vec<Bytes>,
    signature: Bytes,
    /// The signed parts, then buffers.
    parts: Vec<Bytes>,
    header: Header,
    parent: Header,
}

impl Message {
    /// Takes frames apart.
    ///
    /// # Errors
    ///
    /// Fails for what is no message, and for one that is not signed with the key.
    pub(crate) fn read(frames: Vec<Bytes>, key: &Key) -> Result<Self> {
        let mut identities = frames;
        let delimiter = identities.iter().position(|frame| frame == DELIMITER);
        let mut parts = identities.split_off(delimiter.context("a message has no delimiter")?);
        ensure!(parts.len() >= 2 + PARTS, "a message has too few parts");
        let signature = parts.remove(1);
        parts.remove(0);
        if !key.accepts(&signature, &parts[..PARTS]) {
            bail!("a message is not signed with the key of this kernel");
        }
        let header = serde_json::from_slice(&parts[0]).context("a header is no JSON")?;
        // A message that answers nobody has an empty one.
        let parent = serde_json::from_slice(&parts[1]).unwrap_or_default();
        Ok(Message {
            identities,
            signature,
            parts,
            header,
            parent,
        })
    }

    /// The frames to send.
    pub(crate) fn frames(self) -> Vec<Bytes> {
        let mut frames = self.identities;
        frames.extend([Bytes::from_static(DELIMITER), self.signature]);
        frames.extend(self.parts);
        frames
    }

    pub(crate) fn id(&self) -> &str {
        &self.header.msg_id
    }

    pub(crate) fn kind(&self) -> &str {
        &self.header.msg_type
    }

    /// The id of the request that it answers.
    pub(crate) fn parent_id(&self) -> &str {
        &self.parent.msg_id
    }

    /// Whether it answers a request of our own.
    pub(crate) fn answers_us(&self) -> bool {
        self.parent_id().starts_with(&our_ids())
    }

    /// What it says; nothing where that is no JSON.
    pub(crate) fn content(&self) -> Value {
        serde_json::from_slice(&self.parts[3]).unwrap_or_default()
    }

    /// Sets one field of the content, and leaves the others as they are, however long.
    pub(crate) fn set(&mut self, field: &str, value: &impl Serialize, key: &Key) {
        let parsed = serde_json::from_slice::<BTreeMap<&str, &RawValue>>(&self.parts[3]);
        let (Ok(mut content), Ok(value)) = (parsed, to_raw_value(value)) else {
            return;
        };
        content.insert(field, &value);
        if let Ok(text) = serde_json::to_vec(&content) {
            self.parts[3] = text.into();
            self.sign(key);
        }
    }

    /// Writes other words for some in the content, which are taken as they stand in JSON.
    pub(crate) fn reword(&mut self, old: &str, new: &str, key: &Key) {
        let text = String::from_utf8_lossy(&self.parts[3]);
        if text.contains(old) {
            self.parts[3] = text.replace(old, new).into();
            self.sign(key);
        }
    }

    /// The same with other content.
    pub(crate) fn with_content(mut self, content: &Value, key: &Key) -> Self {
        self.parts[3] = content.to_string().into();
        self.sign(key);
        self
    }

    /// The same as the answer to another request.
    pub(crate) fn answering(mut self, request: &Message, key: &Key) -> Self {
        self.parts[1] = request.parts[0].clone();
        self.parent = request.header.clone();
        self.sign(key);
        self
    }

    /// The same, dated to the microsecond: more digits are not read as a date.
    pub(crate) fn with_plain_date(mut self, key: &Key) -> Self {
        let mut header: Value = serde_json::from_slice(&self.parts[0]).unwrap_or_default();
        let date = header["date"].as_str().and_then(|date| {
            let date = OffsetDateTime::parse(date, &Rfc3339).ok()?;
            written(date)
        });
        if let Some(date) = date {
            header["date"] = date.into();
            self.parts[0] = header.to_string().into();
            self.sign(key);
        }
        self
    }

    /// A request of our own.
    pub(crate) fn request(kind: &str, content: &Value, key: &Key) -> Self {
        let none = Bytes::from_static(b"{}");
        Self::new(Vec::new(), &header(kind, "lab"), none, content, key)
    }

    /// What everybody is told when somebody begins to listen to messages of this topic.
    pub(crate) fn welcome(topic: &[u8], key: &Key) -> Self {
        let content = json!({ "subscription": String::from_utf8_lossy(topic) });
        let mut message = Self::request("iopub_welcome", &content, key);
        message.identities = vec![Bytes::copy_from_slice(topic)];
        message
    }

    /// A message to all that belongs to this request.
    pub(crate) fn child(&self, kind: &str, content: &Value, key: &Key) -> Self {
        let asked: Value = serde_json::from_slice(&self.parts[0]).unwrap_or_default();
        let header = header(kind, asked["username"].as_str().unwrap_or_default());
        Self::new(Vec::new(), &header, self.parts[0].clone(), content, key)
    }

    /// The answer to this request.
    pub(crate) fn reply(&self, content: &Value, key: &Key) -> Self {
        let kind = self.kind().replace("_request", "_reply");
        let mut reply = self.child(&kind, content, key);
        reply.identities.clone_from(&self.identities);
        reply
    }

    fn new(
        identities: Vec<Bytes>,
        header: &Value,
        parent: Bytes,
        content: &Value,
        key: &Key,
    ) -> Self {
        let parts = vec![
            header.to_string().into(),
            parent,
            Bytes::from_static(b"{}"),
            content.to_string().into(),
        ];
        Message {
            identities,
            signature: key.signature(&parts),
            header: serde_json::from_slice(&parts[0]).unwrap_or_default(),
            parent: serde_json::from_slice(&parts[1]).unwrap_or_default(),
            parts,
        }
    }

    fn sign(&mut self, key: &Key) {
        self.signature = key.signature(&self.parts[..PARTS]);
    }
}

/// The header of a message of our own.
fn header(kind: &str, username: &str) -> Value {
    json!({
        "msg_id": new_id(), "msg_type": kind, "username": username, "session": our_ids(),
        "date": written(OffsetDateTime::now_utc()), "version": PROTOCOL,
    })
}

/// A date as Jupyter reads it.
fn written(date: OffsetDateTime) -> Option<String> {
    let micro = date.microsecond() * 1000;
    date.replace_nanosecond(micro).ok()?.format(&Rfc3339).ok()
}

/// An id that no other message has.
fn new_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{}{number}", our_ids())
}

fn our_ids() -> String {
    format!("lab-{}-", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key::new("a-key").expect("it fits")
    }

    fn frames(message: &Message) -> Vec<Bytes> {
        message.clone().frames()
    }

    #[test]
    fn what_is_not_known_here_passes_as_it_came() {
        let request = Message::request(
            "something_new",
            &json!({ "z": 1, "a": [2.50, "x"] }),
            &key(),
        );
        let mut sent = vec![Bytes::from_static(b"someone")];
        sent.extend(frames(&request));
        sent.push(Bytes::from_static(b"a buffer"));
        let read = Message::read(sent.clone(), &key()).expect("it is signed");
        assert_eq!(read.kind(), "something_new");
        assert_eq!(frames(&read), sent);
    }

    #[test]
    fn a_signature_is_that_of_the_protocol() {
        // Of Python: hmac.new(b"a-key", b"{}{}{}{}", "sha256").hexdigest()
        let parts = vec![Bytes::from_static(b"{}"); PARTS];
        assert_eq!(
            key().signature(&parts),
            "434d47bfc35f6089a2c98408570e91ce4f96557d875dd0fe71a5c51442bf766e"
        );
        assert_eq!(Key::new("").expect("none").signature(&parts), "");
    }

    #[test]
    fn what_somebody_else_signed_is_refused() {
        let other = Key::new("another").expect("it fits");
        let request = Message::request("execute_request", &json!({}), &other);
        assert!(Message::read(frames(&request), &key()).is_err());
        let none = Key::new("").expect("none");
        assert!(Message::read(frames(&request), &none).is_ok());
        assert!(Message::read(vec![Bytes::from_static(DELIMITER)], &none).is_err());
        assert!(Message::read(vec![Bytes::from_static(b"x")], &none).is_err());
    }

    #[test]
    fn a_changed_field_leaves_the_others_to_the_letter() {
        let mut message = Message::request("execute_result", &Value::Null, &key());
        message.parts[3] =
            Bytes::from_static(b"{\"data\":{\"b\":1.50,\"a\":2},\"execution_count\":7}");
        message.set("execution_count", &1, &key());
        assert_eq!(
            message.parts[3],
            "{\"data\":{\"b\":1.50,\"a\":2},\"execution_count\":1}"
        );
        let read = Message::read(frames(&message), &key()).expect("it is signed anew");
        assert_eq!(read.content()["execution_count"], 1);
    }

    #[test]
    fn a_date_has_no_more_digits_than_are_read() {
        let mut message = Message::request("status", &json!({}), &key());
        message.parts[0] =
            Bytes::from_static(b"{\"date\":\"2026-11-25T04:16:16.991332512+00:00\"}");
        let message = message.with_plain_date(&key());
        assert_eq!(
            message.parts[0],
            "{\"date\":\"2026-11-25T04:16:16.991332Z\"}"
        );
        assert!(Message::read(message.frames(), &key()).is_ok());
        let header: Value =
            serde_json::from_slice(&Message::request("x", &json!({}), &key()).parts[0])
                .expect("a header");
        let date = header["date"].as_str().expect("a date");
        assert!(
            OffsetDateTime::parse(date, &Rfc3339).is_ok() && date.len() <= 27,
            "{date}"
        );
    }

    #[test]
    fn who_begins_to_listen_is_welcomed_by_the_topic() {
        let message = Message::welcome(b"stream", &key());
        assert_eq!(message.content()["subscription"], "stream");
        assert_eq!(frames(&message)[0], "stream");
    }

    #[test]
    fn an_answer_goes_to_who_asked() {
        let mut request = Message::request("interrupt_request", &json!({}), &key());
        request.identities = vec![Bytes::from_static(b"someone")];
        let reply = request.reply(&json!({ "status": "ok" }), &key());
        assert_eq!(reply.kind(), "interrupt_reply");
        assert_eq!(reply.parent_id(), request.id());
        assert_ne!(reply.id(), request.id());
        assert_eq!(frames(&reply)[0], "someone");
        let moved = reply.answering(&Message::request("x", &json!({}), &key()), &key());
        assert_ne!(moved.parent_id(), request.id());
        assert!(Message::read(moved.frames(), &key()).is_ok());
    }
}
