//! Brings a newer version of the lab into a learner's checkout.
//!
//! `git pull` refuses where a learner has written into a notebook, and a stash that is popped leaves marks of conflict
//! in it, which no program reads. So the notebooks are merged here, cell by cell, and everything else is git's:
//!
//! 1. What could go wrong is looked for, and everything is merged, before anything is written.
//! 2. Each merged notebook is written as a whole. Killed here, the same command does the rest: what both sides have is
//!    in no conflict.
//! 3. Git's index is told that these notebooks are the newer ones. Then git fast-forwards, for it leaves alone a file
//!    that has changed if its index has already what is to come.
//!
//! Where the learner has commits of their own, both lines are first joined in a new one ([`join`]).

mod join;
#[cfg(test)]
mod tests;

use crate::notebook::{Notebook, kept, merge};
use crate::system::{files, git::Git, paths::Paths, step::Step};
use anyhow::{Context, Result, bail};
use clap::Args;
use fs_err as fs;

/// Options of `cargo lab update`: there are none.
#[derive(Debug, Args)]
pub(crate) struct Options {}

/// Fetches what upstream has and brings it in.
pub(crate) fn run(paths: &Paths, Options {}: &Options) -> Result<()> {
    let git = Git::of(&paths.root)?.context(
        "git does not know this checkout, so there is nothing to bring it from\n\
         hint: unpack a newer version of the lab elsewhere, and take your work along: \
         `cargo lab progress --export FILE` here, `cargo lab progress --import FILE` there",
    )?;
    let upstream = git.upstream().context(
        "it is not known where a newer version comes from\n\
         hint: `git remote add origin ADDRESS`, `git fetch origin`, `git branch --set-upstream-to=origin/main`",
    )?;
    if let Some((what, cure)) = git.in_the_middle_of()? {
        bail!(
            "git is in the middle of {what}; nothing was changed\n\
             hint: {cure}, and run `cargo lab update` again"
        );
    }
    // A branch of one's own is here already.
    if let Some((remote, _)) = upstream.split_once('/') {
        let step = Step::start("Fetching");
        git.text(&["fetch", "--quiet", remote])
            .context("the newer version could not be fetched; nothing was changed")?;
        step.done(&upstream);
    }
    bring(paths, &git, &upstream)
}

/// Brings a commit in that is here already.
fn bring(paths: &Paths, git: &Git, upstream: &str) -> Result<()> {
    let commit = |name: &str| git.text(&["rev-parse", "--verify", &format!("{name}^{{commit}}")]);
    let (head, newest) = (commit("HEAD")?, commit(upstream)?);
    let is_in = |old: &str, new: &str| git.says_yes(&["merge-base", "--is-ancestor", old, new]);
    if is_in(&newest, &head)? {
        println!("This is the newest version; nothing was changed.");
        return Ok(());
    }
    let goal = if is_in(&head, &newest)? {
        newest
    } else {
        join::commits(git, &head, &newest, upstream)?
    };
    let _turn = kept::turn(paths)?;
    let changed = changed(git, &head, &goal)?;
    refuse_what_would_be_lost(&changed)?;
    let notebooks = changed.iter().filter(|change| is_notebook(&change.path));
    let plans = notebooks
        .map(|change| plan(paths, git, change))
        .collect::<Result<Vec<_>>>()?;
    let mut index = String::new();
    for plan in plans.into_iter().flatten() {
        plan.carry_out(paths)?;
        index.push_str(&plan.change.entry(git)?);
    }
    // A command that was killed may have brought others already.
    for change in changed.iter().filter(|change| change.is_here_already()) {
        index.push_str(&change.entry(git)?);
    }
    git.feed(&["update-index", "--index-info"], &index)?;
    git.text(&["merge", "--ff-only", "--no-autostash", "--quiet", &goal])
        .context("git could not update the other files; your notebooks are safe\nhint: fix what git says, and run `cargo lab update` again")?;
    println!(
        "This is now the newest version ({} files are new); your answers, notes and cells are where they were.\n\
         For a notebook that is open in JupyterLab, take *File › Reload Notebook from Disk*.",
        changed.len()
    );
    Ok(())
}

/// A file that differs between two commits, and what lies in its place: each by git's name for the content, and nothing
/// where there is none. What lies there is named as git would store it, which may be with other ends of lines.
#[derive(Debug, Clone)]
struct Change {
    /// From the top of the checkout.
    path: String,
    before: Option<String>,
    after: Option<String>,
    here: Option<String>,
    /// What git says of it in the newer commit, beside its name: whether it may be run.
    mode: String,
}

impl Change {
    /// Whether what lies there is neither of what the lab had and has.
    fn is_mine(&self) -> bool {
        self.here.is_some() && self.here != self.before && self.here != self.after
    }

    fn is_here_already(&self) -> bool {
        self.here == self.after
    }

    /// The file of the newer commit as `git update-index --index-info` reads it.
    fn entry(&self, git: &Git) -> Result<String> {
        // There, paths count from the top of the repository, of which the checkout may be a part.
        let prefix = git.prefix()?;
        let gone = || "0".repeat(self.before.as_ref().map_or(40, String::len));
        let (mode, id) = (&self.mode, self.after.clone().unwrap_or_else(gone));
        Ok(format!("{mode} {id}\t{prefix}{}\n", self.path))
    }
}

/// The files that differ between two commits, as they lie below the top of the checkout.
fn changed(git: &Git, head: &str, goal: &str) -> Result<Vec<Change>> {
    let how = [
        "diff",
        "--raw",
        "--no-abbrev",
        "--no-renames",
        "--relative",
        "-z",
    ];
    let parts = git.list(&[&how[..], &[head, goal]].concat())?;
    let is_there = |id: &str| id.contains(|digit| digit != '0').then(|| id.to_owned());
    let mut changed = Vec::new();
    for pair in parts.chunks(2) {
        let [what, path] = pair else {
            bail!("`git diff` says what is not understood: {pair:?}");
        };
        let words: Vec<&str> = what.split_whitespace().collect();
        let [_, mode, before, after, _] = words[..] else {
            bail!("`git diff` says what is not understood: `{what}`");
        };
        changed.push(Change {
            path: path.clone(),
            before: is_there(before),
            after: is_there(after),
            here: git.stored(path)?,
            mode: mode.to_owned(),
        });
    }
    Ok(changed)
}

fn is_notebook(path: &str) -> bool {
    path.starts_with("notebooks/") && path.ends_with(".ipynb")
}

/// Other files than notebooks are not merged: one that was changed on both sides is for somebody who knows git.
fn refuse_what_would_be_lost(changed: &[Change]) -> Result<()> {
    let lost = changed.iter().filter(|change| change.is_mine());
    let lost = lost.map(|change| change.path.as_str());
    let lost: Vec<&str> = lost.filter(|path| !is_notebook(path)).collect();
    if lost.is_empty() {
        return Ok(());
    }
    bail!(
        "you have changed files that the newer version changes, too; nothing was changed:\n  {}\n\
         hint: move them away, or put them back by `git checkout -- {}`, and run `cargo lab update` again",
        lost.join("\n  "),
        lost[0]
    )
}

/// What is to be done with a notebook that the learner has changed.
struct Plan {
    change: Change,
    /// What lies there.
    mine: Vec<u8>,
    /// What to write; nothing where the lab has the notebook no more.
    wanted: Option<Vec<u8>>,
    /// Whether to keep a copy of what lies there.
    is_kept: bool,
    /// Cells that both sides changed.
    both: Vec<String>,
}

/// Nothing where the learner has not changed it: then git does all.
fn plan(paths: &Paths, git: &Git, change: &Change) -> Result<Option<Plan>> {
    if !change.is_mine() {
        return Ok(None);
    }
    let content = |id: &Option<String>| id.as_ref().map(|id| git.content(id)).transpose();
    let (base, theirs) = (content(&change.before)?, content(&change.after)?);
    let mine = fs::read(paths.root.join(&change.path))?;
    let parse = |bytes: &Vec<u8>| Notebook::parse(bytes).ok();
    let sides = (
        base.as_ref().and_then(parse),
        parse(&mine),
        theirs.as_ref().and_then(parse),
    );
    let mut plan = Plan {
        change: change.clone(),
        mine,
        wanted: theirs,
        is_kept: true,
        both: Vec::new(),
    };
    if let (Some(base), Some(mine), Some(theirs)) = &sides {
        let merged = merge::notebooks(Some(base), mine, theirs);
        plan.wanted = Some(merged.notebook.text()?.into_bytes());
        plan.both = merged.both;
        // Otherwise it is damaged, or the lab has it no more, or has one of the same name for the first time.
        plan.is_kept = false;
    }
    Ok(Some(plan))
}

impl Plan {
    fn carry_out(&self, paths: &Paths) -> Result<()> {
        let path = &self.change.path;
        let file = paths.root.join(path);
        if fs::read(&file)? != self.mine {
            bail!("`{path}` was saved just now\nhint: run `cargo lab update` again");
        }
        let what = if self.is_kept {
            let inside = path.trim_start_matches("notebooks/");
            let kept = kept::keep(paths, inside, &self.mine)?;
            format!("what you had is in `{}`", paths.shown(&kept))
        } else {
            "has what is new, and what you wrote".to_owned()
        };
        match &self.wanted {
            Some(wanted) => files::write(&file, wanted)?,
            None => fs::remove_file(&file)?,
        }
        println!("{path}: {what}");
        for line in &self.both {
            println!(
                "  You and the lab changed the cell that begins with `{line}`; both texts are there, one below the other."
            );
        }
        Ok(())
    }
}
