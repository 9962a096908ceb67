//! Scenario files: read, overlaid, checked, resolved into a world and a behaviour.
//!
//! `layers` reads the chain of files and merges it to one tree; `check` holds it against the schema of `file`; `table` reads the CSV
//! tables that it names; `resolve` makes the world and says what does not fit together; `write` writes a self-contained file.
//! Every mistake is a [`Finding`] with a dotted path, which `tree::Node::locate` turns into a file and a line; all are shown at once.
//! Uses everything left of it; the engine, the experiments and the commands use it.

mod changes;
pub mod check;
pub mod document;
pub mod file;
pub mod finding;
mod fitted;
pub mod inventory;
mod items;
pub mod kind;
mod layers;
mod outlook;
mod resolve;
pub mod shapes;
mod table;
pub mod template;
pub mod tree;
mod write;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use crate::{behaviour::Behaviour, units::Month, world::World};

pub use finding::{Finding, Findings, Severity};
pub use fitted::Fitted;
pub use inventory::{Entry, Inventory, Row, Rows};
pub use kind::Kind;
pub use outlook::Outlook;
pub use template::{Change, Template};
pub use write::{Feed, hash, keeping};

/// What the command line changes.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// Dotted keys and values in the syntax of TOML; texts need no quotes.
    pub set: Vec<(String, String)>,
    /// Folder within which all paths stay, if not the nearest ancestor named `scenarios`.
    pub root: Option<PathBuf>,
    /// Last month simulated, if it is to stop before the scenario's end.
    pub until: Option<Month>,
}

/// What is run.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// First month.
    pub start: Month,
    /// Last month; cohorts are known up to it.
    pub end: Month,
    /// Last month simulated, if before the end.
    pub until: Option<Month>,
    /// Share of households simulated.
    pub sample: f64,
    /// Seed of the first replicate.
    pub seed: u64,
    /// Number of replicates.
    pub replicates: u32,
}

impl Run {
    /// Number of months simulated.
    pub fn months(&self) -> usize {
        (self.until.unwrap_or(self.end).since(self.start) + 1).max(0) as usize
    }
}

/// A scenario, ready to run.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What it is, in a few words.
    pub title: String,
    /// What it claims, in a paragraph.
    pub description: String,
    /// What is run.
    pub run: Run,
    /// Everything outside the persons.
    pub world: World,
    /// What persons do.
    pub behaviour: Behaviour,
    /// BLAKE3 over the resolved values, hexadecimal: titles, sources and notes are not in it.
    pub hash: String,
    /// A self-contained file with all tables inside, as TOML: loading it gives the same world and the same hash.
    pub resolved: String,
    /// What its author should know.
    pub warnings: Vec<Finding>,
}

/// What a scenario comes to.
struct Parts {
    run: Run,
    world: World,
    behaviour: Behaviour,
    tables: Vec<table::Table>,
    replaced: BTreeSet<(&'static str, String, String)>,
}

impl Scenario {
    /// Reads a scenario and all that it names. On mistakes all of them are returned, with the warnings.
    ///
    /// # Errors
    /// Everything that is wrong in the files, at once.
    pub fn load(path: &Path, overrides: &Overrides) -> Result<Scenario, Findings> {
        let mut ledger = finding::Ledger::default();
        let layers = layers::read(path, &overrides.set, overrides.root.as_deref(), &mut ledger);
        Scenario::resolve(&layers, overrides.until, ledger)
    }

    /// Of the merged tree of its files.
    fn resolve(layers: &layers::Layers, until: Option<Month>, ledger: finding::Ledger) -> Result<Scenario, Findings> {
        let (Parts { run, world, behaviour, tables, replaced }, list) = Scenario::parts(layers, until, ledger)?;
        let text = |key: &str| layers.tree.get(key).and_then(tree::Node::text).unwrap_or_default().to_string();
        let resolved = write::resolved(&layers.tree, &run, &tables, &replaced);
        let hash = write::hash(&run, &world, &behaviour);
        Ok(Scenario { title: text("title"), description: text("description"), run, world, behaviour, hash, resolved, warnings: list })
    }

    /// The parts of a scenario, with warnings.
    fn parts(layers: &layers::Layers, until: Option<Month>, mut ledger: finding::Ledger) -> Result<(Parts, Vec<Finding>), Findings> {
        let resolved = if layers.order.is_empty() { None } else { Some(resolve::resolve(layers, until, &mut ledger)) };
        let whole = resolved.and_then(|r| Some(Parts { run: r.run?, world: r.world?, behaviour: r.behaviour?, tables: r.tables, replaced: r.replaced }));
        let list = ledger.sorted();
        match whole.filter(|_| ledger.errors() == 0) {
            Some(parts) => Ok((parts, list)),
            None => Err(Findings { list }),
        }
    }
}
