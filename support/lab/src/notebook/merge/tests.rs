//! Every way in which two sides can change a cell.

use super::*;
use crate::notebook::scratch::{cell, yours};
use serde_json::json;

fn ran(mut cell: Value, output: &str) -> Value {
    cell["outputs"] = json!([output]);
    cell["execution_count"] = 7.into();
    cell
}

fn shown(notebook: &Notebook) -> Vec<String> {
    let cells = notebook.cells().iter();
    cells
        .map(|cell| {
            let ran = if cell["execution_count"].is_number() {
                " ran"
            } else {
                ""
            };
            let kind = cell["cell_type"].as_str().unwrap_or_default();
            format!("{kind} {}{ran}", source(cell))
        })
        .collect()
}

#[test]
fn each_side_keeps_what_only_it_changed() {
    let base = Notebook::with([cell("a", "a"), yours("b", "todo!()"), cell("c", "c")]);
    let mine = Notebook::with([
        ran(cell("a", "a"), "old"),
        cell("note", "my note"),
        ran(yours("b", "mine"), "passed"),
        ran(cell("c", "c"), "c's"),
        cell("end", "my end"),
    ]);
    let theirs = Notebook::with([
        cell("new", "new first"),
        cell("a", "newer a"),
        yours("b", "todo!()"),
        cell("c", "c"),
        cell("d", "new last"),
    ]);
    let merged = notebooks(Some(&base), &mine, &theirs);
    assert_eq!(
        shown(&merged.notebook),
        [
            "code new first",
            "code newer a",
            "code my note",
            "code mine ran",
            "code c ran",
            "code new last",
            "code my end",
        ]
    );
    assert!(merged.both.is_empty() && !merged.lost);
    let again = notebooks(Some(&theirs), &merged.notebook, &theirs);
    assert_eq!(again.notebook, merged.notebook);
}

#[test]
fn where_both_changed_a_cell_both_texts_stay_and_a_second_time_adds_nothing() {
    let base = Notebook::with([cell("a", "a"), yours("b", "todo!(1)")]);
    let mine = Notebook::with([cell("a", "my a"), yours("b", "mine")]);
    let theirs = Notebook::with([cell("a", "their a"), yours("b", "todo!(2)")]);
    let once = notebooks(Some(&base), &mine, &theirs);
    let wanted = ["code their a", "raw my a", "code mine", "raw todo!(2)"];
    assert_eq!(shown(&once.notebook), wanted);
    assert_eq!(once.both, ["my a", "mine"]);
    // Killed before it was noted what the learner has now: the same is done again.
    let twice = notebooks(Some(&base), &once.notebook, &theirs);
    assert_eq!(shown(&twice.notebook), wanted);
    let ids: std::collections::BTreeSet<_> = ids(&twice.notebook).collect();
    assert_eq!(ids.len(), 4, "each cell has an id of its own");
}

#[test]
fn an_untouched_starter_follows_the_lab_and_what_ran_under_another_text_goes() {
    let base = Notebook::with([yours("b", "todo!(1)"), cell("c", "c")]);
    let mine = Notebook::with([ran(yours("b", "todo!(1)"), "x"), ran(cell("c", "c"), "y")]);
    let theirs = Notebook::with([yours("b", "todo!(2)"), cell("c", "c")]);
    let merged = notebooks(Some(&base), &mine, &theirs);
    assert_eq!(shown(&merged.notebook), ["code todo!(2)", "code c ran"]);
}

#[test]
fn cells_that_went_away_on_one_side_go_unless_the_other_wrote_in_them() {
    let base = Notebook::with(["a", "b", "c", "d"].map(|id| cell(id, id)));
    let mine = Notebook::with([cell("a", "a"), cell("b", "my b")]);
    let theirs = Notebook::with([cell("c", "c"), cell("d", "new d")]);
    let merged = notebooks(Some(&base), &mine, &theirs);
    assert_eq!(shown(&merged.notebook), ["code new d", "code my b"]);
}

#[test]
fn a_new_order_of_the_lab_is_taken_and_own_cells_stay_behind_their_neighbours() {
    let base = Notebook::with(["a", "b", "c"].map(|id| cell(id, id)));
    let mine = Notebook::with([
        cell("top", "mine on top"),
        cell("a", "a"),
        cell("x", "after a"),
        cell("y", "after x"),
        cell("b", "b"),
        cell("c", "c"),
    ]);
    let theirs = Notebook::with(["c", "b", "a"].map(|id| cell(id, id)));
    let merged = notebooks(Some(&base), &mine, &theirs);
    let wanted = [
        "code mine on top",
        "code c",
        "code b",
        "code a",
        "code after a",
        "code after x",
    ];
    assert_eq!(shown(&merged.notebook), wanted);
    // The learner's order stays where the lab did not change its own.
    let moved = Notebook::with(["b", "a", "c"].map(|id| cell(id, id)));
    let merged = notebooks(Some(&base), &moved, &base);
    assert_eq!(shown(&merged.notebook), ["code b", "code a", "code c"]);
}

#[test]
fn cells_without_ids_or_with_the_same_one_are_not_lost() {
    let base = Notebook::with([cell("a", "a"), cell("b", "b")]);
    let mut bare = cell("", "a");
    bare["id"] = Value::Null;
    let mut own = bare.clone();
    own["source"] = "mine".into();
    let mine = Notebook::with([bare, own.clone(), own, cell("b", "b"), cell("b", "twice")]);
    let theirs = Notebook::with([cell("a", "newer a"), cell("b", "b")]);
    let merged = notebooks(Some(&base), &mine, &theirs);
    let wanted = ["newer a", "mine", "mine", "b", "twice"].map(|text| format!("code {text}"));
    assert_eq!(shown(&merged.notebook), wanted);
    let ids: std::collections::BTreeSet<_> = ids(&merged.notebook).collect();
    assert_eq!(ids.len(), 5);
}

#[test]
fn without_a_common_beginning_the_lab_s_text_and_the_learner_s_answers_count() {
    let mine = Notebook::with([cell("a", "old a"), yours("b", "mine"), cell("note", "note")]);
    let theirs = Notebook::with([cell("a", "new a"), yours("b", "todo!()")]);
    let merged = notebooks(None, &mine, &theirs);
    assert_eq!(
        shown(&merged.notebook),
        ["code new a", "code mine", "code note"]
    );
    assert!(merged.lost, "`old a` may have been the learner's");
    assert!(!notebooks(None, &theirs, &theirs).lost);
}

#[test]
fn what_we_do_not_know_survives() {
    let mut base = Notebook::with([cell("a", "a")]);
    base.json["metadata"] = json!({ "title": "old", "kernelspec": { "name": "x" } });
    let mut mine = base.clone();
    mine.json["metadata"]["mine"] = json!({ "deep": [1] });
    mine.json["cells"][0]["metadata"] = json!({ "collapsed": true });
    mine.json["cells"][0]["attachments"] = json!({ "a.png": {} });
    let mut theirs = base.clone();
    theirs.json["metadata"] = json!({ "title": "new" });
    theirs.json["cells"][0]["metadata"] = json!({ "tags": ["raises-exception"] });
    let merged = notebooks(Some(&base), &mine, &theirs).notebook.json;
    assert_eq!(
        merged["metadata"],
        json!({ "title": "new", "mine": { "deep": [1] } })
    );
    let cell = &merged["cells"][0];
    assert_eq!(
        cell["metadata"],
        json!({ "collapsed": true, "tags": ["raises-exception"] })
    );
    assert!(cell["attachments"].is_object());
    let keys = |value: &Value| value.as_object().map(|map| map.keys().cloned().collect());
    let (before, after): (Option<Vec<_>>, Option<Vec<_>>) = (keys(&mine.json), keys(&merged));
    assert_eq!(before, after, "in the same order");
}
