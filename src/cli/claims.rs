//! `musafir claims`: claims held against runs, and the page of verdicts.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use rayon::prelude::*;

use super::{
    DONE,
    flags::Uncertain,
    folder, interrupt,
    progress::Replicates,
    stop::{Stop, end, expect},
};
use crate::{
    engine::{CHUNK_ROWS, Setup},
    experiment::{
        claims::{
            Book, Trial,
            page::{self, Made},
            read::Reading,
        },
        ensemble::Ensemble,
        inputs::Inputs,
        replicate::{Grown, Stopped, Tree, Variant},
    },
    measure::scope::Scope,
    scenario::{Findings, Kind, Overrides, Scenario, Template, finding::At},
    store::atomic,
};

/// Arguments of `claims`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The book of claims; scenarios stand beside it.
    #[arg(default_value = SHIPPED[0], value_name = "FILE")]
    file: PathBuf,
    /// Share of households simulated.
    #[arg(long, default_value_t = 0.01)]
    sample: f64,
    /// Runs of each scenario.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(2..=100_000))]
    replicates: u32,
    /// Seed of the first.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The page that is written [default: docs/claims.md for scenarios/claims.toml, else the book's name with .md beside it].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    uncertain: Uncertain,
    /// Check the book and its scenarios, and run nothing.
    #[arg(long)]
    check: bool,
    /// No progress.
    #[arg(long)]
    quiet: bool,
}

/// The book that ships, and its page.
const SHIPPED: [&str; 2] = ["scenarios/claims.toml", "docs/claims.md"];

impl Args {
    fn page(&self) -> PathBuf {
        let own = || if self.file == Path::new(SHIPPED[0]) { PathBuf::from(SHIPPED[1]) } else { self.file.with_extension("md") };
        self.out.clone().unwrap_or_else(own)
    }

    /// The command that makes the page again.
    fn command(&self) -> String {
        let file = if self.file == Path::new(SHIPPED[0]) { String::new() } else { format!(" {}", self.file.display()) };
        let given = |flag: &str, path: &Option<PathBuf>| path.as_ref().map_or_else(String::new, |path| format!(" --{flag} {}", path.display()));
        let Args { sample, replicates, seed, .. } = self;
        format!("musafir claims{file} --sample {sample} --replicates {replicates} --seed {seed}{}{}", given("ensemble", &self.uncertain.ensemble), given("out", &self.out))
    }
}

/// Runs all scenarios of the book and writes the page.
pub fn execute(args: &Args) -> ExitCode {
    end(job(args).map(|text| (text, DONE)))
}

/// Does the work and returns what is to be printed.
fn job(args: &Args) -> Result<String, Stop> {
    if !(args.sample > 0.0 && args.sample <= 1.0) {
        return Err(Stop::Usage("--sample lies above 0 and up to 1".to_string()));
    }
    expect(Kind::Claims, &args.file)?;
    let out = args.page();
    folder::markdown(&out)?;
    let (book, scenarios, mut trial) = read(&args.file)?;
    if args.check {
        return Ok(format!("{}: right ({} claims, {} scenarios)\n", args.file.display(), book.claim.len(), scenarios.len()));
    }
    interrupt::listen();
    let ensemble = args.uncertain.named_or_beside(&args.file)?;
    match &ensemble {
        Some(ensemble) => members(args, &book, ensemble, &mut trial)?,
        None => replicates(args, &scenarios, &mut trial)?,
    }
    let made = Made { book: &args.file.display().to_string(), command: &args.command(), ensemble: ensemble.as_ref().map(|e| e.hash.as_str()) };
    let text = page::page(&book, &trial, made);
    atomic::write(&out, |sink| sink.write_all(text.as_bytes()))?;
    Ok(if args.quiet { String::new() } else { format!("Verdicts: {}\n", out.display()) })
}

/// The book, its scenarios, and what is to be measured.
///
/// # Errors
/// Everything that is wrong with the book and with its scenarios.
pub fn read(file: &Path) -> Result<(Book, Vec<Scenario>, Trial), Findings> {
    let mut reading = Reading::of(file)?;
    let folder = file.parent().unwrap_or(Path::new("."));
    let (mut scenarios, mut wrong) = (Vec::new(), Vec::new());
    let there: Vec<PathBuf> = reading.book.scenarios().iter().map(|name| folder.join(format!("{name}.toml"))).filter(|path| path.is_file()).collect();
    for path in &there {
        match Scenario::load(path, &Overrides::default()) {
            Ok(scenario) => scenarios.push(scenario),
            Err(findings) => wrong.extend(findings.list),
        }
    }
    let mut trial = None;
    if let Some(first) = scenarios.first() {
        let (world, scope) = (&first.world, Scope::new(&first.world));
        let last = world.last_month();
        let other = |s: &Scenario| (s.world.start, s.world.months) != (world.start, world.months) || !Scope::new(&s.world).same_rows(&scope);
        for scenario in scenarios.iter().filter(|s| other(s)) {
            let what = format!("`{}` has other months or places than `{}`", scenario.title, first.title);
            reading.ledger.error(At::NOWHERE, "", what, "all scenarios of a book are held beside each other", "");
        }
        trial = Trial::new(&reading.book, &scope, (world.start.year(), last.year())).map_err(|mistakes| reading.tell(mistakes)).ok();
    } else if wrong.is_empty() {
        reading.ledger.error(At::NOWHERE, "", format!("no claim of `{}` is tested", file.display()), "no test can be used", "");
    }
    match (trial, reading.right()) {
        (Some(trial), Ok(book)) if wrong.is_empty() => Ok((book.clone(), scenarios, trial)),
        (_, book) => Err(Findings { list: book.err().into_iter().flat_map(|findings| findings.list).chain(wrong).collect() }),
    }
}

/// Runs all replicates on the scenarios of the members of an ensemble.
fn members(args: &Args, book: &Book, ensemble: &Ensemble, trial: &mut Trial) -> Result<(), Stop> {
    let folder = args.file.parent().unwrap_or(Path::new("."));
    let template = |name: &str| ensemble.template(&folder.join(format!("{name}.toml")), &Overrides::default());
    let templates: Vec<Template> = book.scenarios().into_iter().map(|name| template(&name)).collect::<Result<_, _>>()?;
    let of = |k: u32| -> Result<Vec<Scenario>, Findings> {
        let changes = ensemble.changes(ensemble.member(k));
        templates.iter().map(|t| t.scenario(&changes)).collect()
    };
    let months = with_tree(&of(1)?, |tree| tree.months() * u64::from(args.replicates));
    each(args, months, trial, |setup, k, watcher| Ok(with_tree(&of(k)?, |tree| tree.grow(setup, k, watcher))))
}

/// Hands the tree of some scenarios on.
fn with_tree<T>(scenarios: &[Scenario], what: impl FnOnce(&Tree<'_>) -> T) -> T {
    let inputs: Vec<Inputs> = scenarios.iter().map(|s| Inputs::new(&s.run, &s.world, &s.behaviour)).collect();
    let variants = scenarios.iter().zip(&inputs).map(|(s, inputs)| Variant { world: &s.world, behaviour: &s.behaviour, inputs });
    what(&Tree::new(variants.collect(), 0))
}

/// Runs all replicates; scenarios share the past in which they do not differ.
fn replicates(args: &Args, scenarios: &[Scenario], trial: &mut Trial) -> Result<(), Stop> {
    with_tree(scenarios, |tree| each(args, tree.months() * u64::from(args.replicates), trial, |setup, k, watcher| Ok(tree.grow(setup, k, watcher))))
}

/// Hands what each replicate grows to the trial, in the order of replicates; as many grow side by side as there are threads.
///
/// # Errors
/// What is wrong with a member's scenarios, once; a stop.
fn each(args: &Args, months: u64, trial: &mut Trial, grow: impl Fn(Setup, u32, &Replicates) -> Result<Result<Grown, Stopped>, Findings> + Sync) -> Result<(), Stop> {
    let watcher = Replicates::new(args.replicates, months, args.quiet);
    let numbers: Vec<u32> = (1..=args.replicates).collect();
    let all = numbers.chunks(rayon::current_num_threads().max(1)).try_for_each(|batch| {
        let run = |&k: &u32| grow(Setup::replicate(args.seed, k, args.sample, CHUNK_ROWS), k, &watcher);
        let grown: Vec<Result<Grown, Stopped>> = batch.par_iter().map(run).collect::<Result<_, Findings>>()?;
        for grown in grown {
            let grown = grown.map_err(|Stopped| Stop::Stopped("Stopped; nothing was written.".to_string()))?;
            trial.replicate(&grown.values.iter().map(|v| v.as_slice()).collect::<Vec<_>>());
        }
        Ok(())
    });
    watcher.finish();
    all
}
