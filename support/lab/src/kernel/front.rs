//! Stands between Jupyter and evcxr: what Jupyter calls the kernel is this process.
//!
//! It binds the five ports that Jupyter names, starts evcxr behind it on ports of its own, and passes messages: [`message`]
//! is how they look, [`sockets`] between whom they go, [`traffic`] how, [`cells`] what happens to them, [`ending`] why a process
//! is gone, [`words`] what else a notebook is told. Evcxr keeps to itself what a notebook ought to know, and says what it
//! ought not; here is where that is made good.
//!
//! Neither outlives the other. Evcxr ends with the front in whatever way that ends, and the process of the cells with the lock
//! that the front holds on a file (the settings of that process wait for it). Where evcxr ends, so does the front.

mod cells;
mod ending;
mod message;
mod sockets;
mod traffic;
mod words;

use crate::evcxr::crates::{LOADED, REBUILT};
use crate::system::files;
use anyhow::{Context, Result, anyhow};
use bytes::Bytes;
use cells::{Cells, Out, Surroundings};
use fs_err::{self as fs, File};
use message::{Key, Message};
use serde_json::json;
use sockets::{Connection, Evcxr, Jupyter, Ports};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{Sender, channel};
use traffic::{WAITING, echo, next, pass_both_ways, publish, receive, send};
use zeromq::{DealerSendHalf, RouterSendHalf, SocketRecv, SocketSend, ZmqMessage};

/// In a kernel's folder: locked as long as the front lives.
pub(crate) const LIVES: &str = "async-lab-front";

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
    let lives = files::lock(&kernel.folder.join(LIVES), "the kernel before to end")?;
    // One thread: evcxr ends with the thread that started it.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the front could not be started")?;
    let code = runtime.block_on(serve(kernel, &connection, key))?;
    // Whatever still waits for a message will get none.
    runtime.shutdown_background();
    drop(lives);
    Ok(code)
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
    kernel
        .command
        .arg("--control_file")
        .arg(&file)
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
    let mut publisher = publish(jupyter.iopub);
    tokio::spawn(echo(jupyter.heartbeat));

    let reached = async {
        let mut behind = Evcxr::reach(&ports).await?;
        wait_until_ready(&mut behind, &key).await?;
        anyhow::Ok(behind)
    };
    let behind = tokio::select! {
        behind = reached => behind?,
        status = evcxr.wait() => return ended(status),
        _ = stopped.recv() => return stop_evcxr(&mut evcxr).await,
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
    pass_both_ways(jupyter.stdin, behind.stdin);
    let (to_published, mut published) = channel(WAITING);
    receive(behind.iopub, to_published, std::convert::identity);

    let around = Folder {
        rebuilt: kernel.folder.join(REBUILT),
        alive: kernel.alive,
        ended_for_memory: ending::ended_for_memory(),
    };
    let mut cells = Cells::new(key.clone(), kernel.settings, around);
    loop {
        let out = tokio::select! {
            status = evcxr.wait() => return ended(status),
            _ = stopped.recv() => return stop_evcxr(&mut evcxr).await,
            Some(event) = incoming.recv() => match event {
                Event::Request(frames) => read(frames, &key).map(|message| cells.request(message)),
                Event::Reply(frames) => read(frames, &key).map(|message| cells.reply(message)),
                Event::BuildsSupport => Some(cells.builds_support()),
                Event::Control(frames) => {
                    if let Some(message) = read(frames, &key) {
                        match message.kind() {
                            "shutdown_request" => {
                                let restart = message.content()["restart"] == true;
                                let content = json!({ "status": "ok", "restart": restart });
                                send(&mut control, message.reply(&content, &key).frames()).await;
                                return stop_evcxr(&mut evcxr).await;
                            }
                            "interrupt_request" if !cells.interrupt() => {
                                let reply = message.reply(&json!({ "status": "ok" }), &key);
                                send(&mut control, reply.frames()).await;
                            }
                            _ => send(&mut control_evcxr, message.frames()).await,
                        }
                    }
                    None
                }
            },
            Some(frames) = control_replies.recv() => {
                send(&mut control, frames).await;
                None
            }
            Some(frames) = next(&mut published, &publisher) => {
                read(frames, &key).map(|message| cells.published(message))
            }
        };
        for out in out.into_iter().flatten() {
            pass(out, &mut shell, &mut ask_evcxr, &mut publisher).await;
        }
    }
}

/// What the front hears, apart from what evcxr publishes.
enum Event {
    Request(Vec<Bytes>),
    Control(Vec<Bytes>),
    Reply(Vec<Bytes>),
    BuildsSupport,
}

/// What lies around the cells.
#[derive(Debug)]
struct Folder {
    rebuilt: PathBuf,
    alive: PathBuf,
    ended_for_memory: Option<u64>,
}

impl Surroundings for Folder {
    fn is_rebuilt(&self) -> bool {
        self.rebuilt.exists()
    }

    fn take_rebuilt(&mut self) -> bool {
        fs::remove_file(&self.rebuilt).is_ok()
    }

    fn is_gone(&self) -> bool {
        !self.alive.exists()
    }

    fn was_out_of_memory(&mut self) -> bool {
        let before = std::mem::replace(&mut self.ended_for_memory, ending::ended_for_memory());
        self.ended_for_memory > before && before.is_some()
    }
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
) {
    match out {
        Out::Ask(message) => send(evcxr, message.frames()).await,
        Out::Reply(message) => send(shell, message.frames()).await,
        Out::Publish(message) => {
            // The publisher lives as long as we do.
            let _ = publisher.send(message.frames()).await;
        }
    }
}

/// Hands on what evcxr writes to its standard error, and looks for what it says about `support`.
fn listen_to_errors(evcxr: &mut Child, events: Sender<Event>) {
    let Some(errors) = evcxr.stderr.take() else {
        return;
    };
    tokio::spawn(async move {
        let mut lines = BufReader::new(errors).split(b'\n');
        while let Ok(Some(line)) = lines.next_segment().await {
            let line = String::from_utf8_lossy(&line);
            eprintln!("{line}");
            if line.trim_start().starts_with(BUILDS)
                && events.send(Event::BuildsSupport).await.is_err()
            {
                return;
            }
        }
    });
}

/// Returns once evcxr answers, and what it publishes arrives.
async fn wait_until_ready(evcxr: &mut Evcxr, key: &Key) -> Result<()> {
    loop {
        let probe = Message::request("kernel_info_request", &json!({}), key);
        let message =
            ZmqMessage::try_from(probe.frames()).map_err(|_| anyhow!("a message has no frames"))?;
        evcxr.shell.0.send(message).await?;
        evcxr.shell.1.recv().await?;
        // What is published before it knows of a listener is lost: then it is asked again.
        let heard = tokio::time::timeout(Duration::from_millis(200), evcxr.iopub.recv()).await;
        if heard.is_ok() {
            return Ok(());
        }
    }
}

/// Sends a word when the front shall end. An interrupt of the terminal is not meant for it: Jupyter sends a message.
async fn stop_when_told(stop: Sender<()>) {
    let (Ok(mut ends), Ok(mut interrupts)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        return;
    };
    loop {
        tokio::select! {
            _ = ends.recv() => break,
            _ = interrupts.recv() => {}
        }
    }
    // If nobody listens, it has ended.
    let _ = stop.send(()).await;
}

/// Evcxr itself would wait for the running cell.
async fn stop_evcxr(evcxr: &mut Child) -> Result<ExitCode> {
    evcxr.kill().await.context("evcxr could not be ended")?;
    Ok(ExitCode::SUCCESS)
}

/// Ends as evcxr did.
fn ended(status: std::io::Result<ExitStatus>) -> Result<ExitCode> {
    let status = status.context("evcxr's end could not be awaited")?;
    if status.success() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("evcxr has ended: {status}");
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
