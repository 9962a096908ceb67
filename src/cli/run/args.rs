//! Flags of `musafir run`.

use std::path::PathBuf;

use crate::{
    cli::flags::{Reading, Running, Uncertain},
    engine::CHUNK_ROWS,
    measure::Format,
};

/// Arguments of `run`.
#[allow(clippy::struct_excessive_bools)] // each is a flag of its own
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Scenario file.
    pub scenario: PathBuf,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub running: Running,
    #[command(flatten)]
    pub uncertain: Uncertain,
    /// Number of replicates [default: that of the scenario].
    #[arg(long, value_name = "N")]
    pub replicates: Option<u32>,
    /// Format of the tables.
    #[arg(long, value_enum, default_value_t = Format::Parquet)]
    pub format: Format,
    /// Leave out the page report.html.
    #[arg(long)]
    pub no_report: bool,
    /// Save the run every N months, so that it can be resumed.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub checkpoint_every: Option<u32>,
    /// Go on from the checkpoint in the folder of results.
    #[arg(long)]
    pub resume: bool,
    /// Say on standard error where the time of the months went, and how near the scan comes to what memory can deliver.
    #[arg(long)]
    pub profile: bool,
    /// Rows of a chunk (results do not depend on it).
    #[arg(long, hide = true, default_value_t = CHUNK_ROWS)]
    pub chunk_rows: usize,
}
