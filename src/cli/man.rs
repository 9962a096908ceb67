//! `musafir man`: the manual page.

use std::{io::Write as _, path::PathBuf, process::ExitCode};

use super::{FAILED, print};

/// Arguments of `man`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Write the pages of all commands into this folder instead of printing that of `musafir`.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Prints or writes the manual.
pub fn execute(args: &Args) -> ExitCode {
    let done = if let Some(folder) = &args.out {
        std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(super::command(), folder)).map(|()| String::new())
    } else {
        let mut out = Vec::new();
        clap_mangen::Man::new(super::command()).render(&mut out).map(|()| String::from_utf8_lossy(&out).into_owned())
    };
    match done {
        Ok(text) => print(&text),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::from(FAILED)
        }
    }
}
