//! Flags of `musafir calibrate`.

use std::path::PathBuf;

use crate::cli::flags::Running;

/// Arguments of `calibrate`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Calibration file.
    pub calibration: PathBuf,
    /// Members of the ensemble [default: that of the file].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(8..=100_000))]
    pub members: Option<u32>,
    /// Steps of the fit [default: that of the file].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub steps: Option<u32>,
    /// Leave the rolling origins out.
    #[arg(long)]
    pub no_origins: bool,
    /// Do not fit; try N cases of known values instead, and say how often the 90 % intervals hold them.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..100_000), conflicts_with = "page")]
    pub recover: Option<u32>,
    /// Leave out the page report.html.
    #[arg(long)]
    pub no_report: bool,
    /// Write a page for people too, as Markdown.
    #[arg(long, value_name = "FILE")]
    pub page: Option<PathBuf>,
    /// Folder within which paths stay.
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    #[command(flatten)]
    pub running: Running,
}
