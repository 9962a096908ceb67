//! Are scores those of the textbook, is the observation operator the arithmetic it claims, and does `validate` say what it found?

mod small;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use musafir::{
    behaviour::traits::Stay,
    cli::diagnostics,
    engine::Simulation,
    experiment::past::{
        gravity::{self, Observation},
        monthly::Wanted,
        naive,
        observe::{self, Observed, Predicted},
        scores::{self, Relative},
        target_file::{self, Aspect, Period, Use},
        targets::{Kind, Targets},
        validate::assess,
    },
    measure::{columns, scope::Scope, year::Value},
    population::person::HOME,
    scenario::{Overrides, Scenario},
    units::Month,
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn close(a: f64, b: f64, within: f64) {
    assert!((a - b).abs() <= within, "{a} is not {b}");
}

#[test]
fn scores_are_those_of_the_textbook() {
    // Published 100, 200, 400; predicted 110, 180, 400.
    let errors = [(10.0, 100.0), (-20.0, 200.0), (0.0, 400.0)];
    close(scores::mape(&errors), 0.2 / 3.0, 1e-12);
    let relative = Relative::of(&errors);
    assert_eq!((relative.numerator, relative.denominator), (30.0, 700.0));
    close(relative.ratio(), 3.0 / 70.0, 1e-12);
    // Changes 20, 10, 30: mean 20.
    close(scores::mase(&[10.0, -30.0], &[100.0, 120.0, 110.0, 140.0]), 1.0, 1e-12);
    assert!(scores::mase(&[1.0], &[5.0]).is_nan() && scores::mase(&[1.0], &[5.0, 5.0]).is_nan());
    close(scores::skill(&[1.0, -1.0], &[4.0, 4.0]), 0.75, 1e-12);
    close(scores::skill(&[6.0], &[4.0]), -0.5, 1e-12);
    // Inside: the width. Below by 2 at 90 %: 2/0.1 a unit.
    close(scores::interval_score(10.0, 14.0, 0.9, 12.0), 4.0, 1e-12);
    close(scores::interval_score(10.0, 14.0, 0.9, 8.0), 4.0 + 40.0, 1e-9);
    close(scores::interval_score(10.0, 14.0, 0.5, 15.0), 4.0 + 4.0, 1e-9);
}

#[test]
fn intervals_are_quantiles_of_runs_and_observation_error() {
    for (z, p) in [
        (0.0, 0.5),
        (1.0, 0.841_344_746_068_543),
        (-1.959_963_984_540_054, 0.025),
        (2.9, 0.998_134_186_699_616),
        (3.0, 0.998_650_101_968_370),
        (3.5, 0.999_767_370_9),
        (6.0, 0.999_999_999_013),
    ] {
        close(scores::normal(z), p, 2e-9);
    }
    let (low, high) = scores::interval(&[100.0], 10.0, 0.9);
    close(low, 100.0 - 16.448_536, 1e-4);
    close(high, 100.0 + 16.448_536, 1e-4);
    let (low, high) = scores::interval(&[100.0], 10.0, 0.5);
    close(high - low, 2.0 * 6.744_897_5, 1e-4);
    // Far apart, two runs are two normals: the lower quartile is the middle of the lower one.
    close(scores::quantile(&[0.0, 1000.0], 1.0, 0.25), 0.0, 1e-6);
    assert_eq!(scores::interval(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.0, 0.5), (1.5, 4.5));
}

#[test]
fn naive_forecasts_know_the_past_only() {
    let past = [(2010.5, 10.0), (2012.5, 16.0), (2014.5, 18.0)];
    assert_eq!(naive::persistence(&past), Some(18.0));
    close(naive::historical_mean(&past).expect("a mean"), 44.0 / 3.0, 1e-12);
    // 8 in 4 years go on for 2 more.
    close(naive::drift(&past, 2016.5).expect("a line"), 22.0, 1e-12);
    assert_eq!((naive::persistence(&[]), naive::historical_mean(&[]), naive::drift(&past[..1], 2016.5)), (None, None, None));
}

/// Numbers in (0, 1) without a pattern that a regression would see (`SplitMix64`).
fn scattered(n: u64) -> f64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

#[test]
fn the_gravity_regression_recovers_what_made_the_data() {
    let truth = [2.0, 0.7, -1.1];
    let regressors = |n: u64| vec![1.0, 3.0 * scattered(n), 2.0 * scattered(n + 1_000_000)];
    let mean = |x: &[f64]| truth.iter().zip(x).map(|(b, x)| b * x).sum::<f64>().exp();
    let exact: Vec<Observation> = (0..60).map(regressors).map(|x| Observation { y: mean(&x), x }).collect();
    for (found, true_value) in gravity::ppml(&exact).expect("it converges").iter().zip(truth) {
        close(*found, true_value, 1e-8);
    }
    // Multiplicative errors of mean 1 whose spread grows with the mean: logs of them would be biased, the pseudo-likelihood is not.
    let noisy: Vec<Observation> = (0..20_000)
        .map(|n| {
            let x = regressors(n);
            let spread = 0.3 * x[1];
            let error = if scattered(n + 2_000_000) < 0.5 { 1.0 + spread } else { 1.0 - spread };
            Observation { y: mean(&x) * error, x }
        })
        .collect();
    let found = gravity::ppml(&noisy).expect("it converges");
    for (found, true_value) in found.iter().zip(truth) {
        close(*found, true_value, 0.02);
    }
    // The first-order conditions of Poisson: residuals are orthogonal to the regressors.
    for k in 0..3 {
        let (gap, size) = noisy.iter().fold((0.0, 0.0), |(gap, size), o| (gap + (o.y - gravity::expected(&found, &o.x)) * o.x[k], size + o.y * o.x[k]));
        close(gap / size, 0.0, 1e-9);
    }
    let twice: Vec<Observation> = (0..20).map(|n| Observation { x: vec![1.0, 2.0, scattered(n)], y: 1.0 + n as f64 }).collect();
    assert_eq!(gravity::ppml(&twice), None, "regressors that depend on each other");
    assert_eq!(gravity::ppml(&exact[..3]), None, "too few observations");
    // Zeros are no trouble, all zeros are.
    let zeros: Vec<Observation> = (0..10).map(|n| Observation { x: vec![1.0], y: f64::from(u8::from(n < 5)) }).collect();
    close(gravity::ppml(&zeros).expect("it converges")[0], 0.5f64.ln(), 1e-9);
    assert_eq!(gravity::ppml(&[Observation { x: vec![1.0], y: 0.0 }, Observation { x: vec![1.0], y: 0.0 }]), None);
}

#[test]
fn periods_are_read_and_written() {
    let period = |text: &str| text.parse::<Period>();
    for text in ["2014", "2013/2014", "2014-03", "2014-01/2014-06"] {
        assert_eq!(period(text).expect(text).to_string(), text);
    }
    let half = period("2014-01/2014-06").expect("a period");
    assert_eq!((half.first, half.last, half.months(), half.of_years()), (Month::new(2014, 1), Month::new(2014, 6), 6, false));
    close(period("2014").expect("a year").middle(), 114.5, 1e-9);
    for text in ["", "14", "2014-13", "2015/2014", "2014-1", "2014-01-01", "0001", "year", "2014/"] {
        assert!(period(text).is_err(), "{text}");
    }
}

fn small_targets(scenario: &Scenario) -> Targets {
    Targets::load(&root().join("tests/small/targets"), &Scope::new(&scenario.world)).unwrap_or_else(|f| panic!("{f}"))
}

fn observed(scenario: &Scenario, wanted: &Wanted) -> Observed {
    observe::run(scenario, wanted, small::setup(1), 1, &()).expect("nobody stops it")
}

#[test]
fn the_operator_is_the_arithmetic_it_claims() {
    let scenario = small::scenario(&[]);
    let scope = Scope::new(&scenario.world);
    let targets = small_targets(&scenario);
    let season = targets.series.iter().find(|s| s.id == "season").expect("it is there");
    // By hand: yearly values alone, with no months behind them.
    let value = |name: &str, year: i32, value: f64| {
        let origin = scope.party_names.iter().position(|n| n == "UZB").expect("UZB") as u8;
        let destination = scope.destination_names.iter().position(|n| n == "RUS").expect("RUS") as u8;
        Value { year, measure: columns::measure(name).expect("a measure"), origin, destination, value }
    };
    let mut hand =
        Observed { values: vec![value("stock_february", 2008, 60.0), value("stock_august", 2008, 80.0), value("stock_august", 2007, 0.0)], weight: 2.0, ..Observed::default() };
    assert_eq!(hand.predict(season, &season.rows[0]).value, None, "the naturalised of 2006 and 2007 are not known");
    let mut bare = season.clone();
    bare.plus = None;
    assert_eq!(hand.predict(&bare, &bare.rows[0]).value, Some(0.75));
    let mut row = bare.rows[0].clone();
    row.factor = 2.0;
    assert_eq!(hand.predict(&bare, &row).value, Some(1.5));
    row.period = "2007".parse().expect("a year");
    assert_eq!(hand.predict(&bare, &row).value, None, "nothing is divided by nobody");
    row.period = "2007/2008".parse().expect("years");
    hand.values.push(value("stock_february", 2007, 20.0));
    assert_eq!(hand.predict(&bare, &row).value, Some(2.0 * 40.0 / 40.0), "means over years");
    // Errors of rows with a value, and of rows with a bound.
    let mut bounded = row.clone();
    (bounded.value, bounded.low, bounded.high) = (None, Some(2.0), Some(5.0));
    assert_eq!([1.5, 3.0, 7.0].map(|p| bounded.error(p)), [-0.5, 0.0, 2.0]);
    assert_eq!([1.5, 3.0, 7.0].map(|p| bounded.holds(p)), [false, true, false]);
    row.value = Some(4.0);
    assert_eq!(row.error(3.0), -1.0);
}

#[test]
fn months_add_up_to_the_years_of_the_summary() {
    let scenario = small::scenario(&[]);
    let scope = Scope::new(&scenario.world);
    let run = observed(&scenario, &Wanted::default());
    let all: Vec<usize> = (0..scope.countries).collect();
    let yearly = |name: &str, origin: &str, destination: &str, year: i32| {
        let code = |list: &[String], n: &str| list.iter().position(|l| l == n).expect("known") as u8;
        let (measure, origin, destination) = (columns::measure(name).expect("a measure"), code(&scope.party_names, origin), code(&scope.destination_names, destination));
        run.values.iter().find(|v| (v.year, v.measure, v.origin, v.destination) == (year, measure, origin, destination)).expect("a value").value
    };
    let mut told = 0.0;
    for (o, origin) in scope.origin_names[..scope.origins].iter().enumerate() {
        let homes: Vec<usize> = (0..scope.homes()).filter(|&h| scope.origin_of[h] == o).collect();
        for year in 2005..=2010 {
            let months = |kind: Kind, first: u32, last: u32| run.monthly.value(kind, Month::new(year, first), Month::new(year, last), &homes, &all).expect("a value") * run.weight;
            for (name, kind) in [("departures", Kind::Departures), ("returns", Kind::Returns), ("naturalised", Kind::Naturalised), ("stock_mean", Kind::Stock)] {
                close(months(kind, 1, 12), yearly(name, origin, "ALL", year), 1e-6);
                told += months(kind, 1, 12);
            }
            close(months(Kind::Stock, 8, 8), yearly("stock_august", origin, "ALL", year), 1e-6);
            close(months(Kind::Stock, 2, 2), yearly("stock_february", origin, "ALL", year), 1e-6);
            let (money, summary) = (months(Kind::Remitted, 1, 12), yearly("remittances_usd", origin, "ALL", year));
            close(money / summary, 1.0, 1e-9);
            close(months(Kind::StockMen, 1, 12) / months(Kind::Stock, 1, 12), yearly("male_share", origin, "ALL", year), 1e-9);
            close(months(Kind::StockUndocumented, 1, 12) / months(Kind::Stock, 1, 12), yearly("undocumented_share", origin, "ALL", year), 1e-9);
            close(months(Kind::StockDocumented, 1, 12) + months(Kind::StockUndocumented, 1, 12), months(Kind::Stock, 1, 12), 1e-6);
            assert!(months(Kind::DeparturesMen, 1, 12) <= months(Kind::Departures, 1, 12));
        }
    }
    assert!(told > 1000.0, "the small world moves");
    assert_eq!(run.monthly.value(Kind::Stock, Month::new(2010, 12), Month::new(2011, 1), &[0], &all), None, "the run ends in 2010");
    assert_eq!(run.monthly.value(Kind::Stock, Month::new(2004, 12), Month::new(2005, 1), &[0], &all), None, "the run begins in 2005");
}

#[test]
fn moves_over_years_and_households_are_counted_person_by_person() {
    let scenario = small::scenario(&[]);
    let world = &scenario.world;
    let scope = Scope::new(world);
    let (from, to) = (Month::new(2007, 6), Month::new(2010, 6));
    let wanted = Wanted { households: [to.0].into(), transitions: [(from.0, to.0)].into() };
    let run = observed(&scenario, &wanted);
    // Again, by another way: a dictionary of persons and households.
    let mut simulation = Simulation::new(world, &scenario.behaviour, small::setup(1));
    let (mut then, mut moved, mut stayed, mut households): (BTreeMap<u32, Option<usize>>, Vec<i64>, i64, [i64; 2]) = (BTreeMap::new(), vec![0; scope.countries], 0, [0, 0]);
    while !simulation.finished() && simulation.month() <= to {
        let month = simulation.month();
        simulation.step(&mut ());
        if month != from && month != to {
            continue;
        }
        for chunk in simulation.chunks() {
            let mut abroad: BTreeMap<u16, bool> = BTreeMap::new();
            for (person, key) in chunk.person.iter().zip(&chunk.key).filter(|(p, _)| p.active(month)) {
                *abroad.entry(person.household).or_default() |= person.place != HOME;
                let there = (person.place != HOME && person.stay() != Stay::Seasonal).then(|| world.places.destinations[usize::from(person.place)].country);
                if month == from {
                    then.insert(*key, there);
                } else if let (Some(before), Some(now)) = (then.get(key), there) {
                    if *before == Some(now) { stayed += 1 } else { moved[now] += 1 }
                }
            }
            if month == to {
                households = [households[0] + abroad.len() as i64, households[1] + abroad.values().filter(|a| **a).count() as i64];
            }
        }
    }
    let homes: Vec<usize> = (0..scope.homes()).collect();
    for country in 0..scope.countries {
        assert_eq!(run.monthly.value(Kind::Transitions, from.plus(1), to, &homes, &[country]), Some(moved[country] as f64));
    }
    assert!(moved.iter().sum::<i64>() > 20 && stayed > 0, "{moved:?}, {stayed}");
    let share = run.monthly.value(Kind::HouseholdsAbroad, to, to, &homes, &[]).expect("it is counted");
    close(share, households[1] as f64 / households[0] as f64, 1e-12);
    assert!(share > 0.0 && share < 1.0);
}

#[test]
fn what_is_predicted_to_the_point_scores_best_and_what_is_not_is_loud() {
    let scenario = small::scenario(&[]);
    let targets = small_targets(&scenario);
    let predicted = |value: f64| Predicted { value: Some(value), simulated: 1e6 };
    let perfect: Vec<Predicted> = targets.rows().map(|(_, r)| predicted(r.value.or(r.low).expect("a value"))).collect();
    let found = assess(&targets, &scenario.world, &[perfect.clone(), perfect.clone()], None);
    assert!(found.series.iter().all(|s| s.badness() == 0.0 && s.beaten_by().is_empty()));
    assert!(found.bars.iter().all(|b| b.met), "{:?}", found.bars);
    assert!(found.patterns.len() == 2 && found.patterns.iter().all(|p| p.seen && p.usage == Use::Test), "{:?}", found.patterns);
    assert_eq!(found.patterns[0].predicted, [("money".to_string(), Some(300_000.0)), ("A1".to_string(), Some(100.0))], "the mean of a series, and a row");
    let stock = found.series.iter().find(|s| s.id == "stock-rus-uzb").expect("it is there");
    assert_eq!((stock.rows, stock.coverage), ([3, 2], [1.0, 1.0]));
    assert_eq!(stock.skill[0], 1.0, "persistence says 120 where 130 came");
    // The share is predicted twice too high, the stock of 2009 at 160: 30 off, where persistence is 10, the mean 20 off.
    let worse: Vec<Predicted> = targets
        .rows()
        .map(|(s, r)| match (s.id.as_str(), r.period.to_string().as_str()) {
            ("share", _) => predicted(1.6),
            ("stock-rus-uzb", "2009") => predicted(160.0),
            _ => predicted(r.value.or(r.low).expect("a value")),
        })
        .collect();
    let found = assess(&targets, &scenario.world, &[worse], None);
    assert_eq!(found.patterns.iter().map(|p| p.seen).collect::<Vec<_>>(), [true, false], "the share is above 1");
    assert_eq!(found.series[0].id, "share", "worst first");
    close(found.series[0].mape[1], 1.0, 1e-12);
    assert_eq!((found.series[0].relative[1].numerator, found.series[0].relative[1].denominator), (0.8, 0.8));
    assert_eq!(found.series[0].coverage, [0.0, 0.0]);
    let stock = found.series.iter().find(|s| s.id == "stock-rus-uzb").expect("it is there");
    assert!(stock.beaten_by().contains(&"persistence"), "{stock:?}");
    close(stock.skill[1], 1.0 - 30.0 / 20.0, 1e-9);
    // Changes 10 and 10; errors 30 and 0.
    close(stock.mase[1], 1.5, 1e-12);
    let shares = found.aspects.iter().find(|a| a.aspect == Aspect::DestinationShares).expect("it is there");
    assert_eq!(shares.rows, [0, 1]);
    // A row that no run tells is not scored.
    let mut untold = perfect;
    untold[0].value = None;
    let found = assess(&targets, &scenario.world, &[untold], None);
    assert!(!found.fits[0].scored && found.fits[0].predicted.is_none());
    assert!(!found.patterns[0].seen, "what is not told is not seen");
}

#[test]
fn every_mistake_of_targets_shows_at_once() {
    let scenario = small::scenario(&[]);
    let findings = Targets::load(&root().join("tests/findings/targets"), &Scope::new(&scenario.world)).expect_err("they are wrong");
    let text = diagnostics::render(&findings.list, false).replace(&format!("{}/", root().display()), "");
    let path = root().join("tests/findings/targets.txt");
    if std::env::var_os("MUSAFIR_GOLDEN").is_some_and(|v| v == "write") {
        fs::write(&path, &text).expect("the golden text is written");
    }
    assert_eq!(text, fs::read_to_string(&path).unwrap_or_default(), "if this is meant, write the golden text anew");
    for message in [
        "cannot be `corridor`",
        "`series.one.tolerance` is 50",
        "unknown measure `stocks`",
        "unknown origin `UBZ`",
        "unknown destination `RSU`",
        "divided by itself",
        "a factor has no source",
        "is not within 6 and 9",
        "two rows are of 2007",
        "a row has no value",
        "is to be fitted",
        "is after 2010",
        "a value has one bound only",
        "is before 2005",
        "low 7 is above high 3",
        "not a period",
        "without a source",
        "cannot be `both`",
        "unknown key `row`",
        "a yearly measure cannot be of 2007-03",
        "the id `a` stands",
        "too few series are held out",
        "no row and no series `stcok`",
        "a pattern asks for nothing",
        "low is not below high",
    ] {
        assert!(findings.list.iter().any(|f| f.message.contains(message)), "{message} is not found in\n{text}");
    }
}

#[test]
fn the_shipped_targets_are_right_and_no_outcome_is_later_than_2021() {
    let scenario = Scenario::load(&root().join("scenarios/baseline.toml"), &Overrides::default()).expect("the baseline is right");
    let targets = Targets::load(&root().join("scenarios/targets"), &Scope::new(&scenario.world)).unwrap_or_else(|f| panic!("{f}"));
    let last = Month::new(2021, 12);
    assert!(targets.last_month() <= last && targets.rules.split.until.last == last);
    let fitted: Vec<_> = targets.rows().filter(|(_, r)| r.usage == Use::Fit).collect();
    assert!(fitted.len() > 100 && fitted.iter().all(|(_, r)| r.period.last <= Month::new(2018, 12)));
    // The numbered rows of the essay are all there once.
    let ids: Vec<&str> = targets.rows().map(|(_, r)| r.id.as_str()).filter(|id| !id.is_empty()).collect();
    for id in (1..=14).map(|n| format!("S{n:02}")).chain((1..=12).map(|n| format!("D{n:02}"))) {
        assert!(ids.contains(&id.as_str()), "{id}");
    }
    for aspect in Aspect::ALL {
        assert!(targets.series.iter().any(|s| s.aspect == aspect), "{aspect:?}");
    }
    let schema = |name: &str| fs::read_to_string(root().join("scenarios/targets").join(name)).expect("a schema");
    assert_eq!(schema("targets.schema.json"), format!("{:#}\n", target_file::schema_of_targets()), "write it anew: musafir schema --of targets");
    assert_eq!(schema("bars.schema.json"), format!("{:#}\n", target_file::schema_of_bars()), "write it anew: musafir schema --of bars");
}

fn musafir(args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_musafir")).current_dir(root()).args(args).output().expect("it starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

fn table(path: PathBuf) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).expect("a table");
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

#[test]
fn the_command_writes_what_it_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("v").display().to_string();
    let bars = fs::read_to_string(root().join("tests/small/targets/bars.toml")).expect("bars");
    let strict = folder.path().join("strict");
    fs::create_dir(&strict).expect("a folder");
    fs::copy(root().join("tests/small/targets/small.toml"), strict.join("small.toml")).expect("a copy");
    fs::write(strict.join("bars.toml"), bars.replace("destination_shares    = 10.0", "destination_shares    = 0.0")).expect("bars");
    let run = ["validate", "tests/small/small.toml", "--replicates", "2", "--out", &out];
    let (code, text, err) = musafir(&run);
    assert_eq!(code, 0, "{text}{err}");
    assert!(text.contains("Worst first") && text.contains("not parameter uncertainty") && text.lines().all(|l| l.chars().count() <= 100), "{text}");
    let fits = table(folder.path().join("v/fit.csv"));
    assert_eq!(fits.len(), 10);
    let scores = table(folder.path().join("v/validation.csv"));
    assert_eq!(scores.iter().filter(|s| s["series"] != "ALL").count(), 4);
    assert_eq!(scores.iter().filter(|s| s["series"] == "ALL").count(), 4);
    // The mean stock of 2009 is that of `run`.
    let summary = folder.path().join("r").display().to_string();
    assert_eq!(musafir(&["run", "tests/small/small.toml", "--replicates", "2", "--out", &summary, "--quiet"]).0, 0);
    let rows = table(folder.path().join("r/summary.csv"));
    let mean = |measure: &str| {
        let row = rows.iter().find(|r| {
            (r["year"].as_str(), r["measure"].as_str(), r["origin"].as_str(), r["destination"].as_str())
                == ("2009", measure, "UZB", if measure == "stock_mean" { "RUS" } else { "ALL" })
        });
        row.expect("a row")["mean"].parse::<f64>().expect("a number")
    };
    let predicted = |series: &str| fits.iter().find(|f| f["series"] == series && f["period"] == "2009").expect("a row")["predicted"].parse::<f64>().expect("a number");
    close(predicted("stock-rus-uzb"), mean("stock_mean"), 1e-3);
    close(predicted("money") / (1.5 * mean("remittances_usd")), 1.0, 1e-6);
    // The same again is recognised, other targets are not written over it.
    let (code, text, _) = musafir(&run);
    assert!(code == 0 && text.contains("finished already"), "{text}");
    let strict = strict.display().to_string();
    let other = [&run[..], &["--targets", &strict]].concat();
    let (code, _, err) = musafir(&other);
    assert!(code == 2 && err.contains("another validation"), "{err}");
    // Below a bar the code is 4, also when it is finished already.
    let forced = [&other[..], &["--force", "--json"]].concat();
    let (code, text, err) = musafir(&forced);
    assert_eq!(code, 4, "{err}");
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON and nothing else");
    assert!(json["bars"].as_array().is_some_and(|b| b.iter().any(|b| b["met"] == false)) && json["series"].as_array().is_some_and(|s| s.len() == 4));
    // Finished already, it says the same.
    let again = [&other[..], &["--json"]].concat();
    assert_eq!(musafir(&again), (4, text, String::new()));
    let (code, _, err) = musafir(&["validate", "tests/small/small.toml", "--targets", "tests/findings/targets", "--out", &out]);
    assert!(code == 2 && err.contains("unknown measure `stocks`"), "{err}");
    let (code, _, err) = musafir(&["validate", "tests/small/small.toml", "--targets", "nowhere", "--out", &out]);
    assert!(code == 2 && err.contains("nowhere"), "{err}");
}

#[test]
fn threads_change_no_prediction() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = ["1", "2"].map(|threads| {
        let out = folder.path().join(threads);
        let text = out.display().to_string();
        assert_eq!(musafir(&["validate", "tests/small/small.toml", "--replicates", "2", "--threads", threads, "--quiet", "--out", &text]).0, 0);
        fs::read(out.join("fit.csv")).expect("a table")
    });
    assert_eq!(made[0], made[1]);
}
