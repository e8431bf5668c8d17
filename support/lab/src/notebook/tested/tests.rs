//! What is tested in a learner's checkout, and in an author's.

use super::*;
use crate::notebook::scratch::{Checkout, cell, sources};
use serde_json::json;

/// The sources that are tested in the place of a notebook.
fn tested(checkout: &Checkout, inside: &str) -> Vec<String> {
    let tested = notebooks(&checkout.paths).expect("found");
    tested
        .assert_in_form()
        .expect("nothing is held against anybody");
    let path = checkout.paths.notebooks().join(inside);
    let subject = tested.subjects.iter().find(|subject| subject.path == path);
    sources(&Notebook::read(&subject.expect("it is tested").file).expect("read"))
}

const STARTER: [&str; 3] = ["shared()", "todo!(\"answer\")", "check()"];

#[test]
fn a_learner_s_work_is_left_aside_and_said_with_git_and_without() {
    let without = Checkout::new();
    Course::of(&without.paths).expect("noted");
    for checkout in [Checkout::with_git(), without] {
        checkout.learn();
        let before = checkout.learnt();
        let found = notebooks(&checkout.paths).expect("found");
        found
            .assert_in_form()
            .expect("nothing is held against them");
        let laid = crate::notebook::below(&found.folder).expect("read");
        assert_eq!(laid.len(), 6);
        assert!(found.folder.join("../support/lib.rs").exists());
        assert_eq!(found.subjects.len(), 6);
        let aside = found.aside().expect("it is said");
        let run = "`exercises/1_first.ipynb` (has run), `exercises/2_second.ipynb` (has run), \
                   `guides/patterns.ipynb` (has run), `start_here.ipynb` (has run)";
        let own = "`exercises/1_first-Copy1.ipynb` (is your own), `exercises/Untitled.ipynb` (is your own)";
        assert!(aside.contains(run) && aside.contains(own), "{aside}");
        assert_eq!(tested(&checkout, "exercises/1_first.ipynb"), STARTER);
        assert_eq!(tested(&checkout, "guides/patterns.ipynb"), ["pattern()"]);
        assert_eq!(checkout.learnt(), before);
    }
}

#[test]
fn work_that_the_learner_has_committed_is_left_aside_too() {
    let learner = Checkout::with_git().cloned();
    learner.learn();
    learner.commit("My work");
    assert_eq!(tested(&learner, "exercises/1_first.ipynb"), STARTER);
    assert_eq!(tested(&learner, "start_here.ipynb"), ["start()"]);
}

#[test]
fn a_note_in_an_exercise_that_never_ran_and_one_that_is_damaged_or_gone_are_no_fault() {
    let checkout = Checkout::with_git();
    checkout.change("exercises/1_first.ipynb", |cells| {
        cells[0]["source"] = json!(["a longer STEP"]);
        cells.push(cell("note", "note"));
    });
    checkout.file("notebooks/exercises/2_second.ipynb", "{cut");
    std::fs::remove_file(checkout.paths.notebooks().join("start_here.ipynb")).expect("gone");
    assert_eq!(tested(&checkout, "exercises/1_first.ipynb"), STARTER);
    assert_eq!(tested(&checkout, "exercises/2_second.ipynb"), STARTER);
    assert_eq!(tested(&checkout, "start_here.ipynb"), ["start()"]);
}

#[test]
fn an_author_s_edit_is_tested_before_it_is_committed() {
    let checkout = Checkout::with_git();
    checkout.change("guides/patterns.ipynb", |cells| {
        cells[0]["source"] = json!(["edited()"])
    });
    assert_eq!(tested(&checkout, "guides/patterns.ipynb"), ["edited()"]);
    checkout.change("exercises/2_second.ipynb", |cells| {
        cells[1]["source"] = json!(["todo!(\"better words\")"]);
    });
    assert_eq!(
        tested(&checkout, "exercises/2_second.ipynb")[1],
        "todo!(\"better words\")"
    );
    // An exercise that does not follow its solution yet has drifted.
    checkout.change("solutions/1_first.ipynb", |cells| {
        cells[0]["source"] = json!(["edited()"])
    });
    let found = notebooks(&checkout.paths).expect("found");
    let error = found.assert_in_form().expect_err("its exercise is behind");
    assert!(
        error.to_string().contains("exercises/1_first.ipynb"),
        "{error}"
    );
}

#[test]
fn a_new_exercise_is_tested_before_git_knows_it() {
    let checkout = Checkout::with_git();
    for folder in ["solutions", "exercises"] {
        checkout.write(&format!("{folder}/3_third.ipynb"), [cell("a", "1")]);
    }
    checkout.write("exercises/3_third-Copy1.ipynb", [cell("a", "1")]);
    let found = notebooks(&checkout.paths).expect("found");
    let third = |subject: &&Subject| subject.path.to_string_lossy().contains("3_third");
    assert_eq!(found.subjects.iter().filter(third).count(), 2);
}
