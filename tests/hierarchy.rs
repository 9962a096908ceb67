//! Are the indices of who depends on whom those of the small world, worked out by hand?

mod small;

use std::{collections::BTreeMap, fs, sync::Arc};

use musafir::{
    engine::{
        Setup, Simulation,
        month::Environment,
        observe::{MonthView, Observer},
        tables::Tables,
        totals::{HOME_CELLS, Totals},
    },
    measure::{Recorder, columns, households, scope::Scope},
    population::person::{self, Chunk, HOME, Household, Person},
    scenario::{Overrides, Scenario},
    store::{parquet, table::Column},
    units::{Money, Month},
};

/// Listens along, and keeps the last month's tables and sums.
struct Along {
    recorder: Recorder,
    tables: Tables,
    totals: Totals,
    before: Totals,
}

impl Observer for Along {
    fn start(&mut self, view: &MonthView<'_>) {
        self.recorder.start(view);
    }
    fn before_visits(&mut self, environment: &Environment<'_>, chunks: &[Chunk], totals: &Totals) {
        self.before = totals.clone();
        self.recorder.before_visits(environment, chunks, totals);
    }
    fn month(&mut self, view: &MonthView<'_>) {
        (self.tables, self.totals) = (view.tables.clone(), view.totals.clone());
        self.recorder.month(view);
    }
}

/// (measure, origin, destination) to value, of one year.
type Indices = BTreeMap<(String, String, String), f64>;

/// Runs to the end; the table `hierarchy` of the last year, and what the listener kept.
fn run(scenario: &Scenario) -> (Indices, Along) {
    let world = &scenario.world;
    let recorder = || Recorder::new(world, 1.0, 1);
    let mut along = Along { recorder: recorder(), tables: Tables::default(), totals: Totals::new(world), before: Totals::new(world) };
    small::run(scenario, small::setup(4), &mut along);
    let recorded = std::mem::replace(&mut along.recorder, recorder()).finish().expect("memory takes all");
    let scope = Scope::new(world);
    let table = columns::TABLES.iter().position(|t| t.name == "hierarchy").expect("there is one");
    let rows = parquet::decode(&scope.layouts(1.0)[table], recorded.parts[table].last().expect("a year")).expect("it was just written");
    let [Column::Name(measure), Column::Name(origin), Column::Name(destination), Column::Real(values)] = &rows.columns[2..] else { panic!("other columns") };
    let name = |i: usize| {
        let (origin, destination) = (scope.party_names[usize::from(origin[i])].clone(), scope.destination_names[usize::from(destination[i])].clone());
        (columns::INDICES[usize::from(measure[i])].0.to_string(), origin, destination)
    };
    ((0..values.len()).map(|i| (name(i), values[i])).collect(), along)
}

fn get(indices: &Indices, measure: &str, origin: &str, destination: &str) -> f64 {
    *indices.get(&(measure.to_string(), origin.to_string(), destination.to_string())).unwrap_or_else(|| panic!("no {measure} of {origin} to {destination}"))
}

fn until(month: &str, set: &[(&str, &str)]) -> Scenario {
    let mut set = set.to_vec();
    set.push(("run.until", month));
    small::scenario(&set)
}

fn near(found: f64, by_hand: f64) {
    assert!((found - by_hand).abs() <= 1e-9 * by_hand.abs().max(1e-3), "{found} is not {by_hand}");
}

/// Mean log-sum over persons at home of an origin: staying has utility 0, countries are nested under going.
fn log_sum(scenario: &Scenario, tables: &Tables, weights: &Totals, origin: usize) -> f64 {
    let choose = &scenario.behaviour.choose;
    let (mut sum, mut persons) = (0.0, 0.0);
    for home in scenario.world.places.homes_of(origin) {
        for cell in 0..HOME_CELLS {
            let weight = weights.home[home * HOME_CELLS + cell].persons as f64;
            let values = tables.country_values(&scenario.world, &scenario.behaviour, home, cell);
            let go = choose.nest_go * values.iter().map(|v| (v / choose.nest_go).exp()).sum::<f64>().ln();
            sum += weight * (1.0 + go.exp()).ln();
            persons += weight;
        }
    }
    sum / persons
}

#[test]
fn leverage_is_the_loss_of_a_real_closure_in_its_first_month() {
    let open = until("\"2007-12\"", &small::NO_FEEDBACK);
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("open.toml"), &open.resolved).expect("written");
    let closed = |country: &str| {
        let path = folder.path().join("closed.toml");
        let text = format!(
            "extends = \"open.toml\"\n[[regime]]\nid = \"shut\"\ncitizens = [\"KGZ\", \"UZB\"]\ncountry = \"{country}\"\nfrom = 2007-12-01\nkind = \"closed\"\nburden = 0.0\ndocuments_usd = 0.0\n"
        );
        fs::write(&path, text).expect("written");
        Scenario::load(&path, &Overrides::default()).unwrap_or_else(|findings| panic!("{findings}"))
    };
    let (indices, with) = run(&open);
    let b_wage = open.behaviour.choose.b_wage;
    for (c, country) in ["RUS", "TUR"].into_iter().enumerate() {
        let closed = closed(country);
        let (after, without) = run(&closed);
        assert!(with.before == without.before, "nothing differs before the closure");
        let entered = |totals: &Totals, before: &Totals| {
            let there = |t: &Totals| (0..3).flat_map(|h| closed.world.places.regions_of(c).map(move |d| (h, d))).map(|(h, d)| t.diaspora(h, d)).sum::<i64>();
            there(totals) - there(before)
        };
        assert!(entered(&without.totals, &without.before) <= entered(&with.totals, &with.before));
        for (origin, code) in ["KGZ", "UZB"].into_iter().enumerate() {
            let loss = log_sum(&open, &with.tables, &with.totals, origin) - log_sum(&closed, &without.tables, &with.totals, origin);
            let leverage = get(&indices, "leverage", code, country);
            assert!(leverage > 0.0);
            near(leverage, loss / b_wage);
            near(get(&after, "leverage", code, country), 0.0);
        }
    }
}

#[test]
fn a_country_that_admits_nobody_has_no_leverage_and_one_that_admits_few_has_little() {
    let open = until("\"2007-12\"", &small::NO_FEEDBACK);
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("open.toml"), &open.resolved).expect("written");
    let leverage = |text: &str| {
        let path = folder.path().join("law.toml");
        let of_all = "citizens = [\"KGZ\", \"UZB\"]\ncountry = \"RUS\"\nfrom = 2007-01-01";
        fs::write(&path, format!("extends = \"open.toml\"\n{}", text.replace("FOR", of_all))).expect("written");
        let (indices, _) = run(&Scenario::load(&path, &Overrides::default()).unwrap_or_else(|findings| panic!("{findings}")));
        get(&indices, "leverage", "KGZ", "RUS")
    };
    let free = leverage("");
    let shut = "[[closure]]\nid = \"shut\"\nFOR\nuntil = 2009-01-01\nleave = 1.0\nentry = ";
    near(leverage(&format!("{shut}0.0\n")), 0.0);
    let ajar = leverage(&format!("{shut}0.2\n"));
    assert!(ajar > 0.0 && ajar < 0.5 * free, "{ajar} of {free}");
    // Who looks at a quota in its first year knows what it has given so far.
    let quota = |places: &str| leverage(&format!("[[regime]]\nid = \"quota\"\nFOR\nkind = \"quota\"\nburden = 0.0\nsuccess = 1.0\nplaces_per_year = {places}\n"));
    near(quota("0.0"), 0.0);
    let few = quota("6.0");
    assert!(few > 0.0 && few < quota("1e9"), "{few}");
    let for_some = leverage("[[regime]]\nid = \"tertiary\"\nFOR\nkind = \"visa-free\"\nburden = 0.0\nmin_education = \"tertiary\"\n");
    assert!(for_some > 0.0 && for_some < 0.5 * free, "{for_some} of {free}");
}

/// Money and foreign citizens of the last month by (origin, country).
fn pairs(scenario: &Scenario, along: &Along) -> Vec<((usize, usize), f64, f64)> {
    let places = &scenario.world.places;
    let mut pairs = Vec::new();
    for o in 0..places.origins.len() {
        for c in 0..places.countries.len() {
            let (mut persons, mut remitted) = (0, 0);
            for (h, d) in places.homes_of(o).flat_map(|h| places.regions_of(c).map(move |d| (h, d))) {
                persons += along.totals.foreign(h, d);
                remitted += along.totals.money[h * places.destinations.len() + d].remitted;
            }
            pairs.push(((o, c), persons as f64, Money(remitted).usd()));
        }
    }
    pairs
}

#[test]
fn dependence_and_concentration_are_shares_of_sums() {
    let scenario = until("\"2006-12\"", &[]);
    let (indices, along) = run(&scenario);
    let pairs = pairs(&scenario, &along);
    for (o, code) in ["KGZ", "UZB"].into_iter().enumerate() {
        let gdp = scenario.world.series.get("gdp_usd", code).expect("a series")[scenario.world.months - 1];
        let own: Vec<_> = pairs.iter().filter(|p| p.0.0 == o).collect();
        let abroad: f64 = own.iter().map(|p| p.1).sum();
        let home: f64 = scenario.world.places.homes_of(o).map(|h| along.totals.at_home(h) as f64).sum();
        assert!(own[0].1 > 10.0 && own[0].2 > 0.0);
        for (pair, country) in own.iter().zip(["RUS", "TUR"]) {
            near(get(&indices, "dependence", code, country), 12.0 * pair.2 / gdp);
            near(get(&indices, "workforce_abroad", code, country), pair.1 / (home + abroad));
        }
        near(get(&indices, "concentration_hhi", code, "ALL"), own.iter().map(|p| (p.1 / abroad).powi(2)).sum());
    }
}

/// Scores by elimination: each is `.15 / n` and `.85` of what the others give it, by the shares of their rows, or evenly where a row is empty.
fn scores(weights: &[Vec<f64>]) -> Vec<f64> {
    let n = weights.len();
    let mut rows: Vec<Vec<f64>> = (0..n)
        .map(|j| {
            let share = |i: usize| {
                let sum: f64 = weights[i].iter().sum();
                if sum > 0.0 { weights[i][j] / sum } else { 1.0 / n as f64 }
            };
            (0..n).map(|i| f64::from(u8::from(i == j)) - 0.85 * share(i)).chain([0.15 / n as f64]).collect()
        })
        .collect();
    for k in 0..n {
        for i in (0..n).filter(|i| *i != k) {
            let factor = rows[i][k] / rows[k][k];
            let pivot = rows[k].clone();
            rows[i].iter_mut().zip(pivot).for_each(|(x, p)| *x -= factor * p);
        }
    }
    (0..n).map(|k| rows[k][n] / rows[k][k]).collect()
}

#[test]
fn centrality_knows_all_countries_and_the_pairs_outside() {
    let scenario = until("\"2006-12\"", &[]);
    let (indices, along) = run(&scenario);
    let codes = ["KGZ", "UZB", "RUS", "TUR", "KAZ"];
    let at = |code: &str| codes.iter().position(|c| *c == code).expect("a country");
    // The table `outside` of the small world.
    let stocks = [("KAZ", "RUS", 90.0), ("RUS", "KAZ", 80.0), ("UZB", "KAZ", 40.0)];
    let remittances = [("KAZ", "RUS", 30000.0), ("RUS", "KAZ", 20000.0), ("TUR", "RUS", 5000.0)];
    let mut networks = [vec![vec![0.0; 5]; 5], vec![vec![0.0; 5]; 5]];
    for ((o, c), persons, remitted) in pairs(&scenario, &along) {
        networks[0][o][2 + c] = persons;
        networks[1][o][2 + c] = 12.0 * remitted;
    }
    for (network, outside) in networks.iter_mut().zip([stocks, remittances]) {
        for (from, to, amount) in outside {
            network[at(from)][at(to)] += amount;
        }
    }
    for (measure, network) in ["centrality", "centrality_remittances"].into_iter().zip(&networks) {
        for (code, score) in codes.into_iter().zip(scores(network)) {
            near(get(&indices, measure, code, "ALL"), score);
        }
    }
    let text = &scenario.resolved;
    let cut = text.find("[tables.outside]").expect("the resolved file holds it");
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("bare.toml"), &text[..cut]).expect("written");
    let bare = Scenario::load(&folder.path().join("bare.toml"), &Overrides::default()).unwrap_or_else(|findings| panic!("{findings}"));
    assert_ne!(bare.hash, scenario.hash);
    let (without, _) = run(&bare);
    assert!(get(&without, "centrality", "KAZ", "ALL") < get(&indices, "centrality", "KAZ", "ALL"), "the table may be missing, and matters");
    assert_eq!(get(&without, "leverage", "UZB", "RUS").to_bits(), get(&indices, "leverage", "UZB", "RUS").to_bits(), "it changes centrality alone");
}

/// A chunk of households, each of members (place, multiplier).
fn chunk(home: u8, households: &[&[(u8, u16)]]) -> Chunk {
    let (mut persons, mut rows, mut keys) = (Vec::new(), Vec::new(), Vec::new());
    for (index, members) in households.iter().enumerate() {
        rows.push(Household { first: persons.len() as u16, members: members.len() as u8, ..Household::default() });
        let member = |(place, multiplier): &(u8, u16)| Person {
            birth: Month::new(1980, 1).0,
            death: Month::NEVER.0,
            multiplier: *multiplier,
            household: index as u16,
            place: *place,
            ..Person::default()
        };
        persons.extend(members.iter().map(member));
        keys.extend((0..members.len()).map(|member| person::key(index as u32, member as u32)));
    }
    let mut chunk = Chunk::new(home, vec![0; persons.len()], keys, persons, rows);
    chunk.index();
    chunk
}

#[test]
fn inequality_of_four_households_by_hand() {
    let scenario = small::scenario(&[]);
    let simulation = Simulation::new(&scenario.world, &scenario.behaviour, small::setup(1));
    let mut environment = simulation.environment();
    environment.home_rate.fill(100_000);
    for budget in &mut environment.budget {
        budget.remitted = 200_000;
    }
    // Abroad they earn and send half as much again.
    Arc::make_mut(&mut environment.resolved).abroad_factor.fill(1024 * 3 / 2);
    let one = 1024;
    // Incomes per adult at home of Kyrgyzstan, in hundreds of dollars: 1, (1 + 3) / 1 = 4, 3; the last household has nobody at home.
    let mut kyrgyz = chunk(0, &[&[(HOME, one), (HOME, one), (HOME, 9 * one)], &[(HOME, one), (0, one)], &[(HOME, 3 * one)], &[(0, one)]]);
    kyrgyz.person[2].death = Month::new(2004, 12).0;
    let uzbek = chunk(2, &[&[(HOME, 2 * one)]]);
    let scope = Scope::new(&scenario.world);
    let [kgz, uzb, all] = households::inequality(&scope, &environment, &[kyrgyz, uzbek])[..] else { panic!("two origins and all") };
    // Gini: mean absolute difference over twice the mean: 12/9 over 16/3; 20/16 over 5.
    near(kgz.gini, 0.25);
    near(kgz.ratio, 4.0 / 2.0);
    near(uzb.gini, 0.0);
    assert!(uzb.ratio.is_nan(), "nobody is abroad");
    near(all.gini, 0.25);
    near(all.ratio, 4.0 / 2.0);
}

#[test]
fn inequality_of_households_does_not_depend_on_chunks() {
    struct Yearly(Vec<households::Inequality>);
    impl Observer for Yearly {
        fn start(&mut self, _: &MonthView<'_>) {}
        fn before_visits(&mut self, environment: &Environment<'_>, chunks: &[Chunk], _: &Totals) {
            if environment.month.of_year() == 11 {
                self.0.extend(households::inequality(&Scope::new(environment.world), environment, chunks));
            }
        }
        fn month(&mut self, _: &MonthView<'_>) {}
    }
    let scenario = until("\"2006-12\"", &[]);
    let yearly = |chunk_rows: usize| {
        let mut yearly = Yearly(Vec::new());
        small::run(&scenario, Setup { chunk_rows, ..small::setup(4) }, &mut yearly);
        yearly.0
    };
    let (small, large) = (yearly(200), yearly(60_000));
    assert_eq!(small.len(), 6);
    for (a, b) in small.iter().zip(&large) {
        assert_eq!((a.gini.to_bits(), a.ratio.to_bits()), (b.gini.to_bits(), b.ratio.to_bits()));
        assert!(a.gini > 0.1 && a.gini < 0.6 && a.ratio > 0.5, "{a:?}");
    }
}
