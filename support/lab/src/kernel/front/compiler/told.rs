//! What the compiler says, with places in cells instead of places in the source that it has read (see [`super::reading`]).

use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Error,
    Warning,
    Note,
    Help,
}

/// One thing that the compiler says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) level: Level,
    /// The number of an error, or the name of a lint.
    pub(super) code: Option<String>,
    pub(super) message: String,
    pub(super) spans: Vec<Span>,
    /// Notes and help.
    pub(super) more: Vec<Told>,
    /// Where something that it points to was made by evcxr: all, the thing itself, or something about it.
    pub(super) of_evcxr: OfEvcxr,
    /// It is in the statements of a cell, not in a function.
    pub(super) is_in_statements: bool,
    /// The variable that evcxr would keep there, and its type.
    pub(super) kept: Option<(String, String)>,
}

/// How much of what is pointed to was made by evcxr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum OfEvcxr {
    Nothing,
    Something,
    TheThing,
    Everything,
}

/// Something that is pointed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) at: At,
    pub(super) label: Option<String>,
    pub(super) is_primary: bool,
    /// What should stand there.
    pub(super) replacement: Option<String>,
}

/// Where something is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum At {
    /// Bytes of the code of the cell with this number.
    Cell { number: u64, bytes: Range<usize> },
    /// In a file of a library: lines of it from this one on, and bytes of them.
    Library {
        path: String,
        /// Where it lies on this machine.
        file: String,
        line: usize,
        text: String,
        bytes: Range<usize>,
    },
}

impl Span {
    /// The cell, and the bytes of it.
    pub(super) fn in_cell(&self) -> Option<(u64, &Range<usize>)> {
        match &self.at {
            At::Cell { number, bytes } => Some((*number, bytes)),
            At::Library { .. } => None,
        }
    }

    /// Whether an `.await` should stand there.
    pub(super) fn awaits(&self) -> bool {
        self.replacement
            .as_deref()
            .is_some_and(|text| text.contains("await"))
    }
}

impl At {
    pub(super) fn bytes(&self) -> &Range<usize> {
        match self {
            At::Cell { bytes, .. } | At::Library { bytes, .. } => bytes,
        }
    }

    /// Whether both are in one cell, or in one file.
    pub(super) fn is_in_the_source_of(&self, other: &At) -> bool {
        match (self, other) {
            (At::Cell { number, .. }, At::Cell { number: same, .. }) => number == same,
            (At::Library { path, .. }, At::Library { path: same, .. }) => path == same,
            _ => false,
        }
    }
}

impl Told {
    /// What is said in words of our own about a place in a cell.
    pub(super) fn new(level: Level, message: impl Into<String>) -> Self {
        Told {
            level,
            code: None,
            message: message.into(),
            spans: Vec::new(),
            more: Vec::new(),
            of_evcxr: OfEvcxr::Nothing,
            is_in_statements: false,
            kept: None,
        }
    }

    pub(super) fn pointing_to(
        mut self,
        number: u64,
        bytes: Range<usize>,
        label: impl Into<String>,
    ) -> Self {
        self.spans.push(Span {
            at: At::Cell { number, bytes },
            label: Some(label.into()),
            is_primary: true,
            replacement: None,
        });
        self
    }

    pub(super) fn putting(
        mut self,
        number: u64,
        bytes: Range<usize>,
        replacement: impl Into<String>,
    ) -> Self {
        self.spans.push(Span {
            at: At::Cell { number, bytes },
            label: None,
            is_primary: true,
            replacement: Some(replacement.into()),
        });
        self
    }

    pub(super) fn with(mut self, more: Told) -> Self {
        self.more.push(more);
        self
    }

    /// Everything that is said, word by word.
    pub(super) fn each_text(&mut self, change: &mut impl FnMut(&mut String)) {
        change(&mut self.message);
        let labels = self.spans.iter_mut().filter_map(|span| span.label.as_mut());
        labels.for_each(&mut *change);
        for more in &mut self.more {
            more.each_text(change);
        }
    }

    /// Whether it is about something in a cell.
    pub(super) fn is_in_cell(&self) -> bool {
        self.place().is_some()
    }

    /// Whether it is about a future that would have to stay in its place.
    pub(super) fn is_about_pins(&self) -> bool {
        let says = |words: &str| {
            words.contains("Unpin") || words.contains("unpinned") || words.contains("pin!")
        };
        says(&self.message) || self.more.iter().any(|more| says(&more.message))
    }

    /// Whether all that should be written is in the words.
    pub(super) fn says_its_suggestion(&self) -> bool {
        let mut texts = self
            .spans
            .iter()
            .filter_map(|span| span.replacement.as_deref());
        // Lines of a block are shown as they would stand in it.
        let is_line = |text: &str| text.contains('\n') && text.starts_with(char::is_whitespace);
        let said = |text: &str| {
            text.trim().len() > 8 && self.message.contains(text.trim()) && !is_line(text)
        };
        self.spans.len() == 1 && texts.any(said)
    }

    /// The cell, and the bytes of it, that it is about.
    pub(super) fn place(&self) -> Option<(u64, &Range<usize>)> {
        let mut primary = self.spans.iter().filter(|span| span.is_primary);
        let mut spans = self.spans.iter();
        primary
            .find_map(Span::in_cell)
            .or_else(|| spans.find_map(Span::in_cell))
    }
}
