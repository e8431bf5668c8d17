//! How the service misbehaves, asked for in the URL: `/posts/1?fault=flaky:2`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// One way to misbehave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// `status:503`: this status, with a body that would otherwise be right.
    Status(u16),
    /// `flaky:2`: 503 so many times, then works. Counted per path.
    Flaky(u32),
    /// `busy:2`: 429 with `Retry-After` so many times, then works. Counted per path.
    Busy(u32),
    /// `slow:1500`: so many milliseconds more than others.
    Slow(Duration),
    /// `never`: no answer at all.
    Never,
    /// `cut`: closes the connection in the middle of the body.
    Cut,
    /// `malformed`: a body that begins as JSON and is none.
    Malformed,
    /// `type`: the right body, said to be a picture.
    ContentType,
}

/// A fault that is not known, or whose number is missing or wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadFault(String);

impl fmt::Display for BadFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a fault that this server knows; it knows status:503, flaky:2, busy:2, slow:1500, never, cut, malformed and type",
            self.0
        )
    }
}

impl std::error::Error for BadFault {}

impl FromStr for Fault {
    type Err = BadFault;

    fn from_str(text: &str) -> Result<Self, BadFault> {
        let (name, number) = text.split_once(':').unwrap_or((text, ""));
        let bad = || BadFault(text.to_owned());
        match name {
            "status" => {
                let status = number.parse().map_err(|_| bad())?;
                if (100..=999).contains(&status) {
                    Ok(Fault::Status(status))
                } else {
                    Err(bad())
                }
            }
            "flaky" => number.parse().map(Fault::Flaky).map_err(|_| bad()),
            "busy" => number.parse().map(Fault::Busy).map_err(|_| bad()),
            "slow" => number
                .parse()
                .map(|ms| Fault::Slow(Duration::from_millis(ms)))
                .map_err(|_| bad()),
            "never" => Ok(Fault::Never),
            "cut" => Ok(Fault::Cut),
            "malformed" => Ok(Fault::Malformed),
            "type" => Ok(Fault::ContentType),
            _ => Err(bad()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_from_their_names() {
        assert_eq!("status:503".parse(), Ok(Fault::Status(503)));
        assert_eq!("flaky:2".parse(), Ok(Fault::Flaky(2)));
        assert_eq!("busy:1".parse(), Ok(Fault::Busy(1)));
        assert_eq!(
            "slow:1500".parse(),
            Ok(Fault::Slow(Duration::from_millis(1500)))
        );
        assert_eq!("never".parse(), Ok(Fault::Never));
    }

    #[test]
    fn what_is_no_fault_is_named_with_what_there_is() {
        for text in ["stat:5", "status:", "status:7", "flaky:many"] {
            let error = text.parse::<Fault>().expect_err("no fault");
            assert!(error.to_string().contains(text) && error.to_string().contains("slow:1500"));
        }
    }
}
