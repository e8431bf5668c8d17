//! What this process takes of the machine.

/// The memory that this process holds at the moment, in bytes; nothing where the operating system does not tell.
///
/// Shared libraries count, and memory that was freed may stay with the process: differences tell more than the number.
///
/// # Examples
///
/// ```
/// assert!(support::machine::memory().is_none_or(|bytes| bytes > 100_000));
/// ```
pub fn memory() -> Option<usize> {
    memory_stats::memory_stats().map(|stats| stats.physical_mem)
}

/// A number of bytes in words: `in_words(2_500_000)` is `2.5 MB`.
///
/// # Examples
///
/// ```
/// assert_eq!(support::machine::in_words(2_500_000), "2.5 MB");
/// assert_eq!(support::machine::in_words(640), "640 B");
/// ```
pub fn in_words(bytes: usize) -> String {
    let units = [("GB", 1e9), ("MB", 1e6), ("kB", 1e3)];
    let fitting = units.iter().find(|(_, size)| bytes as f64 >= *size);
    fitting.map_or_else(
        || format!("{bytes} B"),
        |(unit, size)| format!("{:.1} {unit}", bytes as f64 / size),
    )
}
