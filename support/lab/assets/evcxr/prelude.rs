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
    // A cell that runs on when the kernel was killed would run for ever: so its process waits for the lock that the kernel
    // holds, and ends.
    if let Some(folder) = std::env::var_os("EVCXR_TMPDIR")
        && let Ok(front) = std::fs::File::open(std::path::Path::new(&folder).join("async-lab-front"))
    {
        std::thread::spawn(move || {
            if front.lock_shared().is_ok() {
                std::process::exit(0);
            }
        });
    }
    // Whoever runs notebooks is told of each panic in a file. The kernel answers when a cell has ended, while the report of
    // a panic may still be on its way and would then be lost: it gets the time to arrive.
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if let Ok(path) = std::env::var("ASYNC_LAB_PANICS")
            && let Ok(mut file) = std::fs::File::options().append(true).open(path)
        {
            let _ = std::io::Write::write_all(&mut file, b"panic\n");
        }
        report(panic);
        std::thread::sleep(std::time::Duration::from_millis(50));
    }));
}
