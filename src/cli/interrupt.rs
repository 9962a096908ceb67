//! Ctrl-C: the first asks for an orderly end, a second ends at once.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::measure::record::quoted;

static SEEN: AtomicBool = AtomicBool::new(false);

/// Listens from now on.
pub fn listen() {
    // A second signal does not wait for the end of the month.
    let _ = ctrlc::set_handler(|| {
        if SEEN.swap(true, Ordering::SeqCst) {
            std::process::exit(1);
        }
    });
}

/// Whether the user asked for an end.
pub fn seen() -> bool {
    SEEN.load(Ordering::SeqCst)
}

/// The command line of this process with `--resume`.
pub fn resuming() -> String {
    let command: Vec<String> = std::env::args().filter(|a| a != "--resume" && a != "--force").map(|a| quoted(&a)).collect();
    format!("{} --resume", command.join(" "))
}
