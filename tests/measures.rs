//! What the recorder writes adds up, agrees with the engine's own sums, and is the same after a resume.

use std::path::Path;

use musafir::{
    engine::{
        CHUNK_ROWS, Setup, Simulation,
        month::Environment,
        observe::{MonthView, Observer},
        totals::Totals,
    },
    measure::{Format, Recorded, Recorder, Results, columns, scope::Scope, summary::Summary},
    population::person::Chunk,
    scenario::{Overrides, Scenario},
    store::{
        atomic::Staging,
        parquet,
        table::{Column, Table},
    },
};

const SAMPLE: f64 = 0.002;

fn setup() -> Setup {
    Setup { seed: 5, sample: SAMPLE, chunk_rows: CHUNK_ROWS }
}

fn scenario() -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/baseline.toml");
    let overrides = Overrides { until: "2007-06".parse().ok(), ..Overrides::default() };
    Scenario::load(&path, &overrides).unwrap_or_else(|findings| panic!("{findings}"))
}

/// Listens along, and keeps the engine's own stock of foreign citizens by month.
struct Both {
    recorder: Recorder,
    foreign: Vec<i64>,
    start: i64,
}

fn foreign(view: &MonthView<'_>) -> i64 {
    let places = &view.world.places;
    (0..places.homes.len()).flat_map(|h| (0..places.destinations.len()).map(move |d| view.totals.foreign(h, d))).sum()
}

impl Observer for Both {
    fn start(&mut self, view: &MonthView<'_>) {
        self.start = foreign(view);
        self.recorder.start(view);
    }
    fn before_visits(&mut self, environment: &Environment<'_>, chunks: &[Chunk], totals: &Totals) {
        self.recorder.before_visits(environment, chunks, totals);
    }
    fn month(&mut self, view: &MonthView<'_>) {
        self.foreign.push(foreign(view));
        self.recorder.month(view);
    }
}

fn run(scenario: &Scenario) -> (Recorded, Both) {
    let mut both = Both { recorder: Recorder::new(&scenario.world, SAMPLE, 1), foreign: Vec::new(), start: 0 };
    let mut simulation = Simulation::new(&scenario.world, &scenario.behaviour, setup());
    simulation.start(&mut both);
    while !simulation.finished() {
        simulation.step(&mut both);
    }
    let recorder = std::mem::replace(&mut both.recorder, Recorder::new(&scenario.world, SAMPLE, 1));
    (recorder.finish().unwrap(), both)
}

fn rows(scenario: &Scenario, recorded: &Recorded, name: &str) -> Vec<Table> {
    let layouts = Scope::new(&scenario.world).layouts(1.0 / SAMPLE);
    let index = columns::TABLES.iter().position(|t| t.name == name).unwrap();
    recorded.parts[index].iter().map(|part| parquet::decode(&layouts[index], part).unwrap()).collect()
}

fn column<'a>(name: &str, table: &str, rows: &'a Table) -> &'a Column {
    let spec = columns::TABLES.iter().find(|t| t.name == table).unwrap();
    &rows.columns[spec.columns.iter().position(|c| c.name == name).unwrap()]
}

fn numbers(column: &Column) -> Vec<f64> {
    match column {
        Column::Real(v) => v.clone(),
        Column::Whole(v) => v.iter().map(|x| *x as f64).collect(),
        Column::Month(v) => v.iter().map(|x| f64::from(*x)).collect(),
        Column::Name(v) => v.iter().map(|x| f64::from(*x)).collect(),
        _ => panic!("decoded columns are none of these"),
    }
}

/// Sum of a column over foreign citizens by month of the run.
fn by_month(scenario: &Scenario, recorded: &Recorded, table: &str, name: &str) -> Vec<f64> {
    let mut sums = vec![0.0; scenario.world.months];
    for part in rows(scenario, recorded, table) {
        let [months, statuses, values] = ["month", "status", name].map(|c| numbers(column(c, table, &part)));
        for ((month, _), value) in months.iter().zip(&statuses).zip(&values).filter(|((_, status), _)| **status < 2.0) {
            sums[*month as usize - usize::from(scenario.world.start.0)] += value;
        }
    }
    sums
}

#[test]
fn stocks_are_the_engines_and_flows_explain_them() {
    let scenario = scenario();
    let (recorded, both) = run(&scenario);
    let stocks = by_month(&scenario, &recorded, "stocks", "persons");
    let flow = |name: &str| by_month(&scenario, &recorded, "flows", name);
    let [departures, returns, removed, naturalised] = ["departures", "returns", "removed", "naturalised"].map(flow);
    let [deaths, aged_out, onward_in, onward_out] = ["deaths", "aged_out", "onward_in", "onward_out"].map(flow);
    let mut before = both.start as f64 / SAMPLE;
    for month in 0..scenario.world.months {
        assert!((stocks[month] - both.foreign[month] as f64 / SAMPLE).abs() < 1e-6, "month {month}");
        let change = departures[month] + onward_in[month] - onward_out[month] - returns[month] - removed[month] - naturalised[month] - deaths[month] - aged_out[month];
        assert!((stocks[month] - before - change).abs() < 1e-6, "month {month}: {} - {before} is not {change}", stocks[month]);
        before = stocks[month];
    }
    let causes: f64 = columns::FLOWS.columns.iter().filter(|c| c.name.starts_with("returns_")).map(|c| flow(c.name).iter().sum::<f64>()).sum();
    assert!((causes - returns.iter().sum::<f64>()).abs() < 1e-6);
}

#[test]
fn ages_add_up() {
    let scenario = scenario();
    let (recorded, both) = run(&scenario);
    let summary = Results { replicates: vec![recorded.clone()] }.summary(&scenario.world);
    let flow = |name: &str| by_month(&scenario, &recorded, "flows", name);
    let [deaths, aged_out] = ["deaths", "aged_out"].map(flow);
    // Two whole years, and the half that the run ends in.
    for (part, (year, last)) in rows(&scenario, &recorded, "ages").iter().zip([(2005, 11), (2006, 23), (2007, 29)]) {
        let [places, months, persons, departures] = ["place", "month", "persons", "departures"].map(|c| numbers(column(c, "ages", part)));
        assert!(months.iter().all(|month| *month as usize - usize::from(scenario.world.start.0) == last));
        let sum = |values: &[f64], at_home: bool| -> f64 { values.iter().zip(&places).filter(|(_, place)| (**place == 0.0) == at_home).map(|(value, _)| value).sum() };
        let left = summary.mean("departures", "CA3", "ALL", year).unwrap();
        assert!((sum(&departures, true) - left).abs() < 1e-6 && (sum(&departures, false) - left).abs() < 1e-6, "{left} left in {year}");
        // At the start of the month: those of the end of the month before, less who dies or turns 65 in it.
        let stock = both.foreign[last - 1] as f64 / SAMPLE - deaths[last] - aged_out[last];
        assert!((sum(&persons, false) - stock).abs() < 1e-6, "{} abroad in {year}, {stock} by the engine", sum(&persons, false));
        assert!(sum(&persons, true) > 5.0 * stock);
        let shares: f64 = columns::AGE_SHARES.iter().map(|m| summary.mean(m, "CA3", "RUS", year).unwrap()).sum();
        assert!((shares - 1.0).abs() < 1e-12, "{shares}");
    }
}

#[test]
fn the_summary_adds_up() {
    let scenario = scenario();
    let (recorded, both) = run(&scenario);
    let summary = Results { replicates: vec![recorded.clone()] }.summary(&scenario.world);
    let mean = |measure: &str, origin: &str, destination: &str, year: i32| {
        summary.mean(measure, origin, destination, year).unwrap_or_else(|| panic!("no {measure} of {origin} to {destination} in {year}"))
    };
    assert_eq!(summary.years(), [2005, 2006, 2007]);
    let foreign = |month: usize| both.foreign[month] as f64 / SAMPLE;
    assert!((mean("stock_august", "CA3", "ALL", 2006) - foreign(19)).abs() < 1e-6);
    assert!((mean("stock_february", "CA3", "ALL", 2007) - foreign(25)).abs() < 1e-6);
    assert!((mean("stock_mean", "CA3", "ALL", 2005) - (0..12).map(foreign).sum::<f64>() / 12.0).abs() < 1e-6);
    assert!(summary.mean("stock_august", "CA3", "ALL", 2007).is_none(), "the run ends in June");
    for measure in ["stock_mean", "departures", "returns", "removed", "naturalised", "would_go_cannot", "remittances_usd"] {
        let by_origin: f64 = ["KGZ", "TJK", "UZB"].iter().map(|o| mean(measure, o, "RUS", 2006)).sum();
        let all = mean(measure, "CA3", "RUS", 2006);
        assert!((by_origin - all).abs() <= 1e-9 * all.abs().max(1.0), "{measure}");
        let pair = mean(measure, "UZB", "RUS", 2006) + mean(measure, "UZB", "KAZ", 2006);
        let group = mean(measure, "UZB", "RUS+KAZ", 2006);
        assert!(if measure == "would_go_cannot" { group <= pair + 1e-6 } else { (group - pair).abs() <= 1e-9 * pair.abs().max(1.0) }, "{measure}");
    }
    // Shares of the months of 2006 that foreign citizens spent abroad, by a code of the table of stocks.
    let share = |name: &str, code: f64| {
        let (mut of, mut all) = (0.0, 0.0);
        for part in rows(&scenario, &recorded, "stocks") {
            let [months, statuses, codes, persons] = ["month", "status", name, "persons"].map(|c| numbers(column(c, "stocks", &part)));
            for k in (0..months.len()).filter(|&k| statuses[k] < 2.0 && (12..24).contains(&(months[k] as usize - usize::from(scenario.world.start.0)))) {
                all += persons[k];
                of += if codes[k] == code { persons[k] } else { 0.0 };
            }
        }
        of / all
    };
    for (measure, expected) in [("male_share", share("sex", 0.0)), ("undocumented_share", share("status", 1.0))] {
        let value = mean(measure, "CA3", "ALL", 2006);
        assert!((value - expected).abs() < 1e-9 && expected > 0.0 && expected < 1.0, "{measure} is {value}, {expected} by the table of stocks");
    }
    for (measure, low, high) in [("concentration_hhi", 0.05, 1.0), ("emigration_rate", 0.0, 0.5)] {
        let value = mean(measure, "CA3", "ALL", 2006);
        assert!((low..=high).contains(&value), "{measure} is {value}");
    }
    let motives: f64 = columns::MOTIVE_SHARES.iter().map(|m| mean(m, "CA3", "ALL", 2006)).sum();
    assert!((motives - 1.0).abs() < 1e-9, "shares by motive add to {motives}");
    let months = rows(&scenario, &recorded, "hierarchy").iter().flat_map(|t| numbers(column("month", "hierarchy", t))).collect::<Vec<_>>();
    assert!(months.iter().all(|m| (*m as usize) % 12 == 11 || *m as usize == usize::from(scenario.world.start.0) + scenario.world.months - 1));
    let [russia, turkey] = ["RUS", "TUR"].map(|c| mean("centrality", c, "ALL", 2006));
    assert!(russia > turkey, "{russia} {turkey}");
    assert!(mean("leverage", "UZB", "ALL", 2006) >= mean("leverage", "UZB", "RUS", 2006));
    assert!(mean("mean_wage_usd", "RUS", "ALL", 2006) > mean("mean_wage_usd", "TJK", "ALL", 2006));
    let blocked: f64 = rows(&scenario, &recorded, "blocked").iter().flat_map(|t| numbers(column("persons", "blocked", t))).sum();
    let attempts: f64 = rows(&scenario, &recorded, "blocked").iter().flat_map(|t| numbers(column("attempts", "blocked", t))).sum();
    let distinct: f64 = summary.years().iter().map(|&y| mean("would_go_cannot", "CA3", "ALL", y)).sum();
    assert!(distinct > 0.0 && distinct <= blocked && blocked <= attempts, "{distinct} {blocked} {attempts}");
    assert!(summary.lines.iter().all(|l| l.mean.is_finite() && l.mean_interval.is_none() && l.quantiles.is_none()));
}

#[test]
fn a_resumed_recorder_writes_the_same() {
    let scenario = scenario();
    let (whole, _) = run(&scenario);
    let mut recorder = Recorder::new(&scenario.world, SAMPLE, 1);
    let mut simulation = Simulation::new(&scenario.world, &scenario.behaviour, setup());
    simulation.start(&mut recorder);
    while !simulation.finished() {
        if [0, 7, 12, 29].contains(&simulation.index()) {
            let mut bytes = Vec::new();
            recorder.save(&mut bytes).unwrap();
            recorder = Recorder::load(&scenario.world, SAMPLE, 1, &mut bytes.as_slice()).unwrap();
        }
        simulation.step(&mut recorder);
    }
    let resumed = recorder.finish().unwrap();
    assert_eq!(resumed.parts, whole.parts);
    assert_eq!(format!("{:?}", resumed.values), format!("{:?}", whole.values)); // NaN is equal here
    assert!(Recorder::load(&scenario.world, SAMPLE, 1, &mut [1u8, 2, 3].as_slice()).is_err());
}

#[test]
fn several_replicates_have_intervals_and_files_in_both_formats() {
    let scenario = scenario();
    let (recorded, _) = run(&scenario);
    let results = Results { replicates: vec![recorded.clone(), recorded] };
    let summary: Summary = results.summary(&scenario.world);
    for line in &summary.lines {
        let (low, high) = line.mean_interval.unwrap();
        assert!((low - line.mean).abs() <= 1e-9 * line.mean.abs() && (high - line.mean).abs() <= 1e-9 * line.mean.abs());
    }
    let folder = tempfile::tempdir().unwrap();
    for format in [Format::Parquet, Format::Csv] {
        let mut staging = Staging::new(folder.path()).unwrap();
        let files = results.write(&scenario.world, SAMPLE, format, &mut staging).unwrap();
        staging.commit().unwrap();
        assert_eq!(files.len(), columns::TABLES.len() + 1);
        for file in files {
            let bytes = std::fs::read(folder.path().join(&file.name)).unwrap();
            assert_eq!(file.hash, blake3::hash(&bytes).to_hex().to_string());
            if Path::new(&file.name).extension().is_some_and(|e| e == "csv") {
                let lines = String::from_utf8(bytes).unwrap().lines().count() as u64;
                assert_eq!(Some(lines - 1), file.rows, "{}", file.name);
            }
        }
    }
}

#[test]
fn the_documentation_is_that_of_the_columns() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/columns.md");
    if std::env::var_os("MUSAFIR_WRITE_DOCS").is_some() {
        std::fs::write(&path, columns::page()).unwrap();
    }
    let page = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(page, columns::page(), "write it anew with MUSAFIR_WRITE_DOCS=1 cargo test --test measures documentation");
}
