//! What is wrong with a codec.

use super::super::End;
use super::super::frames::{Cut, FIRST, Frames, Read, Reading, SECOND};
use crate::check::code::Code;
use crate::check::report::Finding;
use crate::check::run::Ended;
use crate::check::words::{ending, holds_thread, quote};
use crate::service::{LIMIT, framed};

pub(in crate::check::service) fn judge(frames: &Frames) -> Vec<Finding> {
    let reading = ending("read_frame", &frames.reading.ended)
        .or_else(|| holds_thread("read_frame", &frames.reading));
    let writing = ending("write_frame", &frames.writing.ended)
        .or_else(|| holds_thread("write_frame", &frames.writing));
    let mut findings = match (reading, &frames.reading.ended) {
        (Some(finding), _) => vec![finding],
        (None, Ended::Returned(seen)) => read(seen),
        (None, _) => vec![],
    };
    match (writing, &frames.writing.ended) {
        (Some(finding), _) => findings.push(finding),
        (None, Ended::Returned(bytes)) => findings.extend(written(bytes)),
        (None, _) => {}
    }
    findings
}

fn read(seen: &Reading) -> Vec<Finding> {
    if let Some(finding) = alone(&seen.alone).or_else(|| cut(seen)) {
        return vec![finding];
    }
    let mut findings = Vec::from_iter(ended(seen));
    if seen.full.frames != [vec![b'x'; LIMIT]] {
        findings.push(Finding::new(
            Code::WrongResult,
            format!(
                "A frame of {LIMIT} bytes, as long as allowed, came back as {}.",
                shown(&seen.full)
            ),
            "`if length > LIMIT`: what is as long as the limit may pass.",
        ));
    }
    if let Some(read) = seen.long.iter().find(|read| read.end != End::Failed) {
        findings.push(Finding::new(
            Code::NoLimit,
            format!(
                "A frame announced more than {LIMIT} bytes, and `read_frame` did not refuse it: {}. Whoever sends four bytes \
                 decides how much memory you take.",
                shown(read)
            ),
            "Look at the length before you make room for it: `if length > LIMIT { return Err(io::ErrorKind::InvalidData.into()); }`.",
        ));
    }
    findings
}

/// One frame that came whole.
fn alone(read: &Read) -> Option<Finding> {
    if read.frames == [FIRST] && read.end == End::Closed {
        return None;
    }
    let (code, read_on) = if read.frames == [FIRST] {
        (
            Code::EofNotError,
            "The bytes ended between two frames, which is a good end: `Ok(None)`. A `read` that returns 0 is the end.",
        )
    } else {
        (
            Code::WrongResult,
            "Four bytes of length, the largest first (`u32::from_be_bytes`), then as many bytes: these are the frame.",
        )
    };
    Some(Finding::new(
        code,
        format!(
            "The frame `hi` came all at once, and then the end. `read_frame` made {} of it.",
            shown(read)
        ),
        read_on,
    ))
}

/// Two frames, cut in every way.
fn cut(seen: &Reading) -> Option<Finding> {
    let wrong: Vec<_> = seen
        .cuts
        .iter()
        .filter(|(_, read)| read.frames != [FIRST, SECOND])
        .collect();
    let (cut, read) = wrong.first()?;
    let how = match cut {
        Cut::Nowhere => "in one piece".to_owned(),
        Cut::After(place) => format!("in two pieces, cut after byte {place}"),
        Cut::Everywhere => "byte by byte".to_owned(),
    };
    let message = format!(
        "The frames `hi` and `there` came {how}, and `read_frame` made {} of them. {} of {} ways to cut them went wrong.",
        shown(read),
        wrong.len(),
        seen.cuts.len()
    );
    // Whoever gets the first right and loses the second has read, and thrown away, a part of it.
    let first_right = wrong
        .iter()
        .all(|(_, read)| read.frames.first().is_some_and(|first| first == FIRST));
    Some(if first_right {
        Finding::new(
            Code::PartialFrameLost,
            message,
            "What was read behind the end of a frame belongs to the next: take exactly as many bytes as you need \
             (`read_exact`), or keep the rest in a field of the codec. A `BufReader` that is made in each call loses what it has.",
        )
    } else {
        Finding::new(
            Code::AssumesOneRead,
            message,
            "`read` returns what is there: a part of a frame, or more than one. `read_exact` goes on until its slice is full.",
        )
    })
}

/// Bytes that ended too early.
fn ended(seen: &Reading) -> Option<Finding> {
    let wanted = |place: usize| match place {
        0 => End::Closed,
        _ => End::Failed,
    };
    let (place, read) = seen
        .ends
        .iter()
        .find(|(place, read)| !read.frames.is_empty() || read.end != wanted(*place))?;
    let (message, read_on) = match place {
        0 => (
            "There was no byte at all, and `read_frame` did not return `Ok(None)`.".to_owned(),
            "The end between two frames is a good end: read the first byte by `read`, and return `Ok(None)` where it returns 0.",
        ),
        _ => (
            format!(
                "The bytes ended inside a frame, after byte {place}, and `read_frame` made {} of it. What was lost shows nowhere.",
                shown(read)
            ),
            "`read_exact` and `read_u32` fail with `UnexpectedEof`: hand that on, also where it is the length that is cut. Only \
             where not a single byte has come is it `Ok(None)`.",
        ),
    };
    Some(Finding::new(Code::EofNotError, message, read_on))
}

fn written([roomy, squeezed]: &[Vec<u8>; 2]) -> Option<Finding> {
    let wanted = framed(SECOND);
    if *roomy != wanted {
        return Some(Finding::new(
            Code::WrongResult,
            format!("`write_frame` wrote {roomy:?} for the frame `there`, and not {wanted:?}."),
            "Four bytes of length, `(frame.len() as u32).to_be_bytes()`, then the frame.",
        ));
    }
    (*squeezed != wanted).then(|| {
        Finding::new(
            Code::AssumesOneRead,
            format!(
                "To a stream that takes three bytes at a time, `write_frame` wrote {squeezed:?} for the frame `there`, and not \
                 {wanted:?}: one `write` does not move everything."
            ),
            "`write` returns how many bytes it has taken. `write_all` goes on until all are taken.",
        )
    })
}

/// What was read, in words.
fn shown(read: &Read) -> String {
    let texts: Vec<_> = read
        .frames
        .iter()
        .map(|frame| String::from_utf8_lossy(frame))
        .collect();
    let end = match read.end {
        End::Closed => "`Ok(None)`",
        End::Failed => "an error",
        End::Silent => "no answer",
        End::Endless => "frames without an end",
    };
    quote(&format!("the frames `{texts:?}` and then {end}"))
}
