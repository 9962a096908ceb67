//! `musafir show`: every value of a scenario with its unit, its place and its source.

use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf, process::ExitCode};

use super::{WRONG, diagnostics, flags::Reading, kind::Kind, print, stop::Stop, usage};
use crate::scenario::{Entry, Inventory, Outlook, Rows, finding, shapes};

/// Arguments of `show`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Scenario file.
    file: PathBuf,
    /// Show only what differs from this scenario.
    #[arg(long, value_name = "FILE")]
    diff: Option<PathBuf>,
    /// Show the rows of a table, each with its place and source.
    #[arg(long, value_name = "TABLE")]
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
    let load = |path: &PathBuf| {
        Kind::Scenario.expect(path).map_err(Stop::end)?;
        Inventory::load(path, &overrides).map_err(|findings| {
            diagnostics::print(&findings);
            ExitCode::from(WRONG)
        })
    };
    let inventory = match load(&args.file) {
        Ok(inventory) => inventory,
        Err(code) => return code,
    };
    if let Some(other) = &args.diff {
        return match load(other) {
            Ok(other) => print(&differences(&inventory, &other)),
            Err(code) => code,
        };
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
    let phases: Vec<String> = corridor.phases.iter().map(|(month, phase)| format!("{} from {month}", format!("{phase:?}").to_lowercase())).collect();
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

/// What two scenarios say differently.
fn differences(a: &Inventory, b: &Inventory) -> String {
    let mut out = format!("- {}\n+ {}\n\n", b.title, a.title);
    let of_b: BTreeMap<&str, &Entry> = b.entries.iter().map(|e| (e.key.as_str(), e)).collect();
    let of_a: BTreeMap<&str, &Entry> = a.entries.iter().map(|e| (e.key.as_str(), e)).collect();
    let before = out.len();
    for entry in &a.entries {
        match of_b.get(entry.key.as_str()) {
            Some(other) if other.value == entry.value => {}
            other => {
                if let Some(other) = other {
                    let _ = write!(out, "- {}", line(other));
                }
                let _ = write!(out, "+ {}", line(entry));
            }
        }
    }
    for entry in b.entries.iter().filter(|e| !of_a.contains_key(e.key.as_str())) {
        let _ = write!(out, "- {}", line(entry));
    }
    let empty = |like: &Rows| Rows { rows: Vec::new(), file: "no file".to_string(), ..like.clone() };
    let pairs = a.tables.iter().map(|x| (x.clone(), b.tables.iter().find(|y| y.name == x.name).cloned().unwrap_or_else(|| empty(x))));
    let only_b = b.tables.iter().filter(|y| a.tables.iter().all(|x| x.name != y.name)).map(|y| (empty(y), y.clone()));
    for (x, y) in pairs.chain(only_b) {
        let lines = |t: &Rows| t.rows.iter().map(|r| r.values.join(",")).collect::<std::collections::BTreeSet<_>>();
        let (of_x, of_y) = (lines(&x), lines(&y));
        let (gone, new) = (of_y.difference(&of_x).count(), of_x.difference(&of_y).count());
        if gone + new > 0 {
            let _ = writeln!(out, "tables.{}: {new} rows of {} are not in {}, {gone} the other way", x.name, x.file, y.file);
        }
    }
    if out.len() == before {
        out.push_str("no value differs\n");
    }
    out
}
