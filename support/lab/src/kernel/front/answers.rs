//! Requests that evcxr does not answer, or not as Jupyter's specification says: what the kernel is, whether code is complete, what
//! was run before, which widgets there are.

use super::cells::{Cells, Surroundings};
use super::message::{Message, PROTOCOL};
use super::source::{self, Completeness};
use serde_json::{Value, json};

impl<S: Surroundings> Cells<S> {
    /// Answers a request that evcxr need not see.
    pub(super) fn answers(&mut self, request: &Message) -> bool {
        let content = request.content();
        let reply = match request.kind() {
            "kernel_info_request" => kernel_info(&self.info),
            "is_complete_request" => complete(content["code"].as_str().unwrap_or_default()),
            "history_request" => self.history.of(&content),
            "comm_info_request" => json!({ "status": "ok", "comms": {} }),
            _ => return false,
        };
        self.answer(request, &[], &reply);
        true
    }
}

fn complete(code: &str) -> Value {
    match source::completeness(code) {
        Completeness::Complete => json!({ "status": "complete" }),
        Completeness::Incomplete { indent } => json!({ "status": "incomplete", "indent": indent }),
        Completeness::Invalid => json!({ "status": "invalid" }),
    }
}

/// What the kernel is. Its version is evcxr's, which decides what cells can do.
pub(super) fn kernel_info(evcxr: &Value) -> Value {
    json!({
        "status": "ok",
        "protocol_version": PROTOCOL,
        "implementation": "async-lab",
        "implementation_version": evcxr["implementation_version"],
        "language_info": {
            "name": "rust",
            "version": env!("CARGO_PKG_RUST_VERSION"),
            "mimetype": "text/rust",
            "file_extension": ".rs",
            "pygments_lexer": "rust",
            "codemirror_mode": "rust",
        },
        "banner": evcxr["banner"],
        "debugger": false,
        "help_links": [
            { "text": "The Rust book", "url": "https://doc.rust-lang.org/book/" },
            { "text": "Tokio", "url": "https://docs.rs/tokio" },
            { "text": "evcxr", "url": "https://github.com/evcxr/evcxr" },
        ],
    })
}
