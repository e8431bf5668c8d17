//! The verdict on exercise 4, from the logs and the values alone.

use super::scope::{ANSWER, PANIC, Scope, refusal};
use super::users::{Case, Loaded};
use super::{Log, Scoped, Seen};
use crate::check::code::Code;
use crate::check::report::Finding;
use crate::check::run::{Ended, Run};
use crate::check::words::{ending, holds_thread, panicked, quote, same_in_another_order};
use crate::database::{Error, EventKind};

/// Two functions that do not call each other, so one may be wrong without the other.
pub(super) fn judge(seen: &Seen) -> Vec<Finding> {
    let mut findings = match scopes(seen) {
        Ok(findings) => findings,
        Err(finding) if finding.code == Code::NotWritten => return vec![finding],
        Err(finding) => vec![finding],
    };
    findings.extend(
        seen.users
            .iter()
            .find_map(|(case, run)| load_users(case, run)),
    );
    findings
}

/// What is wrong with `with_connection`; as an error, the one thing from which the rest follows.
fn scopes(seen: &Seen) -> Result<Vec<Finding>, Finding> {
    let success = scope(&seen.success)?;
    if let Some(finding) = ending("with_connection", &success.ended) {
        return Err(finding);
    }
    let Some(failure) = &seen.error else {
        return Ok(Vec::new());
    };
    let error = scope(failure)?;
    if success.begun == 0 {
        return Err(Finding::new(
            Code::WorkNotRun,
            format!(
                "`with_connection` {} and never ran its work.",
                said(&success.ended)
            ),
            "`work(&connection)` makes a future; `.await` runs it.",
        ));
    }
    if closed_before(&success.later) {
        return Err(Finding::new(
            Code::ClosedTooEarly,
            format!(
                "The connection was closed before the work had ended; `with_connection` {}.",
                said(&success.ended)
            ),
            "First `work(&connection).await`, then `connection.close().await`.",
        ));
    }
    if success.ended != Ended::Returned(Ok(ANSWER)) {
        return Err(Finding::new(
            Code::WrongResult,
            format!(
                "The work returned `Ok({ANSWER})`, and `with_connection` {}.",
                said(&success.ended)
            ),
            "It returns what the work returned, as it is.",
        ));
    }
    let panic = match (&seen.dropped, &seen.panic) {
        (_, Some(panic)) => Some(after_panic(panic)?),
        (Some(dropped), None) => return Err(destructor(dropped)),
        (None, None) => None,
    };
    let mut findings = Vec::new();
    let logs = [Some(success), Some(error), panic];
    if logs
        .iter()
        .flatten()
        .any(|scope| scope.later.count(|kind| *kind == EventKind::ClosedAgain) > 0)
    {
        findings.push(Finding::new(
            Code::ClosedTwice,
            "A connection that was closed was closed again: the second call gets an error instead of an answer.",
            "Close in one place, on every way through the function. A `close(self)` that takes the connection would \
             not even compile twice.",
        ));
    }
    // Whoever does not close after a success hardly does so after an error: once is enough to say it.
    let unclosed = closed(success, Code::NotClosedAfterSuccess, "succeeded");
    if unclosed.is_none() {
        let after_error = closed(error, Code::NotClosedAfterError, "failed");
        findings.extend(after_error);
        // A guard may close after a panic, which goes on meanwhile: what counts is that it is closed in the end.
        findings.extend(panic.and_then(|panic| {
            let later = Scope {
                then: panic.later.clone(),
                ..panic.clone()
            };
            closed(&later, Code::NotClosedAfterPanic, "panicked")
        }));
    }
    findings.extend(unclosed);
    if error.ended != Ended::Returned(Err(refusal())) {
        findings.push(Finding::new(
            Code::ErrorSwallowed,
            format!("The work failed with `{}`, and `with_connection` {}.", refusal(), said(&error.ended)),
            "Keep what the work returned, close, then return what you kept. The caller has to learn of the first error.",
        ));
    }
    if let Some(panic) = panic.filter(|panic| panic.ended != Ended::Panicked(PANIC.to_owned())) {
        findings.push(Finding::new(
            Code::PanicSwallowed,
            format!("The work panicked, and `with_connection` {}.", said(&panic.ended)),
            "After closing, `std::panic::resume_unwind(payload)` lets the panic go on as if nobody had caught it.",
        ));
    }
    Ok(findings)
}

/// The scope of a run that came back and held no thread.
fn scope(seen: &Scoped) -> Result<&Scope, Finding> {
    let failed =
        ending("with_connection", &seen.ended).or_else(|| holds_thread("with_connection", seen));
    if let Some(finding) = failed {
        return Err(finding);
    }
    match &seen.ended {
        Ended::Returned(Ok(scope)) => Ok(scope),
        _ => Err(no_database()),
    }
}

fn no_database() -> Finding {
    Finding::new(
        Code::CheckFailed,
        "The database could not be started.",
        "This is not your mistake. Run the check again.",
    )
}

/// The scope of work that panicked, where no destructor blocked meanwhile.
fn after_panic(seen: &Scoped) -> Result<&Scope, Finding> {
    if seen.longest.slept() || matches!(seen.ended, Ended::Never(_)) {
        return Err(Finding::new(
            Code::BlocksThread,
            "The work panicked, and a destructor of yours held the thread until the connection was closed. In a notebook that \
             thread is the runtime's, Tokio panics in turn, and a panic within a panic ends the kernel.",
            "A `Drop` cannot wait. `AssertUnwindSafe(work(&connection)).catch_unwind().await` gives you the panic as a value; \
             close by `.await`, then `resume_unwind`.",
        ));
    }
    scope(seen)
}

/// What a destructor did where `with_connection` was dropped in the middle.
fn destructor(dropped: &Run<Result<Option<String>, Error>>) -> Finding {
    let when = "with_connection, dropped in the middle of its work,";
    let failed = ending(when, &dropped.ended).or_else(|| holds_thread(when, dropped));
    if let Some(finding) = failed {
        return finding;
    }
    match &dropped.ended {
        Ended::Returned(Ok(Some(words))) => {
            let mut finding = panicked(when, words);
            finding.message.push_str(
                " That was a destructor. Where a panic of the work runs it, the second panic ends the process, so the check did not try.",
            );
            finding.read = "A `Drop` can neither wait nor panic. Close on the way out, by `.await`, after `catch_unwind`.".to_owned();
            finding
        }
        _ => no_database(),
    }
}

/// Whether closing began before the first query was answered.
fn closed_before(log: &Log) -> bool {
    let first =
        |kind: fn(&EventKind) -> bool| log.events().iter().position(|event| kind(&event.kind));
    let answered = first(|kind| matches!(kind, EventKind::Answered(..)));
    first(|kind| matches!(kind, EventKind::Closing))
        .is_some_and(|closing| answered.is_none_or(|answered| closing < answered))
}

/// Whether the connection was closed when the function returned.
fn closed(scope: &Scope, code: Code, work: &str) -> Option<Finding> {
    let closed = |log: &Log| log.open_connections() == 0;
    if closed(&scope.then) {
        return None;
    }
    let begun = scope
        .later
        .count(|kind| matches!(kind, EventKind::CloseDropped))
        > 0;
    Some(if begun || closed(&scope.later) {
        Finding::new(
            Code::CloseNotAwaited,
            format!(
                "When the work {work}, `with_connection` called `close` and returned before the connection was closed."
            ),
            "`close()` returns a future: `.await` it. `tokio::spawn(…)` starts it, and lets the caller go on while the \
             connection is still open.",
        )
    } else {
        let way = match code {
            Code::NotClosedAfterSuccess => {
                "Nothing closes a connection but `connection.close().await`: `Drop` cannot wait."
            }
            Code::NotClosedAfterError => {
                "A `?` between `open` and `close` leaves the function, and the connection open. Keep the result, and \
                 look at it after closing."
            }
            _ => {
                "A panic leaves the function like a `?` that nobody sees. `AssertUnwindSafe(future).catch_unwind().await` \
                 turns it into a value; close, then `resume_unwind`."
            }
        };
        Finding::new(
            code,
            format!("The work {work}, and the connection is still open."),
            way,
        )
    })
}

fn said(ended: &Ended<Result<i64, Error>>) -> String {
    match ended {
        Ended::Returned(result) => format!("returned `{result:?}`"),
        Ended::NotWritten(words) | Ended::Panicked(words) => {
            format!("panicked: `{}`", quote(words))
        }
        Ended::Never(_) => "did not come back".to_owned(),
    }
}

/// What is wrong with one call of `load_users`.
fn load_users(case: &Case, run: &Run<Result<Loaded, Error>>) -> Option<Finding> {
    if let (Some(why), Ended::Panicked(words)) = (case.fails, &run.ended) {
        return Some(Finding::new(
            Code::Panicked,
            format!(
                "One query among others fails ({why}), and `load_users` panicked: `{}`.",
                quote(words)
            ),
            "A failure is an `Err` for the caller: `?` in the place of `unwrap`.",
        ));
    }
    let call = match run.ended {
        Ended::NotWritten(_) => "load_users".to_owned(),
        _ => format!("load_users(connection, vec!{:?})", case.ids),
    };
    if let Some(finding) = ending(&call, &run.ended).or_else(|| holds_thread("load_users", run)) {
        return Some(finding);
    }
    let Ended::Returned(Ok(loaded)) = &run.ended else {
        return Some(no_database());
    };
    if loaded.closed {
        return Some(Finding::new(
            Code::ClosedTooEarly,
            "`load_users` closed the connection that it was lent: whoever opened it still needs it.",
            "Leave out its `close`. `with_connection` closes what it opened.",
        ));
    }
    if let Some(why) = case.fails {
        return loaded.users.as_ref().ok().map(|users| {
            Finding::new(
                Code::ErrorSwallowed,
                format!("Asked for the users {:?}, of which one cannot be loaded ({why}), `load_users` returned `Ok({})`.", case.ids, quote(&format!("{users:?}"))),
                "Where one fails, the whole fails: return the `Err`, and make one where a row is missing. `flatten`, \
                 `filter_map(Result::ok)` and `unwrap_or_default` lose it.",
            )
        });
    }
    users(case, loaded).or_else(|| overlap(loaded))
}

fn users(case: &Case, loaded: &Loaded) -> Option<Finding> {
    let wanted = case.wanted();
    match &loaded.users {
        Ok(found) if *found == wanted => None,
        Ok(found) if same_in_another_order(found, &wanted) => Some(Finding::new(
            Code::OrderLost,
            format!(
                "All users are there, but not in the order of `ids`: {:?} instead of {:?}.",
                found.iter().map(|user| user.id).collect::<Vec<_>>(),
                case.ids
            ),
            "`try_join_all` keeps the order. One query with `IN`, and whatever is unordered, give their own.",
        )),
        other => Some(Finding::new(
            Code::WrongResult,
            format!(
                "Asked for the users {:?}, `load_users` returned `{}`.",
                case.ids,
                quote(&format!("{other:?}"))
            ),
            "It returns one `User` for each id, as the table `users` has them.",
        )),
    }
}

fn overlap(loaded: &Loaded) -> Option<Finding> {
    let sent = loaded.log.count(|kind| matches!(kind, EventKind::Sent(..)));
    match loaded.log.most_queries() {
        most if most >= sent => None,
        1 => Some(Finding::new(
            Code::Sequential,
            format!(
                "`load_users` sent {sent} queries, and each waited for the answer to the one before."
            ),
            "`query` takes `&self`: make all futures first, then `try_join_all` them. One query with `IN` would do, too.",
        )),
        most => Some(Finding::new(
            Code::Limited,
            format!("Of {sent} queries, never more than {most} were under way at the same time."),
            "All of them at once: `try_join_all` over all ids, without chunks and without a limit.",
        )),
    }
}
