//! What do people do who are refused?

mod small;

use musafir::{
    engine::{
        Simulation,
        event::{Happening, Obstacle},
        leave,
        observe::{MonthView, Observer},
    },
    population::person::Person,
    scenario::Scenario,
};

/// Departures by country of destination, and who stayed at home for want of a place, or of money for the country with the quota.
#[derive(Default)]
struct Seen {
    departures: [usize; 2],
    without_place: usize,
    without_money: usize,
}

const RUS: usize = 0;
const TUR: usize = 1;

impl Observer for Seen {
    fn start(&mut self, _: &MonthView<'_>) {}
    fn month(&mut self, view: &MonthView<'_>) {
        for event in view.events.iter().flat_map(|e| e.iter()) {
            let country = || view.world.places.destinations[usize::from(event.after.place)].country;
            match event.happening {
                Happening::Departed => self.departures[country()] += 1,
                Happening::Blocked if event.detail == Obstacle::Quota as u8 => self.without_place += 1,
                Happening::Blocked if event.detail == Obstacle::Money as u8 && country() == TUR => self.without_money += 1,
                _ => {}
            }
        }
    }
}

/// Shares of draws that visas refuse are those of the regimes, and whom one country refuses all refuse that admit no larger share.
#[test]
fn a_visa_is_refused_as_often_as_the_regime_says() {
    let scenario = small::scenario(&[("regime.rus-2000.kind", "visa"), ("regime.rus-2000.success", "0.6"), ("regime.tur-visa.success", "0.25")]);
    let simulation = Simulation::new(&scenario.world, &scenario.behaviour, small::setup(1));
    let env = simulation.environment();
    let origin = scenario.world.places.origins.iter().position(|o| o.code == "UZB").expect("it is there");
    let chunk = simulation.chunks().iter().find(|c| scenario.world.places.homes[usize::from(c.home)].origin == origin).expect("people of Uzbekistan");
    let person = chunk.person.iter().find(|p| p.ban_until == 0 && p.education() == 2).expect("somebody of higher education");
    let n = 100_000;
    let mut refused = [0u32; 3];
    for key in 0..n {
        let by = [RUS, TUR].map(|country| leave::obstacle(&env, chunk.home, key, person, country) == Some(Obstacle::Regime));
        refused[0] += u32::from(by[0]);
        refused[1] += u32::from(by[1]);
        refused[2] += u32::from(by[0] && !by[1]);
    }
    for (count, share) in refused.into_iter().zip([0.4f64, 0.75, 0.0]) {
        let error = (f64::from(count) / f64::from(n) - share).abs();
        assert!(error <= 5.0 * (share * (1.0 - share) / f64::from(n)).sqrt(), "{refused:?} of {n}");
    }
}

#[test]
fn law_that_would_do_nothing_or_something_else_is_told() {
    let told = |set: &[(&str, &str)], message: &str| {
        let warnings = small::scenario(set).warnings;
        assert!(warnings.iter().any(|w| w.message.contains(message)), "{message}: {warnings:?}");
    };
    told(&[("closure.rus-2009.until", "2013-01-01")], "the closure `rus-2009` lasts 3.8 years");
    told(&[("regime.tur-visa.kind", "closed")], "`documents_usd` has nothing to act on");
}

/// The persons after some months, and what was seen.
fn after(scenario: &Scenario, months: usize) -> (Vec<Person>, Seen) {
    let mut seen = Seen::default();
    let mut simulation = Simulation::new(&scenario.world, &scenario.behaviour, small::setup(2));
    (0..months).for_each(|_| simulation.step(&mut seen));
    (simulation.chunks().iter().flat_map(|c| c.person.clone()).collect(), seen)
}

/// Turkey's quota for citizens of Kyrgyzstan, wanted by many.
const WANTED: (&str, &str) = ("behaviour.choose.xi.TUR", "-1.0");

#[test]
fn a_quota_without_places_is_a_closed_country() {
    let [none, closed] = [("regime.tur-kgz-quota.places_per_year", "0.0"), ("regime.tur-kgz-quota.kind", "closed")].map(|key| {
        let cheap = ["documents_usd", "intermediary_usd"].map(|cost| format!("regime.tur-kgz-quota.{cost}"));
        let rich = [("behaviour.afford.wealth_median", "60.0"), (cheap[0].as_str(), "0.0"), (cheap[1].as_str(), "0.0")];
        after(&small::scenario(&[&[WANTED, key], &rich[..]].concat()), 11)
    });
    assert!(none.1.without_place > 30, "{} wanted a place and stayed", none.1.without_place);
    // But for those who could not even pay the journey to where there is no place, everybody does what he would do if there were none to ask for.
    let differ = none.0.iter().zip(&closed.0).filter(|(a, b)| a != b).count();
    assert!(none.1.departures[RUS] > 3 * none.1.without_money, "{} without the money", none.1.without_money);
    assert!(differ <= none.1.without_money, "{differ} differ, {} were without the money", none.1.without_money);
}

#[test]
fn more_places_leave_fewer_for_other_countries() {
    let [few, many] = ["50.0", "1000.0"].map(|places| after(&small::scenario(&[WANTED, ("regime.tur-kgz-quota.places_per_year", places)]), 60).1);
    assert!(many.departures[TUR] > few.departures[TUR] && many.departures[RUS] < few.departures[RUS], "{:?} with few places, {:?} with many", few.departures, many.departures);
    assert!(many.without_place < few.without_place);
}
