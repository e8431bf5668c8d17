//! The cells that are timed: the same work on each kernel.

use super::Kind;
use serde::Serialize;
use std::path::Path;

/// A cell and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Cell {
    pub(super) name: String,
    pub(super) source: String,
}

/// The first cells of every run: what a learner meets first.
pub(super) const FIRST: [&str; 5] = ["first cell", "figure", "first await", "first let", "HTTP"];

/// The cells of a run, with `more` short ones at its end.
pub(super) fn of(kind: Kind, support: &Path, more: usize) -> Vec<Cell> {
    let first = match kind {
        Kind::Python => PYTHON.map(str::to_owned),
        _ => {
            let [first, rest @ ..] = RUST;
            let first = first.replace("SUPPORT", &support.to_string_lossy());
            let mut sources = vec![first];
            sources.extend(rest.map(str::to_owned));
            sources.try_into().expect("as many as there were")
        }
    };
    let first = FIRST.map(str::to_owned).into_iter().zip(first);
    let more = (1..=more).map(|number| (format!("later cell {number}"), later(kind, number)));
    first
        .chain(more)
        .map(|(name, source)| Cell { name, source })
        .collect()
}

const RUST: [&str; 5] = [
    ":dep support = { path = \"SUPPORT\" }\n\
     :dep tokio = { package = \"support-tokio\", path = \"SUPPORT/tokio\" }\n\
     use support::*;\n1 + 1",
    "chart::bars(\"Two fetches\", &[\n    \
     chart::Bar::new(\"in turn\", std::time::Duration::from_millis(400)),\n    \
     chart::Bar::new(\"at once\", std::time::Duration::from_millis(200)),\n])",
    "tokio::time::sleep(std::time::Duration::from_millis(1)).await;\n\"awaited\"",
    "let words = vec![\"one\".to_owned(), \"two\".to_owned()];\nwords.len()",
    "let server = server::Server::start(server::Settings::default())?;\n\
     let status = reqwest::get(server.url(\"/posts/1\")).await?.status().as_u16();\nstatus",
];

const PYTHON: [&str; 5] = [
    "import asyncio\nimport urllib.request\nfrom http.server import BaseHTTPRequestHandler, ThreadingHTTPServer\n\
     from threading import Thread\n1 + 1",
    "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.barh([\"in turn\", \"at once\"], [0.4, 0.2])\n\
     plt.title(\"Two fetches\")\nplt.show()",
    "await asyncio.sleep(0.001)\n\"awaited\"",
    "words = [\"one\", \"two\"]\nlen(words)",
    "class Handler(BaseHTTPRequestHandler):\n    def do_GET(self):\n        self.send_response(200)\n        \
     self.end_headers()\n        self.wfile.write(b\"{}\")\n\n    def log_message(self, *arguments):\n        pass\n\n\
     server = ThreadingHTTPServer((\"127.0.0.1\", 0), Handler)\nThread(target=server.serve_forever, daemon=True).start()\n\
     url = f\"http://127.0.0.1:{server.server_port}/posts/1\"\n\
     response = await asyncio.to_thread(urllib.request.urlopen, url)\nresponse.status",
];

/// A short cell such as notebooks are full of: a variable, a function, an await, or a line of output.
fn later(kind: Kind, number: usize) -> String {
    let python = kind == Kind::Python;
    match (number % 4, python) {
        (0, false) => format!(
            "let total_{number} = words.iter().map(|word| word.len()).sum::<usize>() + {number};"
        ),
        (0, true) => format!("total_{number} = sum(len(word) for word in words) + {number}"),
        (1, false) => format!(
            "async fn double_{number}(value: u64) -> u64 {{\n    tokio::task::yield_now().await;\n    value * 2\n}}"
        ),
        (1, true) => format!(
            "async def double_{number}(value):\n    await asyncio.sleep(0)\n    return value * 2"
        ),
        (2, false) => format!("double_{}({number}).await", number - 1),
        (2, true) => format!("await double_{}({number})", number - 1),
        (_, false) => format!("println!(\"{number}: {{}}\", words.join(\" \"));"),
        (_, true) => format!("print({number}, *words)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kernel_has_the_same_cells() {
        let names = |kind| -> Vec<String> {
            let cells = of(kind, Path::new("/support"), 60);
            cells.into_iter().map(|cell| cell.name).collect()
        };
        assert_eq!(names(Kind::Stock).len(), 65);
        assert!(
            Kind::ALL
                .iter()
                .all(|kind| names(*kind) == names(Kind::Stock))
        );
    }
}
