
attempts_at!(
    the_exercise_NAME,
    "NUMBER_NAME",
    "use std::time::Duration;
const STEP: Duration = Duration::from_millis(200);",
    "check::NAME(work)",
);
