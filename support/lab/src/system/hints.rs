//! What to do when a program that a set-up runs has failed: each cause has its own hint, and an unknown one has none.

use std::path::Path;

/// How cargo, pip and others say that they did not reach anybody.
const NO_NETWORK: [&str; 25] = [
    "Could not resolve",
    "Couldn't resolve",
    "Couldn't connect",
    "Could not connect",
    "Connection refused",
    "Connection reset",
    "Connection to ",
    "ConnectTimeout",
    "Failed to establish a new connection",
    "Max retries exceeded",
    "NameResolutionError",
    "Network is unreachable",
    "Operation timed out",
    "ReadTimeout",
    "Temporary failure in name resolution",
    "Timeout was reached",
    "client error (Connect)",
    "dns error",
    "download of config.json failed",
    "failed to download",
    "failed to fetch",
    "failed to query replaced source",
    // Where pip knows of no release at all, it has reached nobody.
    "from versions: none",
    "network failure",
    "spurious network error",
];

/// Whether a program failed, by what it said, because it did not reach anybody.
pub(crate) fn lacks_network(said: &str) -> bool {
    NO_NETWORK.iter().any(|words| said.contains(words))
}

/// What to say after a failure of a program that works in `folder` and has said this; empty where nobody knows.
pub(crate) fn of(said: &str, folder: &Path) -> String {
    hint(said, folder, free_bytes(folder))
        .map_or_else(String::new, |hint| format!("\nhint: {hint}"))
}

fn hint(said: &str, folder: &Path, free: Option<u64>) -> Option<String> {
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    // Linkers end without a word about it.
    let megabytes = free.map(|free| free / 1_000_000).filter(|free| *free < 100);
    if says(&["No space left on device", "os error 28"]) || megabytes.is_some() {
        let left = megabytes.map_or_else(String::new, |free| format!(", {free} MB are left"));
        return Some(format!(
            "the disk of `{}` is full{left}; make room for 2 GB there and try again: what is built so far is kept",
            folder.display()
        ));
    }
    if says(&[
        "Read-only file system",
        "Permission denied",
        "os error 13",
        "os error 30",
    ]) {
        return Some(format!(
            "a file cannot be written or read; is everything in `{}` yours? A copy of your own, such as one made by `git \
             clone`, always works",
            folder.display()
        ));
    }
    if says(&["certificate", "SSL", "CERTIFICATE_VERIFY_FAILED"]) {
        return Some(
            "a certificate was not accepted; where a proxy brings its own, name it in CARGO_HTTP_CAINFO (cargo) and \
             PIP_CERT (pip), then try again"
                .to_owned(),
        );
    }
    if lacks_network(said) {
        return Some(
            "the network does not answer; a set-up needs it once. Behind a proxy, set HTTPS_PROXY, then try again"
                .to_owned(),
        );
    }
    if says(&[
        "linker `",
        "linker not found",
        "failed to find tool",
        "is `cc` not installed",
    ]) {
        return Some(
            "a C compiler is missing; on Debian and Ubuntu, `apt install build-essential`, on macOS, `xcode-select \
             --install`"
                .to_owned(),
        );
    }
    None
}

/// Bytes that are free where a folder lies, where the system tells.
fn free_bytes(folder: &Path) -> Option<u64> {
    let there = folder.ancestors().find(|folder| folder.is_dir())?;
    let disk = rustix::fs::statvfs(there).ok()?;
    Some(disk.f_bavail * disk.f_frsize)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hint where there is room.
    fn given(said: &str) -> String {
        hint(said, Path::new("/lab"), Some(5_000_000_000)).unwrap_or_default()
    }

    #[test]
    fn each_cause_has_its_own_hint() {
        let pip = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device";
        assert!(given(pip).contains("disk"));
        assert!(given("[Errno 13] Permission denied: '/lab/x'").contains("yours"));
        assert!(given("warning: spurious network error (3 tries remaining)").contains("network"));
        let proxy = "NewConnectionError: Failed to establish a new connection: [Errno 111] Connection refused";
        assert!(given(proxy).contains("HTTPS_PROXY"));
        assert!(given("SSL: CERTIFICATE_VERIFY_FAILED").contains("certificate"));
        assert!(given("error: linker `cc` not found").contains("C compiler"));
        assert_eq!(given("error[E0308]: mismatched types"), "");
    }

    #[test]
    fn a_build_that_fails_for_want_of_room_says_so_though_no_program_did() {
        let said = hint("collect2: fatal error", Path::new("/lab"), Some(3_000_000));
        assert!(said.is_some_and(|hint| hint.contains("3 MB are left")));
        assert!(free_bytes(Path::new("/no/such/folder")).is_some());
    }
}
