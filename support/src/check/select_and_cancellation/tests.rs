//! A mistake at any one of the waits is found, and the number of waits is told.

use super::*;
use crate::check::code::Code;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::sleep;

fn whole(input: &mut Input) -> Option<String> {
    let end = input.begun.iter().position(|byte| *byte == b'\n')?;
    let line: Vec<u8> = input.begun.drain(..=end).collect();
    Some(String::from_utf8_lossy(&line[..end]).into_owned())
}

/// Right, but for the piece with this number, counted from the end: it is held in the future over a wait.
async fn next_line(input: &mut Input, wrong: usize) -> io::Result<Option<String>> {
    loop {
        if let Some(line) = whole(input) {
            return Ok(Some(line));
        }
        match input.source.chunk().await? {
            Some(chunk) => {
                if input.source.left() == wrong {
                    sleep(Duration::from_millis(1)).await;
                }
                input.begun.extend(chunk);
            }
            None if input.begun.is_empty() => return Ok(None),
            None => {
                let line = std::mem::take(&mut input.begun);
                return Ok(Some(String::from_utf8_lossy(&line).into_owned()));
            }
        }
    }
}

/// Right, but for the line after the piece with this number, which is held over a wait.
async fn serve(
    input: &mut Input,
    desk: Desk,
    stop: CancellationToken,
    wrong: usize,
) -> io::Result<()> {
    let mut ticker = tokio::time::interval(crate::desk::TICK);
    let mut tasks = JoinSet::new();
    let ended = loop {
        tokio::select! {
            () = stop.cancelled() => break Ok(()),
            _ = ticker.tick() => desk.tick(),
            line = next_line(input, NOWHERE) => match line {
                Ok(Some(line)) => {
                    if input.source.left() == wrong {
                        sleep(Duration::from_millis(1)).await;
                    }
                    tasks.spawn(desk.handle(line));
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            },
        }
    };
    let _ = tokio::time::timeout(crate::desk::GRACE, tasks.join_all()).await;
    ended
}

const NOWHERE: usize = usize::MAX;

fn judged(line: usize, service: usize) -> Report {
    select_and_cancellation(
        async move |input: &mut Input| next_line(input, line).await,
        async move |input: &mut Input, desk: Desk, stop: CancellationToken| {
            serve(input, desk, stop, service).await
        },
    )
}

fn codes(report: &Report) -> Vec<Code> {
    report
        .findings()
        .iter()
        .map(|finding| finding.code)
        .collect()
}

#[test]
fn a_piece_that_is_held_over_any_one_of_the_waits_is_missed() {
    for piece in 0..lines::PIECES.len() {
        let report = judged(piece, NOWHERE);
        assert_eq!(codes(&report), [Code::BytesLost], "{piece}: {report}");
        assert!(
            report.findings()[0].message.contains("dropped at wait"),
            "{report}"
        );
    }
}

#[test]
fn a_line_that_is_held_over_any_one_of_the_waits_is_missed() {
    let pieces = service::CUT.pieces;
    let ends = |piece: usize| pieces[pieces.len() - 1 - piece].contains('\n');
    for piece in (0..pieces.len()).filter(|piece| ends(*piece)) {
        let report = judged(NOWHERE, piece);
        assert_eq!(codes(&report), [Code::BytesLost], "{piece}: {report}");
    }
}

#[test]
fn the_report_tells_how_many_waits_were_tried() {
    let report = judged(NOWHERE, NOWHERE);
    assert!(report.passed(), "{report}");
    let words = report.explanation();
    let numbers: Vec<usize> = words
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|number| number.parse().ok())
        .collect();
    // A wait for each piece, and for the end.
    assert_eq!(numbers[0], lines::PIECES.len() + 1, "{words}");
    assert!(numbers[1] > service::CUT.pieces.len(), "{words}");
    assert!(report.to_string().contains("└ tea"), "{report}");
}
