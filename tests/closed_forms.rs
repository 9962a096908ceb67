//! Do the choices and the hazards have the laws that the model states?

mod small;

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
fn waiting_times_of_a_constant_hazard_are_geometric() {
    // One draw a month against hazard h: survival to month m is exp(-h m).
    let h = 0.07;
    for m in [1u16, 5, 12] {
        let waiting = (0..N).filter(|key| (0..m).all(|t| exponential(Stream::new(4, Purpose::Family, Month(t), 0).bits(*key)) >= h)).count();
        assert!(within(waiting, (-h * f64::from(m)).exp()), "{m} months");
    }
}

#[test]
fn competing_hazards_share_in_proportion() {
    let h = [0.02, 0.05, 0.11];
    let streams = [stream(Purpose::Family, 0), stream(Purpose::JobLost, 0), stream(Purpose::Removal, 0)];
    let mut counts = [0; 3];
    for key in 0..N {
        let first = (0..3).map(|k| (streams[k].exponential(key) / h[k], k)).min_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((t, k)) = first.filter(|f| f.0 < 1.0) {
            assert!(t >= 0.0);
            counts[k] += 1;
        }
    }
    let sum: f64 = h.iter().sum();
    for k in 0..3 {
        assert!(within(counts[k], h[k] / sum * (1.0 - (-sum).exp())), "{counts:?}");
    }
}

/// Counts spells of open-ended stays that end for family reasons, and person-months at that risk.
#[derive(Default)]
struct Risk {
    entered: i64,
    ended: i64,
}

impl Observer for Risk {
    fn start(&mut self, _: &MonthView<'_>) {}
    fn month(&mut self, view: &MonthView<'_>) {
        for event in view.events.iter().flat_map(|e| e.iter()) {
            self.entered += i64::from(event.happening == Happening::Departed);
            self.ended += i64::from(event.happening == Happening::Returned && event.detail == Cause::Family as u8);
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
    let mut risk = Risk::default();
    small::run(&small::scenario(&[]), small::setup(3), &mut risk);
    assert!(risk.entered > 100 && risk.ended > 10);
}
