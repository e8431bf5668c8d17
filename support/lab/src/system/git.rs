//! What we ask of git, where the checkout has it. A checkout may also be a part of somebody's larger repository: every
//! path counts from the top of ours.

use crate::system::process;
use anyhow::{Context, Result, bail};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The version that is committed next.
pub(crate) const INDEX: &str = "";

/// The commands that only answer. They are asked in a checkout of another account, too, which git refuses otherwise: whoever
/// runs this command there trusts it already. What writes is git's to refuse.
const QUESTIONS: [&str; 6] = [
    "cat-file",
    "diff",
    "ls-files",
    "ls-tree",
    "merge-base",
    "rev-parse",
];

/// The repository around a checkout.
#[derive(Debug, Clone)]
pub(crate) struct Git {
    root: PathBuf,
    /// Instead of the repository's own.
    index: Option<PathBuf>,
}

impl Git {
    /// Git, where it is installed and knows the notebooks of this checkout.
    ///
    /// # Errors
    ///
    /// Where git was killed, and so nothing is known.
    pub(crate) fn of(root: &Path) -> Result<Option<Self>> {
        let git = Git {
            root: root.to_owned(),
            index: None,
        };
        let asked = process::output(&mut git.command(&["ls-files", "-z", "--", "notebooks"]));
        let Ok(asked) = asked else {
            return Ok(None);
        };
        was_not_killed(&asked)?;
        let knows = asked.status.success() && !asked.stdout.is_empty();
        Ok(knows.then_some(git))
    }

    /// The same with an index of one's own.
    pub(crate) fn with_index(&self, index: PathBuf) -> Self {
        Git {
            root: self.root.clone(),
            index: Some(index),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = process::command("git");
        command.arg("-C").arg(&self.root);
        if arguments
            .first()
            .is_some_and(|word| QUESTIONS.contains(word))
        {
            command.args(["-c", "safe.directory=*", "-c", "core.fsmonitor=false"]);
        }
        command.args(arguments);
        // A hook's own repository is not the one that we ask about.
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
            command.env_remove(name);
        }
        command.envs(self.index.iter().map(|index| ("GIT_INDEX_FILE", index)));
        command
    }

    /// What a command prints.
    pub(crate) fn text(&self, arguments: &[&str]) -> Result<String> {
        process::checked_stdout(&mut self.command(arguments))
    }

    /// Whether a command that answers by its exit status says yes.
    pub(crate) fn says_yes(&self, arguments: &[&str]) -> Result<bool> {
        let output = process::output(&mut self.command(arguments))?;
        was_not_killed(&output)?;
        Ok(output.status.success())
    }

    /// What a command prints, between zeros.
    pub(crate) fn list(&self, arguments: &[&str]) -> Result<Vec<String>> {
        let text = self.text(arguments)?;
        let parts = text.split('\0').filter(|part| !part.is_empty());
        Ok(parts.map(str::to_owned).collect())
    }

    /// The files that git keeps below a folder.
    pub(crate) fn files(&self, below: &str) -> Result<Vec<String>> {
        self.list(&["ls-files", "-z", "--", below])
    }

    /// A file as a commit has it, or [`INDEX`]; nothing where it does not have it.
    pub(crate) fn show(&self, commit: &str, path: &str) -> Result<Option<Vec<u8>>> {
        let name = format!("{commit}:./{path}");
        let output = process::output(&mut self.command(&["cat-file", "blob", &name]))?;
        was_not_killed(&output)?;
        Ok(output.status.success().then_some(output.stdout))
    }

    /// Git's name for what lies at a path, as it would be stored; nothing where nothing does.
    pub(crate) fn stored(&self, path: &str) -> Result<Option<String>> {
        if !self.root.join(path).is_file() {
            return Ok(None);
        }
        self.text(&["hash-object", "--", path]).map(Some)
    }

    /// The content that git has under such a name.
    pub(crate) fn content(&self, id: &str) -> Result<Vec<u8>> {
        let mut command = self.command(&["cat-file", "blob", id]);
        let output = process::output(&mut command)?;
        process::checked(&command, &output)?;
        Ok(output.stdout)
    }

    /// What git waits for somebody to finish, and what that somebody can do.
    pub(crate) fn in_the_middle_of(&self) -> Result<Option<(&'static str, String)>> {
        for (file, what, command) in [
            ("rebase-merge", "a rebase", "rebase"),
            ("rebase-apply", "a rebase", "rebase"),
            ("MERGE_HEAD", "a merge", "merge"),
            ("CHERRY_PICK_HEAD", "a cherry-pick", "cherry-pick"),
            ("REVERT_HEAD", "a revert", "revert"),
        ] {
            let place = self.text(&["rev-parse", "--git-path", file])?;
            if self.root.join(place).exists() {
                let cure = format!("finish it, or give it up by `git {command} --abort`");
                return Ok(Some((what, cure)));
            }
        }
        let unmerged = self.list(&["ls-files", "--unmerged", "-z"])?;
        let first = unmerged.first().and_then(|line| line.split_once('\t'));
        Ok(first.map(|(_, path)| {
            let cure = format!(
                "`git checkout --theirs -- {path}` and `git reset -- {path}` bring back what you had put aside"
            );
            ("a conflict", cure)
        }))
    }

    /// Gives a command its input, and returns what it prints.
    pub(crate) fn feed(&self, arguments: &[&str], input: &str) -> Result<String> {
        let mut command = self.command(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = process::spawn(&mut command)?;
        if let Some(mut stdin) = child.stdin.take() {
            // What a command does not read, it says by its status.
            let _ = stdin.write_all(input.as_bytes());
        }
        let output = child.wait_with_output().context("git's end")?;
        process::checked(&command, &output)
    }

    /// The commit that somebody else's news are in, by the name that git gives it: what the branch follows, or else what
    /// the place that it was cloned from calls its own.
    pub(crate) fn upstream(&self) -> Option<String> {
        let named = |arguments: &[&str]| self.text(arguments).ok().filter(|name| !name.is_empty());
        named(&[
            "rev-parse",
            "--abbrev-ref",
            "--symbolic-full-name",
            "@{upstream}",
        ])
        .or_else(|| named(&["rev-parse", "--abbrev-ref", "origin/HEAD"]))
        .or_else(|| {
            ["origin/main", "origin/master"]
                .into_iter()
                .find(|name| {
                    self.says_yes(&["rev-parse", "--verify", "--quiet", name])
                        .unwrap_or(false)
                })
                .map(str::to_owned)
        })
    }

    /// What lies between the top of the repository, from which some commands count paths, and the checkout.
    pub(crate) fn prefix(&self) -> Result<String> {
        self.text(&["rev-parse", "--show-prefix"])
    }

    /// The last commit that is both ours and theirs.
    pub(crate) fn common(&self, ours: &str, theirs: &str) -> Option<String> {
        let commit = self.text(&["merge-base", ours, theirs]).ok()?;
        (!commit.is_empty()).then_some(commit)
    }
}

/// Whoever was killed has not answered, and in particular has not said no.
fn was_not_killed(output: &Output) -> Result<()> {
    if output.status.code().is_none() {
        bail!("git was killed ({})", output.status);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::files;
    use std::os::unix::fs::lchown;

    #[test]
    fn a_checkout_of_another_account_is_asked_and_not_written() {
        if !rustix::process::geteuid().is_root() {
            return; // only root may give a folder away
        }
        let scratch = tempfile::tempdir().expect("a folder");
        let root = scratch.path();
        let git = |arguments: &[&str]| {
            let mut command = process::command("git");
            process::checked_stdout(command.arg("-C").arg(root).args(arguments)).expect("git")
        };
        git(&["init", "--quiet"]);
        files::write(&root.join("notebooks/one.ipynb"), "{}").expect("written");
        git(&["add", "notebooks"]);
        let all = files::below(root, &|_: &Path| true).expect("read");
        let folders = [root.to_owned(), root.join(".git")];
        for path in all.into_iter().chain(folders) {
            lchown(path, Some(12345), None).expect("given away");
        }
        let theirs = Git::of(root).expect("asked").expect("git answers");
        let shown = theirs.show(INDEX, "notebooks/one.ipynb").expect("asked");
        assert_eq!(shown.as_deref(), Some(&b"{}"[..]));
        let settings = ["config", "--get-all", "safe.directory"];
        let trusts_all = process::output(process::command("git").args(settings))
            .is_ok_and(|output| output.status.success());
        let refused = theirs.feed(&["hash-object", "-w", "--stdin"], "new");
        assert!(trusts_all || refused.is_err_and(|error| error.to_string().contains("dubious")));
    }
}
