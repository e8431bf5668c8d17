//! The verdict on a codec, a service and a test, from what was seen alone.

pub(super) mod frames;
pub(super) mod room;
mod test;

use super::frames::Frames;
use super::stories::Stories;
use super::trial::Trial;
use crate::check::report::Finding;

/// The codec first, since the service stands on it; the test stands on neither.
pub(super) fn judge(frames: &Frames, stories: &Stories, trial: &Trial) -> Vec<Finding> {
    let mut findings = frames::judge(frames);
    for finding in room::judge(stories) {
        // Several clients may suffer from one mistake.
        if !findings
            .iter()
            .any(|known| known.code == finding.code && known.message == finding.message)
        {
            findings.push(finding);
        }
    }
    findings.extend(test::judge(trial));
    findings
}

#[cfg(test)]
mod tests;
