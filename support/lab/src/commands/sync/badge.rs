//! The badge of the README that opens the lab on Binder. Where the lab lies is said once, as `repository` in `Cargo.toml`; the
//! site takes its buttons from there, too.

use crate::system::paths::Paths;
use anyhow::{Context, Result};
use fs_err as fs;

/// What stands before the badge, and what after it.
const AROUND: (&str, &str) = (
    "<!-- written by `cargo lab sync` from `repository` in Cargo.toml -->\n",
    "\n<!-- until here -->",
);

const IMAGE: &str = "[![Binder](https://mybinder.org/badge_logo.svg)]";

/// What stands in the place of a badge as long as nobody has said where the lab lies.
const NONE: &str = "Once `repository` in `Cargo.toml` says where your copy lies, `cargo lab sync` puts a badge here that opens the lab on Binder.";

/// The README with the badge that it is to have; nothing where it has it.
pub(super) fn missing(paths: &Paths) -> Result<Option<String>> {
    let [manifest, readme] = ["Cargo.toml", "README.md"].map(|name| paths.root.join(name));
    // Whoever has taken one of them away wants no badge, and their notebooks are to be in sync all the same.
    if !manifest.exists() || !readme.exists() {
        return Ok(None);
    }
    let manifest: toml::Table = fs::read_to_string(manifest)?.parse()?;
    let package = &manifest["workspace"]["package"];
    let repository = package.get("repository").and_then(toml::Value::as_str);
    let readme = fs::read_to_string(readme)?;
    let wanted = with_badge(&readme, repository.unwrap_or_default())
        .context("`README.md` has no place for the badge")?;
    Ok((wanted != readme).then_some(wanted))
}

/// A place for a badge, for tests.
#[cfg(test)]
pub(super) fn place() -> String {
    [AROUND.0, AROUND.1].concat()
}

pub(super) fn with_badge(readme: &str, repository: &str) -> Option<String> {
    let (before, rest) = readme.split_once(AROUND.0)?;
    let (_, after) = rest.split_once(AROUND.1)?;
    let badge = badge(repository.trim_end_matches('/'));
    Some([before, AROUND.0, &badge, AROUND.1, after].concat())
}

fn badge(repository: &str) -> String {
    if repository.is_empty() {
        return NONE.to_owned();
    }
    let place = match repository.strip_prefix("https://github.com/") {
        Some(name) => format!("gh/{}", name.trim_end_matches(".git")),
        None => format!("git/{}", repository.replace(':', "%3A").replace('/', "%2F")),
    };
    format!(
        "{IMAGE}(https://mybinder.org/v2/{place}/HEAD?urlpath=lab/tree/notebooks/start_here.ipynb)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_badge_is_that_of_the_repository_and_goes_with_it() {
        let empty = format!("# A\n\n{}\nB\n", place());
        let named = with_badge(&empty, "https://github.com/rust/lab/").expect("a place");
        assert!(named.contains("/v2/gh/rust/lab/HEAD?"), "{named}");
        let elsewhere = with_badge(&named, "https://git.example/a").expect("a place");
        assert!(elsewhere.contains("/v2/git/https%3A%2F%2Fgit.example%2Fa/HEAD?"));
        let unnamed = with_badge(&elsewhere, "").expect("a place");
        assert!(unnamed.starts_with("# A\n") && unnamed.ends_with("\nB\n"));
        assert!(!unnamed.contains("mybinder"), "{unnamed}");
        assert_eq!(with_badge("no place", ""), None);
    }
}
