//! Do policy rules and shocks do what they say, when they say it, and nothing else?

mod small;

use std::path::Path;

use musafir::{
    behaviour::traits::{Status, Stay},
    engine::{
        Setup, Simulation,
        market::Drivers,
        month::Environment,
        observe::{MonthView, Observer},
        oracle::Oracle,
        policy::State,
        totals::Totals,
    },
    measure::{Recorder, columns, recorder::Recorded, scope::Scope},
    population::person::Chunk,
    scenario::{Overrides, Scenario},
    store::{parquet, table::Column},
    units::Month,
    world::{
        World,
        network::Link,
        regime::{Kind, Terms},
        rule::Answer,
        shock::{Change, LinkChange, Shock, Which},
    },
};
use rayon::ThreadPoolBuilder;

/// The variant of the small world with rules and shocks.
fn variant() -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/small/rules.toml");
    Scenario::load(&path, &Overrides::default()).unwrap_or_else(|findings| panic!("{findings}"))
}

fn month(text: &str) -> Month {
    text.parse().expect("a month")
}

fn months(world: &World) -> impl Iterator<Item = Month> {
    let start = world.start;
    (0..world.months as i32).map(move |t| start.plus(t))
}

/// Strength of a shock that begins in a month, ends before another and fades over `fade` months, written down anew.
fn strength(m: Month, from: &str, until: &str, fade: i32) -> f64 {
    let after = m.since(month(until));
    match (m < month(from), after) {
        (true, _) => 0.0,
        (_, ..0) => 1.0,
        (_, after) if after < fade => f64::from(fade - after) / f64::from(fade + 1),
        _ => 0.0,
    }
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * (1.0 + a.abs())
}

#[test]
fn a_shock_of_a_series_changes_the_months_it_says_and_fades() {
    let base = small::scenario(&[]);
    let shocked = small::scenario(&[(
        "shock",
        "[{ id = 's', series = 'exchange_rate', places = ['RUS'], factor = 2.0, add = 1.0, from = 2007-02-20, until = 2007-06-01, fade_months = 3 }]",
    )]);
    for (key, values) in &base.world.series.values {
        for (t, (before, after)) in values.iter().zip(&shocked.world.series.values[key]).enumerate() {
            let s = if key.0 == "exchange_rate" && key.1 == "RUS" { strength(base.world.start.plus(t as i32), "2007-03", "2007-06", 3) } else { 0.0 };
            assert!(near(*after, before * (1.0 + s) + s), "{key:?} in month {t}: {before} to {after} at strength {s}");
        }
    }
    assert_ne!(base.hash, shocked.hash);
}

#[test]
fn a_shock_of_growth_takes_a_twelfth_a_month_and_nothing_before_it() {
    let base = small::scenario(&[]);
    let shocked = small::scenario(&[("shock", "[{ id = 's', series = 'gdp_growth', places = ['UZB'], add = -0.04, from = 2007-07-01, until = 2008-04-01 }]")]);
    let growth = base.world.series.get("gdp_growth", "UZB").expect("it is there");
    let uzb = base.world.places.origin("UZB").expect("it is there");
    let [before, after] = [&base, &shocked].map(|s| Drivers::new(&s.world, &s.behaviour).output[uzb].clone());
    let (from, until) = (month("2007-07").since(base.world.start) as usize, month("2008-04").since(base.world.start) as usize);
    let mut ratio = 1.0f64;
    for (t, (before, after)) in before.iter().zip(&after).enumerate() {
        if (from..until).contains(&t) {
            ratio *= ((1.0 + growth[t] - 0.04) / (1.0 + growth[t])).powf(1.0 / 12.0);
        }
        assert!(near(after / before, ratio), "month {t}: {} is not {ratio}", after / before);
    }
    assert!(ratio < 0.975);
}

#[test]
fn a_shock_in_the_base_year_leaves_other_years_alone() {
    let base = small::scenario(&[]);
    // The base of demand is July 2013, or the end of a run that ends before.
    let shocked = small::scenario(&[(
        "shock",
        "[{ id = 's', series = 'oil_usd', places = ['WORLD'], factor = 0.5, from = 2010-06-01 }, { id = 'w', series = 'wage_usd', places = ['RUS'], factor = 0.5, from = 2010-06-01 }]",
    )]);
    let [a, b] = [&base, &shocked].map(|s| Drivers::new(&s.world, &s.behaviour));
    let (rus, at) = (base.world.places.country("RUS").expect("it is there"), month("2010-06").since(base.world.start) as usize);
    assert_eq!(a.demand[rus][..at], b.demand[rus][..at]);
    assert_eq!(a.living[rus], b.living[rus], "living cost refers to pay before the shock");
    assert!(near(b.pay[rus][at], 0.5 * a.pay[rus][at]));
    if base.world.markets.countries[rus].oil_elasticity != 0.0 {
        assert_ne!(a.demand[rus][at..], b.demand[rus][at..]);
    }
}

/// Costs of all journeys in a month.
fn costs(world: &World, m: Month) -> Vec<Option<(f64, f64)>> {
    let (homes, targets): (Vec<usize>, Vec<usize>) = (world.places.homes.iter().map(|h| h.node).collect(), world.places.destinations.iter().map(|d| d.node).collect());
    world.network.costs(world.passenger_links(m), &homes, &targets).into_iter().flatten().map(|c| c.map(|c| (c.generalised, c.money))).collect()
}

#[test]
fn a_shock_of_links_changes_journeys_in_its_months_alone() {
    let base = small::scenario(&[]);
    for what in [
        "between = ['KGZ', 'KAZ'], border_usd_add = 40.0",
        "country = 'RUS', fare_factor = 1.5, hours_factor = 2.0",
        "links = ['rail-orenburg-moscow', 'valley-2'], closed = true, border_hours_add = 9.0",
    ] {
        let shocked = small::scenario(&[("shock", &format!("[{{ id = 's', {what}, from = 2008-11-01, until = 2009-02-01, fade_months = 4 }}]"))]);
        let mut before = None;
        for m in months(&base.world) {
            let s = strength(m, "2008-11", "2009-02", 4);
            let (a, b) = (costs(&base.world, m), costs(&shocked.world, m));
            assert_eq!(a == b, s == 0.0, "{what} in {m}");
            assert!(before.is_none_or(|before| before == b) || shocked.world.passenger_links_change(m), "{what}: the engine must notice the change in {m}");
            before = Some(b);
        }
    }
}

#[test]
fn a_shock_touches_links_that_cross_a_country() {
    let mut world = small::scenario(&[]).world;
    let node = |name: &str| world.network.nodes.iter().position(|n| n.id == name).expect(name);
    let through = Link { id: "through".to_string(), ends: [node("Bishkek"), node("Moscow")], crosses: vec!["KAZ".to_string()], ..world.network.links[0].clone() };
    world.network.links.push(through);
    let between = |a: &str, b: &str| Which::Between([a.to_string(), b.to_string()]);
    let of = |code: &str| Which::Country(code.to_string());
    for (which, touched) in [(of("KAZ"), true), (between("KGZ", "KAZ"), true), (between("RUS", "KAZ"), true), (between("KGZ", "RUS"), false), (of("TUR"), false)] {
        let change = Change::Links { which: which.clone(), change: LinkChange { closed: true, ..LinkChange::default() } };
        let shut = world.with_shocks(&[Shock { id: "shut".to_string(), from: month("2006-01"), until: Month::NEVER, fade: 0, change }]);
        let open = shut.network.links.iter().any(|l| l.id == "through" && l.open(month("2007-01")));
        assert_eq!(open, !touched, "{which:?}");
    }
}

#[test]
fn a_link_under_a_shock_costs_what_can_be_reckoned_by_hand() {
    let shocked = small::scenario(&[(
        "shock",
        "[{ id = 's', links = ['road-bishkek-almaty'], border_usd_add = 30.0, fare_factor = 2.0, hours_factor = 3.0, from = 2006-01-01, until = 2006-03-01, fade_months = 2 }]",
    )]);
    let network = &shocked.world.network;
    let cost = |m: &str| {
        let mut links = network.links.iter().filter(|l| l.id == "road-bishkek-almaty" && l.opens <= month(m) && month(m) < l.closes);
        let cost = network.link_cost(links.next().expect("it is there"));
        assert!(links.next().is_none(), "it is there once");
        (cost.money, cost.hours)
    };
    // 8 USD of fare and 5 at the border, 5 hours and one at the border.
    for (m, money, hours) in [("2005-12", 13.0, 6.0), ("2006-02", 51.0, 16.0), ("2006-03", 5.0 + 20.0 + 8.0 * 5.0 / 3.0, 1.0 + 5.0 * 7.0 / 3.0), ("2006-05", 13.0, 6.0)] {
        let (a, b) = cost(m);
        assert!(near(a, money) && near(b, hours), "{m}: {a} USD, {b} hours");
    }
}

#[test]
fn a_shock_of_regimes_changes_its_pairs_in_its_months_alone() {
    let base = small::scenario(&[]);
    let shocked = small::scenario(&[(
        "shock",
        "[{ id = 's', citizens = ['UZB'], country = 'RUS', burden_add = 0.4, permit_factor = 2.0, detection_factor = 90.0, from = 2006-11-01, until = 2007-05-01, fade_months = 3 }]",
    )]);
    let (uzb, rus) = (base.world.places.origin("UZB").expect("there"), base.world.places.country("RUS").expect("there"));
    for m in [Month::FIRST].into_iter().chain(months(&base.world)) {
        for (o, c) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let mut expected = base.world.law.regime(o, c, m).clone();
            if (o, c) == (uzb, rus) {
                let s = strength(m, "2006-11", "2007-05", 3);
                expected.burden += 0.4 * s;
                expected.permit_usd_month *= 1.0 + s;
                expected.detection = (expected.detection * (1.0 + 89.0 * s)).min(1.0);
            }
            let got = shocked.world.law.regime(o, c, m);
            let close = near(got.burden, expected.burden) && near(got.permit_usd_month, expected.permit_usd_month) && near(got.detection, expected.detection);
            assert!(close, "{m} {o} {c}: {got:?} is not {expected:?}");
            assert_eq!(
                &musafir::world::regime::Regime { burden: expected.burden, permit_usd_month: expected.permit_usd_month, detection: expected.detection, ..got.clone() },
                &expected
            );
        }
    }
}

#[test]
fn shocks_can_be_laid_over_the_same_world_anew() {
    let (base, scenario) = (small::scenario(&[]), variant());
    let same = |a: &World, b: &World| a.series == b.series && a.network.links == b.network.links && a.law == b.law && a.shocks == b.shocks;
    let shocks: Vec<Shock> = scenario.world.shocks.clone();
    assert_eq!(shocks.len(), 3);
    assert!(same(&scenario.world.with_shocks(&[]), &base.world), "without them it is the world before");
    assert!(scenario.world.with_shocks(&[]).unshocked.is_none());
    for subset in 0..8usize {
        let some: Vec<Shock> = shocks.iter().enumerate().filter(|(k, _)| subset >> k & 1 == 1).map(|(_, s)| s.clone()).collect();
        let world = scenario.world.with_shocks(&some);
        assert!(same(&world, &base.world.with_shocks(&some)));
        assert_eq!(same(&world, &scenario.world), subset == 7);
    }
}

#[test]
fn a_run_is_the_same_until_the_shock_comes() {
    let (base, shocked) = (
        small::scenario(&[]),
        small::scenario(&[("shock", "[{ id = 's', citizens = ['UZB', 'KGZ'], country = 'RUS', burden_add = 3.0, from = 2007-03-01, until = 2007-08-01 }]")]),
    );
    let mut a = Simulation::new(&base.world, &base.behaviour, small::setup(1));
    let mut b = Simulation::new(&shocked.world, &shocked.behaviour, small::setup(1));
    while a.month() < month("2007-03") {
        a.step(&mut ());
        b.step(&mut ());
        assert_eq!(a.state_hash(), b.state_hash(), "before {}", a.month());
    }
    for _ in 0..3 {
        a.step(&mut ());
        b.step(&mut ());
    }
    assert_ne!(a.state_hash(), b.state_hash());
}

/// Keeps the rules of each month, and the stock of foreign citizens of the first origin in the first country at its end.
#[derive(Default)]
struct Watching {
    rules: Vec<Vec<State>>,
    stock: Vec<f64>,
}

impl Observer for Watching {
    fn start(&mut self, _: &MonthView<'_>) {}
    fn month(&mut self, view: &MonthView<'_>) {
        self.rules.push(view.rules.to_vec());
        let places = &view.world.places;
        let pairs = places.homes_of(0).flat_map(|h| places.regions_of(0).map(move |d| (h, d)));
        let foreign = |(h, d)| view.totals.foreign(h, d);
        self.stock.push(pairs.map(foreign).sum::<i64>() as f64);
    }
}

fn watch(rule: &str) -> Watching {
    let scenario = small::scenario(&[("rule", &format!("[{{ id = 'r', watches = {{ measure = 'stock', origin = 'KGZ', country = 'RUS' }}, {rule} }}]"))]);
    assert_eq!((scenario.world.places.origin("KGZ"), scenario.world.places.country("RUS")), (Some(0), Some(0)));
    let mut watching = Watching::default();
    small::run(&scenario, small::setup(1), &mut watching);
    watching
}

const DOES: &str = "does = { citizens = ['KGZ'], country = 'RUS', burden = 3.0, entry = 0.2 }";

#[test]
fn a_rule_acts_in_the_month_after_its_threshold_is_passed() {
    let idle = watch(&format!("above = 1e9, probability = 1.0, {DOES}"));
    let largest = idle.stock.iter().copied().fold(0.0, f64::max);
    for threshold in [0.6 * largest, 0.9 * largest, largest - 0.5] {
        let first = idle.stock.iter().position(|s| *s > threshold).expect("it is passed");
        let acting = watch(&format!("above = {threshold:?}, probability = 1.0, eases_probability = 0.0, {DOES}"));
        for (t, rules) in acting.rules.iter().enumerate() {
            assert_eq!(rules[0].since, (t > first).then_some(first + 1), "threshold {threshold}, month {t}: it tightens at once and never eases");
            assert!(if t == 0 { rules[0].seen.is_nan() } else { (rules[0].seen - acting.stock[t - 1]).abs() < 1e-9 }, "it looks at the end of the month before");
        }
        assert_eq!(acting.stock[..=first], idle.stock[..=first], "nothing changes before");
        assert_ne!(acting.stock, idle.stock);
    }
}

#[test]
fn a_rule_eases_when_told_and_not_before_its_least_months() {
    let idle = watch(&format!("above = 1e9, probability = 1.0, {DOES}"));
    let threshold = 0.8 * idle.stock.iter().copied().fold(0.0, f64::max);
    let ease = 0.8 * threshold;
    let mut spells = Vec::new();
    let acting = watch(&format!("above = {threshold:?}, eases_below = {ease:?}, probability = 1.0, least_months = 5, {DOES}"));
    for (t, pair) in acting.rules.windows(2).enumerate() {
        let (before, after, seen, t) = (&pair[0][0], &pair[1][0], pair[1][0].seen, t + 1);
        let expected = match before.since {
            None => (seen > threshold).then_some(t),
            Some(since) if t - since >= 5 && seen <= ease => None,
            since => since,
        };
        assert_eq!(after.since, expected, "month {t}");
        spells.extend(before.since.filter(|_| after.since.is_none()).map(|since| t - since));
    }
    assert!(!spells.is_empty() && spells.iter().all(|s| *s >= 5), "{spells:?}");
    // Slowly: a small probability a year lets it stay longer than it must.
    let slow = watch(&format!("above = {threshold:?}, eases_below = {ease:?}, probability = 1.0, eases_probability = 0.05, least_months = 5, {DOES}"));
    let in_force = |w: &Watching| w.rules.iter().filter(|r| r[0].since.is_some()).count();
    assert!(in_force(&slow) > in_force(&acting), "{} months against {}", in_force(&slow), in_force(&acting));
}

#[test]
fn a_rule_below_a_threshold_and_within_dates_lapses() {
    let dated = watch(&format!("below = 1e9, probability = 1.0, from = 2006-03-01, until = 2007-03-20, {DOES}"));
    let start = month("2005-01");
    for (t, rules) in dated.rules.iter().enumerate() {
        let m = start.plus(t as i32);
        assert_eq!(rules[0].since.is_some(), month("2006-03") <= m && m < month("2007-04"), "{m}");
    }
}

fn record(scenario: &Scenario) -> (String, Recorded) {
    let mut recorder = Recorder::new(&scenario.world, 1.0, 1);
    let simulation = small::run(scenario, small::setup(1), &mut recorder);
    (simulation.state_hash().to_hex().to_string(), recorder.finish().expect("memory takes all"))
}

#[test]
fn a_rule_whose_threshold_is_never_reached_changes_nothing() {
    let rule = "[{ id = 'r', watches = { measure = 'leverage', origin = 'CA3', country = 'RUS' }, above = 1e6, probability = 1.0, does = { citizens = ['KGZ'], country = 'RUS', burden = 3.0 } }]";
    let (without, with) = (record(&small::scenario(&[])), record(&small::scenario(&[("rule", rule)])));
    assert_eq!(without.0, with.0);
    let (policy, rules) = (columns::TABLES.iter().position(|t| t.name == "policy").expect("there"), columns::measure("rules_in_force").expect("there"));
    for (table, parts) in without.1.parts.iter().enumerate().filter(|(table, _)| *table != policy) {
        assert!(*parts == with.1.parts[table], "table {table}");
    }
    let values = |r: &Recorded| r.values.iter().map(|v| (v.year, v.measure, v.origin, v.destination, v.value.to_bits())).collect::<Vec<_>>();
    assert_eq!(values(&without.1), values(&with.1), "the same values in the same order, so that worlds with and without rules can be compared");
    assert!(with.1.values.iter().filter(|v| v.measure == rules).all(|v| v.value == 0.0));
}

#[test]
fn rules_see_what_the_results_say() {
    let scenario = variant();
    let (_, recorded) = record(&scenario);
    let mut watching = Watching::default();
    small::run(&scenario, small::setup(1), &mut watching);
    let scope = Scope::new(&scenario.world);
    let value = |name: &str, origin: &str, destination: &str, year: i32| {
        let (o, d) = (scope.party_names.iter().position(|n| n == origin).expect(origin), scope.destination_names.iter().position(|n| n == destination).expect(destination));
        let code = columns::measure(name).expect(name);
        recorded.values.iter().find(|v| (v.year, v.measure, usize::from(v.origin), usize::from(v.destination)) == (year, code, o, d)).expect("a value").value
    };
    let seen = |rule: &str, year: i32| {
        let k = scenario.world.rules.iter().position(|r| r.id == rule).expect(rule);
        watching.rules[Month::new(year, 1).since(scenario.world.start) as usize][k].seen
    };
    for year in 2006..2010 {
        assert!((seen("tur-quota", year + 1) - value("leverage", "UZB", "TUR", year)).abs() < 1e-12, "leverage in {year}");
        assert!((seen("rus-tightens", year + 1) - value("departures", "CA3", "RUS", year) - value("onward", "CA3", "RUS", year)).abs() < 1e-9, "arrivals in {year}");
        let (share, sent) = (seen("money", year + 1), value("remittances_gdp_share", "CA3", "RUS", year));
        assert!((share / sent - 1.0).abs() < 0.02, "remittances over GDP in {year}: {share} and {sent}");
    }
    let in_force = |from: usize, rules: &[&str]| {
        let of = |t: usize| scenario.world.rules.iter().zip(&watching.rules[t]).filter(|(r, s)| rules.contains(&r.id.as_str()) && s.since.is_some()).count();
        (from..from + 12).map(of).sum::<usize>() as f64 / 12.0
    };
    assert!((value("rules_in_force", "KGZ", "RUS", 2007) - in_force(24, &["rus-tightens", "rus-opens"])).abs() < 1e-12);
    assert!(
        (value("rules_in_force", "CA3", "ALL", 2009) - in_force(48, &["rus-tightens", "rus-opens", "tur-quota", "home-jobs", "money", "workforce"])).abs() < 1e-12,
        "a rule counts once"
    );
}

#[test]
fn the_table_of_rules_has_one_row_a_month_and_rule() {
    let scenario = variant();
    let (_, recorded) = record(&scenario);
    let mut watching = Watching::default();
    small::run(&scenario, small::setup(1), &mut watching);
    let index = columns::TABLES.iter().position(|t| t.name == "policy").expect("there");
    let layouts = Scope::new(&scenario.world).layouts(1.0);
    let mut rows = Vec::new();
    for part in &recorded.parts[index] {
        let table = parquet::decode(&layouts[index], part).expect("it can be read");
        let [_, Column::Month(months), Column::Name(rules), in_force, Column::Real(watched)] = &table.columns[..] else { panic!("{:?}", table.columns) };
        let in_force: Vec<bool> = match in_force {
            Column::Whole(v) => v.iter().map(|x| *x == 1).collect(),
            Column::Count(v) => v.iter().map(|x| *x == 1).collect(),
            other => panic!("{other:?}"),
        };
        rows.extend(months.iter().zip(rules).zip(in_force).zip(watched).map(|(((m, r), f), w)| (*m, *r, f, (!w.is_nan()).then_some(w.to_bits()))));
    }
    let expected = watching.rules.iter().enumerate().flat_map(|(t, states)| {
        let month = scenario.world.start.plus(t as i32).0;
        states.iter().enumerate().map(move |(k, s)| (month, k as u8, s.since.is_some(), (!s.seen.is_nan()).then_some(s.seen.to_bits())))
    });
    assert!(rows.into_iter().eq(expected));
}

/// Keeps what the law of each month is.
#[derive(Default)]
struct Law(Vec<(Month, Vec<(f64, f64, f64, Kind)>)>);

impl Observer for Law {
    fn start(&mut self, _: &MonthView<'_>) {}
    fn before_visits(&mut self, env: &Environment<'_>, _: &[Chunk], _: &Totals) {
        // Returning for a goal reached has no factor but that of leaving.
        let leave = |pair| env.causes_of(pair, Stay::OpenEnded, Status::Documented)[2] / env.behaviour.stay.goal_reached;
        let rounded = |x: f64| (x * 1e9).round() / 1e9;
        self.0.push((env.month, (0..env.regime.len()).map(|p| (env.regime[p].burden, env.entry[p], rounded(leave(p)), env.regime[p].kind)).collect()));
    }
    fn month(&mut self, _: &MonthView<'_>) {}
}

#[test]
fn a_closure_goes_before_a_rule_and_a_rule_before_the_regime() {
    let rule = "[{ id = 'r', watches = { measure = 'stock', origin = 'UZB', country = 'RUS' }, above = -1.0, probability = 1.0, does = { citizens = ['UZB'], country = 'RUS', kind = 'free-movement', burden = 2.5, entry = 0.5, leave = 0.9 } }, \
                 { id = 'later', watches = { measure = 'stock', origin = 'UZB', country = 'RUS' }, above = -1.0, probability = 1.0, from = 2010-01-01, does = { citizens = ['UZB'], country = 'RUS', burden = 1.0 } }]";
    let scenario = small::scenario(&[("rule", rule)]);
    let mut law = Law::default();
    small::run(&scenario, small::setup(1), &mut law);
    let (uzb, rus) = (scenario.world.places.origin("UZB").expect("there"), scenario.world.places.country("RUS").expect("there"));
    for (m, pairs) in &law.0[1..] {
        let shut = month("2009-03") <= *m && *m < month("2009-07");
        let burden = if *m < month("2010-01") { 2.5 } else { 1.0 };
        assert_eq!(pairs[uzb * 2 + rus], if shut { (burden, 0.1, 0.4, Kind::FreeMovement) } else { (burden, 0.5, 0.9, Kind::FreeMovement) }, "{m}");
        let regime = scenario.world.law.regime(1 - uzb, rus, *m);
        assert_eq!(pairs[(1 - uzb) * 2 + rus], if shut { (regime.burden, 0.1, 0.4, regime.kind) } else { (regime.burden, 1.0, 1.0, regime.kind) }, "{m}: others are not concerned");
    }
}

#[test]
fn another_kind_of_regime_by_a_rule_is_another_regime() {
    let scenario = small::scenario(&[]);
    let (uzb, rus) = (scenario.world.places.origin("UZB").expect("there"), scenario.world.places.country("RUS").expect("there"));
    let before = scenario.world.law.regime(uzb, rus, month("2006-01")).clone();
    assert!(before.permit_usd_month > 0.0 && before.papers_log_odds.is_some(), "{before:?}");
    let laid = |answer: Answer| {
        let mut regime = before.clone();
        answer.lay_over(&mut regime);
        regime
    };
    let free = laid(Answer { kind: Some(Kind::FreeMovement), terms: Terms { detection: Some(0.1), ..Terms::default() }, ..Answer::default() });
    assert_eq!((free.kind, free.permit_usd_month, free.papers_log_odds, free.days, free.detection), (Kind::FreeMovement, 0.0, None, 0, 0.1));
    assert_eq!((free.burden, free.naturalisation), (before.burden, before.naturalisation), "the rest stays");
    let same = laid(Answer { kind: Some(before.kind), terms: Terms { burden: Some(2.0), ..Terms::default() }, ..Answer::default() });
    assert_eq!((same.papers_log_odds, same.days, same.burden), (before.papers_log_odds, before.days, 2.0));
}

#[test]
fn with_rules_the_fast_engine_equals_the_naive_one_to_the_bit() {
    let scenario = variant();
    let mut fast = Simulation::new(&scenario.world, &scenario.behaviour, small::setup(3));
    let mut naive = Oracle::new(&scenario.world, &scenario.behaviour, small::setup(3));
    let mut watching = Watching::default();
    while !fast.finished() {
        fast.step(&mut watching);
        naive.step();
        for (a, b) in watching.rules.last().expect("a month").iter().zip(&naive.policy.states) {
            assert_eq!((a.since, a.seen.to_bits()), (b.since, b.seen.to_bits()), "rules in {}", fast.month());
        }
        for (a, b) in fast.chunks().iter().zip(&naive.chunks) {
            assert_eq!(a.person, b.person, "{}", fast.month());
            for household in 0..a.household.len() {
                assert_eq!(fast.purse(a, household), b.household[household].purse, "{}", fast.month());
            }
        }
    }
    let ever = |k: usize| watching.rules.iter().any(|r| r[k].since.is_some());
    assert!((0..scenario.world.rules.len()).filter(|k| ever(*k)).count() >= 5, "the comparison must see rules in force");
}

#[test]
fn with_rules_neither_threads_nor_chunks_nor_interruptions_matter() {
    let scenario = variant();
    let hash = |setup: Setup| small::run(&scenario, setup, &mut ()).state_hash();
    let expected = hash(small::setup(1));
    for threads in [1, 2, 3] {
        for chunk_rows in [100, 30_000] {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            assert_eq!(pool.install(|| hash(Setup { chunk_rows, ..small::setup(1) })), expected, "{threads} threads, chunks of {chunk_rows}");
        }
    }
    let mut straight = Watching::default();
    small::run(&scenario, small::setup(1), &mut straight);
    for stop in [1, 14, 47, 60] {
        let mut first = Simulation::new(&scenario.world, &scenario.behaviour, small::setup(1));
        for _ in 0..stop {
            first.step(&mut ());
        }
        let mut bytes = Vec::new();
        first.save(&mut bytes).expect("memory takes all");
        let mut resumed = Simulation::resume(&scenario.world, &scenario.behaviour, small::setup(1), &mut bytes.as_slice()).expect("the bytes are whole");
        let mut rest = Watching::default();
        while !resumed.finished() {
            resumed.step(&mut rest);
        }
        assert_eq!(resumed.state_hash(), expected, "stopped after {stop} months");
        assert!(rest.rules.iter().zip(&straight.rules[stop..]).all(|(a, b)| a.iter().zip(b).all(|(a, b)| a.since == b.since && a.seen.to_bits() == b.seen.to_bits())));
        assert!(Simulation::resume(&small::scenario(&[]).world, &scenario.behaviour, small::setup(1), &mut bytes.as_slice()).is_err(), "a world without the rules is another");
    }
}

#[test]
fn the_resolved_file_has_the_same_rules_and_shocks() {
    let scenario = variant();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("scenario.toml");
    std::fs::write(&path, &scenario.resolved).expect("written");
    let again = Scenario::load(&path, &Overrides::default()).unwrap_or_else(|findings| panic!("{findings}"));
    assert_eq!((&again.hash, &again.resolved), (&scenario.hash, &scenario.resolved));
    assert_eq!((&again.world.rules, &again.world.shocks), (&scenario.world.rules, &scenario.world.shocks));
    assert_eq!(again.world.series, scenario.world.series);
}

#[test]
fn rules_and_shocks_are_changed_by_id_and_removed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/small/rules.toml");
    let set = [("rule.rus-tightens.does.burden", "2.0"), ("shock.pay-falls.factor", "0.5")].map(|(k, v)| (k.to_string(), v.to_string()));
    let scenario = Scenario::load(&path, &Overrides { set: set.to_vec(), ..Overrides::default() }).unwrap_or_else(|findings| panic!("{findings}"));
    assert_eq!(scenario.world.rules[0].does.terms.burden, Some(2.0));
    assert_ne!(scenario.hash, variant().hash);
    let renamed = [("rule.rus-tightens.name", "Another"), ("shock.pay-falls.source", "elsewhere")].map(|(k, v)| (k.to_string(), v.to_string()));
    let renamed = Scenario::load(&path, &Overrides { set: renamed.to_vec(), ..Overrides::default() }).unwrap_or_else(|findings| panic!("{findings}"));
    assert_eq!(renamed.hash, variant().hash, "names and sources are not in the hash");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("parent.toml"), variant().resolved).expect("written");
    std::fs::write(folder.path().join("child.toml"), "extends = 'parent.toml'\nremove = ['money', 'raids']\n").expect("written");
    let child = Scenario::load(&folder.path().join("child.toml"), &Overrides::default()).unwrap_or_else(|findings| panic!("{findings}"));
    assert_eq!((child.world.rules.len(), child.world.shocks.len()), (5, 2));
}
