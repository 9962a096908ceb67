//! Ctrl-C: the first asks for an orderly end, a second ends at once.

use std::{
    io::Write as _,
    sync::OnceLock,
    time::{Duration, Instant},
};

use crate::measure::record::quoted;

/// When the first signal came.
static FIRST: OnceLock<Instant> = OnceLock::new();
/// Signals within this time are one: who closes a terminal or forwards signals sends several.
const ONE: Duration = Duration::from_secs(1);

/// Listens from now on.
pub fn listen() {
    // A second signal does not wait for the end of the month.
    let _ = ctrlc::set_handler(|| {
        if FIRST.get_or_init(Instant::now).elapsed() > ONE {
            let _ = writeln!(std::io::stderr(), "Ended at once; what was not saved by then is lost.");
            std::process::exit(1);
        }
    });
}

/// Whether the user asked for an end.
pub fn seen() -> bool {
    FIRST.get().is_some()
}

/// The command line of this process with `--resume`.
pub fn resuming() -> String {
    let command: Vec<String> = std::env::args().filter(|a| a != "--resume" && a != "--force").map(|a| quoted(&a)).collect();
    format!("{} --resume", command.join(" "))
}
