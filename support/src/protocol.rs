//! The names by which what a cell prints is known: to the kernel that passes it on, and to programs that read notebooks.
//!
//! The markers are evcxr's: what stands between two of them is shown in the form that the first one names. The MIME types
//! are ours; a notebook that is saved keeps them, so they never change.

/// Set in the process that runs the cells of a kernel.
pub(crate) const IN_KERNEL: &str = "EVCXR_IS_RUNTIME";

/// Begins a line that opens some content; the MIME type follows after a space.
pub(crate) const BEGIN: &str = "EVCXR_BEGIN_CONTENT";

/// The line that ends it.
pub(crate) const END: &str = "EVCXR_END_CONTENT";

/// The line by which evcxr says that a cell panicked.
pub(crate) const PANICKED: &str = "EVCXR_PANIC_NOTIFICATION";

/// What everybody can read.
pub(crate) const PLAIN: &str = "text/plain";

/// What a notebook prefers.
pub(crate) const HTML: &str = "text/html";

/// The verdict of a check.
pub(crate) const VERDICT: &str = "application/vnd.async-lab.verdict+json";

/// A demonstration of something that may go wrong.
pub(crate) const PITFALL: &str = "application/vnd.async-lab.pitfall+json";
