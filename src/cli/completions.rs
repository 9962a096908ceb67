//! `musafir completions`: completions for a shell.

use std::process::ExitCode;

/// Arguments of `completions`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Shell.
    shell: clap_complete::Shell,
}

/// Prints the completions.
pub fn execute(args: &Args) -> ExitCode {
    let mut out = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "musafir", &mut out);
    super::print(&String::from_utf8_lossy(&out))
}
