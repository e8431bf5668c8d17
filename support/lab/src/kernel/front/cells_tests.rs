//! What a notebook sees, and what evcxr is asked for, told by messages alone.

use super::*;
use serde_json::Value;

/// A world in which things are as a test says.
#[derive(Debug, Default)]
struct World {
    rebuilt: bool,
    gone: bool,
}

impl Surroundings for World {
    fn is_rebuilt(&self) -> bool {
        self.rebuilt
    }
    fn take_rebuilt(&mut self) -> bool {
        std::mem::take(&mut self.rebuilt)
    }
    fn is_gone(&self) -> bool {
        self.gone
    }
    fn was_out_of_memory(&mut self) -> bool {
        false
    }
}

fn key() -> Key {
    Key::new("a-key").expect("it fits")
}

/// A notebook's side and evcxr's side of the cells.
struct Talk {
    cells: Cells<World>,
    /// What evcxr was asked for, the last of it being what it works on.
    asked: Vec<Message>,
    /// What the notebook got: kind and content.
    got: Vec<(String, Value)>,
    evcxrs_count: u64,
}

impl Talk {
    fn new() -> Self {
        Talk {
            cells: Cells::new(key(), "settings()", World::default()),
            asked: Vec::new(),
            got: Vec::new(),
            evcxrs_count: 1,
        }
    }

    fn take(&mut self, out: Vec<Out>) {
        for out in out {
            match out {
                Out::Ask(message) => self.asked.push(message),
                Out::Reply(message) | Out::Publish(message) => {
                    let content = message.content();
                    self.got.push((message.kind().to_owned(), content));
                }
            }
        }
    }

    fn execute(&mut self, code: &str) {
        // The ids of a notebook are not like ours.
        let request = Message::request("execute_request", &json!({ "code": code }), &key());
        let mut frames = request.frames();
        let header = json!({ "msg_id": format!("of-{code}"), "msg_type": "execute_request" });
        frames[2] = header.to_string().into();
        let none = Key::new("").expect("none");
        let request = Message::read(frames, &none).expect("a message");
        let out = self.cells.request(request);
        self.take(out);
    }

    fn works_on(&self) -> Message {
        self.asked.last().expect("something was asked").clone()
    }

    fn publishes(&mut self, kind: &str, content: Value) {
        let message = self.works_on().child(kind, &content, &key());
        let out = self.cells.published(message);
        self.take(out);
    }

    fn replies(&mut self, status: &str) {
        let content = json!({ "status": status, "execution_count": self.evcxrs_count });
        let reply = self.works_on().reply(&content, &key());
        let out = self.cells.reply(reply);
        self.take(out);
    }

    fn begins(&mut self) {
        self.evcxrs_count += 1;
        self.publishes("status", json!({ "execution_state": "busy" }));
        let count = self.evcxrs_count;
        self.publishes("execute_input", json!({ "execution_count": count }));
    }

    fn ends(&mut self, status: &str) {
        self.replies(status);
        self.publishes("status", json!({ "execution_state": "idle" }));
    }

    fn succeeds(&mut self, result: &str) {
        self.begins();
        let content =
            json!({ "execution_count": self.evcxrs_count, "data": { "text/plain": result } });
        self.publishes("execute_result", content);
        self.ends("ok");
    }

    fn fails(&mut self, words: &str) {
        self.begins();
        let content = json!({ "ename": "Error", "evalue": words, "traceback": [words] });
        self.publishes("error", content);
        self.ends("error");
    }

    fn asked_for(&self) -> Vec<String> {
        self.asked.iter().map(code).collect()
    }

    fn kinds(&self) -> Vec<&str> {
        self.got.iter().map(|(kind, _)| kind.as_str()).collect()
    }

    fn contents(&self, of: &str) -> Vec<&Value> {
        let contents = self.got.iter().filter(|(kind, _)| kind == of);
        contents.map(|(_, content)| content).collect()
    }
}

const KILLED: &str = "Subprocess terminated with status: signal: 9 (SIGKILL)";

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
    talk.execute("b");
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
    talk.publishes("stream", json!({ "name": "stderr", "text": noise }));
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
    assert!(!talk.cells.interrupt());
    talk.execute("a");
    talk.begins();
    assert!(talk.cells.interrupt());
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
    assert_eq!(talk.contents("error")[0]["evalue"], GONE);
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
    let request = Message::request("history_request", &json!({}), &key());
    let out = talk.cells.request(request);
    talk.take(out);
    // Evcxr does not answer to this one.
    talk.publishes("status", json!({ "execution_state": "idle" }));
    talk.execute("a");
    assert_eq!(talk.asked.len(), 2);
}
