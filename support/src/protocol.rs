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

/// In a process of cells under the lab's kernel: the ends of the pipes that it inherits, which are numbers with commas between
/// them. It reads orders from the first, and writes what cells print, and their errors, to the second and the third.
pub(crate) const OUTPUT: &str = "ASYNC_LAB_OUTPUT";

/// Begins the first line that such a process writes; its number follows.
pub(crate) const STARTED: &str = "EVCXR_LAB_STARTED ";

/// Begins a line on standard error about a panic in the thread of the cells: JSON follows.
pub(crate) const PANIC: &str = "EVCXR_LAB_PANIC ";

/// Begins the name that the lab's kernel gives to the source of a cell.
pub(crate) const CELL: &str = "\u{27e8}cell ";

/// Begins a line on standard error about an error by which a cell returns: JSON follows.
pub(crate) const RETURNED: &str = "EVCXR_LAB_RETURNED ";

/// Begins the line before something that takes the place of what was shown under the same name, which follows.
pub(crate) const SHOWN_AS: &str = "EVCXR_LAB_SHOWN_AS ";

/// What everybody can read.
pub(crate) const PLAIN: &str = "text/plain";

/// What a notebook prefers.
pub(crate) const HTML: &str = "text/html";

/// The verdict of a check.
pub(crate) const VERDICT: &str = "application/vnd.async-lab.verdict+json";

/// A demonstration of something that may go wrong.
pub(crate) const PITFALL: &str = "application/vnd.async-lab.pitfall+json";
