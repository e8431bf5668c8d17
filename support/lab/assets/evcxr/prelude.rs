// What every process of cells runs at its start; it leaves no name behind but this one, which makes cells that await
// faster to compile (see `support::kernel`).
use support::kernel::BlockOn as _;
{
    // The kernel asks for backtraces, and a panic is clearer without one. What serves its compilers is not for cells.
    unsafe {
        std::env::set_var("RUST_BACKTRACE", "0");
        std::env::remove_var("RUSTC");
        match std::env::var_os("ASYNC_LAB_CARGO_HOME") {
            Some(home) => std::env::set_var("CARGO_HOME", home),
            None => std::env::remove_var("CARGO_HOME"),
        }
        if let Some(path) = std::env::var_os("ASYNC_LAB_PATH") {
            std::env::set_var("PATH", path);
        }
    };
    support::kernel::start();
}
