//! What is asked of evcxr and when, and what a notebook sees of it.

use super::*;
use crate::kernel::front::talk::{KILLED, Talk, key};

#[test]
fn cells_go_to_evcxr_one_by_one_and_count_from_one() {
    let mut talk = Talk::new();
    talk.execute("a");
    talk.execute("b");
    assert_eq!(talk.asked_for(), ["a"]);
    talk.succeeds("1");
    assert_eq!(talk.asked_for(), ["a", "b"]);
    talk.succeeds("2");
    for kind in ["execute_input", "execute_result", "execute_reply"] {
        let contents = talk.contents(kind);
        let counts: Vec<_> = contents
            .iter()
            .map(|content| &content["execution_count"])
            .collect();
        assert_eq!(counts, [1, 2], "{kind}");
    }
}

#[test]
fn after_a_death_the_settings_run_unseen_before_the_next_cell() {
    let mut talk = Talk::new();
    talk.execute("a");
    talk.fails(KILLED);
    let seen = talk.got.len();
    let error = talk.contents("error")[0];
    assert_eq!(error["ename"], ending::NAME);
    let words = error["evalue"].as_str().expect("words");
    assert!(
        words.contains("SIGKILL") && words.contains("hint: "),
        "{words}"
    );
    assert_eq!(talk.asked_for(), ["a", "settings()"]);
    talk.execute("b");
    talk.succeeds("()");
    assert_eq!(talk.got.len(), seen);
    assert_eq!(talk.asked_for(), ["a", "settings()", "b"]);
    talk.succeeds("2");
    assert_eq!(talk.contents("execute_result")[0]["execution_count"], 2);
}

#[test]
fn an_answer_of_failure_comes_after_its_reason() {
    let mut talk = Talk::new();
    talk.execute("a");
    talk.begins();
    // The two come over different connections.
    talk.replies("error");
    assert!(!talk.kinds().contains(&"execute_reply"));
    talk.publishes(
        "error",
        json!({ "evalue": "mismatched", "traceback": ["[command_2:1:1]"] }),
    );
    talk.publishes("status", json!({ "execution_state": "idle" }));
    assert_eq!(
        talk.kinds(),
        [
            "status",
            "execute_input",
            "error",
            "execute_reply",
            "status"
        ]
    );
    assert_eq!(talk.contents("error")[0]["traceback"][0], "[command_1:1:1]");
}

#[test]
fn a_cell_whose_crate_changes_support_runs_again_by_itself() {
    let mut talk = Talk::new();
    let cell = "// mine\n:dep rand = { features = [\"x\"] }\nrand::random()";
    talk.execute(cell);
    talk.cells.around.rebuilt = true;
    talk.begins();
    let noise = "While processing instruction `Ok(\"LOAD_AND_RUN …\n";
    for part in [noise, "got error"] {
        talk.writes(Piece::Text(Stream::Stderr, part.to_owned()));
    }
    talk.publishes(
        "error",
        json!({ "evalue": "Subprocess terminated with status: exit status: 99" }),
    );
    talk.ends("error");
    // What evcxr did not take over is declared with the settings.
    let settings = ":dep rand = { features = [\"x\"] }\nsettings()";
    assert_eq!(talk.asked_for(), [cell, settings]);
    talk.succeeds("()");
    assert_eq!(talk.asked_for(), [cell, settings, cell]);
    talk.succeeds("4");
    assert_eq!(
        talk.kinds(),
        [
            "status",
            "execute_input",
            "stream",
            "execute_result",
            "execute_reply",
            "status"
        ]
    );
    assert_eq!(
        talk.contents("stream")[0]["text"],
        "`rand` was added and changes what `support` is built from: variables start anew.\n"
    );
    assert_eq!(talk.contents("execute_reply")[0]["status"], "ok");
    assert_eq!(talk.contents("execute_reply")[0]["execution_count"], 1);
}

#[test]
fn that_support_is_built_is_said_once_and_early() {
    let mut talk = Talk::new();
    talk.execute(":dep rand = \"1\"");
    talk.begins();
    let out = talk.cells.builds_support();
    talk.take(out);
    assert_eq!(talk.contents("stream").len(), 1);
    talk.cells.around.rebuilt = true;
    talk.publishes(
        "error",
        json!({ "evalue": "Subprocess terminated with status: exit status: 99" }),
    );
    talk.ends("error");
    assert_eq!(talk.contents("stream").len(), 1);
    assert!(talk.contents("error").is_empty());
}

#[test]
fn a_second_rebuild_of_one_cell_is_a_failure_and_no_circle() {
    let mut talk = Talk::new();
    talk.execute(":dep rand = \"1\"");
    talk.cells.around.rebuilt = true;
    talk.fails("Subprocess terminated with status: exit status: 99");
    talk.succeeds("()");
    talk.cells.around.rebuilt = true;
    talk.fails("Subprocess terminated with status: exit status: 99");
    assert_eq!(talk.contents("execute_reply")[0]["status"], "error");
    assert_eq!(talk.contents("error").len(), 1);
}

#[test]
fn where_all_is_cleared_what_is_read_at_the_start_is_read_again() {
    let mut talk = Talk::new();
    talk.execute("f().await");
    talk.succeeds("()");
    talk.succeeds("1");
    talk.execute(":clear");
    talk.succeeds("()");
    talk.succeeds("()");
    talk.execute("f().await");
    assert_eq!(
        talk.asked_for(),
        [AWAITS, "f().await", ":clear", LOAD, AWAITS]
    );
}

#[test]
fn a_process_is_started_anew_without_what_evcxr_would_look_for() {
    let mut talk = Talk::new();
    talk.execute(":restart");
    assert_eq!(talk.orders, ["end", "run \n"]);
    assert_eq!(talk.asked_for(), ["settings()"]);
    assert_eq!(talk.contents("execute_reply")[0]["status"], "ok");
}

#[test]
fn settings_that_meet_a_dead_process_are_tried_again_but_not_for_ever() {
    let mut talk = Talk::new();
    talk.execute("a");
    talk.fails(KILLED);
    for _ in 0..TRIES {
        talk.fails(KILLED);
    }
    assert_eq!(talk.asked_for().len(), 1 + usize::from(TRIES));
    assert_eq!(talk.contents("error").len(), 1);
}

#[test]
fn an_interrupt_reaches_a_cell_and_says_so_and_nothing_between_cells() {
    let mut talk = Talk::new();
    assert!(talk.cells.interrupt().is_none());
    talk.execute("a");
    talk.begins();
    assert!(talk.cells.interrupt().is_some());
    talk.publishes("error", json!({ "evalue": KILLED, "traceback": [KILLED] }));
    talk.ends("error");
    let error = talk.contents("error")[0];
    let words = error["evalue"].as_str().expect("words");
    assert!(words.starts_with("The cell was interrupted"), "{words}");
}

#[test]
fn a_kernel_without_its_folder_says_one_thing() {
    let mut talk = Talk::new();
    talk.cells.around.gone = true;
    talk.execute("a");
    talk.begins();
    for words in ["Error running 'cargo check': No such file", "another"] {
        talk.publishes("error", json!({ "evalue": words, "traceback": [words] }));
    }
    talk.ends("error");
    assert_eq!(talk.contents("error").len(), 1);
    assert_eq!(talk.contents("error")[0]["ename"], "KernelFolderGone");
}

#[test]
fn what_a_task_writes_after_the_settings_belongs_to_the_cell_before() {
    let mut talk = Talk::new();
    talk.execute("a");
    talk.fails(KILLED);
    let settings = talk.works_on();
    talk.succeeds("()");
    let late = settings.child(
        "stream",
        &json!({ "name": "stdout", "text": "tick\n" }),
        &key(),
    );
    let out = talk.cells.published(late);
    let [Out::Publish(message)] = out.as_slice() else {
        panic!("{out:?}");
    };
    assert_eq!(message.parent_id(), "of-a");
}

#[test]
fn requests_that_are_no_cells_pass_with_their_answers() {
    let mut talk = Talk::new();
    talk.asks("comm_msg", &json!({}));
    // Evcxr does not answer to this one.
    talk.publishes("status", json!({ "execution_state": "idle" }));
    talk.execute("a");
    assert_eq!(talk.asked.len(), 2);
}

#[test]
fn what_evcxr_does_not_know_is_answered_here_in_its_turn() {
    let mut talk = Talk::new();
    talk.execute("a");
    talk.asks(
        "history_request",
        &json!({ "hist_access_type": "tail", "n": 1 }),
    );
    talk.asks("comm_info_request", &json!({}));
    talk.asks("kernel_info_request", &json!({}));
    talk.asks("is_complete_request", &json!({ "code": "f(" }));
    assert!(talk.contents("history_reply").is_empty());
    talk.succeeds("1");
    assert_eq!(
        talk.contents("history_reply")[0]["history"],
        json!([[1, 1, "a"]])
    );
    assert_eq!(talk.contents("comm_info_reply")[0]["comms"], json!({}));
    let info = talk.contents("kernel_info_reply")[0];
    assert_eq!(info["implementation_version"], "1.2.3");
    assert_eq!(info["language_info"]["name"], "rust");
    assert_eq!(
        talk.contents("is_complete_reply")[0]["status"],
        "incomplete"
    );
    assert_eq!(talk.asked.len(), 1);
}

#[test]
fn before_the_first_cell_that_awaits_another_one_does_unseen() {
    let mut talk = Talk::new();
    talk.execute("f().await");
    assert_eq!(talk.asked_for(), [AWAITS]);
    talk.succeeds("()");
    assert_eq!(talk.asked_for(), [AWAITS, "f().await"]);
    assert!(talk.got.is_empty());
    talk.succeeds("1");
    talk.execute("g().await");
    assert_eq!(talk.asked_for(), [AWAITS, "f().await", "g().await"]);
    assert_eq!(talk.contents("execute_result")[0]["execution_count"], 1);
}

#[test]
fn a_cell_that_would_wait_for_input_is_refused() {
    let mut talk = Talk::new();
    talk.execute("std::io::stdin().lines();");
    talk.execute("next");
    assert!(
        talk.contents("execute_reply")[0]["evalue"]
            .as_str()
            .is_some_and(|words| words.contains("hint: "))
    );
    assert_eq!(
        talk.kinds()[..5],
        [
            "status",
            "execute_input",
            "error",
            "execute_reply",
            "status"
        ]
    );
    assert_eq!(talk.asked_for(), ["next"]);
}

#[test]
fn help_is_asked_for_in_other_words_and_answered_in_those_of_the_notebook() {
    let mut talk = Talk::new();
    let code = "let é = 1; println!(\"{}\", wo";
    talk.asks(
        "complete_request",
        &json!({ "code": code, "cursor_pos": 28 }),
    );
    assert_eq!(talk.asked_for(), ["let é = 1; ( {();wo;})"]);
    talk.publishes("status", json!({ "execution_state": "busy" }));
    let types = json!([{ "text": "word(…)", "type": "function" }]);
    talk.answers(&json!({
        "status": "ok", "matches": ["word(x)"], "metadata": { "_jupyter_types_experimental": types },
    }));
    assert_eq!(talk.kinds(), ["status", "complete_reply", "status"]);
    let reply = talk.contents("complete_reply")[0];
    assert_eq!(reply["matches"], json!(["word"]));
    assert_eq!(
        (&reply["cursor_start"], &reply["cursor_end"]),
        (&json!(26), &json!(28))
    );
}

#[test]
fn a_name_that_is_not_known_is_not_the_last_to_be_asked_about() {
    let mut talk = Talk::new();
    talk.asks(
        "inspect_request",
        &json!({ "code": "f(1, a)", "cursor_pos": 5 }),
    );
    talk.answers(&json!({ "status": "ok", "found": false, "data": {} }));
    assert_eq!(talk.asked_for(), ["let _ = f(1, a", "let _ = f"]);
    assert!(talk.got.is_empty());
    talk.answers(
        &json!({ "status": "ok", "found": true, "data": { "text/html": "<p>fn f()</p>" } }),
    );
    assert_eq!(
        talk.contents("inspect_reply")[0]["data"]["text/plain"],
        "fn f()"
    );
    talk.asks(
        "inspect_request",
        &json!({ "code": "// f(1)", "cursor_pos": 4 }),
    );
    assert_eq!(talk.contents("inspect_reply")[1]["found"], false);
    assert_eq!(talk.asked.len(), 2);
}

#[test]
fn documentation_that_a_cell_begins_with_reaches_evcxr_and_the_notebook_sees_its_own_cell() {
    let mut talk = Talk::new();
    talk.execute("/// Adds.\nfn add() {}");
    assert_eq!(talk.asked_for(), [" /// Adds.\nfn add() {}"]);
    talk.begins();
    assert_eq!(
        talk.contents("execute_input")[0]["code"],
        "/// Adds.\nfn add() {}"
    );
}
