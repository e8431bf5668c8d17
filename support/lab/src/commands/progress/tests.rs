//! Work that goes into a file and comes back, and files that hold something else.

use super::export::export;
use super::import::import;
use super::*;
use crate::notebook::scratch::{Checkout, cell, sources};
use crate::system::files;
use fs_err as fs;
use serde_json::{Value, json};

/// The work of a learner in a file, and the checkout that it is of.
fn saved() -> (Checkout, PathBuf, Value) {
    let learner = Checkout::with_git();
    learner.learn();
    let progress = learner.beside("progress.json");
    fs::write(&progress, "{\"1_first\": 10}").expect("written");
    let file = learner.beside("work.json");
    let before = learner.learnt();
    export(&learner.paths, Some(&progress), &file).expect("exported");
    assert_eq!(learner.learnt(), before);
    let json = serde_json::from_slice(&fs::read(&file).expect("read")).expect("JSON");
    (learner, file, json)
}

fn progress_of(checkout: &Checkout) -> PathBuf {
    checkout.beside("progress.json")
}

#[test]
fn everything_that_a_learner_wrote_comes_back_elsewhere() {
    let (learner, file, json) = saved();
    let progress = progress_of(&learner);
    let again = export(&learner.paths, Some(&progress), &file).expect_err("it is there");
    assert!(again.to_string().contains("exists already"), "{again}");
    let saved = json["notebooks"].as_object().expect("notebooks").keys();
    let mut saved: Vec<_> = saved.collect();
    saved.sort();
    let wanted = [
        "exercises/1_first-Copy1.ipynb",
        "exercises/1_first.ipynb",
        "exercises/2_second.ipynb",
        "exercises/Untitled.ipynb",
        "guides/patterns.ipynb",
        "start_here.ipynb",
    ];
    assert_eq!(saved, wanted);

    let other = Checkout::new();
    let progress = progress_of(&other);
    import(&other.paths, Some(&progress), &file).expect("imported");
    assert_eq!(other.learnt(), learner.learnt());
    assert_eq!(solved(Some(&progress)).expect("read").len(), 1);
    // What was there was kept. A second time there is nothing to do.
    let kept = || fs::read_dir(other.paths.notebooks().join("kept")).map(Iterator::count);
    let before = kept().expect("kept");
    import(&other.paths, Some(&progress), &file).expect("imported");
    assert_eq!(kept().expect("kept"), before);
}

#[test]
fn only_exercises_are_counted() {
    let (learner, _, _) = saved();
    let course = Course::of(&learner.paths).expect("known");
    assert_eq!(
        course.exercises(),
        ["exercises/1_first.ipynb", "exercises/2_second.ipynb"]
    );
}

#[test]
fn an_older_notebook_gets_what_is_new_in_the_lab() {
    let (_learner, file, _) = saved();
    let newer = Checkout::with_git();
    newer.change("exercises/1_first.ipynb", |cells| {
        cells[0]["source"] = json!(["mended()"]);
        cells.push(cell("d", "one_more()"));
    });
    newer.commit("Newer");
    import(&newer.paths, None, &file).expect("imported");
    let wanted = [
        "mended()",
        "My note.",
        "fn answer() {\n    // todo!(\"done\")\n}",
        "check()",
        "one_more()",
        "my_helper()",
    ];
    assert_eq!(sources(&newer.read("exercises/1_first.ipynb")), wanted);
}

#[test]
fn a_file_of_the_first_version_reverts_nothing_and_loses_nothing() {
    let (_learner, file, mut json) = saved();
    json["format"] = "async-lab-work/1".into();
    let old = json.as_object_mut().expect("an object");
    old.remove("made_from");
    old.remove("damaged");
    json["notebooks"]["exercises/1_first.ipynb"]["cells"][0]["source"] = json!(["perhaps_mine()"]);
    fs::write(&file, json.to_string()).expect("written");
    let here = Checkout::with_git();
    import(&here.paths, None, &file).expect("imported");
    let after = sources(&here.read("exercises/1_first.ipynb"));
    assert!(after.contains(&"shared()".to_owned()) && after.contains(&"My note.".to_owned()));
    let kept = files::below(&here.paths.notebooks().join("kept"), &|_| true).expect("kept");
    let has = |path| fs::read_to_string(path).is_ok_and(|text| text.contains("perhaps_mine()"));
    assert!(kept.iter().any(has));
}

#[test]
fn a_damaged_notebook_concerns_itself_alone() {
    let (learner, _, _) = saved();
    let cut = "{\"cells\": [{\"cell_type\": \"code\", \"source\": \"precious";
    learner.file("notebooks/exercises/2_second.ipynb", cut);
    let file = learner.beside("second.json");
    export(&learner.paths, None, &file).expect("the others can be saved");
    let here = Checkout::new();
    // Damaged here, too: another notebook, which is put right.
    here.file("notebooks/exercises/1_first.ipynb", "{");
    import(&here.paths, None, &file).expect("the others come back");
    assert!(sources(&here.read("exercises/1_first.ipynb")).contains(&"My note.".to_owned()));
    assert_eq!(
        here.read("exercises/2_second.ipynb"),
        Checkout::new().read("exercises/2_second.ipynb")
    );
    assert_eq!(here.text("kept/2_second-1.ipynb"), cut);
    assert_eq!(here.text("kept/1_first-1.ipynb"), "{");
}

#[test]
fn outputs_stay_where_the_cell_stays_and_are_no_reason_to_write() {
    let (learner, file, _) = saved();
    let before = learner.text("exercises/1_first.ipynb");
    import(&learner.paths, None, &file).expect("imported");
    assert_eq!(learner.text("exercises/1_first.ipynb"), before);
    learner.change("exercises/1_first.ipynb", |cells| {
        cells[2]["source"] = "another".into()
    });
    import(&learner.paths, None, &file).expect("imported");
    let after = learner.read("exercises/1_first.ipynb");
    assert!(after.cells()[0]["execution_count"] == 4 && after.cells()[2]["outputs"] == json!([]));
    assert_eq!(sources(&learner.read("kept/1_first-1.ipynb"))[2], "another");
}

#[test]
fn progress_that_cannot_be_read_is_said_before_anything_is_written() {
    let (_learner, file, _) = saved();
    let here = Checkout::new();
    let progress = progress_of(&here);
    fs::write(&progress, "{oh").expect("written");
    let error = import(&here.paths, Some(&progress), &file).expect_err("it is damaged");
    assert!(format!("{error:#}").contains("hint:"), "{error:#}");
    assert!(here.learnt().is_empty());
    assert_eq!(fs::read_to_string(&progress).expect("read"), "{oh");
}

/// Damages of the whole file and of its parts, some two hundred.
fn damaged(good: &Value) -> Vec<Vec<u8>> {
    let text = serde_json::to_string_pretty(good).expect("JSON");
    let bytes = text.as_bytes();
    let mut all: Vec<Vec<u8>> = (0..60)
        .map(|part| bytes[..bytes.len() * part / 60].to_vec())
        .collect();
    // One byte is another.
    all.extend((0..60).map(|part| {
        let mut bytes = bytes.to_vec();
        let place = bytes.len() * part / 60;
        bytes[place] = [0, b'{', 0xff][part % 3];
        bytes
    }));
    let wrong = [
        json!(5),
        json!("hello"),
        json!(null),
        json!([]),
        json!({ "cells": "x" }),
        json!(-1.5),
        json!(true),
    ];
    let mut with = |change: &dyn Fn(&mut Value)| {
        let mut json = good.clone();
        change(&mut json);
        all.push(json.to_string().into_bytes());
    };
    for value in &wrong {
        with(&|json| *json = value.clone());
        for key in ["format", "solved", "notebooks", "made_from", "damaged"] {
            with(&|json| json[key] = value.clone());
        }
        with(&|json| json["notebooks"]["exercises/1_first.ipynb"] = value.clone());
        with(&|json| json["made_from"]["exercises/1_first.ipynb"] = value.clone());
        with(&|json| json["notebooks"]["exercises/1_first.ipynb"]["cells"][0] = value.clone());
        with(&|json| {
            json["notebooks"]["exercises/1_first.ipynb"]["cells"][0]["source"] = value.clone()
        });
        with(&|json| json["solved"]["1_first"] = value.clone());
    }
    for format in [
        "",
        "async-lab-work/",
        "async-lab-work/0",
        "async-lab-work/3",
        "other/1",
    ] {
        with(&|json| json["format"] = format.into());
    }
    for place in [
        "../../x.ipynb",
        "/tmp/x.ipynb",
        "exercises/../../x.ipynb",
        ".git/x.ipynb",
        "x.txt",
        "a\0.ipynb",
        "",
    ] {
        with(&|json| json["notebooks"][place] = json!({ "cells": [] }));
    }
    let mut marked = "\u{feff}".as_bytes().to_vec();
    marked.extend(bytes);
    all.push(marked);
    all.push(text.replace('\n', "\r\n").into_bytes());
    all
}

#[test]
fn a_damaged_file_is_refused_whole_or_every_known_notebook_is_right() {
    let (learner, file, good) = saved();
    let good_notebook = learner.read("exercises/2_second.ipynb");
    let all = damaged(&good);
    assert!(all.len() > 200, "{}", all.len());
    let mut refused = 0;
    let fresh = || {
        let here = Checkout::new();
        Course::of(&here.paths).expect("known");
        let before = here.everything();
        (here, before)
    };
    let (mut here, mut before) = fresh();
    for (number, bytes) in all.iter().enumerate() {
        fs::write(&file, bytes).expect("written");
        match import(&here.paths, Some(&progress_of(&here)), &file) {
            Err(error) => {
                refused += 1;
                assert_eq!(here.everything(), before, "{number}: {error:#}");
                assert!(
                    format!("{error:#}").contains("work.json"),
                    "{number}: {error:#}"
                );
            }
            Ok(()) => {
                // Which fails where one cannot be read.
                here.read("exercises/1_first.ipynb");
                here.read("guides/patterns.ipynb");
                let second = here.read("exercises/2_second.ipynb").cells().len();
                assert!(
                    [3, good_notebook.cells().len()].contains(&second),
                    "{number}"
                );
                (here, before) = fresh();
            }
        }
    }
    assert!(
        (150..all.len() - 20).contains(&refused),
        "{refused} of {}",
        all.len()
    );
}

#[test]
fn ten_imports_at_once_lose_nothing() {
    let here = Checkout::with_git();
    let files: Vec<PathBuf> = (0..10)
        .map(|number| {
            let learner = Checkout::with_git();
            learner.change("exercises/1_first.ipynb", |cells| {
                cells[1]["source"] = format!("answer_{number}()").into();
            });
            let file = here.beside(&format!("{number}.json"));
            export(&learner.paths, None, &file).expect("exported");
            file
        })
        .collect();
    std::thread::scope(|scope| {
        for file in &files {
            scope.spawn(|| import(&here.paths, None, file).expect("imported"));
        }
    });
    let mut all = files::below(&here.paths.notebooks().join("kept"), &|_| true).expect("kept");
    all.push(here.paths.notebooks().join("exercises/1_first.ipynb"));
    let texts: Vec<String> = all
        .iter()
        .map(|path| fs::read_to_string(path).expect("read"))
        .collect();
    for number in 0..10 {
        let answer = format!("answer_{number}()");
        assert!(texts.iter().any(|text| text.contains(&answer)), "{answer}");
    }
}
