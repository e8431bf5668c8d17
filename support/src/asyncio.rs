//! The same waits in Python's asyncio, for the comparison of the two.

use crate::timing::Timing;
use std::env;
use std::io;
use std::process::Command;
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
    let python = env::var_os("ASYNC_LAB_PYTHON").unwrap_or_else(|| "python3".into());
    let output = Command::new(&python)
        .args([
            "-c",
            WAITS,
            &count.to_string(),
            &each.as_secs_f64().to_string(),
        ])
        .output()
        .map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("`{}` could not be started: {error}", python.display()),
            )
        })?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_that_asyncio_prints_is_read_in_seconds() {
        let timing = waits(10, Duration::from_millis(50)).expect("there is a Python");
        let elapsed = timing.elapsed().expect("it ran");
        // No machine is faster than the wait; one so slow that it takes a minute misread the unit.
        assert!(elapsed >= Duration::from_millis(49), "{timing}");
        assert!(elapsed < Duration::from_secs(60), "{timing}");
        assert_eq!(timing.label(), "asyncio, 10 waits");
    }
}
