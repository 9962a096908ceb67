//! `musafir show`: every value of a scenario with its unit, its place and its source.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::PathBuf,
    process::ExitCode,
};

use serde::Serialize;

use super::{
    WRONG, diagnostics,
    flags::Reading,
    print,
    stop::{Stop, expect},
    usage,
};
use crate::scenario::{
    Entry, Inventory, Kind, Outlook, Overrides, Rows, finding,
    inventory::{Field, differing},
    shapes,
};

/// Arguments of `show`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Scenario file.
    file: PathBuf,
    /// Show only what differs from this scenario, which is taken as it stands, without --set.
    #[arg(long, value_name = "FILE")]
    diff: Option<PathBuf>,
    /// Show the rows of a table, each with its place and source.
    #[arg(long, value_name = "TABLE", conflicts_with = "diff")]
    rows: Option<String>,
    #[command(flatten)]
    reading: Reading,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Shows the scenario.
pub fn execute(args: &Args) -> ExitCode {
    let overrides = match args.reading.overrides() {
        Ok(overrides) => overrides,
        Err(why) => return usage(&why),
    };
    if let Some(name) = args.rows.as_deref().filter(|n| shapes::SHAPES.iter().all(|s| s.name != *n)) {
        let hint = finding::did_you_mean(name, shapes::SHAPES.iter().map(|s| s.name));
        return usage(&format!("there is no table `{name}`: {hint}"));
    }
    let load = |path: &PathBuf, overrides: &Overrides| {
        expect(Kind::Scenario, path).map_err(Stop::end)?;
        Inventory::load(path, overrides).map_err(|findings| {
            diagnostics::print(&findings);
            ExitCode::from(WRONG)
        })
    };
    let inventory = match load(&args.file, &overrides) {
        Ok(inventory) => inventory,
        Err(code) => return code,
    };
    if let Some(other) = &args.diff {
        let other = match load(other, &Overrides { set: Vec::new(), ..overrides }) {
            Ok(other) => other,
            Err(code) => return code,
        };
        let differences = Differences::new(&other, &inventory);
        return print(&if args.json { format!("{:#}\n", serde_json::json!(differences)) } else { differences.text() });
    }
    let table = args.rows.as_ref().and_then(|name| inventory.tables.iter().find(|t| t.name == *name));
    match (table, args.json) {
        (Some(table), true) => print(&format!("{:#}\n", serde_json::json!(table))),
        (Some(table), false) => print(&rows(table)),
        (None, true) => print(&format!("{:#}\n", serde_json::json!(inventory))),
        (None, false) => print(&values(&inventory)),
    }
}

fn values(inventory: &Inventory) -> String {
    let mut out = format!("{}\n\n", inventory.title);
    for entry in &inventory.entries {
        out.push_str(&line(entry));
    }
    if !inventory.corridors.is_empty() {
        out.push_str("\nCorridors\n");
        inventory.corridors.iter().for_each(|c| out.push_str(&outlook(c)));
    }
    out.push_str("\nTables\n");
    for table in &inventory.tables {
        let (rows, verified) = (table.rows.len(), 100.0 * table.verified());
        let _ = writeln!(out, "tables.{:<11} {rows:>6} rows, {verified:>3.0} % verified  {}  # {}", table.name, table.file, table.meaning);
    }
    out
}

/// `id: phase from month, ...; channels; work; cost; transit`
fn outlook(corridor: &Outlook) -> String {
    let phases: Vec<String> = corridor.phases.iter().map(|(month, phase)| format!("{} from {month}", phase.name())).collect();
    let channels = if corridor.channels.is_empty() { "none".to_string() } else { corridor.channels.join(", ") };
    let mut out = format!("corridor.{}: {}; channels: {channels}", corridor.id, phases.join(", "));
    if corridor.person_years > 0.0 {
        let _ = write!(out, "; {:.0} person-years of work", corridor.person_years);
    }
    if let Some(cost) = corridor.cost_usd_m {
        let _ = write!(out, "; {cost} million USD");
    }
    if let Some(each) = corridor.cost_usd_k_per_person_year {
        let _ = write!(out, ", {each:.0} thousand a person-year");
    }
    if corridor.transit_usd_m_per_year > 0.0 {
        let _ = write!(out, "; transit income {:.1} million USD a year", corridor.transit_usd_m_per_year);
    }
    if let Some(years) = corridor.years_of_transit_income {
        let _ = write!(out, ", {years:.0} years of it for the cost");
    }
    out.push('\n');
    out
}

/// `key = value  [unit]  place  # source (verified)`
fn line(entry: &Entry) -> String {
    let mut out = format!("{} = {}", entry.key, entry.value);
    if !entry.unit.is_empty() {
        let _ = write!(out, "  [{}]", entry.unit);
    }
    let _ = write!(out, "  {}", entry.place);
    let flag = match entry.verified {
        Some(true) => "verified",
        Some(false) => "not verified",
        None => "verified: not stated",
    };
    match (entry.source.as_str(), entry.verified) {
        ("", None) => {}
        ("", _) => {
            let _ = write!(out, "  # no source stated ({flag})");
        }
        (source, _) => {
            let _ = write!(out, "  # {source} ({flag})");
        }
    }
    out.push('\n');
    out
}

fn rows(table: &Rows) -> String {
    let mut out = format!("{}: {}\n", table.name, table.meaning);
    let columns: Vec<String> = table.columns.iter().map(|(name, unit)| if unit.is_empty() { name.clone() } else { format!("{name} [{unit}]") }).collect();
    let _ = writeln!(out, "{}\n", columns.join(", "));
    for row in &table.rows {
        let flag = if row.verified { "verified" } else { "not verified" };
        let _ = writeln!(out, "{}  {}  # {} ({flag})", row.place, row.values.join(", "), row.source);
    }
    out
}

/// Fields of tables that are printed at most.
const MOST_FIELDS: usize = 200;

/// What two scenarios say differently.
#[derive(Serialize)]
struct Differences<'a> {
    /// Title of the scenario that it is held against.
    before: &'a str,
    /// Title of the scenario.
    after: &'a str,
    values: Vec<Difference<'a>>,
    /// Fields of tables.
    fields: Vec<Field<'a>>,
}

/// A value that only one of them has, or that differs.
#[derive(Serialize)]
struct Difference<'a> {
    before: Option<&'a Entry>,
    after: Option<&'a Entry>,
}

impl<'a> Differences<'a> {
    fn new(before: &'a Inventory, after: &'a Inventory) -> Differences<'a> {
        let of = |inventory: &'a Inventory| inventory.entries.iter().map(|e| (e.key.as_str(), e)).collect::<BTreeMap<_, _>>();
        let (of_before, of_after) = (of(before), of(after));
        let changed = after.entries.iter().filter_map(|e| {
            let other = of_before.get(e.key.as_str()).copied();
            other.is_none_or(|other| other.value != e.value).then_some(Difference { before: other, after: Some(e) })
        });
        let gone = before.entries.iter().filter(|e| !of_after.contains_key(e.key.as_str())).map(|e| Difference { before: Some(e), after: None });
        let names: BTreeSet<&str> = before.tables.iter().chain(&after.tables).map(|t| t.name.as_str()).collect();
        let find = |of: &'a Inventory, name: &str| of.tables.iter().find(|t| t.name == name);
        let fields = names.into_iter().flat_map(|name| differing(find(before, name), find(after, name))).collect();
        Differences { before: &before.title, after: &after.title, values: changed.chain(gone).collect(), fields }
    }

    fn text(&self) -> String {
        let mut out = format!("- {}\n+ {}\n\n", self.before, self.after);
        for Difference { before, after } in &self.values {
            for (sign, entry) in [('-', before), ('+', after)] {
                if let Some(entry) = entry {
                    let _ = write!(out, "{sign} {}", line(entry));
                }
            }
        }
        for Field { key, before, after } in self.fields.iter().take(MOST_FIELDS) {
            for (sign, field) in [('-', before), ('+', after)] {
                if let Some((value, row)) = field {
                    let _ = writeln!(out, "{sign} {key} = {value}  {}", row.place);
                }
            }
        }
        if self.fields.len() > MOST_FIELDS {
            let _ = writeln!(out, "and {} more fields of tables (--json has them all)", self.fields.len() - MOST_FIELDS);
        }
        if self.values.is_empty() && self.fields.is_empty() {
            out.push_str("no value differs\n");
        }
        out
    }
}
