//! The same waits, and the same chat room, in Python's asyncio, for the comparison of the two.

use crate::timing::Timing;
use std::env;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Waits `count` times at the same time, for `seconds` each, and prints how long that took.
const WAITS: &str = "\
import asyncio, sys, time

async def main(count, seconds):
    started = time.perf_counter()
    await asyncio.gather(*(asyncio.sleep(seconds) for _ in range(count)))
    print(time.perf_counter() - started)

asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
";

/// How long asyncio takes for `count` sleeps of `each` at the same time, by its own clock: the start of Python does not
/// count. The Python is the one that runs JupyterLab, or else `python3`.
///
/// # Errors
///
/// Where there is no Python, or what it printed is not a time; the error quotes what it said.
pub fn waits(count: usize, each: Duration) -> io::Result<Timing> {
    let python = python();
    let output = Command::new(&python)
        .args([
            "-c",
            WAITS,
            &count.to_string(),
            &each.as_secs_f64().to_string(),
        ])
        .output()
        .map_err(|error| not_started(&python, &error))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let seconds: Option<f64> = printed.trim().parse().ok();
    let elapsed = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    match elapsed {
        Some(elapsed) => Ok(Timing::new(format!("asyncio, {count} waits"), elapsed)),
        None => Err(io::Error::other(format!(
            "`{}` printed no time: {}",
            python.display(),
            String::from_utf8_lossy(&output.stderr).trim()
        ))),
    }
}

fn python() -> OsString {
    env::var_os("ASYNC_LAB_PYTHON").unwrap_or_else(|| "python3".into())
}

fn not_started(python: &OsString, error: &io::Error) -> io::Error {
    let message = format!("`{}` could not be started: {error}", python.display());
    io::Error::new(error.kind(), message)
}

/// The chat room of exercise 9 in asyncio, in a process of its own, which ends when this value is dropped.
#[derive(Debug)]
pub struct Chat {
    process: Child,
    address: SocketAddr,
}

/// Opens the room on a free port of this machine.
///
/// # Errors
///
/// Where there is no Python, or it does not say where it listens.
pub fn chat() -> io::Result<Chat> {
    let python = python();
    let process = Command::new(&python)
        .args(["-c", include_str!("asyncio/chat.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| not_started(&python, &error))?;
    // From here on it ends with this value, also where something goes wrong.
    let mut chat = Chat {
        process,
        address: ([127, 0, 0, 1], 0).into(),
    };
    let mut line = String::new();
    if let Some(printed) = chat.process.stdout.take() {
        BufReader::new(printed).read_line(&mut line)?;
    }
    match line.trim().parse::<u16>() {
        Ok(port) => {
            chat.address.set_port(port);
            Ok(chat)
        }
        Err(_) => Err(io::Error::other(format!(
            "`{}` did not say where it listens",
            python.display()
        ))),
    }
}

impl Chat {
    /// The address that clients connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Chat {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service;

    #[test]
    fn the_time_that_asyncio_prints_is_read_in_seconds() {
        let timing = waits(10, Duration::from_millis(50)).expect("there is a Python");
        let elapsed = timing.elapsed().expect("it ran");
        // No machine is faster than the wait; one so slow that it takes a minute misread the unit.
        assert!(elapsed >= Duration::from_millis(49), "{timing}");
        assert!(elapsed < Duration::from_secs(60), "{timing}");
        assert_eq!(timing.label(), "asyncio, 10 waits");
    }

    #[tokio::test]
    async fn the_room_in_asyncio_answers_everybody() {
        let chat = chat().expect("there is a Python");
        let load = service::load(chat.address(), 3, 20).await;
        assert!(load.expect("it answers").per_second() > 0.0);
    }
}
