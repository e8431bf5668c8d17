
attempts! {
    mod NAME in "NUMBER_NAME";
    before {
        use std::time::Duration;
        const STEP: Duration = Duration::from_millis(200);
    }
    judge { support::check::NAME(work) }
    correct
    not_written
    wrong_result
}
