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
        let git = Git::of(&learner.paths.root).expect("git");
        let (head, goal) = (
            learner.git(&["rev-parse", "HEAD"]),
            learner.git(&["rev-parse", "origin/main"]),
        );
        let names = [
            "notebooks/exercises/1_first.ipynb",
            "notebooks/exercises/2_second.ipynb",
        ];
        for path in names.iter().take(steps) {
            let plan = plan(&learner.paths, &git, &head, &goal, path).expect("planned");
            plan.expect("it was changed")
                .carry_out(&learner.paths)
                .expect("written");
        }
        if steps > 2 {
            let entry = entry(&git, &goal, names[0]).expect("known");
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
