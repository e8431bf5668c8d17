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
    let git = Git::of(&paths.root).context(
        "git does not know this checkout, so there is nothing to bring it from\n\
         hint: unpack a newer version of the lab elsewhere, and take your work along: \
         `cargo lab progress --export FILE` here, `cargo lab progress --import FILE` there",
    )?;
    let upstream = git.upstream().context(
        "it is not known where a newer version comes from\n\
         hint: `git remote add origin ADDRESS`, `git fetch origin`, `git branch --set-upstream-to=origin/main`",
    )?;
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
    if is_in(&newest, &head) {
        println!("This is the newest version; nothing was changed.");
        return Ok(());
    }
    let goal = if is_in(&head, &newest) {
        newest
    } else {
        join::commits(git, &head, &newest, upstream)?
    };
    let changed = changed(git, &head, &goal)?;
    refuse_what_would_be_lost(paths, git, &head, &goal, &changed)?;
    let notebooks = changed.iter().filter(|path| is_notebook(path));
    let plans = notebooks
        .map(|path| plan(paths, git, &head, &goal, path))
        .collect::<Result<Vec<_>>>()?;
    let mut index = String::new();
    for plan in plans.into_iter().flatten() {
        plan.carry_out(paths)?;
        index.push_str(&entry(git, &goal, &plan.path)?);
    }
    for path in changed.iter().filter(|path| !is_notebook(path)) {
        // A command that was killed may have brought it already.
        if fs::read(paths.root.join(path)).ok() == git.show(&goal, path)? {
            index.push_str(&entry(git, &goal, path)?);
        }
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

/// The files that differ between two commits, as they lie below the top of the checkout.
fn changed(git: &Git, head: &str, goal: &str) -> Result<Vec<String>> {
    let names = ["diff", "--name-only", "--no-renames", "--relative", "-z"];
    git.list(&[&names[..], &[head, goal]].concat())
}

fn is_notebook(path: &str) -> bool {
    path.starts_with("notebooks/") && path.ends_with(".ipynb")
}

/// Other files than notebooks are not merged: one that was changed on both sides is for somebody who knows git.
fn refuse_what_would_be_lost(
    paths: &Paths,
    git: &Git,
    head: &str,
    goal: &str,
    changed: &[String],
) -> Result<()> {
    let mut lost = Vec::new();
    for path in changed.iter().filter(|path| !is_notebook(path)) {
        let here = fs::read(paths.root.join(path)).ok();
        if here.is_some() && here != git.show(head, path)? && here != git.show(goal, path)? {
            lost.push(path.as_str());
        }
    }
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
    path: String,
    /// What to write; nothing where the lab has the notebook no more.
    wanted: Option<Vec<u8>>,
    /// What to keep a copy of.
    kept: Option<Vec<u8>>,
    /// Cells that both sides changed.
    both: Vec<String>,
}

/// Nothing where the learner has not changed it: then git does all.
fn plan(paths: &Paths, git: &Git, head: &str, goal: &str, path: &str) -> Result<Option<Plan>> {
    let file = paths.root.join(path);
    let (base, theirs) = (git.show(head, path)?, git.show(goal, path)?);
    let Ok(mine) = fs::read(&file) else {
        return Ok(None);
    };
    if Some(&mine) == base.as_ref() {
        return Ok(None);
    }
    let mut plan = Plan {
        path: path.to_owned(),
        wanted: theirs.clone(),
        kept: None,
        both: Vec::new(),
    };
    if Some(&mine) == theirs.as_ref() {
        return Ok(Some(plan));
    }
    let parse = |bytes: &Vec<u8>| Notebook::parse(bytes).ok();
    let sides = (
        base.as_ref().and_then(parse),
        parse(&mine),
        theirs.as_ref().and_then(parse),
    );
    if let (Some(base), Some(mine), Some(theirs)) = &sides {
        let merged = merge::notebooks(Some(base), mine, theirs);
        plan.wanted = Some(merged.notebook.text()?.into_bytes());
        plan.both = merged.both;
    } else {
        // Damaged, or the lab has it no more, or has one of the same name for the first time.
        plan.kept = Some(mine);
    }
    Ok(Some(plan))
}

impl Plan {
    fn carry_out(&self, paths: &Paths) -> Result<()> {
        let file = paths.root.join(&self.path);
        let what = if let Some(mine) = &self.kept {
            let inside = self.path.trim_start_matches("notebooks/");
            let kept = kept::keep(paths, inside, mine)?;
            format!("what you had is in `{}`", paths.shown(&kept))
        } else {
            "has what is new, and what you wrote".to_owned()
        };
        match &self.wanted {
            Some(wanted) => files::write(&file, wanted)?,
            None => fs::remove_file(&file)?,
        }
        println!("{}: {what}", self.path);
        for line in &self.both {
            println!(
                "  You and the lab changed the cell that begins with `{line}`; both texts are there, one below the other."
            );
        }
        Ok(())
    }
}

/// A file of a commit as `git update-index --index-info` reads it.
fn entry(git: &Git, commit: &str, path: &str) -> Result<String> {
    // There, paths count from the top of the repository, of which the checkout may be a part.
    let prefix = git.prefix()?;
    let known = git.text(&["ls-tree", commit, "--", path])?;
    let gone = format!("0 {}", "0".repeat(commit.len()));
    let what = known
        .split_once('\t')
        .map_or(gone.as_str(), |(what, _)| what);
    Ok(format!("{what}\t{prefix}{path}\n"))
}
