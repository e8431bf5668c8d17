//! What the process of the cells writes, taken apart: what a learner wrote, what is to be shown, what evcxr has to hear.
//!
//! Evcxr's protocol are lines on standard output. They are told from text by their words, wherever in a line they begin: a cell
//! that prints without ending its line leaves the line to whoever prints next. Text is handed on when it comes, up to what may
//! be the beginning of such a line, or of a character.
//!
//! This module is pure: bytes come in, and pieces go out, in the order in which they were written.

use serde::Deserialize;

/// What evcxr and we say to each other by lines on standard output.
const MARKER: &str = "EVCXR_";

const BEGIN: &str = "EVCXR_BEGIN_CONTENT ";
const END: &str = "EVCXR_END_CONTENT";

/// What everybody can read.
const PLAIN: &str = "text/plain";

/// Lines that mean something as they stand.
pub(crate) const DONE: &str = "EVCXR_EXECUTION_COMPLETE";
pub(crate) const PANICKED: &str = "EVCXR_PANIC_NOTIFICATION";
pub(crate) const QUESTION_MARK: &str = "EVCXR_ERROR_OCCURRED";

/// No less than the length of what ends a content.
const LONGEST: usize = 32;

/// Begins a line about a variable that has got another type.
pub(crate) const CHANGED: &str = "EVCXR_VARIABLE_CHANGED_TYPE:";

/// Beginnings of lines that evcxr reads on: that one, and one by which a cell asks for input.
const PASSED: [&str; 2] = [CHANGED, "EVCXR_INPUT_"];

/// Begins the line with which a new process of the cells says its number.
const STARTED: &str = "EVCXR_LAB_STARTED ";

/// Begins a line on standard error that tells of a panic in the thread of the cells.
const PANIC: &str = "EVCXR_LAB_PANIC ";

/// Begins a line on standard error that tells of an error by which a cell returns.
const RETURNED: &str = "EVCXR_LAB_RETURNED ";

/// What both begin with.
const TOLD: &str = "EVCXR_LAB_";

/// What evcxr says, around its name, of a variable whose type has the name that it had and is another one. Definitions that have
/// changed are told before that, so it is the crate of the cells that has changed, by a crate that it uses now.
const LOST: [&str; 2] = ["The type of the variable ", " was redefined, so was lost."];

/// Begins the line before something that is shown in the place of what was shown under the same name, which follows.
const NAMED: &str = "EVCXR_LAB_SHOWN_AS ";

/// Where a process writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Stdout,
    Stderr,
}

impl Stream {
    /// As Jupyter calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Stream::Stdout => "stdout",
            Stream::Stderr => "stderr",
        }
    }
}

/// A panic in the thread of the cells, which may be caught.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Panic {
    pub(crate) words: String,
    pub(crate) place: Option<String>,
    /// Where a cell has called a library, if it is in one.
    #[serde(default)]
    pub(crate) called: Option<String>,
}

impl Panic {
    /// The place that may be in a cell.
    pub(crate) fn within(&self) -> Option<&str> {
        self.called.as_deref().or(self.place.as_deref())
    }

    /// The report that Rust itself would write.
    pub(crate) fn report(&self) -> String {
        let Panic { words, place, .. } = self;
        match place {
            Some(place) => format!("thread 'main' panicked at {place}:\n{words}\n"),
            None => format!("thread 'main' panicked:\n{words}\n"),
        }
    }
}

/// An error by which a cell returns.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Returned {
    /// What it says, and what its sources say.
    pub(crate) words: Vec<String>,
    pub(crate) place: String,
}

/// Something to show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Shown {
    /// Its forms: MIME type and content.
    pub(crate) forms: Vec<(String, String)>,
    /// The name under which it takes the place of what was shown before.
    pub(crate) name: Option<String>,
}

/// Something that a process wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(Stream, String),
    Shown(Shown),
    /// A line for evcxr.
    Line(String),
    Panic(Panic),
    Returned(Returned),
    /// A new process, with this number.
    Started(u32),
}

/// What one process of the cells has written and is not handed on yet.
#[derive(Debug, Default)]
pub(crate) struct Output {
    stdout: Vec<u8>,
    /// How far a content without its end has been looked through.
    seen: usize,
    stderr: Vec<u8>,
    /// What has been shown last, to which another form may come.
    shown: Shown,
}

impl Output {
    /// More has been written.
    pub(crate) fn read(&mut self, stream: Stream, bytes: &[u8]) -> Vec<Piece> {
        let mut pieces = Vec::new();
        match stream {
            Stream::Stdout => {
                self.stdout.extend_from_slice(bytes);
                self.stdout_pieces(&mut pieces);
            }
            Stream::Stderr => {
                self.stderr.extend_from_slice(bytes);
                self.stderr_pieces(&mut pieces);
            }
        }
        pieces
    }

    /// What else there is, when nothing more has come for a while: another form does not come any more.
    pub(crate) fn rest(&mut self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        self.show(&mut pieces);
        pieces
    }

    /// Whether [`Output::rest`] has something to say.
    pub(crate) fn has_rest(&self) -> bool {
        !self.shown.forms.is_empty()
    }

    /// All that is left: nothing more will come.
    pub(crate) fn end(&mut self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        self.show(&mut pieces);
        self.seen = 0;
        for (stream, bytes) in [
            (Stream::Stdout, &mut self.stdout),
            (Stream::Stderr, &mut self.stderr),
        ] {
            let text = String::from_utf8_lossy(&std::mem::take(bytes)).into_owned();
            push(&mut pieces, stream, text);
        }
        pieces
    }

    fn show(&mut self, pieces: &mut Vec<Piece>) {
        if !self.shown.forms.is_empty() {
            pieces.push(Piece::Shown(std::mem::take(&mut self.shown)));
        }
    }

    fn stdout_pieces(&mut self, pieces: &mut Vec<Piece>) {
        loop {
            if self.stdout.starts_with(BEGIN.as_bytes()) {
                if !self.content(pieces) {
                    return;
                }
                continue;
            }
            let Some(marker) = find(&self.stdout, MARKER.as_bytes()) else {
                let text = take_text(&mut self.stdout, &[MARKER.as_bytes()]);
                self.text(pieces, text);
                return;
            };
            let before = lossy(self.stdout.drain(..marker));
            self.text(pieces, before);
            let Some(end) = find(&self.stdout, b"\n") else {
                // The rest of the line decides what it is.
                if !may_be_ours(&self.stdout) {
                    let text = take_text(&mut self.stdout, &[]);
                    self.text(pieces, text);
                }
                return;
            };
            if self.stdout.starts_with(BEGIN.as_bytes()) {
                continue;
            }
            let line = lossy(self.stdout.drain(..=end));
            let words = line.trim_end_matches(['\r', '\n']);
            if let Some(name) = words.strip_prefix(NAMED) {
                self.show(pieces);
                self.shown.name = Some(name.to_owned());
            } else if let Some(number) = words.strip_prefix(STARTED) {
                pieces.extend(number.parse().ok().map(Piece::Started));
            } else if [DONE, PANICKED, QUESTION_MARK].contains(&words)
                || PASSED.iter().any(|start| words.starts_with(start))
            {
                self.show(pieces);
                pieces.push(Piece::Line(words.to_owned()));
            } else {
                self.text(pieces, line);
            }
        }
    }

    /// Takes a content with its markers, if its end is there.
    fn content(&mut self, pieces: &mut Vec<Piece>) -> bool {
        let Some(head) = find(&self.stdout, b"\n") else {
            return false;
        };
        let from = self.seen.max(head);
        let end = format!("\n{END}\n");
        // A panic in the middle of it cuts it short, and so does the end of the cell.
        let cuts = [PANICKED, DONE].map(|line| format!("\n{line}\n"));
        let cut = |line: &String| find(&self.stdout[from..], line.as_bytes());
        let Some((at, after)) = find(&self.stdout[from..], end.as_bytes())
            .map(|at| (from + at, from + at + end.len()))
            .or_else(|| {
                let at = cuts.iter().filter_map(cut).min()?;
                Some((from + at, from + at + 1))
            })
        else {
            self.seen = self.stdout.len().saturating_sub(LONGEST).max(head);
            return false;
        };
        self.seen = 0;
        let block = lossy(self.stdout.drain(..after));
        let mime = block[BEGIN.len()..head].trim_end().to_owned();
        let content = block.get(head + 1..at).unwrap_or_default().to_owned();
        // Plain text is the first form of what has several. What comes before it is something else.
        if mime == PLAIN || self.shown.forms.iter().any(|(known, _)| *known == mime) {
            self.show(pieces);
        }
        self.shown.forms.push((mime, content));
        true
    }

    fn text(&mut self, pieces: &mut Vec<Piece>, text: String) {
        if !text.is_empty() {
            self.show(pieces);
            push(pieces, Stream::Stdout, text);
        }
    }

    fn stderr_pieces(&mut self, pieces: &mut Vec<Piece>) {
        let markers = [TOLD.as_bytes(), LOST[0].as_bytes()];
        let first = |stderr: &[u8]| {
            markers
                .iter()
                .filter_map(|marker| find(stderr, marker))
                .min()
        };
        while let Some(marker) = first(&self.stderr) {
            let before = lossy(self.stderr.drain(..marker));
            push(pieces, Stream::Stderr, before);
            let Some(end) = find(&self.stderr, b"\n") else {
                return;
            };
            let line = lossy(self.stderr.drain(..=end));
            match told(&line) {
                Some(piece) => pieces.push(piece),
                None => push(pieces, Stream::Stderr, in_our_words(line)),
            }
        }
        let text = take_text(&mut self.stderr, &markers);
        push(pieces, Stream::Stderr, text);
    }
}

/// A line on standard error, if it is one of evcxr's, with the cause.
fn in_our_words(line: String) -> String {
    let name = line
        .strip_prefix(LOST[0])
        .and_then(|rest| rest.trim_end().strip_suffix(LOST[1]));
    match name {
        Some(name) => format!(
            "note: `{name}` is gone, since a crate was added, and with it types that cells define are new ones\n"
        ),
        None => line,
    }
}

/// What a line on standard error tells as data.
fn told(line: &str) -> Option<Piece> {
    if let Some(panic) = line.strip_prefix(PANIC) {
        return serde_json::from_str(panic).ok().map(Piece::Panic);
    }
    let returned = line.strip_prefix(RETURNED)?;
    serde_json::from_str(returned).ok().map(Piece::Returned)
}

fn push(pieces: &mut Vec<Piece>, stream: Stream, text: String) {
    if text.is_empty() {
        return;
    }
    match pieces.last_mut() {
        Some(Piece::Text(last, before)) if *last == stream => before.push_str(&text),
        _ => pieces.push(Piece::Text(stream, text)),
    }
}

fn find(bytes: &[u8], words: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, words)
}

fn lossy(bytes: impl Iterator<Item = u8>) -> String {
    let bytes: Vec<u8> = bytes.collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether what begins like one of our lines may still become one.
fn may_be_ours(begun: &[u8]) -> bool {
    [BEGIN, DONE, PANICKED, QUESTION_MARK, STARTED, NAMED]
        .iter()
        .chain(&PASSED)
        .any(|line| {
            let length = line.len().min(begun.len());
            begun[..length] == line.as_bytes()[..length]
        })
}

/// Takes what is certain to be text: up to the beginning of a marker, and of a character, at the end.
fn take_text(bytes: &mut Vec<u8>, markers: &[&[u8]]) -> String {
    let mut length = bytes.len();
    let begun = markers
        .iter()
        .flat_map(|marker| (1..marker.len()).map(|begun| &marker[..begun]))
        .filter(|begun| bytes.ends_with(begun))
        .map(<[u8]>::len)
        .max();
    length -= begun.unwrap_or(0);
    if begun.is_none() {
        length -= unfinished(bytes);
    }
    lossy(bytes.drain(..length))
}

/// How many bytes at the end are the beginning of a character.
fn unfinished(bytes: &[u8]) -> usize {
    let last = bytes.len().saturating_sub(3);
    (last..bytes.len())
        .find(|at| {
            let error = std::str::from_utf8(&bytes[*at..]).err();
            bytes[*at] >= 0xC0
                && error
                    .is_some_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
        })
        .map_or(0, |at| bytes.len() - at)
}

#[cfg(test)]
#[path = "output_tests.rs"]
mod tests;
