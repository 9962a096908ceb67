//! The commands, one file each. Uses everything; nothing uses it.

mod calibrate;
mod check;
mod claims;
mod compare;
mod completions;
pub mod diagnostics;
mod export;
mod flags;
mod folder;
mod interrupt;
mod man;
mod progress;
mod report;
mod run;
mod schema;
mod show;
mod stop;
mod sweep;
mod table;
mod trace;
mod validate;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

/// Done.
pub const DONE: u8 = 0;
/// The run failed.
pub const FAILED: u8 = 1;
/// Wrong usage, or a wrong scenario.
pub const WRONG: u8 = 2;
/// Stopped by the user, with the work saved.
pub const STOPPED: u8 = 3;
/// A bar was not met.
pub const BAR_NOT_MET: u8 = 4;

const AFTER: &str = "\
Start here:
  musafir check scenarios/baseline.toml           is the file right?
  musafir run scenarios/baseline.toml             run it; results are under results/baseline/
  musafir show scenarios/baseline.toml            every value with its unit, its place and its source
  musafir run FILE --set run.sample=0.01          change a value without a file
  musafir compare scenarios/baseline.toml FILE    the same persons under both; results are under results/compare-baseline-.../
  musafir export results/baseline --as xlsx       the same for Excel
  musafir validate scenarios/baseline.toml        is it like the published past? results are under results/validate-baseline/

Exit codes:
  0  done
  1  the run failed
  2  wrong usage, or a wrong scenario
  3  stopped by the user, with the work saved
  4  a bar was not met";

/// Labour migration simulated person by person: visa regimes, corridors, remittances and who depends on whom.
#[derive(Parser, Debug)]
#[command(name = "musafir", version, after_help = AFTER, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Run one scenario and write its results.
    Run(run::Args),
    /// The same persons under two or more scenarios: paired differences, who is elsewhere, and what did it.
    Compare(compare::Args),
    /// Make the page of results that are there already (run and compare make it by themselves).
    Report(report::Args),
    /// Write results for other programs: Flowmap.blue, migest and circlize, geographic JSON, Excel.
    Export(export::Args),
    /// A design over the keys of a scenario: many runs that go on by themselves, one data set, and what it says.
    Sweep(sweep::Args),
    /// Uncertain keys against the published past: an ensemble that run, compare and sweep take, and what the data told.
    Calibrate(calibrate::Args),
    /// A scenario against the published past: errors, intervals, skill against naive forecasts.
    Validate(validate::Args),
    /// Show every mistake of scenario files and sweeps at once, each with its line and a likely fix.
    Check(check::Args),
    /// Show a scenario after `extends` and `--set`: every value with unit, place and source.
    Show(show::Args),
    /// Tell one life, month by month.
    Trace(trace::Args),
    /// Hold claims against runs and write the table of verdicts.
    Claims(claims::Args),
    /// Print the JSON Schema of scenario files or sweeps, for editors.
    Schema(schema::Args),
    /// Print completions for a shell.
    Completions(completions::Args),
    /// Print the manual page.
    Man(man::Args),
}

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Run(args) => run::execute(&args),
        Command::Compare(args) => compare::execute(&args),
        Command::Report(args) => report::execute(&args),
        Command::Export(args) => export::execute(&args),
        Command::Sweep(args) => sweep::execute(&args),
        Command::Calibrate(args) => calibrate::execute(&args),
        Command::Validate(args) => validate::execute(&args),
        Command::Check(args) => check::execute(&args),
        Command::Show(args) => show::execute(&args),
        Command::Trace(args) => trace::execute(&args),
        Command::Claims(args) => claims::execute(&args),
        Command::Schema(args) => schema::execute(&args),
        Command::Completions(args) => completions::execute(&args),
        Command::Man(args) => man::execute(&args),
    }
}

/// The command line, for completions and the manual page.
fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

/// Says what is wrong with the command line.
fn usage(why: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "error: {why}\n\nFor more information, try 'musafir --help'.");
    ExitCode::from(WRONG)
}

/// Prints to standard output; a reader that has gone away is no failure.
fn print(text: &str) -> ExitCode {
    match io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let _ = writeln!(io::stderr(), "error: standard output: {error}");
            ExitCode::from(FAILED)
        }
        _ => ExitCode::from(DONE),
    }
}
