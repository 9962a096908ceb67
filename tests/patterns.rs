//! Does the shipped baseline look like the past? Wide bars, on a small sample, so that a change that breaks the picture is seen at once.
//!
//! The baseline was calibrated on what was published up to 2018, so meeting that is no validation; it is a guard.

use std::{path::Path, sync::OnceLock};

use musafir::{
    engine::{CHUNK_ROWS, Setup, Simulation},
    measure::{Recorder, Results, summary::Summary},
    scenario::{Overrides, Scenario},
};

const SAMPLE: f64 = 0.01;
const ORIGINS: [&str; 3] = ["UZB", "TJK", "KGZ"];

/// The baseline from 2005 to 2016, run once for all tests of this file.
fn past() -> &'static Summary {
    static PAST: OnceLock<Summary> = OnceLock::new();
    PAST.get_or_init(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/baseline.toml");
        let overrides = Overrides { until: "2016-12".parse().ok(), ..Overrides::default() };
        let scenario = Scenario::load(&path, &overrides).unwrap_or_else(|findings| panic!("{findings}"));
        let mut recorder = Recorder::new(&scenario.world, SAMPLE, 1);
        let mut simulation = Simulation::new(&scenario.world, &scenario.behaviour, Setup { seed: 1, sample: SAMPLE, chunk_rows: CHUNK_ROWS });
        simulation.start(&mut recorder);
        while !simulation.finished() {
            simulation.step(&mut recorder);
        }
        let recorded = recorder.finish().expect("the tables can be encoded");
        Results { replicates: vec![recorded] }.summary(&scenario.world)
    })
}

fn value(measure: &str, origin: &str, destination: &str, year: i32) -> f64 {
    past().mean(measure, origin, destination, year).unwrap_or_else(|| panic!("no {measure} of {origin} in {destination} in {year}"))
}

fn august(origin: &str, destination: &str, year: i32) -> f64 {
    value("stock_august", origin, destination, year)
}

#[test]
fn stocks_in_russia_before_the_shock_are_of_the_right_size_and_order() {
    for year in [2013, 2014] {
        for (origin, observed) in ORIGINS.into_iter().zip([2.5e6, 1.2e6, 0.7e6]) {
            let stock = august(origin, "RUS", year);
            assert!((observed / 1.5..=observed * 1.5).contains(&stock), "{origin} in Russia, August {year}: {stock:.0}, observed about {observed:.0}");
        }
        let [uzbek, tajik, kyrgyz] = ORIGINS.map(|origin| august(origin, "RUS", year));
        assert!(uzbek > tajik && tajik > kyrgyz, "August {year}: {uzbek:.0}, {tajik:.0}, {kyrgyz:.0}");
    }
}

#[test]
fn kazakhstan_is_the_second_country() {
    for year in [2013, 2014] {
        let stock = august("CA3", "KAZ", year);
        assert!((0.25e6..=1.0e6).contains(&stock), "in Kazakhstan, August {year}: {stock:.0}");
        assert!(stock < august("CA3", "RUS", year));
    }
}

#[test]
fn tajikistan_lives_on_remittances_most_and_uzbekistan_least() {
    let [uzbek, tajik, kyrgyz] = ORIGINS.map(|origin| value("remittances_gdp_share", origin, "ALL", 2013));
    assert!(tajik > kyrgyz && kyrgyz > uzbek, "shares of GDP in 2013: TJK {tajik:.3}, KGZ {kyrgyz:.3}, UZB {uzbek:.3}");
}

#[test]
fn crises_in_russia_send_people_home() {
    for (before, after) in [(2008, 2009), (2014, 2016)] {
        let (high, low) = (august("CA3", "RUS", before), august("CA3", "RUS", after));
        assert!(low < high, "in Russia: {high:.0} in August {before}, {low:.0} in August {after}");
    }
}

#[test]
fn in_winter_fewer_are_in_russia() {
    let (summer, winter) = (august("CA3", "RUS", 2014), value("stock_february", "CA3", "RUS", 2015));
    let fall = 1.0 - winter / summer;
    assert!((0.10..=0.25).contains(&fall), "from August 2014 to February 2015 the stock in Russia falls by {:.1} per cent", 100.0 * fall);
}

#[test]
fn men_go_and_kyrgyz_women_go_too() {
    for year in [2013, 2014] {
        let [uzbek, tajik, kyrgyz] = ORIGINS.map(|origin| value("male_share", origin, "RUS", year));
        assert!(uzbek > 0.7 && tajik > 0.7, "men among those in Russia in {year}: UZB {uzbek:.2}, TJK {tajik:.2}");
        assert!(kyrgyz < uzbek.min(tajik), "men among those in Russia in {year}: KGZ {kyrgyz:.2}, UZB {uzbek:.2}, TJK {tajik:.2}");
    }
}
