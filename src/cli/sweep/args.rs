//! Flags of `musafir sweep`.

use std::path::PathBuf;

use crate::{cli::flags::Running, experiment::sweep::Flags};

/// Arguments of `sweep`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The sweep.
    #[arg(required_unless_present_any = ["status", "collect"], value_name = "SWEEP.toml")]
    pub file: Option<PathBuf>,
    /// Say how many runs there are and what they will cost, and run nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Say how far a sweep is; from another terminal or machine.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["file", "collect", "dry_run", "slurm", "shard", "retry", "memory", "replicates", "root", "seed", "sample", "until", "out"])]
    pub status: Option<PathBuf>,
    /// Make the data set of the runs in a folder, all of which must be there.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["file", "dry_run", "slurm", "shard", "retry", "memory", "replicates", "root", "seed", "sample", "until", "out"])]
    pub collect: Option<PathBuf>,
    /// Do the K-th of N parts of the runs, and no data set.
    #[arg(long, value_name = "K/N", value_parser = shard, conflicts_with = "slurm")]
    pub shard: Option<(usize, usize)>,
    /// Write and submit a Slurm job array and a job that collects; the folder of results must be on a shared file system.
    #[arg(long)]
    pub slurm: bool,
    /// Elements of the job array [default: about an hour's work each].
    #[arg(long, value_name = "N", requires = "slurm", value_parser = clap::value_parser!(u32).range(1..))]
    pub shards: Option<u32>,
    /// Another option of sbatch, e.g. `--partition=long` (repeatable).
    #[arg(long, value_name = "OPTION", requires = "slurm", allow_hyphen_values = true)]
    pub sbatch: Vec<String>,
    #[command(flatten)]
    pub running: Running,
    /// Replicates of each point [default: those of the sweep].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub replicates: Option<u32>,
    /// Folder within which the paths of scenarios stay.
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// Memory that may be used [default: nine tenths of what is free].
    #[arg(long, value_name = "GB")]
    pub memory: Option<f64>,
    /// Run those again that failed.
    #[arg(long)]
    pub retry: bool,
    /// Leave out the page report.html.
    #[arg(long)]
    pub no_report: bool,
}

impl Args {
    /// What they change in the sweep.
    pub fn flags(&self) -> Flags {
        let Running { sample, seed, until, .. } = self.running;
        Flags { sample, seed, until, replicates: self.replicates, root: self.root.clone() }
    }
}

fn shard(text: &str) -> Result<(usize, usize), String> {
    let pair = text.split_once('/').and_then(|(k, n)| Some((k.trim().parse().ok()?, n.trim().parse().ok()?)));
    pair.filter(|(k, n): &(usize, usize)| *k >= 1 && k <= n).ok_or_else(|| "write it as K/N, from 1/N to N/N".to_string())
}
