//! The shipped scenarios: each is right, differs from the baseline, survives a year, and can be claimed about.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use musafir::{
    engine::{Setup, Simulation, market::Drivers, observe::MonthView, observe::Observer},
    experiment::claims::{Trial, read::Reading},
    measure::scope::Scope,
    scenario::{Overrides, Scenario},
    units::Month,
    world::corridor::Corridor,
};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

fn load(path: &Path, until: Option<Month>) -> Scenario {
    let overrides = Overrides { until, ..Overrides::default() };
    Scenario::load(path, &overrides).unwrap_or_else(|findings| panic!("{}: {findings:?}", path.display()))
}

fn named(name: &str) -> Scenario {
    load(&folder().join(format!("{name}.toml")), None)
}

/// Names of all scenarios that ship.
fn names() -> Vec<String> {
    let files = std::fs::read_dir(folder()).expect("is there").flatten().map(|e| e.path());
    let scenarios = files.filter(|p| p.extension().is_some_and(|e| e == "toml") && p.file_stem().is_some_and(|s| s != "claims" && s != "ensemble"));
    let mut names: Vec<String> = scenarios.filter_map(|p| Some(p.file_stem()?.to_str()?.to_string())).collect();
    names.sort();
    names
}

struct Nobody;

impl Observer for Nobody {
    fn start(&mut self, _: &MonthView<'_>) {}
    fn month(&mut self, _: &MonthView<'_>) {}
}

#[test]
fn each_is_right_differs_reproduces_itself_and_lives_for_a_year() {
    let names = names();
    let asked = [
        "border-closure",
        "china-kyrgyzstan-uzbekistan",
        "chinese-workforce",
        "eaeu-accession",
        "full-bri",
        "middle-east-corridor",
        "middle-east-corridor-freight",
        "no-bri",
        "reactive-states",
        "rouble-shock",
        "trans-caspian",
        "trans-kazakh",
    ];
    assert!(asked.iter().all(|a| names.iter().any(|n| n == a)), "{names:?}");
    let temporary = tempfile::tempdir().expect("a folder");
    let mut hashes = BTreeSet::new();
    for name in &names {
        let scenario = load(&folder().join(format!("{name}.toml")), Some(Month::new(2005, 12)));
        assert!(hashes.insert(scenario.hash.clone()), "{name} is like another scenario");
        assert!(!scenario.description.is_empty(), "{name} says what it asks");
        let expected = usize::from(name == "full-bri");
        assert_eq!(scenario.warnings.len(), expected, "{name}: {:?}", scenario.warnings);
        let file = temporary.path().join(format!("{name}.toml"));
        std::fs::write(&file, &scenario.resolved).expect("writes");
        assert_eq!(load(&file, Some(Month::new(2005, 12))).hash, scenario.hash, "{name} written in one file");
        let mut simulation = Simulation::new(&scenario.world, &scenario.behaviour, Setup { seed: 1, sample: 0.0002, chunk_rows: 5_000 });
        simulation.start(&mut Nobody);
        while !simulation.finished() {
            simulation.step(&mut Nobody);
        }
        assert!(simulation.events() > 0 && simulation.rows() > 1_000, "{name}: nothing happens");
    }
}

#[test]
fn the_head_of_each_names_claims_and_what_would_refute_them() {
    for name in names().iter().filter(|n| *n != "baseline") {
        let text = std::fs::read_to_string(folder().join(format!("{name}.toml"))).expect("reads");
        let head: String = text.lines().take_while(|l| l.starts_with('#')).collect();
        assert!(head.contains("claim") && (head.contains("efuted") || head.contains("See `")), "{name}: {head}");
    }
}

fn corridor<'w>(scenario: &'w Scenario, id: &str) -> &'w Corridor {
    scenario.world.corridors.iter().find(|c| c.id == id).unwrap_or_else(|| panic!("no {id}"))
}

#[test]
fn freight_alone_is_the_same_way_without_people() {
    let (both, freight) = (named("middle-east-corridor"), named("middle-east-corridor-freight"));
    let (a, b) = (corridor(&both, "middle-east"), corridor(&freight, "middle-east"));
    assert!(a.links.iter().all(|l| l.passengers) && !b.serves_passengers() && b.serves_freight());
    assert!(b.visitors_in(Month::new(2035, 1)).is_none() && a.visitors_in(Month::new(2035, 1)).is_some());
    let same = |l: &musafir::world::network::Link| (l.ends, l.mode, l.km.to_bits(), l.hours.to_bits());
    assert_eq!(a.links.iter().map(same).collect::<Vec<_>>(), b.links.iter().map(same).collect::<Vec<_>>());
}

#[test]
fn without_the_belt_and_road_none_of_its_lines_carries_anybody() {
    let scenario = named("no-bri");
    let ids: Vec<&str> = scenario.world.corridors.iter().map(|c| c.id.as_str()).collect();
    assert_eq!(ids, ["balykchy-kara-keche"]);
    for id in ["rail-angren-pap", "rail-tashkent-andijan-through", "rail-vahdat-yavan"] {
        let open = scenario.world.network.links.iter().filter(|l| l.id == id).any(|l| l.opens < l.closes);
        assert!(!open, "{id}");
    }
}

#[test]
fn the_claims_are_all_there_and_can_be_tested() {
    let reading = Reading::of(&folder().join("claims.toml")).expect("reads");
    let book = reading.right().expect("right");
    assert_eq!(book.claim.iter().map(|c| c.number).collect::<Vec<_>>(), (1..=39).collect::<Vec<_>>());
    let shipped = names();
    assert!(book.scenarios().iter().all(|s| shipped.contains(s)), "{:?}", book.scenarios());
    let scope = Scope::new(&named("baseline").world);
    Trial::new(book, &scope, (2005, 2040)).expect("every measure, place and year is there");
    let page = std::fs::read_to_string(folder().join("../docs/claims.md")).expect("docs/claims.md");
    for claim in &book.claim {
        assert!(page.contains(&format!("| {} | {}", claim.number, claim.says)), "docs/claims.md does not hold claim {} as told; run `musafir claims`", claim.number);
    }
}

#[test]
fn what_tables_say_of_a_year_does_not_depend_on_when_a_run_begins_and_ends() {
    let drivers = |start: &str, end: &str| {
        let set = [("run.start", start), ("run.end", end)].map(|(key, value)| (key.to_string(), format!("\"{value}\"")));
        let overrides = Overrides { set: set.to_vec(), ..Overrides::default() };
        let scenario = Scenario::load(&folder().join("baseline.toml"), &overrides).expect("it loads");
        (scenario.world.start, Drivers::new(&scenario.world, &scenario.behaviour))
    };
    let (start, whole) = drivers("2005-01", "2020-12");
    for (from, until) in [("2005-01", "2010-12"), ("2012-06", "2013-06"), ("2016-01", "2018-12")] {
        let (first, part) = drivers(from, until);
        let lead = first.since(start) as usize;
        for (lists, of_whole) in [(&part.demand, &whole.demand), (&part.living, &whole.living)] {
            for (values, of_whole) in lists.iter().zip(of_whole) {
                // Growth after the end of a run is taken for that of its last year, which bends the months of that year.
                for (t, value) in values.iter().enumerate().take(values.len() - 12) {
                    assert!((value / of_whole[lead + t] - 1.0).abs() < 1e-9, "{from} to {until}, month {t}: {value} is not {}", of_whole[lead + t]);
                }
            }
        }
    }
}
