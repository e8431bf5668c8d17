//! What cargo says about a crate that cannot be added, in one sentence. Pure: cargo's words decide.
//!
//! Words that are not known here are cargo's, without the lines that would send a learner astray.

use crate::system::hints;
use serde_json::json;

/// Whether cargo failed, or may have failed, because it was told not to ask the network.
pub(crate) fn may_not_ask(said: &str) -> bool {
    said.contains("--offline") || said.contains("offline mode")
}

/// Whether these are words of cargo itself, about crates rather than about code.
pub(crate) fn is_of_cargo(said: &str) -> bool {
    said.lines().any(|line| {
        line.starts_with("error: ")
            && !line.starts_with("error: could not compile")
            && !line.starts_with("error: aborting")
    })
}

/// Whether a line only says how far cargo has come.
pub(crate) fn is_progress(line: &str) -> bool {
    let word = line.split_whitespace().next().unwrap_or_default();
    [
        "Compiling",
        "Downloaded",
        "Downloading",
        "Updating",
        "Locking",
        "Adding",
    ]
    .contains(&word)
}

/// The name of the only dependency in the manifest of a check.
pub(crate) fn checked(manifest: &str) -> Option<&str> {
    let (_, dependencies) = manifest.rsplit_once("[dependencies]")?;
    let mut lines = dependencies.lines().map(str::trim);
    let line = lines.find(|line| !line.is_empty())?;
    line.split_once('=').map(|(name, _)| name.trim())
}

/// Why a crate could not be added. `network` is whether cargo has asked, or tried to ask, the network.
pub(crate) fn why_not(said: &str, name: Option<&str>, network: bool) -> String {
    if network && hints::lacks_network(said) {
        let name = not_found(said).or(name).unwrap_or("the crate");
        return format!("`{name}` is not downloaded, and there is no network now\n");
    }
    if let Some(name) = between(said, "no matching package named `", "`") {
        return format!("there is no crate `{name}` on crates.io: look at its spelling there\n");
    }
    if let Some(wanted) = between(said, "for the requirement `", "`") {
        let (name, version) = wanted.split_once(" = ").unwrap_or((wanted, "this version"));
        let version = version.trim_matches('"');
        let known = between(said, "which didn't match: ", "\n").unwrap_or("others");
        return format!("`{name}` has no version that fits {version}: there are {known}\n");
    }
    if let Some(feature) = between(said, "with feature `", "`") {
        let name = between(said, "depends on `", "`")
            .or(name)
            .unwrap_or("the crate");
        let known = between(said, "available features: ", "\n").unwrap_or("others");
        return format!("`{name}` has no feature `{feature}`: there are {known}\n");
    }
    if said.contains("--> Cargo.toml:")
        && let Some(words) = said.lines().find_map(|line| line.strip_prefix("error: "))
    {
        return format!("what stands behind `:dep` cannot be read: {words}\n");
    }
    let kept = said.lines().filter(|line| {
        !line.starts_with("As a reminder, you're using offline mode")
            && !line.starts_with("location searched")
            && !line.starts_with("versions that meet the requirements")
            && !is_progress(line)
    });
    kept.map(|line| format!("{line}\n")).collect()
}

/// The crate that cargo was looking for when it failed.
fn not_found(said: &str) -> Option<&str> {
    between(said, "failed to get `", "`")
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found)
}

/// A sentence in the form of the compiler's messages, which the kernel shows as they are: of others it shows a page.
pub(crate) fn as_compiler(sentence: &str) -> String {
    let message = json!({
        "message": sentence.trim_end(), "level": "error", "code": null, "spans": [], "children": [],
        "rendered": sentence,
    });
    format!("{message}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_that_is_not_here_is_asked_for() {
        assert!(may_not_ask(
            "Caused by:\n  attempting to make an HTTP request, but --offline was specified"
        ));
        assert!(may_not_ask(
            "As a reminder, you're using offline mode (--offline) which can"
        ));
        assert!(!may_not_ask("error: could not compile `ctx`"));
    }

    #[test]
    fn why_a_crate_cannot_be_added_is_one_sentence() {
        let no_network = "    Updating crates.io index\nerror: failed to get `rand` as a dependency of package `ctx`\n\n\
                          Caused by:\n  download of config.json failed\n\nCaused by:\n  [7] Could not connect to server\n";
        let no_name =
            "error: no matching package named `serdee` found\nlocation searched: crates.io index\n";
        let no_version = "error: failed to select a version for the requirement `serde = \"^99\"`\n\
                          candidate versions found which didn't match: 1.0.229, 1.0.228, ...\nlocation searched: crates.io index\n";
        let no_feature = "error: failed to select a version for `serde`.\nversions that meet the requirements `^1` are: 1.0.2\n\n\
                          package `ctx` depends on `serde` with feature `nope` but `serde` does not have that feature.\n \
                          available features: alloc, std\n\n";
        let says = |said, network, sentence: &str| {
            assert_eq!(why_not(said, Some("x"), network), format!("{sentence}\n"));
        };
        says(
            no_network,
            true,
            "`rand` is not downloaded, and there is no network now",
        );
        says(
            no_name,
            true,
            "there is no crate `serdee` on crates.io: look at its spelling there",
        );
        says(
            no_version,
            true,
            "`serde` has no version that fits ^99: there are 1.0.229, 1.0.228, ...",
        );
        let no_toml = "error: unclosed inline table, expected `}`\n  --> Cargo.toml:12:5\n   |\n12 |     \n   |     ^\n";
        says(
            no_toml,
            false,
            "what stands behind `:dep` cannot be read: unclosed inline table, expected `}`",
        );
        says(
            no_feature,
            false,
            "`serde` has no feature `nope`: there are alloc, std",
        );
    }

    #[test]
    fn the_crate_that_is_checked_is_the_one_of_the_manifest() {
        let manifest =
            "\n    [package]\n    name = \"x\"\n\n    [dependencies]\n    rand = \"0.9\"\n    ";
        assert_eq!(checked(manifest), Some("rand"));
        assert_eq!(checked("[package]\nname = \"ctx\"\n"), None);
    }

    #[test]
    fn what_the_compiler_says_stays_the_compilers() {
        assert!(!is_of_cargo(
            "error: could not compile `ctx` (lib) due to 1 previous error\n"
        ));
        assert!(is_of_cargo("error: no matching package named `x` found\n"));
    }
}
