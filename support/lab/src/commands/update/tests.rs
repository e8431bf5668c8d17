//! What a learner has after the lab has changed.

use super::*;
use crate::notebook::scratch::{Checkout, cell, sources};
use serde_json::json;

/// A learner who has worked, and an upstream that has changed since.
fn learner_and_news() -> (Checkout, Checkout) {
    let upstream = Checkout::with_git();
    let learner = upstream.cloned();
    learner.learn();
    for folder in ["exercises", "solutions"] {
        upstream.change(&format!("{folder}/1_first.ipynb"), |cells| {
            cells[0]["source"] = json!(["mended()"]);
            cells.insert(2, cell("neighbour", "neighbour()"));
        });
    }
    upstream.change("exercises/2_second.ipynb", |cells| {
        cells[1]["source"] = json!(["todo!(\"better words\")"]);
    });
    upstream.file("support/lib.rs", "// two\n");
    upstream.file("support/new.rs", "// new\n");
    upstream.commit("Newer");
    (upstream, learner)
}

fn assert_updated(upstream: &Checkout, learner: &Checkout) {
    let first = [
        "mended()",
        "My note.",
        "fn answer() {\n    // todo!(\"done\")\n}",
        "neighbour()",
        "check()",
        "my_helper()",
    ];
    assert_eq!(sources(&learner.read("exercises/1_first.ipynb")), first);
    let second = [
        "shared()",
        "My note.",
        "fn answer() {\n    // todo!(\"done\")\n}",
        "todo!(\"better words\")",
        "check()",
        "my_helper()",
    ];
    assert_eq!(sources(&learner.read("exercises/2_second.ipynb")), second);
    let solution = "solutions/1_first.ipynb";
    assert_eq!(learner.text(solution), upstream.text(solution));
    for file in ["support/lib.rs", "support/new.rs"] {
        let of = |checkout: &Checkout| fs::read(checkout.paths.root.join(file)).expect("read");
        assert_eq!(of(learner), of(upstream));
    }
    let status = learner.git(&["status", "--porcelain"]);
    assert!(
        !status.contains("support") && !status.contains("UU"),
        "{status}"
    );
}

#[test]
fn one_command_brings_the_new_text_and_keeps_every_answer() {
    let (upstream, learner) = learner_and_news();
    let before = learner.learnt();
    run(&learner.paths, &Options {}).expect("updated");
    assert_updated(&upstream, &learner);
    assert_eq!(learner.learnt(), before);
    let head = |checkout: &Checkout| checkout.git(&["rev-parse", "HEAD"]);
    assert_eq!(head(&learner), head(&upstream));
    // Again there is nothing to do.
    let text = learner.text("exercises/2_second.ipynb");
    run(&learner.paths, &Options {}).expect("nothing to do");
    assert_eq!(learner.text("exercises/2_second.ipynb"), text);
}

#[test]
fn commits_of_the_learner_s_own_are_joined() {
    let (upstream, learner) = learner_and_news();
    learner.git(&["config", "user.name", "Learner"]);
    learner.git(&["config", "user.email", "learner@lab.example"]);
    learner.commit("My work");
    learner.change("guides/patterns.ipynb", |cells| {
        cells.push(cell("late", "late()"))
    });
    run(&learner.paths, &Options {}).expect("updated");
    assert_updated(&upstream, &learner);
    assert_eq!(learner.git(&["rev-list", "--count", "HEAD"]), "4");
    assert!(sources(&learner.read("guides/patterns.ipynb")).contains(&"late()".to_owned()));
}

#[test]
fn what_was_cut_short_is_done_by_the_next_call() {
    // After each step: some notebooks written; the index told; some other files brought.
    for steps in 1..=4 {
        let (upstream, learner) = learner_and_news();
        learner.git(&["fetch", "--quiet"]);
        let git = Git::of(&learner.paths.root).expect("asked").expect("git");
        let (head, goal) = (
            learner.git(&["rev-parse", "HEAD"]),
            learner.git(&["rev-parse", "origin/main"]),
        );
        let names = [
            "notebooks/exercises/1_first.ipynb",
            "notebooks/exercises/2_second.ipynb",
        ];
        let changed = changed(&git, &head, &goal).expect("known");
        let change = |path: &&str| {
            let mut all = changed.iter();
            all.find(|change| change.path == **path).expect("changed")
        };
        for change in names.iter().take(steps).map(change) {
            let plan = plan(&learner.paths, &git, change).expect("planned");
            plan.expect("it was changed")
                .carry_out(&learner.paths)
                .expect("written");
        }
        if steps > 2 {
            let entry = change(&names[0]).entry(&git).expect("known");
            git.feed(&["update-index", "--index-info"], &entry)
                .expect("told");
        }
        if steps > 3 {
            learner.file("support/lib.rs", "// two\n");
            learner.file("support/new.rs", "// new\n");
        }
        run(&learner.paths, &Options {}).expect("updated");
        assert_updated(&upstream, &learner);
    }
}

#[test]
fn a_damaged_notebook_is_kept_and_the_others_are_brought_up_to_date() {
    let (upstream, learner) = learner_and_news();
    learner.file("notebooks/exercises/1_first.ipynb", "{precious");
    run(&learner.paths, &Options {}).expect("updated");
    assert_eq!(learner.text("kept/1_first-1.ipynb"), "{precious");
    let first = "exercises/1_first.ipynb";
    assert_eq!(learner.text(first), upstream.text(first));
    assert!(sources(&learner.read("exercises/2_second.ipynb")).contains(&"My note.".to_owned()));
}

#[test]
fn a_notebook_that_the_lab_gives_up_or_begins_is_not_lost() {
    let (upstream, learner) = learner_and_news();
    upstream.git(&["rm", "--quiet", "notebooks/guides/patterns.ipynb"]);
    upstream.write("guides/newer.ipynb", [cell("n", "newer()")]);
    upstream.commit("Another guide");
    learner.write("guides/newer.ipynb", [cell("m", "mine()")]);
    run(&learner.paths, &Options {}).expect("updated");
    assert!(!learner.is_there("guides/patterns.ipynb"));
    assert!(
        sources(&learner.read("kept/guides-patterns-1.ipynb")).contains(&"my_helper()".to_owned())
    );
    assert_eq!(sources(&learner.read("guides/newer.ipynb")), ["newer()"]);
    assert_eq!(
        sources(&learner.read("kept/guides-newer-1.ipynb")),
        ["mine()"]
    );
}

#[test]
fn another_file_that_both_changed_is_named_before_anything_is_written() {
    let (_upstream, learner) = learner_and_news();
    learner.file("support/lib.rs", "// mine\n");
    let before = learner.text("exercises/1_first.ipynb");
    let error = run(&learner.paths, &Options {}).expect_err("it would be lost");
    assert!(error.to_string().contains("support/lib.rs"), "{error}");
    assert_eq!(learner.text("exercises/1_first.ipynb"), before);
    let error = run(&Checkout::new().paths, &Options {}).expect_err("there is no git");
    assert!(error.to_string().contains("--import"), "{error}");
}

#[test]
fn while_git_waits_for_somebody_nothing_is_changed_and_the_way_out_is_said() {
    let (upstream, learner) = learner_and_news();
    learner.commit("Mine");
    upstream.change("guides/patterns.ipynb", |cells| {
        cells[0]["source"] = json!(["theirs()"]);
    });
    upstream.commit("Newest");
    let refused = |way: &str| {
        let before = learner.everything();
        let error = run(&learner.paths, &Options {}).expect_err("git waits");
        let said = format!("{error:#}");
        assert!(said.contains("git is in the middle of"), "{said}");
        assert!(said.contains(way), "{said}");
        assert!(said.contains("nothing was changed"), "{said}");
        assert_eq!(learner.everything(), before);
    };
    for (begin, abort) in [
        (
            &["pull", "--quiet", "--no-rebase"][..],
            ["merge", "--abort"],
        ),
        (&["pull", "--quiet", "--rebase"], ["rebase", "--abort"]),
    ] {
        learner.git_may_fail(begin);
        refused(&abort.join(" "));
        learner.git(&abort);
    }
    // As `git stash pop` leaves it.
    learner.git(&["reset", "--quiet", "--soft", "HEAD~1"]);
    learner.git(&["stash", "--quiet"]);
    learner.git(&["merge", "--quiet", "--ff-only", "origin/main"]);
    learner.git_may_fail(&["stash", "pop", "--quiet"]);
    refused("git checkout --theirs");
}

#[test]
fn other_ends_of_lines_are_no_change() {
    let (upstream, learner) = learner_and_news();
    learner.git(&["config", "core.autocrlf", "true"]);
    // As a clone has them there.
    for path in ["support/lib.rs", "notebooks/guides/patterns.ipynb"] {
        learner.git(&["rm", "--quiet", "--cached", path]);
        fs::remove_file(learner.paths.root.join(path)).expect("removed");
        learner.git(&["reset", "--quiet", "--", path]);
        learner.git(&["checkout", "--", path]);
        let text = fs::read_to_string(learner.paths.root.join(path)).expect("read");
        assert!(text.contains("\r\n"), "{text}");
    }
    upstream.change("guides/patterns.ipynb", |cells| {
        cells.push(cell("q", "more()"))
    });
    upstream.commit("Newest");
    let answers = learner.learnt();
    run(&learner.paths, &Options {}).expect("updated");
    let answers: Vec<_> = answers
        .into_iter()
        .filter(|(inside, _)| !inside.starts_with("guides/"))
        .collect();
    assert_eq!(learner.learnt(), answers);
    assert_eq!(
        sources(&learner.read("guides/patterns.ipynb")),
        ["pattern()", "more()"]
    );
    assert!(
        !learner.is_there("kept"),
        "nothing of the learner's was replaced"
    );
    let text = fs::read_to_string(learner.paths.root.join("support/lib.rs")).expect("read");
    assert_eq!(text, "// two\r\n");
    let status = learner.git(&["status", "--porcelain", "support"]);
    assert_eq!(status, "");
}

#[test]
fn what_was_saved_meanwhile_is_not_replaced() {
    let (_upstream, learner) = learner_and_news();
    learner.git(&["fetch", "--quiet"]);
    let git = Git::of(&learner.paths.root).expect("asked").expect("git");
    let all = changed(&git, "HEAD", "origin/main").expect("known");
    let path = "notebooks/exercises/1_first.ipynb";
    let change = all.iter().find(|change| change.path == path);
    let plan = plan(&learner.paths, &git, change.expect("changed")).expect("planned");
    learner.change("exercises/1_first.ipynb", |cells| {
        cells.push(cell("l", "late()"))
    });
    let error = plan.expect("it is the learner's").carry_out(&learner.paths);
    assert!(
        error
            .expect_err("it is another")
            .to_string()
            .contains("just now")
    );
    assert!(sources(&learner.read("exercises/1_first.ipynb")).contains(&"late()".to_owned()));
}
