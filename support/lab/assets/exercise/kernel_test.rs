
#[test]
fn attempts_at_NAME() {
    all_are_judged_as_outside(
        "NUMBER_NAME",
        "use std::time::Duration;
const STEP: Duration = Duration::from_millis(200);",
        "check::NAME(work)",
    );
}
