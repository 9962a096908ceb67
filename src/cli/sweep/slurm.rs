//! A sweep as a Slurm job array: the scripts, and their submission.

use std::{
    fmt, fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use serde::Serialize;

use super::{args::Args, pilot::Costs};
use crate::{
    cli::{flags::stem, folder::clear, stop::Stop},
    measure::record::quoted,
    store::{StoreError, atomic},
};

/// Processor seconds of an array element, about.
const ELEMENT: f64 = 3600.0;
/// Most elements unless asked otherwise.
const MOST: f64 = 500.0;

/// What was submitted.
#[derive(Debug, Serialize)]
pub struct Submitted {
    /// Number of the job array.
    job: String,
    /// Number of the job that collects.
    collector: String,
    /// Elements of the array, threads and megabytes of each, and minutes at most.
    elements: usize,
    threads: usize,
    megabytes: u64,
    minutes: u64,
    /// Folder of results.
    folder: PathBuf,
}

impl fmt::Display for Submitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Submitted { job, collector, elements, threads, megabytes, minutes, folder } = self;
        let s = if *threads == 1 { "" } else { "s" };
        writeln!(f, "Submitted job {job}: {elements} elements, {threads} thread{s} and {megabytes} MB each, at most {minutes} min; job {collector} collects.")?;
        writeln!(f, "musafir sweep --status {} says how far it is.", folder.display())
    }
}

/// Writes the scripts and submits them.
pub fn submit(args: &Args, file: &Path, folder: &Path, costs: &Costs) -> Result<Submitted, Stop> {
    if costs.runs == 0 {
        return Err(Stop::Usage("there is nothing left to run; collect it with --collect".to_string()));
    }
    let absolute = |path: &Path| path.canonicalize().map_err(StoreError::io("find", path));
    let (file, folder) = (absolute(file)?, absolute(folder)?);
    let program = std::env::current_exe().map_err(|e| Stop::Failed(format!("this program cannot be found: {e}")))?;
    let shards = args.shards.map_or((costs.cpu() / ELEMENT).ceil().clamp(1.0, MOST) as usize, |n| n as usize).min(costs.runs);
    let threads = args.running.threads.map_or(1, |n| n as usize).max(1);
    // Twice the pilot's time and ten minutes, since machines differ; an element that is cut off goes on when it is submitted again.
    let minutes = 10 + (2.0 * costs.cpu() / (shards * threads) as f64 / 60.0).ceil() as u64;
    let each = costs.memory / costs.division.workers.max(1) as u64;
    let megabytes = 100 + 2 * threads as u64 * each / 1_000_000;
    if [&file, &folder].iter().any(|path| path.display().to_string().contains('\n')) {
        return Err(Stop::Usage("a path with a line feed cannot be written into a script".to_string()));
    }
    let logs = folder.join("slurm");
    fs::create_dir_all(&logs).map_err(StoreError::io("create", &logs))?;
    let flags = flags(args);
    let (stem, page) = (stem(&file), if args.no_report { " --no-report" } else { "" });
    // `%` begins what sbatch fills in.
    let (name, pattern) = (option(&format!("musafir-{stem}")), logs.display().to_string().replace('%', "%%"));
    let extra = args.sbatch.iter().fold(String::new(), |text, option| text + "#SBATCH " + option + "\n");
    let (program, file, out) = (written(&program), written(&file), written(&folder));
    let array = format!(
        "#!/bin/sh\n#SBATCH --job-name={name}\n#SBATCH --array=1-{shards}\n#SBATCH --cpus-per-task={threads}\n#SBATCH --mem={megabytes}M\n\
         #SBATCH --time={minutes}\n#SBATCH --requeue\n#SBATCH --open-mode=append\n#SBATCH --output={}\n{extra}\
         # Finished runs are files of their own: an element that is killed and started again goes on after them.\n\
         exec {program} sweep {file} --out {out} --shard \"$SLURM_ARRAY_TASK_ID/{shards}\" --threads {threads} --memory {:.3} --quiet{flags}\n",
        option(&format!("{pattern}/%A_%a.log")),
        megabytes as f64 / 1e3,
    );
    let collect = format!(
        "#!/bin/sh\n#SBATCH --job-name={}\n#SBATCH --cpus-per-task=1\n#SBATCH --mem=2000M\n#SBATCH --time=60\n#SBATCH --requeue\n\
         #SBATCH --output={}\n{extra}exec {program} sweep --collect {out} --quiet{page}\n",
        option(&format!("musafir-{stem}-collect")),
        option(&format!("{pattern}/collect.log")),
    );
    let write = |name: &str, text: &str| -> Result<PathBuf, StoreError> {
        let path = logs.join(name);
        atomic::write(&path, |sink| sink.write_all(text.as_bytes())).map(|_| path)
    };
    let (array, collect) = (write("array.sh", &array)?, write("collect.sh", &collect)?);
    if args.running.force {
        // The elements and the collector find a folder without results, and replace nobody's.
        clear(&folder)?;
    }
    let job = sbatch(&[array.display().to_string()], &logs)?;
    // After any end: collecting says which runs are missing.
    let collector = sbatch(&[format!("--dependency=afterany:{job}"), collect.display().to_string()], &logs)?;
    Ok(Submitted { job, collector, elements: shards, threads, megabytes, minutes, folder })
}

/// Flags that the elements need too.
fn flags(args: &Args) -> String {
    let mut text = String::new();
    let mut put = |flag: &str, value: Option<String>| {
        if let Some(value) = value {
            text = format!("{text} --{flag} {value}").trim_end().to_string();
        }
    };
    put("replicates", args.replicates.map(|n| n.to_string()));
    put("sample", args.running.sample.map(|s| format!("{s:?}")));
    put("seed", args.running.seed.map(|s| s.to_string()));
    put("until", args.running.until.map(|m| m.to_string()));
    put("retry", args.retry.then(String::new));
    put("root", args.root.as_deref().map(|r| written(&r.canonicalize().unwrap_or_else(|_| r.to_path_buf()))));
    text
}

/// A path in a script.
fn written(path: &Path) -> String {
    quoted(&path.display().to_string())
}

/// The value of an option in a script, as sbatch reads it.
fn option(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Submits; the number of the job.
fn sbatch(arguments: &[String], logs: &Path) -> Result<String, Stop> {
    let said = Command::new("sbatch").arg("--parsable").args(arguments).output();
    let written = format!("the scripts are in {}", logs.display());
    match said {
        Ok(said) if said.status.success() => Ok(String::from_utf8_lossy(&said.stdout).trim().split(';').next().unwrap_or_default().to_string()),
        Ok(said) => Err(Stop::Failed(format!("sbatch refused: {}; {written}", String::from_utf8_lossy(&said.stderr).trim()))),
        Err(error) => Err(Stop::Failed(format!("sbatch cannot be started: {error}; {written}"))),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    #[test]
    fn elements_are_told_what_changes_their_runs() {
        let args = |more: &[&str]| Line::try_parse_from([&["sweep", "a.toml", "--slurm"], more].concat()).unwrap_or_else(|e| panic!("{e}")).args;
        assert_eq!(flags(&args(&[])), "");
        let all = ["--replicates", "3", "--sample", "0.5", "--seed", "7", "--until", "2009-12", "--retry"];
        assert_eq!(flags(&args(&all)), format!(" {}", all.join(" ")));
        assert_eq!(option("a \"b\" c"), "\"a \\\"b\\\" c\"");
    }
}
