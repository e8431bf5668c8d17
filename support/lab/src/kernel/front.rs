//! Stands between Jupyter and evcxr: what Jupyter calls the kernel is this process.
//!
//! It binds the five ports that Jupyter names, starts evcxr behind it on ports of its own, and passes messages: [`message`]
//! is how they look, [`sockets`] between whom they go, [`traffic`] how, [`queue`] what happens to requests, [`running`] to the one
//! that is worked on, [`answers`] which are answered here, [`assist`] how who writes is helped. What cells write comes by pipes:
//! [`process`] is those, [`output`] what is in it, [`pace`] when it goes on. [`source`] knows code, [`sources`] what was compiled,
//! [`compiler`] what is wrong with it, [`bindings`] which variables are lost, [`failure`], [`ending`], [`spoilt`] and [`words`] what
//! to say. Evcxr keeps to itself what a notebook ought to know, and says what it ought not; here is where that is made good.
//!
//! Neither outlives the other ([`life`]). Evcxr ends with the front in whatever way that ends, and the process of the cells when nobody can
//! give it orders any more. Where evcxr ends, so does the front.

mod answers;
mod assist;
mod bindings;
mod cells;
mod compiler;
mod ending;
mod excuse;
mod failure;
mod folder;
mod history;
mod life;
mod message;
mod output;
mod pace;
mod process;
mod queue;
mod running;
mod sockets;
mod source;
mod sources;
mod spoilt;
#[cfg(test)]
mod talk;
mod traffic;

mod words;

use crate::evcxr::crates::{LOADED, REBUILT};
use crate::system::variables;
use anyhow::{Context, Result};
use bytes::Bytes;
use cells::{Cells, Out};
pub(super) use excuse::excuse;
use folder::Folder;
use fs_err::{self as fs, File};
use life::{ended, stop_compilers, stop_evcxr, stop_when_told};
use message::{Key, Message};
use output::{DONE, PANICKED, Piece, QUESTION_MARK};
use process::Process;
use serde_json::json;

use sockets::{Connection, Evcxr, Jupyter, Ports};
use spoilt::tells_of_panic;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;
use tokio::sync::mpsc::{Sender, channel};
use traffic::{MOST, WAITING, echo, next, pass_both_ways, publish, receive, send};
use zeromq::{DealerSendHalf, RouterSendHalf};

/// How long an interrupted cell has until its process is ended.
const GRACE: Duration = Duration::from_secs(1);

/// How long a figure waits for another of its forms.
const MOMENT: Duration = Duration::from_millis(20);

/// How long what was said last has until the kernel ends.
const FAREWELL: Duration = Duration::from_millis(500);

/// What evcxr's stderr says when it builds `support`.
const BUILDS: &str = "Compiling support v";

/// How to start evcxr, and what it needs.
pub(crate) struct Kernel {
    /// The command, to which the option that names its connection file is added.
    pub(crate) command: Command,
    /// The folder in which it builds.
    pub(crate) folder: PathBuf,
    /// What a new process of the cells runs first.
    pub(crate) settings: &'static str,
    /// There as long as the folder is.
    pub(crate) alive: PathBuf,
}

/// Serves Jupyter until it says that it is enough, or until evcxr has ended.
pub(crate) fn run(kernel: Kernel, connection_file: &Path) -> Result<ExitCode> {
    let connection = Connection::read(connection_file)?;
    let key = Key::new(connection.key())?;
    in_one_thread(serve(kernel, &connection, key))
}

/// Serves Jupyter in one thread: evcxr ends with the thread that started it.
fn in_one_thread(serving: impl Future<Output = Result<ExitCode>>) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the front could not be started")?;
    let code = runtime.block_on(serving);
    // Whatever still waits for a message will get none.
    runtime.shutdown_background();
    code
}

async fn serve(mut kernel: Kernel, connection: &Connection, key: Key) -> Result<ExitCode> {
    let started = Instant::now();
    let jupyter = Jupyter::listen(connection).await?;
    let ports = Ports::hold(connection.key())?;
    let file = kernel.folder.join("async-lab-connection.json");
    ports.write(&file)?;
    let loaded = kernel.folder.join(LOADED);
    for marker in [&loaded, &kernel.folder.join(REBUILT)] {
        // That it is not there is what is hoped for.
        let _ = fs::remove_file(marker);
    }
    let mut process = Process::new()?;
    kernel
        .command
        .arg("--control_file")
        .arg(&file)
        .env(variables::OUTPUT, process.inherited())
        .stdin(Stdio::null())
        .stderr(Stdio::piped());
    let mut evcxr = tokio::process::Command::from(kernel.command)
        .kill_on_drop(true)
        .spawn()
        .context("evcxr could not be started")?;
    let (events, mut incoming) = channel(WAITING);
    listen_to_errors(&mut evcxr, events.clone());
    let (stop, mut stopped) = channel(1);
    tokio::spawn(stop_when_told(stop));
    let mut publisher = publish(jupyter.iopub, key.clone());
    tokio::spawn(echo(jupyter.heartbeat));

    let (behind, info) = {
        let mut reached = pin!(Evcxr::ready(&ports, &key));
        loop {
            tokio::select! {
                behind = &mut reached => break behind?,
                // It runs its settings.
                pieces = process.read() => settle(&process, pieces),
                status = evcxr.wait() => return ended(status),
                _ = stopped.recv() => return stop_evcxr(&mut evcxr).await,
            }
        }
    };
    tracing::debug!(elapsed = ?started.elapsed(), "evcxr answers");
    drop(ports);
    // It has read it.
    let _ = fs::remove_file(&file);
    File::create(&loaded)?;

    let (mut shell, requests) = jupyter.shell;
    receive(requests, events.clone(), Event::Request);
    let (mut control, requests) = jupyter.control;
    receive(requests, events.clone(), Event::Control);
    let (mut ask_evcxr, replies) = behind.shell;
    receive(replies, events.clone(), Event::Reply);
    let (mut control_evcxr, replies) = behind.control;
    let (to_control, mut control_replies) = channel(WAITING);
    receive(replies, to_control, std::convert::identity);
    let give_up = pass_both_ways(jupyter.stdin, behind.stdin, key.clone());
    let (to_published, mut published) = channel(WAITING);
    receive(behind.iopub, to_published, std::convert::identity);

    let around = Folder::new(&kernel.folder, kernel.alive);
    let mut cells = Cells::new(key.clone(), kernel.settings, info, around);
    let mut kill: Option<(Instant, String)> = None;
    let mut quit: Option<Instant> = None;
    loop {
        let waits = process.waits().then(|| Instant::now() + MOMENT);
        let ends = kill.as_ref().map(|(at, _)| *at);
        let due = [cells.due(), waits, ends, quit].into_iter().flatten().min();
        let out = tokio::select! {
            status = evcxr.wait() => return ended(status),
            _ = stopped.recv() => return stop_evcxr(&mut evcxr).await,
            pieces = read_if_room(&mut process, &publisher) => written(pieces, &mut process, &mut cells),
            () = until(due) => {
                if quit.is_some_and(|at| at <= Instant::now()) {
                    stop_evcxr(&mut evcxr).await?;
                    return Ok(ExitCode::FAILURE);
                }
                let mut out = Vec::new();
                if waits.is_some() {
                    let pieces = process.drain();
                    out = written(pieces, &mut process, &mut cells);
                }
                out.extend(cells.tick(Instant::now()));
                if let Some((_, id)) = kill.take_if(|(at, _)| *at <= Instant::now())
                    && cells.is_running(&id)
                {
                    let interrupt = Message::request("interrupt_request", &json!({}), &key);
                    send(&mut control_evcxr, interrupt.frames()).await;
                }
                out
            }
            Some(event) = incoming.recv() => match event {
                Event::Request(frames) => {
                    read(frames, &key).map_or_else(Vec::new, |message| cells.request(message))
                }
                Event::Reply(frames) => with(frames, &key, &mut process, &mut cells, Cells::reply),
                Event::BuildsSupport => cells.builds_support(),
                Event::Panics => {
                    cells.panics();
                    continue;
                }
                Event::Control(frames) => {
                    let Some(message) = read(frames, &key) else {
                        continue;
                    };
                    match message.kind() {
                        "shutdown_request" => {
                            let restart = message.content()["restart"] == true;
                            let content = json!({ "status": "ok", "restart": restart });
                            send(&mut control, message.reply(&content, &key).frames()).await;
                            return stop_evcxr(&mut evcxr).await;
                        }
                        "interrupt_request" => {
                            let reply = message.reply(&json!({ "status": "ok" }), &key);
                            send(&mut control, reply.frames()).await;
                            let Some((id, out)) = cells.interrupt() else {
                                continue;
                            };
                            // Who is asked for input need not answer any more.
                            let _ = give_up.try_send(());
                            stop_compilers(&evcxr, process.number());
                            let grace = process.number().map_or(Duration::ZERO, |_| GRACE);
                            kill = Some((Instant::now() + grace, id));
                            out
                        }
                        _ => {
                            send(&mut control_evcxr, message.frames()).await;
                            continue;
                        }
                    }
                }
            },
            Some(frames) = control_replies.recv() => {
                let ours = read(frames.clone(), &key).is_some_and(|message| message.answers_us());
                if !ours {
                    send(&mut control, frames).await;
                }
                continue;
            }
            Some(frames) = next(&mut published, &publisher) => {
                with(frames, &key, &mut process, &mut cells, Cells::published)
            }
        };
        for out in out {
            if matches!(out, Out::End) {
                let interrupt = Message::request("interrupt_request", &json!({}), &key);
                send(&mut control_evcxr, interrupt.frames()).await;
            }
            if matches!(out, Out::Quit) {
                quit.get_or_insert(Instant::now() + FAREWELL);
            }
            pass(out, &mut shell, &mut ask_evcxr, &mut publisher, &process).await;
        }
    }
}

/// What becomes of a message from evcxr. What was written before is older.
fn with(
    frames: Vec<Bytes>,
    key: &Key,
    process: &mut Process,
    cells: &mut Cells<Folder>,
    act: impl FnOnce(&mut Cells<Folder>, Message) -> Vec<Out>,
) -> Vec<Out> {
    let Some(message) = read(frames, key) else {
        return Vec::new();
    };
    let pieces = if cells.ends_with(&message) {
        process.end()
    } else {
        process.drain()
    };
    let mut out = written(pieces, process, cells);
    out.extend(act(cells, message.with_plain_date(key)));
    out
}

/// What becomes of something that a process of the cells has written.
fn written(mut pieces: Vec<Piece>, process: &mut Process, cells: &mut Cells<Folder>) -> Vec<Out> {
    let ends = |piece: &Piece| matches!(piece, Piece::Line(line) if line == PANICKED);
    // What a cell had not ended its line with comes just before the word that it panicked, and was written before the panic.
    for place in 1..pieces.len() {
        if ends(&pieces[place]) && matches!(pieces[place - 1], Piece::Text(..)) {
            pieces.swap(place - 1, place);
        }
    }
    let mut out = Vec::new();
    for piece in pieces {
        // What has gone wrong stands on standard error, and was written before.
        let errors = match &piece {
            Piece::Line(line) if line == PANICKED || line == QUESTION_MARK => {
                process.drain_errors()
            }
            _ => Vec::new(),
        };
        for piece in errors.into_iter().chain([piece]) {
            out.extend(cells.output(piece, Instant::now()));
        }
    }
    out
}

/// What cells write, as soon as there is room for what becomes of it: whoever does not listen holds the cell up, and not those who
/// ask for an interrupt.
async fn read_if_room(process: &mut Process, publisher: &Sender<Vec<Bytes>>) -> Vec<Piece> {
    // The publisher lives as long as we do.
    let _ = publisher.reserve_many(MOST).await;
    process.read().await
}

/// Evcxr hears what it waits for; nobody else does yet.
fn settle(process: &Process, pieces: Vec<Piece>) {
    for piece in pieces {
        match piece {
            Piece::Line(line) if line == DONE => process.order(&format!("done {line}\n")),
            Piece::Line(line) => process.order(&format!("pass {line}\n")),
            Piece::Text(_, text) => eprint!("{text}"),
            Piece::Panic(panic) => eprint!("{}", panic.report()),
            Piece::Shown(_) | Piece::Started(_) | Piece::Returned(_) => {}
        }
    }
}

/// Waits until then, or for ever.
async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}

/// What the front hears, apart from what evcxr publishes.
enum Event {
    Request(Vec<Bytes>),
    Control(Vec<Bytes>),
    Reply(Vec<Bytes>),
    BuildsSupport,
    Panics,
}

/// A message, or nothing where it is none of ours.
fn read(frames: Vec<Bytes>, key: &Key) -> Option<Message> {
    Message::read(frames, key)
        .inspect_err(|error| eprintln!("{error:#}"))
        .ok()
}

async fn pass(
    out: Out,
    shell: &mut RouterSendHalf,
    evcxr: &mut DealerSendHalf,
    publisher: &mut Sender<Vec<Bytes>>,
    process: &Process,
) {
    match out {
        Out::Order(order) => process.order(&order),
        Out::End | Out::Quit => {}
        Out::Ask(message) => send(evcxr, message.frames()).await,
        Out::Reply(message) => send(shell, message.frames()).await,
        Out::Publish(message) => {
            // The publisher lives as long as we do.
            let _ = publisher.send(message.frames()).await;
        }
    }
}

/// Hands on what evcxr writes to its standard error, and looks for what it says about `support` and of panics.
fn listen_to_errors(evcxr: &mut Child, events: Sender<Event>) {
    let Some(errors) = evcxr.stderr.take() else {
        return;
    };
    tokio::spawn(async move {
        let mut lines = BufReader::new(errors).split(b'\n');
        while let Ok(Some(line)) = lines.next_segment().await {
            let line = String::from_utf8_lossy(&line);
            eprintln!("{line}");
            let event = if line.trim_start().starts_with(BUILDS) {
                Event::BuildsSupport
            } else if tells_of_panic(&line) {
                Event::Panics
            } else {
                continue;
            };
            if events.send(event).await.is_err() {
                return;
            }
        }
    });
}
