//! Do the choices and the hazards have the laws that the model states?

mod small;

use std::collections::BTreeMap;

use musafir::{
    behaviour::choose::{inclusive, ln_arrival, race},
    draw::{Purpose, Stream, exponential, ln_positive_stable},
    engine::{
        Setup,
        event::{Cause, Happening},
        observe::{MonthView, Observer},
    },
    units::Month,
};

const N: u32 = 400_000;

fn stream(purpose: Purpose, k: usize) -> Stream {
    Stream::new(11, purpose, Month::new(2010, 1), k as u32)
}

/// Winners of the nested race: 0 stays, c + 1 goes to country c.
fn winners(v: &[f64], lambda: f64) -> Vec<usize> {
    let countries: Vec<Stream> = (0..v.len()).map(|c| stream(Purpose::Country, c)).collect();
    let (stay, u, e) = (stream(Purpose::Stay, 0), stream(Purpose::Frailty, 0), stream(Purpose::FrailtyScale, 0));
    (0..N)
        .map(|key| {
            let s = ln_positive_stable(lambda, u.uniform(key), e.exponential(key));
            let mut best = (stay.exponential(key).ln(), 0);
            for (c, v) in v.iter().enumerate() {
                let t = ln_arrival(countries[c].exponential(key), s, lambda, *v);
                if t < best.0 {
                    best = (t, c + 1);
                }
            }
            best.1
        })
        .collect()
}

fn within(count: usize, p: f64) -> bool {
    (count as f64 - f64::from(N) * p).abs() < 5.0 * (f64::from(N) * p * (1.0 - p)).sqrt()
}

#[test]
fn shares_of_the_race_are_those_of_the_nested_logit() {
    let v = [0.3, -0.5, -1.2];
    for lambda in [0.4, 0.7, 1.0] {
        let go = inclusive(&v, lambda);
        let p_go = go.exp() / (1.0 + go.exp());
        let w = winners(&v, lambda);
        assert!(within(w.iter().filter(|k| **k == 0).count(), 1.0 - p_go), "stay at lambda {lambda}");
        for c in 0..v.len() {
            let p = p_go * ((v[c] - go) / lambda).exp();
            assert!(within(w.iter().filter(|k| **k == c + 1).count(), p), "country {c} at lambda {lambda}");
        }
    }
}

#[test]
fn a_better_country_draws_from_all_and_moves_nobody_elsewhere() {
    for lambda in [0.5, 1.0] {
        let (a, b) = (winners(&[0.3, -0.5, -1.2], lambda), winners(&[0.3, -0.5, -0.4], lambda));
        let mut from = [0; 4];
        for (x, y) in a.iter().zip(&b) {
            if x != y {
                assert_eq!(*y, 3, "who changes goes to the country that got better");
                from[*x] += 1;
            }
        }
        assert!(from[0] > 0 && from[1] > 0 && from[2] > 0 && from[3] == 0, "{from:?}");
    }
}

#[test]
fn the_example_of_the_model_moves_people_to_turkey_only() {
    // Weights: stay .6, Russia .2, Turkey .02, Kazakhstan .18; Turkey raised to .05.
    let entrants = |turkey: f64, key: u32| {
        let weights = [0.6f64, 0.2, turkey, 0.18];
        race((0..4).map(|k| (k, weights[k].ln(), stream(Purpose::Country, k).exponential(key))), 1.0)
    };
    let mut moved = [0; 4];
    for key in 0..N {
        let (before, after) = (entrants(0.02, key), entrants(0.05, key));
        if before != after {
            assert_eq!(after, Some(2));
            moved[before.unwrap_or(9)] += 1;
        }
    }
    // In proportion to their weights: expected N (1/(1.0) - 1/1.03) x weight.
    for (k, weight) in [(0, 0.6), (1, 0.2), (3, 0.18)] {
        let p = weight * (1.0 - 1.0 / 1.03);
        assert!(within(moved[k], p), "{moved:?}");
    }
}

#[test]
fn draws_of_successive_months_are_independent() {
    // One draw a month against hazard h: survival to month m is exp(-h m). That the engine uses them so is shown below.
    let h = 0.07;
    for m in [1u16, 5, 12] {
        let waiting = (0..N).filter(|key| (0..m).all(|t| exponential(Stream::new(4, Purpose::Family, Month(t), 0).bits(*key)) >= h)).count();
        assert!(within(waiting, (-h * f64::from(m)).exp()), "{m} months");
    }
}

/// Person-months abroad in which a stay could end, and stays that ended, by cause; those since less than half a year first.
#[derive(Default)]
struct Stays {
    since: BTreeMap<u32, u16>,
    at_risk: [usize; 2],
    ended: [[usize; 2]; 2],
}

impl Observer for Stays {
    fn start(&mut self, view: &MonthView<'_>) {
        self.since.extend(view.events.iter().flat_map(|events| events.iter()).map(|event| (event.key, 0)));
    }

    fn month(&mut self, view: &MonthView<'_>) {
        let month = view.month.0;
        let later = |since: u16| usize::from(month - since >= 6);
        let happened: Vec<_> = view.events.iter().flat_map(|events| events.iter()).filter(|event| event.happening != Happening::Blocked).collect();
        // Who dies or turns 65 leaves before any cause can act.
        for event in happened.iter().filter(|event| matches!(event.happening, Happening::Died | Happening::AgedOut)) {
            self.since.remove(&event.key);
        }
        self.since.values().for_each(|since| self.at_risk[later(*since)] += 1);
        for event in happened {
            match event.happening {
                Happening::Departed => drop(self.since.insert(event.key, month)),
                Happening::Returned => {
                    let since = self.since.remove(&event.key).expect("who returns was abroad");
                    self.ended[later(since)][usize::from(event.detail == Cause::Age as u8)] += 1;
                }
                _ => {}
            }
        }
    }
}

#[test]
fn stays_end_at_the_hazards_of_the_file_whatever_their_length() {
    // Two causes with constant hazards act on everybody abroad; nothing else happens to them.
    let (family, age) = (0.05, 0.03);
    let keys = [
        ("behaviour.stay.seasonal", "0.05"),
        ("behaviour.stay.open_ended", "0.05"),
        ("behaviour.stay.settled", "0.05"),
        ("behaviour.stay.seasonal_exponent", "0.0"),
        ("behaviour.stay.open_ended_exponent", "0.0"),
        ("behaviour.stay.undocumented", "1.0"),
        ("behaviour.stay.b_shock", "0.0"),
        ("behaviour.stay.b_job", "0.0"),
        ("behaviour.stay.goal_reached", "0.0"),
        ("behaviour.stay.onward", "[0.0, 0.0, 0.0]"),
        ("behaviour.stay.age_from", "16"),
        ("behaviour.stay.age", "0.03"),
    ];
    let mut scenario = small::scenario(&keys);
    scenario.world.law.closures.clear();
    for (_, regime) in scenario.world.law.regimes.iter_mut().flatten().flatten() {
        (regime.detection, regime.papers_lost, regime.papers_gained, regime.naturalisation) = (0.0, 0.0, 0.0, 0.0);
    }
    let settle = &mut scenario.behaviour.settle;
    (settle.seasonal_to_open_ended, settle.open_ended_to_settled, settle.earn_to_study, settle.any_to_settle) = (0.0, 0.0, 0.0, 0.0);
    let mut stays = Stays::default();
    small::run(&scenario, small::setup(3), &mut stays);
    let sum = family + age;
    for (at_risk, ended) in stays.at_risk.into_iter().zip(stays.ended) {
        assert!(at_risk > 3_000, "{at_risk} months of stays");
        for (count, hazard) in ended.into_iter().zip([family, age]) {
            // Competing causes share in proportion.
            let p = hazard / sum * (1.0 - f64::exp(-sum));
            let (expected, deviation) = (at_risk as f64 * p, (at_risk as f64 * p * (1.0 - p)).sqrt());
            assert!((count as f64 - expected).abs() < 4.0 * deviation, "{count} of {at_risk} ended, {expected:.0} expected");
        }
    }
}

#[test]
fn a_closed_border_lets_nobody_in() {
    let scenario = small::scenario(&[("closure.rus-2009.from", "2005-01-01"), ("closure.rus-2009.until", "2012-01-01"), ("closure.rus-2009.entry", "0.0")]);
    struct Gate(usize, usize);
    impl Observer for Gate {
        fn start(&mut self, _: &MonthView<'_>) {}
        fn month(&mut self, view: &MonthView<'_>) {
            let russia = view.world.places.country("RUS").expect("Russia is in the small world");
            for event in view.events.iter().flat_map(|e| e.iter()) {
                let there = event.after.place != musafir::population::person::HOME && view.world.places.destinations[usize::from(event.after.place)].country == russia;
                let came = matches!(event.happening, Happening::Departed | Happening::MovedOn);
                assert!(!(there && came), "somebody entered Russia in {}", view.month);
                self.0 += usize::from(event.happening == Happening::Departed);
                self.1 += usize::from(event.happening == Happening::Blocked && there);
            }
        }
    }
    let mut gate = Gate(0, 0);
    small::run(&scenario, Setup { ..small::setup(3) }, &mut gate);
    assert!(gate.0 > 10 && gate.1 > 100, "others are still open, and people wished to go to Russia: {}, {}", gate.0, gate.1);
}
