//! Flags of `musafir compare`, and the scenarios as they change them.

use std::{collections::BTreeSet, path::PathBuf};

use crate::{
    cli::{
        flags::{Reading, Running, Uncertain},
        stop::{Stop, expect},
    },
    engine::CHUNK_ROWS,
    experiment::{attribute::Wish, ensemble::Ensemble},
    scenario::{Finding, Findings, Kind, Scenario},
};

/// Arguments of `compare`.
#[allow(clippy::struct_excessive_bools)] // each is a flag of its own
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The reference, A.
    pub a: PathBuf,
    /// What is compared with it: B, C, ...
    #[arg(required = true, value_name = "B")]
    pub others: Vec<PathBuf>,
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub running: Running,
    #[command(flatten)]
    pub uncertain: Uncertain,
    /// Number of replicates.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    pub replicates: u32,
    /// Say which of the changes did it: Shapley shares over all coalitions of at most six groups of changes.
    #[arg(long)]
    pub attribute: bool,
    /// A group of changes, NAME=PART,PART (repeatable); a part is named `corridor:channel`, `regime:id`, `closure:id`, ..., by the beginning of
    /// its name up to a colon, or by a channel.
    #[arg(long, value_name = "NAME=PART,..", requires = "attribute")]
    pub group: Vec<String>,
    /// Leave out the page report.html.
    #[arg(long)]
    pub no_report: bool,
    /// Go on after the replicates that an interrupted comparison finished.
    #[arg(long)]
    pub resume: bool,
    /// Rows of a chunk (results do not depend on it).
    #[arg(long, hide = true, default_value_t = CHUNK_ROWS)]
    pub chunk_rows: usize,
}

impl Args {
    /// All scenario files, A first.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        std::iter::once(&self.a).chain(&self.others)
    }

    /// The wished groups.
    pub fn wishes(&self) -> Result<Vec<Wish>, String> {
        let wish = |text: &String| match text.split_once('=') {
            Some((name, parts)) if !name.trim().is_empty() && !parts.trim().is_empty() => {
                Ok((name.trim().to_string(), parts.split(',').map(|p| p.trim().to_string()).filter(|p| !p.is_empty()).collect()))
            }
            _ => Err(format!("`--group {text}` is not of the form NAME=PART,PART")),
        };
        self.group.iter().map(wish).collect()
    }
}

/// What is compared.
pub struct Loaded {
    /// The scenarios as they are, A first.
    pub scenarios: Vec<Scenario>,
    /// The ensemble whose members the replicates use.
    pub ensemble: Option<Ensemble>,
    /// The scenarios of each replicate; none if they are the same for all.
    pub members: Vec<Vec<Scenario>>,
    /// Hash of those of each scenario.
    pub hashes: Vec<Option<String>>,
    /// Keys that each scenario keeps to itself.
    pub kept: Vec<BTreeSet<String>>,
}

/// The scenarios as the flags change them; seed and sample are those of A in all. Mistakes of all are said. Unless something else is said,
/// replicates use the members of the ensemble beside A, if there is one.
pub fn load(args: &Args) -> Result<Loaded, Stop> {
    let overrides = args.running.overrides(&args.reading, Some(args.replicates))?;
    let mut scenarios: Vec<Scenario> = Vec::new();
    // What files share is said once.
    let (mut wrong, mut said, mut changed) = (Vec::new(), BTreeSet::new(), Vec::new());
    for file in args.files() {
        let mut overrides = overrides.clone();
        if let Some(a) = scenarios.first() {
            overrides.set.push(("run.seed".to_string(), a.run.seed.to_string()));
            overrides.set.push(("run.sample".to_string(), format!("{:?}", a.run.sample)));
        }
        changed.push(overrides.clone());
        expect(Kind::Scenario, file)?;
        match Scenario::load(file, &overrides) {
            Ok(scenario) => {
                args.running.say(&scenario.warnings, &mut said);
                scenarios.push(scenario);
            }
            Err(findings) => {
                let new: Vec<Finding> = findings.list.into_iter().filter(|finding| !wrong.contains(finding)).collect();
                wrong.extend(new);
            }
        }
    }
    if !wrong.is_empty() {
        return Err(Stop::from(Findings { list: wrong }));
    }
    let ensemble = args.uncertain.named_or_beside(&args.a)?;
    let mut members: Vec<Vec<Scenario>> = Vec::new();
    let (mut hashes, mut kept) = (vec![None; scenarios.len()], vec![BTreeSet::new(); scenarios.len()]);
    if let Some(ensemble) = &ensemble {
        members.resize_with(args.replicates as usize, Vec::new);
        for (i, ((file, overrides), scenario)) in args.files().zip(&changed).zip(&mut scenarios).enumerate() {
            let of_file = args.running.members(Some(ensemble), file, overrides, args.replicates, scenario)?;
            hashes[i] = of_file.hash();
            kept[i] = of_file.kept;
            members.iter_mut().zip(of_file.scenarios).for_each(|(members, scenario)| members.push(scenario));
        }
    }
    Ok(Loaded { scenarios, ensemble, members, hashes, kept })
}
