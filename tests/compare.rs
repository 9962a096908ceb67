//! Are runs that share a past the same as full ones, are differences those of the same persons, and do the parts of a difference add up?

mod small;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use musafir::{
    engine::Simulation,
    experiment::{
        attribute::{self, MOST, shapley},
        compare::{self, Comparison, Replicate},
        inputs::Inputs,
        parts::{self, Family, Part},
        record::{Record, UNFINISHED, Unfinished, identity},
    },
    measure::{Recorder, columns, record::Provenance, scope::Scope},
    population::person::HOME,
    scenario::{Overrides, Scenario},
    units::Month,
    world::{network::Link, regime::Kind},
};
use proptest::prelude::*;

fn load(name: &str) -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/small").join(name);
    Scenario::load(&path, &Overrides::default()).unwrap_or_else(|findings| panic!("{findings:?}"))
}

fn pair(scenarios: &[Scenario], attribute: bool, seed: u64) -> Replicate {
    let comparison = Comparison::new(scenarios, attribute.then_some(&[])).expect("they can be compared");
    let (mut pairs, _) = comparison.replicate(&comparison.tree(), small::setup(seed), 1, &()).expect("nobody stops it");
    pairs.remove(0)
}

/// The small world with one thing changed from some month on, and the month.
fn changed() -> Vec<(&'static str, Scenario, Month)> {
    let month = Month::new;
    let with = |change: &dyn Fn(&mut Scenario)| {
        let mut scenario = small::scenario(&[]);
        change(&mut scenario);
        scenario
    };
    let series = |s: &mut Scenario, name: &str, place: &str, from: Month, factor: f64| {
        let start = s.world.start;
        let values = s.world.series.values.get_mut(&(name.to_string(), place.to_string())).expect("the series is there");
        // The last year stays: a run that ends before 2013 takes it as the reference of prices abroad, for all months.
        let months = values.len();
        values[..months - 12].iter_mut().skip(from.since(start) as usize).for_each(|v| *v *= factor);
    };
    vec![
        (
            "a regime",
            with(&|s| {
                let (rus, timeline) = (s.world.places.country("RUS").expect("Russia"), &mut s.world.law.regimes);
                let mut regime = timeline[1][rus].last().expect("a regime").1.clone();
                regime.kind = Kind::Closed;
                timeline[1][rus].push((month(2008, 3), regime));
            }),
            month(2008, 3),
        ),
        ("a closure", with(&|s| s.world.law.closures[0].entry = 0.9), month(2009, 3)),
        ("an amnesty", with(&|s| s.world.law.amnesties[0].share = 1.0), month(2008, 8)),
        ("the building of a corridor", with(&|s| s.world.corridors[0].construction.as_mut().expect("it is built").jobs[0].jobs = 900.0), month(2006, 1)),
        ("a corridor that opens later", with(&|s| s.world.corridors[0].opens = month(2009, 5)), month(2008, 7)),
        ("wages", with(&|s| series(s, "wage_usd", "TUR", month(2009, 2), 1.5)), month(2009, 2)),
        ("wages at home", with(&|s| series(s, "wage_usd", "UZB", month(2009, 11), 0.5)), month(2009, 11)),
        ("output, which leans on the years beside", with(&|s| series(s, "gdp_growth", "UZB", month(2008, 1), -2.0)), month(2007, 1)),
        ("the start", with(&|s| series(s, "wage_usd", "RUS", month(2005, 1), 1.1)), month(2005, 1)),
        ("behaviour", small::scenario(&[("behaviour.choose.b_wage", "0.5")]), month(2005, 1)),
        ("synthesis", small::scenario(&[("behaviour.afford.wealth_median", "9.0")]), month(2005, 1)),
    ]
}

#[test]
fn a_forked_run_is_the_full_run_to_the_bit() {
    let a = small::scenario(&[]);
    for (what, b, month) in changed() {
        let scenarios = [a.clone(), b];
        let comparison = Comparison::new(&scenarios, None).expect("they can be compared");
        assert_eq!(comparison.fork(1), Some(month), "{what}");
        let (mut pairs, tally) = comparison.replicate(&comparison.tree(), small::setup(3), 1, &()).expect("nobody stops it");
        let pair = pairs.remove(0);
        for (side, scenario) in scenarios.iter().enumerate() {
            let mut recorder = Recorder::new(&scenario.world, 1.0, 1);
            let full = small::run(scenario, small::setup(3), &mut recorder);
            assert_eq!(pair.states[side], *full.state_hash().as_bytes(), "{what}, side {side}");
            let values = recorder.finish().expect("it encodes").values;
            assert!(values.iter().zip(&pair.values[side]).all(|(x, y)| (x.measure, x.year, x.value.to_bits()) == (y.measure, y.year, y.value.to_bits())), "{what}, side {side}");
            assert_eq!(values.len(), pair.values[side].len());
        }
        assert_ne!(pair.states[0], pair.states[1], "{what} changes nothing");
        let months = scenarios[0].world.months as u64;
        assert_eq!(tally.months, 2 * months - month.since(a.world.start) as u64, "{what}: shared months run once");
        assert_eq!(comparison.tree().months(), tally.months, "{what}: the months foretold");
    }
}

#[test]
fn a_forked_recorder_writes_the_tables_of_a_full_run() {
    let a = small::scenario(&[]);
    let (_, b, month) = changed().remove(0);
    let mut full = Recorder::new(&b.world, 1.0, 1);
    small::run(&b, small::setup(1), &mut full);
    let mut past = Recorder::new(&a.world, 1.0, 1);
    let mut simulation = Simulation::new(&a.world, &a.behaviour, small::setup(1));
    simulation.start(&mut past);
    while simulation.month() < month {
        simulation.step(&mut past);
    }
    let (mut fork, mut recorder) = (simulation.fork(&b.world, &b.behaviour), past.fork());
    while !fork.finished() {
        fork.step(&mut recorder);
    }
    let (expected, got) = (full.finish().expect("it encodes"), recorder.finish().expect("it encodes"));
    assert!(expected.parts == got.parts, "the tables differ");
    // The run that was forked from goes on as if nothing had happened.
    while !simulation.finished() {
        simulation.step(&mut past);
    }
    assert_eq!(simulation.state_hash(), small::run(&a, small::setup(1), &mut ()).state_hash());
}

#[test]
fn a_scenario_compared_with_itself_is_zero_everywhere() {
    let scenarios = [load("east.toml"), load("east.toml")];
    let pair = pair(&scenarios, true, 1);
    assert_eq!(pair.states[0], pair.states[1]);
    assert!(pair.diversion.as_ref().expect("the same persons").is_empty());
    let lines = compare::lines(&Scope::new(&scenarios[0].world), &[pair]);
    assert!(!lines.is_empty() && lines.iter().all(|l| l.difference == 0.0 && l.a.to_bits() == l.b.to_bits()));
}

#[test]
fn values_of_worlds_with_and_without_rules_are_set_against_each_other_as_what_they_are() {
    let replicate = pair(&[load("small.toml"), load("rules.toml")], false, 1);
    let [a, b] = &replicate.values;
    assert_eq!(a.len(), b.len());
    let mut in_force = 0.0;
    for (a, b) in a.iter().zip(b) {
        assert_eq!((a.year, a.measure, a.origin, a.destination), (b.year, b.measure, b.origin, b.destination));
        if Some(a.measure) == columns::measure("rules_in_force") {
            assert_eq!(a.value, 0.0);
            in_force += b.value;
        }
    }
    assert!(in_force > 0.0);
}

#[test]
fn diversion_is_what_a_count_of_two_full_runs_says() {
    let scenarios = [small::scenario(&[]), load("east.toml"), small::scenario(&[("closure.rus-2009.entry", "0.9")])];
    let comparison = Comparison::new(&scenarios, None).expect("they can be compared");
    let (pairs, _) = comparison.replicate(&comparison.tree(), small::setup(2), 1, &()).expect("nobody stops it");
    for (k, pair) in pairs.iter().enumerate() {
        let mut counted: BTreeMap<(i32, usize, Option<usize>, Option<usize>), u64> = BTreeMap::new();
        let mut runs = [0, k + 1].map(|s| Simulation::new(&scenarios[s].world, &scenarios[s].behaviour, small::setup(2)));
        while !runs[0].finished() {
            let month = runs[0].month();
            for run in &mut runs {
                run.step(&mut ());
            }
            if month.of_year() != 7 {
                continue;
            }
            for (a, b) in runs[0].chunks().iter().zip(runs[1].chunks()) {
                for (p, q) in a.person.iter().zip(&b.person).filter(|(p, _)| p.active(month)) {
                    let place = |place: u8| (place != HOME).then(|| scenarios[0].world.places.destinations[usize::from(place)].country);
                    if place(p.place) != place(q.place) {
                        let origin = scenarios[0].world.places.homes[usize::from(a.home)].origin;
                        *counted.entry((month.year(), origin, place(p.place), place(q.place))).or_default() += 1;
                    }
                }
            }
        }
        let years = pair.diversion.as_ref().expect("the same persons");
        assert!(!counted.is_empty());
        assert_eq!(years.values().map(musafir::experiment::diversion::Matrix::total).sum::<u64>(), counted.values().sum::<u64>());
        for ((year, origin, in_a, in_b), n) in counted {
            assert_eq!(years[&year].get(origin, in_a, in_b), n, "{year}, {origin}, {in_a:?} to {in_b:?}");
        }
    }
}

/// The small world, and the same with a much milder Turkey for one origin from August 2010 on. Nobody is stopped by the purse or by the
/// law, so that whoever chooses goes; with the indices of Russia, Turkey and the origin.
fn better_turkey() -> ([Scenario; 2], [usize; 3]) {
    let keys = [&small::NO_FEEDBACK[..], &[("behaviour.afford.credit", "60.0"), ("behaviour.afford.credit_kin", "60.0")]].concat();
    let mut alike = [small::scenario(&keys), small::scenario(&keys)];
    let places = &alike[0].world.places;
    let [rus, tur] = ["RUS", "TUR"].map(|c| places.country(c).expect("a country"));
    let uzb = places.origin("UZB").expect("an origin");
    let timeline = &mut alike[1].world.law.regimes[uzb][tur];
    let mut better = timeline.last().expect("a regime").1.clone();
    better.burden -= 2.0;
    timeline.push((Month::new(2010, 8), better));
    for scenario in &mut alike {
        scenario.world.months = 68;
    }
    (alike, [rus, tur, uzb])
}

#[test]
fn a_better_turkey_draws_from_home_and_russia_and_pushes_nobody_anywhere_else() {
    let (alike, [rus, tur, uzb]) = better_turkey();
    let (mut from_home, mut from_russia) = (0, 0);
    for seed in 1..=12 {
        // The first month of the change is the August that is counted: no later life has come between.
        let matrix = &pair(&alike, false, seed).diversion.expect("the same persons")[&2010];
        from_home += matrix.get(uzb, None, Some(tur));
        from_russia += matrix.get(uzb, Some(rus), Some(tur));
        assert_eq!(matrix.total(), matrix.get(uzb, None, Some(tur)) + matrix.get(uzb, Some(rus), Some(tur)), "seed {seed}: somebody was pushed elsewhere");
    }
    assert!(from_home > 0 && from_russia > 0, "{from_home} from home, {from_russia} from Russia");
}

#[test]
fn a_better_turkey_draws_from_each_region_of_russia_in_proportion() {
    let ([a, b], [rus, tur, _]) = better_turkey();
    let regions = a.world.places.regions_of(rus);
    // Of those who leave for a region in A: how many, and how many go to Turkey in B.
    let mut counts = vec![(0.0, 0.0); regions.len()];
    for seed in 1..=60 {
        let mut in_a = Simulation::new(&a.world, &a.behaviour, small::setup(seed));
        while in_a.month() < Month::new(2010, 8) {
            in_a.step(&mut ());
        }
        let month = in_a.month();
        let mut in_b = in_a.fork(&b.world, &b.behaviour);
        in_a.step(&mut ());
        in_b.step(&mut ());
        for (p, q) in in_a.chunks().iter().flat_map(|c| &c.person).zip(in_b.chunks().iter().flat_map(|c| &c.person)) {
            let region = usize::from(p.place);
            if p.place != HOME && regions.contains(&region) && p.since == month.0 && p.active(month) {
                let count = &mut counts[region - regions.start];
                count.0 += 1.0;
                count.1 += f64::from(u8::from(q.place != HOME && a.world.places.destinations[usize::from(q.place)].country == tur));
            }
        }
    }
    let [(n, drawn), (m, other)] = counts[..] else { panic!("two regions") };
    assert!(drawn > 20.0 && other > 5.0, "{counts:?}");
    let share = (drawn + other) / (n + m);
    let deviation = (drawn / n - other / m) / (share * (1.0 - share) * (1.0 / n + 1.0 / m)).sqrt();
    assert!(deviation.abs() < 3.5, "{counts:?}: {deviation} standard deviations");
}

#[test]
fn parts_are_what_was_changed_and_nothing_else() {
    let (a, b) = (small::scenario(&[]), load("east.toml"));
    let found = parts::differences(&a.world, &b.world);
    let names: Vec<&str> = found.iter().map(|p| p.name.as_str()).collect();
    let channels = ["travel", "construction", "markets", "foreign_workforce", "ties"].map(|c| format!("bosphorus:{c}"));
    assert_eq!(names, channels.iter().map(String::as_str).chain(["regime:tur-uzb-free", "closure:rus-2010"]).collect::<Vec<_>>());
    let pieces = |chosen: &[usize]| chosen.iter().flat_map(|&p| found[p].pieces.clone()).collect::<BTreeSet<_>>();
    let inputs = |world: &musafir::world::World| Inputs::new(&a.run, world, &a.behaviour);
    let (of_a, of_b) = (inputs(&a.world), inputs(&b.world));
    assert_eq!(inputs(&parts::compose(&a.world, &b.world, &pieces(&[]))), of_a);
    assert_eq!(inputs(&parts::compose(&a.world, &b.world, &pieces(&[0, 1, 2, 3, 4, 5, 6]))), of_b);
    let first = |chosen: &[usize]| inputs(&parts::compose(&a.world, &b.world, &pieces(chosen))).first_difference(&of_a).map(|t| a.world.start.plus(t as i32));
    assert_eq!(first(&[0]), Some(Month::new(2008, 1)));
    assert_eq!(first(&[1]), Some(Month::new(2006, 7)));
    assert_eq!(first(&[2]), Some(Month::new(2008, 1)));
    assert_eq!(first(&[3]), None, "a foreign workforce without building is nothing");
    assert_eq!(first(&[4]), None, "ties grow with goods here, and without markets there are none");
    assert_eq!(first(&[2, 4]), Some(Month::new(2008, 1)));
    assert_ne!(inputs(&parts::compose(&a.world, &b.world, &pieces(&[2, 4]))), inputs(&parts::compose(&a.world, &b.world, &pieces(&[2]))));
    assert_eq!(first(&[5]), Some(Month::new(2007, 1)));
    assert_eq!(first(&[6]), Some(Month::new(2010, 2)));
    assert!(parts::others(&a, &b).is_empty());
    assert_eq!(parts::others(&a, &small::scenario(&[("behaviour.choose.b_wage", "0.5"), ("travel.change_hours", "3.0")])), ["behaviour", "prices of travel"]);
    // Taken away again, in the other direction.
    let back = parts::differences(&b.world, &a.world);
    let all = back.iter().flat_map(|p| p.pieces.clone()).collect();
    assert_eq!(inputs(&parts::compose(&b.world, &a.world, &all)), of_a);
}

#[test]
fn shares_of_a_small_world_add_up_and_an_idle_part_gets_nothing() {
    let a = small::scenario(&[]);
    let mut b = load("east.toml");
    // A way for freight alone: nobody travels on it.
    let freight = Link { id: "freight".to_string(), passengers: false, ..b.world.network.links[0].clone() };
    b.world.network.links.push(freight);
    let channels = &mut b.world.corridors.last_mut().expect("the railway").channels;
    (channels.markets, channels.ties) = (false, false);
    let scenarios = [a, b];
    let comparison = Comparison::new(&scenarios, Some(&[])).expect("it can be attributed");
    let names = comparison.groups(1);
    assert_eq!(names, ["bosphorus:travel", "bosphorus:construction", "bosphorus:foreign_workforce", "regime:tur-uzb-free", "closure:rus-2010", "link:freight"]);
    let (pairs, tally) = comparison.replicate(&comparison.tree(), small::setup(1), 1, &()).expect("nobody stops it");
    assert!(tally.months < 64 * 72 / 2, "coalitions share what they can: {} months", tally.months);
    let pair = &pairs[0];
    assert!(pair.shares.len() > 500);
    for share in &pair.shares {
        let difference = pair.values[1][share.outcome as usize].value - pair.values[0][share.outcome as usize].value;
        let scale = share.shares.iter().fold(1e-9, |m: f64, s| m.max(s.abs()));
        assert_eq!(share.total, difference);
        assert!((share.shares.iter().sum::<f64>() - difference).abs() <= 1e-9 * scale.max(difference.abs()).max(pair.values[0][share.outcome as usize].value.abs()));
        assert_eq!(share.shares[5], 0.0, "freight carries nobody");
    }
    let lines = attribute::lines(&Scope::new(&scenarios[0].world), &names, &pair.values[0], &[&pair.shares]);
    assert_eq!(lines.len(), pair.shares.len() * 7);
    let moved = lines.iter().any(|l| l.channel == "regime:tur-uzb-free" && l.measure == "stock_mean" && l.destination == "TUR" && l.share > 0.0);
    assert!(moved, "the milder regime brings people to Türkiye");
}

#[test]
fn a_corridor_that_is_changed_can_be_taken_over_channel_by_channel() {
    let a = small::scenario(&[]);
    let b = small::scenario(&[
        ("corridor.valley.opens", "2009-05-01"),
        ("corridor.valley.construction.foreign_share", "0.9"),
        ("shock", "[{ id = 's', series = 'wage_usd', places = ['RUS'], factor = 0.5, from = 2009-11-01 }]"),
    ]);
    let found = parts::differences(&a.world, &b.world);
    let names: Vec<&str> = found.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["valley:travel", "valley:markets", "valley:foreign_workforce", "valley:ties", "shock:s"]);
    let inputs = |world: &musafir::world::World| Inputs::new(&a.run, world, &a.behaviour);
    let with = |chosen: &[usize]| parts::compose(&a.world, &b.world, &chosen.iter().flat_map(|&p| found[p].pieces.clone()).collect());
    let (of_a, of_b) = (inputs(&a.world), inputs(&b.world));
    assert_eq!(inputs(&with(&[])), of_a);
    assert_eq!(inputs(&with(&[0, 1, 2, 3, 4])), of_b);
    let from = |chosen: &[usize]| inputs(&with(chosen)).first_difference(&of_a).map(|t| a.world.start.plus(t as i32));
    assert_eq!([from(&[0]), from(&[1]), from(&[2]), from(&[4])], [Some(Month::new(2008, 7)), Some(Month::new(2008, 7)), Some(Month::new(2006, 1)), Some(Month::new(2009, 11))]);
    // Travel alone: the railway carries people as in B and goods as in A.
    let world = with(&[0]);
    let month = Month::new(2008, 9);
    assert_eq!(world.passenger_links(month).count() + 2, a.world.passenger_links(month).count());
    assert!(world.corridors.iter().any(|c| c.transit_in(month).is_some()));
}

#[test]
fn a_shock_of_law_goes_with_the_law() {
    let shock = "[{ id = 's', citizens = ['UZB'], country = 'RUS', burden_add = 0.5, from = 2009-01-01 }, { id = 't', series = 'wage_usd', places = ['RUS'], factor = 0.5, from = 2009-11-01 }]";
    let found = parts::differences(&small::scenario(&[]).world, &small::scenario(&[("shock", shock)]).world);
    assert_eq!(found.iter().map(|p| (p.name.as_str(), p.family)).collect::<Vec<_>>(), [("shock:s", Family::Law), ("shock:t", Family::Shock)]);
}

#[test]
fn ties_grow_with_goods_whichever_half_of_a_corridor_carries_them() {
    // The same railway in both; B leads to another area and builds with fewer hands.
    let ties = ("corridor.valley.leads_to", "['turkic', 'russian']");
    let a = small::scenario(&[]);
    let b = small::scenario(&[ties, ("corridor.valley.construction.foreign_share", "0.9")]);
    let found = parts::differences(&a.world, &b.world);
    let names: Vec<&str> = found.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["valley:foreign_workforce", "valley:ties"]);
    let only = parts::compose(&a.world, &b.world, &found[1].pieces.iter().cloned().collect());
    assert_eq!(only.corridors.len(), a.world.corridors.len() + 1, "it stands twice");
    let inputs = |world: &musafir::world::World| Inputs::new(&a.run, world, &a.behaviour);
    assert_eq!(inputs(&only), inputs(&small::scenario(&[ties]).world));
    assert_ne!(inputs(&only), inputs(&a.world));
}

fn part(name: &str, family: Family) -> Part {
    Part { name: name.to_string(), family, pieces: Vec::new() }
}

#[test]
fn parts_are_grouped_until_they_are_few() {
    use musafir::world::corridor::Channel::{Construction, ForeignWorkforce, Travel};
    let mut all = vec![part("x:travel", Family::Channel(Travel)), part("x:construction", Family::Channel(Construction)), part("y:travel", Family::Channel(Travel))];
    let names = |parts: &[Part], wishes: &[attribute::Wish]| attribute::groups(parts, wishes).map(|g| g.into_iter().map(|g| g.name).collect::<Vec<_>>());
    assert_eq!(names(&all, &[]).expect("few"), ["x:travel", "x:construction", "y:travel"]);
    for k in 0..4 {
        all.push(part(&format!("regime:r{k}"), Family::Law));
    }
    assert_eq!(names(&all, &[]).expect("channels together"), ["travel", "construction", "regime:r0", "regime:r1", "regime:r2", "regime:r3"]);
    all.push(part("series:wage_usd:RUS", Family::Shock));
    all.push(part("y:foreign_workforce", Family::Channel(ForeignWorkforce)));
    assert_eq!(names(&all, &[]).expect("regimes together"), ["travel", "construction", "regimes", "series:wage_usd:RUS", "foreign_workforce"]);
    let wish = |name: &str, selectors: &[&str]| (name.to_string(), selectors.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(names(&all, &[wish("law", &["regime"]), wish("y", &["y"])]).expect("as wished"), ["law", "y", "x:travel", "x:construction", "series:wage_usd:RUS"]);
    assert!(names(&all, &[wish("law", &["nothing"])]).is_err_and(|why| why.contains("regime:r0")));
    assert!(names(&all, &[wish("one", &["travel"]), wish("two", &["x"])]).is_err_and(|why| why.contains("x:travel")));
    let many: Vec<attribute::Wish> = (0..=MOST).map(|k| wish(&format!("g{k}"), &[])).collect();
    assert!(names(&all, &many).is_err());
}

proptest! {
    #[test]
    fn shapley_shares_add_up_and_are_just(n in 1usize..=6, seed in prop::collection::vec(-1e6f64..1e6, 64), idle in 0usize..6, twins in (0usize..6, 0usize..6)) {
        let size = 1usize << n;
        let values = &seed[..size];
        let shares = shapley(n, values);
        let scale = values.iter().fold(1.0f64, |m, v| m.max(v.abs()));
        prop_assert!((shares.iter().sum::<f64>() - (values[size - 1] - values[0])).abs() <= 1e-9 * scale);
        // A player who adds nothing.
        let idle = idle % n;
        let without: Vec<f64> = (0..size).map(|mask| values[mask & !(1 << idle)]).collect();
        prop_assert_eq!(shapley(n, &without)[idle], 0.0);
        // Two players who are the same.
        let (i, j) = (twins.0 % n, twins.1 % n);
        let swap = |mask: usize| {
            let (a, b) = (mask >> i & 1, mask >> j & 1);
            mask & !(1 << i) & !(1 << j) | a << j | b << i
        };
        let alike: Vec<f64> = (0..size).map(|mask| values[mask.min(swap(mask))]).collect();
        let shares = shapley(n, &alike);
        prop_assert!((shares[i] - shares[j]).abs() <= 1e-9 * scale);
    }
}

/// What `musafir` says to some arguments: exit code, standard output, standard error.
fn musafir(args: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_musafir"));
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).args(args).stdin(Stdio::null()).output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

const A: &str = "tests/small/small.toml";
const B: &str = "tests/small/east.toml";

/// `compare A B --out OUT --quiet` and more flags, which must succeed without a word.
fn compared(out: &Path, more: &[&str]) {
    let said = musafir(&[&["compare", A, B, "--out", out.to_str().expect("letters"), "--quiet", "--replicates", "3"], more].concat());
    assert_eq!(said, (0, String::new(), String::new()), "{more:?}");
}

/// Contents of the files of a folder but the record, which carries times.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let names = fs::read_dir(folder).expect("the folder is there").map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned());
    names.filter(|n| n != "run.json").map(|n| (n.clone(), fs::read(folder.join(&n)).expect("a file"))).collect()
}

/// Fields of a CSV file's rows.
fn rows(folder: &Path, name: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(folder.join(name)).expect("a file");
    text.lines().map(|l| l.split(',').map(String::from).collect()).collect()
}

#[test]
fn the_answer_tells_of_what_passes_and_of_other_countries() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = |name: &str| folder.path().join(name).to_str().expect("letters").to_string();
    let base = small::scenario(&[("population", "60000")]);
    fs::write(place("a.toml"), &base.resolved).expect("written");
    // Nobody may go to Russia for half a year, long before the end.
    let shut =
        "extends = \"a.toml\"\n[[closure]]\nid = \"shut\"\ncitizens = [\"KGZ\", \"UZB\"]\ncountry = \"RUS\"\nfrom = 2006-01-01\nuntil = 2006-07-01\nentry = 0.0\nleave = 1.0\n";
    fs::write(place("b.toml"), shut).expect("written");
    let said = musafir(&["compare", &place("a.toml"), &place("b.toml"), "--out", &place("out"), "--no-report", "--replicates", "2"]);
    assert_eq!(said.0, 0, "{}", said.2);
    assert!(said.1.contains("Most in 2006: -") && said.1.contains("  in RUS") && said.1.contains("  in TUR"), "{}", said.1);
    let same = musafir(&["compare", &place("a.toml"), &place("a.toml"), "--out", &place("same"), "--no-report", "--replicates", "2"]);
    assert!(!same.1.contains("Most in"), "{}", same.1);
}

#[test]
fn the_command_writes_what_it_promises() {
    let folder = tempfile::tempdir().expect("a folder");
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    compared(&one, &["--attribute", "--group", "railway=bosphorus", "--threads", "1"]);
    compared(&two, &["--attribute", "--group", "railway=bosphorus", "--threads", "3", "--chunk-rows", "200"]);
    let files = contents(&one);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(names, ["a.toml", "attribution.csv", "b.toml", "compare.csv", "diversion.csv", "report.html", "summary-a.csv", "summary-b.csv"]);
    assert!(files == contents(&two), "threads and chunks change nothing");
    let differences = rows(&one, "compare.csv");
    assert_eq!(differences[0].join(","), "year,measure,origin,destination,a,b,difference,low,high,unit");
    assert_eq!(differences.len(), rows(&one, "summary-a.csv").len());
    let number = |text: &String| text.parse::<f64>().expect("a number");
    for row in &differences[1..] {
        let [a, b, difference, low, high] = [4, 5, 6, 7, 8].map(|i| number(&row[i]));
        assert!((b - a - difference).abs() <= 1e-7 * a.abs().max(b.abs()).max(1.0), "{row:?}");
        assert!(
            low <= difference + 1e-9 * difference.abs().max(1e-9) && difference <= high + 1e-9 * difference.abs().max(1e-9) && (row[0].as_str() > "2005" || difference == 0.0),
            "{row:?}"
        );
    }
    assert_eq!(rows(&one, "diversion.csv")[0].join(","), "year,origin,in_a,in_b,persons,low,high");
    assert!(rows(&one, "diversion.csv")[1..].iter().all(|r| r[2] != r[3] && r[0].as_str() >= "2006"));
    // Shares add to the total, which is the difference of compare.csv.
    let shares = rows(&one, "attribution.csv");
    assert_eq!(shares[0].join(","), "measure,origin,destination,year,channel,share,low,high,unit");
    let mut sums: BTreeMap<Vec<String>, (f64, f64)> = BTreeMap::new();
    for row in &shares[1..] {
        let sum = sums.entry(row[..4].to_vec()).or_default();
        if row[4] == "total" { sum.1 = number(&row[5]) } else { sum.0 += number(&row[5]) }
    }
    for row in &differences[1..] {
        if let Some((sum, total)) = sums.get(&vec![row[1].clone(), row[2].clone(), row[3].clone(), row[0].clone()]) {
            let near = |x: f64, y: f64| (x - y).abs() <= 1e-7 * number(&row[4]).abs().max(1.0);
            assert!(near(*sum, *total) && near(*total, number(&row[6])), "{row:?}: {sum}, {total}");
        }
    }
    let channels: BTreeSet<&str> = shares[1..].iter().map(|r| r[4].as_str()).collect();
    assert_eq!(channels.into_iter().collect::<Vec<_>>(), ["closure:rus-2010", "railway", "regime:tur-uzb-free", "total"]);
    // The same again is recognised, another is refused, and the resolved files give the same.
    let out = one.to_str().expect("letters");
    let again = musafir(&["compare", A, B, "--out", out, "--replicates", "3", "--attribute", "--group", "railway=bosphorus"]);
    assert!(again.0 == 0 && again.1.contains("finished already"), "{again:?}");
    let other = musafir(&["compare", A, B, "--out", out, "--replicates", "3"]);
    assert!(other.0 == 2 && other.2.contains("another comparison"), "{other:?}");
    let (a, b) = (one.join("a.toml"), one.join("b.toml"));
    let three = folder.path().join("three");
    let said = musafir(&["compare", a.to_str().expect("letters"), b.to_str().expect("letters"), "--out", three.to_str().expect("letters"), "--replicates", "3", "--quiet"]);
    assert_eq!(said.0, 0, "{said:?}");
    assert!(contents(&three)["compare.csv"] == files["compare.csv"]);
    compared(&one, &["--force"]);
    assert!(!one.join("attribution.csv").exists(), "what the new comparison does not have goes");
}

#[test]
fn the_answer_is_printed_and_json_is_json() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().to_str().expect("letters");
    let (code, text, _) = musafir(&["compare", A, B, A, "--out", out, "--replicates", "2", "--attribute"]);
    assert_eq!(code, 0, "{text}");
    for part in ["Abroad", "Remittances", "Leverage of RUS", "Elsewhere in August", "HOME to TUR", "Why: Abroad", "their inputs are the same", "the same"] {
        assert!(text.contains(part), "{part} is missing in:\n{text}");
    }
    let same = rows(&folder.path().join("compare-small-small"), "compare.csv");
    assert!(same.len() > 100 && same[1..].iter().all(|r| r[4] == r[5] && r[6] == "0" && r[7] == "0" && r[8] == "0"));
    assert_eq!(rows(&folder.path().join("compare-small-small"), "diversion.csv").len(), 1);
    assert_eq!(rows(&folder.path().join("compare-small-small"), "attribution.csv").len(), 1);
    let one = folder.path().join("one");
    let asked = || {
        let (code, text, said) = musafir(&["compare", A, B, "--out", one.to_str().expect("letters"), "--replicates", "1", "--json"]);
        assert_eq!((code, said.as_str()), (0, ""));
        serde_json::from_str::<serde_json::Value>(&text).expect("JSON")
    };
    let json = asked();
    assert_eq!(asked(), json, "one that is finished already is answered from its folder");
    let answer = &json["comparisons"][0]["answer"];
    assert_eq!(answer["rows"][0]["measure"], "stock_mean");
    assert!(answer["rows"][0]["interval"].is_null(), "one replicate has no interval");
    assert!(rows(&one, "compare.csv")[1..].iter().all(|r| r[7].is_empty() && r[8].is_empty()));
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = folder.path().join("other.toml");
    let write = |text: &str| fs::write(&other, format!("title = \"Other\"\nextends = \"{}\"\n{text}", Path::new(env!("CARGO_MANIFEST_DIR")).join(B).display())).expect("written");
    let out = folder.path().join("out");
    let run = |more: &[&str]| {
        musafir(&[&["compare", A, other.to_str().expect("letters"), "--root", "/", "--quiet", "--replicates", "1", "--out", out.to_str().expect("letters")], more].concat())
    };
    write("[run]\nend = \"2009-12\"\n");
    let said = run(&[]);
    assert!(said.0 == 2 && said.2.contains("--until"), "{said:?}");
    write("[behaviour.choose]\nb_wage = 0.5\n");
    let said = run(&["--attribute"]);
    assert!(said.0 == 2 && said.2.contains("behaviour") && said.2.contains("attributed"), "{said:?}");
    assert_eq!(run(&[]).0, 0, "without attribution it can be compared");
    assert_eq!(run(&["--attribute", "--group", "x"]).0, 2);
    assert_eq!(musafir(&["compare", A]).0, 2);
    let said = musafir(&["compare", A, B, "--sample", "0"]);
    assert!(said.0 == 2 && said.2.matches("--> ").count() <= 1 && said.2.matches("`run.sample` is").count() == 1, "what both have is said once: {}", said.2);
    assert_eq!(musafir(&["compare", A, "nothing.toml"]).0, 2);
    let said = run(&["--resume", "--force"]);
    assert!(said.0 == 2 && said.2.contains("nothing to resume"), "{said:?}");
}

#[test]
fn finished_replicates_are_not_run_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (whole, part) = (folder.path().join("whole"), folder.path().join("part"));
    compared(&whole, &[]);
    let record = Record::read(&whole).expect("a record");
    let scenarios = [load("small.toml"), load("east.toml")];
    let comparison = Comparison::new(&scenarios, None).expect("they can be compared");
    let mut saved = Unfinished { identity: identity(&record), ..Unfinished::default() };
    for k in 1..=2 {
        let (mut pairs, tally) =
            comparison.replicate(&comparison.tree(), musafir::engine::Setup { seed: k, sample: 1.0, chunk_rows: 500 }, k as u32, &()).expect("nobody stops it");
        saved.replicates.push(pairs.remove(0));
        saved.tallies.push(tally);
    }
    saved.save(&part).expect("it can be written");
    let out = part.to_str().expect("letters");
    let said = musafir(&["compare", A, B, "--out", out, "--replicates", "3"]);
    assert!(said.0 == 2 && said.2.contains("--resume"), "{said:?}");
    let said = musafir(&["compare", A, B, "--out", out, "--replicates", "4", "--resume"]);
    assert!(said.0 == 2 && said.2.contains("another comparison"), "{said:?}");
    compared(&part, &["--resume"]);
    assert!(contents(&part) == contents(&whole), "the resumed comparison is another");
    // A damaged file is found.
    saved.save(&part).expect("it can be written");
    let path = part.join(UNFINISHED);
    let mut bytes = fs::read(&path).expect("it is there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).expect("written");
    let said = musafir(&["compare", A, B, "--out", out, "--replicates", "3", "--resume", "--force"]);
    assert!(said.0 == 1 && said.2.contains("damaged"), "{said:?}");
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let mut command = Command::new(env!("CARGO_BIN_EXE_musafir"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["compare", A, B, "--replicates", "5000", "--out", out.to_str().expect("letters")]);
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
    let started = Instant::now();
    // The folder is tried just before the runs begin and before signals are heard.
    thread::sleep(Duration::from_millis(1500));
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert!(sent.success());
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(started.elapsed() < Duration::from_secs(60));
    assert!(said.contains("Stopped"), "{said}");
    let left: Vec<String> = fs::read_dir(&out).map(|d| d.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect()).unwrap_or_default();
    assert!(left == [UNFINISHED] && said.contains("--resume"), "{left:?}: {said}");
}

/// Yearly values stand by countries, groups and countries of transit: worlds that differ there cannot be set against each other.
#[test]
fn worlds_with_other_groups_or_transit_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = load("small.toml").resolved;
    let other = |from: &str, to: &str| {
        let path = folder.path().join("other.toml");
        assert!(text.contains(from), "{from}");
        fs::write(&path, text.replacen(from, to, 1)).expect("written");
        let b = Scenario::load(&path, &Overrides::default()).unwrap_or_else(|findings| panic!("{findings}"));
        Comparison::new(&[load("small.toml"), b], None).err()
    };
    let transit = "KAZ,Kazakhstan,transit,russian,,assumption: test world,no\n";
    let more = format!("{transit}AZE,Azerbaijan,transit,turkic,,assumption: test world,no\n");
    for (from, to) in [("russian,RUS+KAZ,", "russian,,"), (transit, &more)] {
        let why = other(from, to).expect("they cannot be compared");
        assert!(why.contains("countries of transit or groups of countries"), "{why}");
    }
}
