//! The data set of a sweep: `results.parquet` (one tidy row a value, with the factors of its point), `points.csv` and `runs.csv`. Bytes depend on
//! the finished runs alone.

use std::{collections::BTreeMap, io};

use super::{
    Sweep,
    factor::{Level, Levels},
    plan::{Plan, Run},
    runs::{Fate, Runs},
};
use crate::{
    measure::{columns::MEASURES, statistics, summary::number, year::Value},
    store::{
        parquet::{self, Part},
        table::{self, ColumnSpec, Kind, Layout, Table, TableSpec},
    },
};

/// Rows of a part of the data set, at least.
const PART_ROWS: usize = 100_000;

/// What was read of all runs on the way.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// By outcome, point and replicate; NaN where a run failed.
    pub outcomes: Vec<Vec<Vec<f64>>>,
    /// Lines of `runs.csv`: point, replicate, key, why it failed, state hash.
    pub lines: Vec<(usize, u32, String, String, String)>,
}

impl Gathered {
    /// Runs of points that failed.
    pub fn failed(&self) -> usize {
        self.lines.iter().filter(|l| !l.3.is_empty()).count()
    }
}

/// Columns of the data set. Names of factors are of the file, so the description lives as long as the program.
fn layout(sweep: &Sweep) -> Layout {
    let column = |name: &str, kind: Kind, unit: &str, meaning: &str| {
        let keep = |text: &str| -> &'static str { Box::leak(text.to_string().into_boxed_str()) };
        ColumnSpec { name: keep(name), kind, unit: keep(if unit.is_empty() { "-" } else { unit }), meaning: keep(meaning) }
    };
    let mut columns = vec![column("point", Kind::Count, "number", "Point of the design, from 1.")];
    for factor in &sweep.factors {
        let kind = match &factor.levels {
            Levels::Range { .. } => Kind::Real,
            Levels::Dates { .. } => Kind::Month,
            Levels::Choices(choices) if choices.iter().all(|c| c.name.parse::<f64>().is_ok()) => Kind::Real,
            Levels::Choices(_) => Kind::Name,
        };
        let meaning = if factor.keys.is_empty() { "A factor.".to_string() } else { format!("A factor: {}.", factor.keys.join(", ")) };
        columns.push(column(&factor.id, kind, &factor.unit, &meaning));
    }
    columns.extend([
        column("replicate", Kind::Count, "number", "Replicate, from 1; the same number has the same seed at every point."),
        column("year", Kind::Count, "year", "Calendar year."),
        column("measure", Kind::Name, "name", "Measure, as in summary.csv."),
        column("origin", Kind::Name, "ISO 3166", "Country of origin, CA3 for all of them, or another country for measures of countries."),
        column("destination", Kind::Name, "ISO 3166", "Country of destination, a group of them, or ALL."),
        column("value", Kind::Real, "see measure", "The value."),
    ]);
    let meaning = "Yearly values of the runs of a sweep. A value that a run does not have is left out.";
    let spec: &'static TableSpec = Box::leak(Box::new(TableSpec { name: "results", meaning, columns: columns.leak() }));
    let measures: Vec<String> = MEASURES.iter().map(|m| m.0.to_string()).collect();
    let mut names: Vec<(&str, Vec<String>)> = sweep.factors.iter().map(|f| (f.id.as_str(), f.names())).collect();
    names.extend([("measure", measures), ("origin", sweep.scope.party_names.clone()), ("destination", sweep.scope.destination_names.clone())]);
    let names: Vec<(&str, &[String])> = names.iter().map(|(name, list)| (*name, list.as_slice())).collect();
    Layout::new(spec, &names, 1.0)
}

/// Adds the values of a run.
fn add(table: &mut Table, sweep: &Sweep, point: usize, levels: &[Level], replicate: u32, values: &[Value]) {
    let rows = values.len();
    table.repeat(0, point as u32 + 1, rows);
    for (f, (factor, &level)) in sweep.factors.iter().zip(levels).enumerate() {
        let column = &mut table.columns[1 + f];
        match (level, column) {
            (Level::Month(m), column) => column.extend(std::iter::repeat_n(u32::from(m), rows)),
            (Level::Number(x), table::Column::Real(v)) => v.extend(std::iter::repeat_n(x, rows)),
            (Level::Choice(_), table::Column::Real(v)) => v.extend(std::iter::repeat_n(factor.text(level).parse().unwrap_or(f64::NAN), rows)),
            (Level::Choice(i), column) => column.extend(std::iter::repeat_n(i as u32, rows)),
            (Level::Number(x), column) => column.extend(std::iter::repeat_n(x as u32, rows)),
        }
    }
    let next = 1 + sweep.factors.len();
    table.repeat(next, replicate, rows);
    table.columns[next + 1].extend(values.iter().map(|v| v.year as u32));
    table.columns[next + 2].extend(values.iter().map(|v| u32::from(v.measure)));
    table.columns[next + 3].extend(values.iter().map(|v| u32::from(v.origin)));
    table.columns[next + 4].extend(values.iter().map(|v| u32::from(v.destination)));
    if let table::Column::Real(column) = &mut table.columns[next + 5] {
        column.extend(values.iter().map(|v| v.value));
    }
}

struct Parts<'a> {
    sweep: &'a Sweep,
    plan: &'a Plan,
    runs: &'a Runs,
    layout: &'a Layout,
    next: usize,
    gathered: &'a mut Gathered,
}

impl Parts<'_> {
    fn fill(&mut self) -> Table {
        let mut table = Table::new(self.layout.spec);
        let replicates = self.plan.replicates as usize;
        while self.next < self.plan.points.len() * replicates && table.rows() < PART_ROWS {
            let (point, replicate) = (self.next / replicates, (self.next % replicates) as u32 + 1);
            self.next += 1;
            let (key, fate) = match self.plan.world(point, replicate) {
                Ok(world) => {
                    let key = self.plan.key(Run { replicate, world });
                    let fate = self.runs.fate(&key);
                    (key, fate)
                }
                Err(why) => (String::new(), Fate::Failed(why.to_string())),
            };
            let (mut why, mut state, mut values) = (String::new(), String::new(), Vec::new());
            match fate {
                Fate::Finished(run) => (state, values) = (blake3::Hash::from(run.state).to_hex().to_string(), run.values),
                Fate::Failed(reason) => why = reason.lines().next().unwrap_or("failed").to_string(),
                Fate::ToGo => why = "has not been run".to_string(),
            }
            for (outcome, of) in self.sweep.outcomes.iter().zip(&mut self.gathered.outcomes) {
                of[point][replicate as usize - 1] = outcome.quantity.of(&values);
            }
            let selected: Vec<Value> = values.into_iter().filter(|v| self.sweep.selection.holds(v)).collect();
            add(&mut table, self.sweep, point, &self.plan.points[point].levels, replicate, &selected);
            self.gathered.lines.push((point, replicate, key, why, state));
        }
        table
    }
}

impl Iterator for Parts<'_> {
    type Item = io::Result<Part>;
    fn next(&mut self) -> Option<io::Result<Part>> {
        let table = self.fill();
        (table.rows() > 0).then(|| parquet::encode(self.layout, &table))
    }
}

/// Writes `results.parquet`; returns the number of rows, and fills `gathered`.
///
/// # Errors
/// Those of the writer.
pub fn results<W: io::Write + Send>(sweep: &Sweep, plan: &Plan, runs: &Runs, gathered: &mut Gathered, out: W) -> io::Result<u64> {
    let layout = layout(sweep);
    gathered.outcomes = vec![vec![vec![f64::NAN; plan.replicates as usize]; plan.points.len()]; sweep.outcomes.len()];
    gathered.lines.clear();
    let mut parts = Parts { sweep, plan, runs, layout: &layout, next: 0, gathered };
    parquet::write_each(&layout, &mut parts, out)
}

/// Writes `points.csv`: each point with its factors and outcomes, means over replicates; returns the number of rows.
///
/// # Errors
/// Those of the writer.
pub fn points(sweep: &Sweep, plan: &Plan, gathered: &Gathered, out: &mut dyn io::Write) -> io::Result<u64> {
    let mut writer = csv::Writer::from_writer(out);
    let own: Vec<usize> = (0..sweep.outcomes.len()).collect();
    let header = ["point".to_string(), "row".to_string()].into_iter().chain(sweep.factors.iter().map(|f| f.id.clone()));
    writer.write_record(header.chain(own.iter().map(|&o| format!("outcome:{}", sweep.outcomes[o].id))))?;
    for (p, point) in plan.points.iter().enumerate() {
        let factors = sweep.factors.iter().zip(&point.levels).map(|(f, &level)| f.text(level));
        let means = own.iter().map(|&o| text(statistics::mean(gathered.outcomes[o][p].iter().copied())));
        writer.write_record([(p + 1).to_string(), (point.row + 1).to_string()].into_iter().chain(factors).chain(means))?;
    }
    writer.flush()?;
    Ok(plan.points.len() as u64)
}

/// Writes `runs.csv`: what became of each run; returns the number of rows.
///
/// # Errors
/// Those of the writer.
pub fn runs(gathered: &Gathered, out: &mut dyn io::Write) -> io::Result<u64> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["point", "replicate", "run", "same_as_point", "status", "state_hash", "reason"])?;
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    for (point, replicate, key, why, state) in &gathered.lines {
        let same = if key.is_empty() { *point } else { *first.entry(key).or_insert(*point) };
        let same = if same == *point { String::new() } else { (same + 1).to_string() };
        let status = if why.is_empty() { "done" } else { "failed" };
        writer.write_record([&(point + 1).to_string(), &replicate.to_string(), key, &same, status, state, why])?;
    }
    writer.flush()?;
    Ok(gathered.lines.len() as u64)
}

/// A number as text, blank where there is none.
pub fn text(x: f64) -> String {
    if x.is_finite() { number(x) } else { String::new() }
}
