//! Is anybody, or any dollar, lost or made?

mod small;

use musafir::{
    engine::{
        Setup, Simulation,
        event::Happening,
        observe::{MonthView, Observer},
    },
    population::person::HOME,
};
use proptest::prelude::*;

/// Checks identities every month.
#[derive(Default)]
struct Auditor {
    rows: Vec<i64>,
    stock: Vec<i64>,
    months: usize,
}

impl Auditor {
    fn persons(view: &MonthView<'_>) -> Vec<i64> {
        let totals = view.totals;
        (0..view.world.places.homes.len())
            .map(|r| {
                let abroad: i64 = (0..totals.destinations).map(|d| totals.diaspora(r, d)).sum();
                totals.not_yet[r] + totals.at_home(r) + abroad + totals.aged_out[r] + totals.dead[r]
            })
            .collect()
    }

    /// Foreign citizens by pair of regions, without the naturalised (status 2).
    fn foreigners(view: &MonthView<'_>) -> Vec<i64> {
        let totals = view.totals;
        let pair = |r, d| {
            // Cells run over sector, motive, status, stay.
            let counted = totals.pair(r, d).iter().enumerate().filter(|(k, _)| k / 3 % 3 != 2).map(|(_, s)| s.persons).sum::<i64>();
            assert_eq!(totals.foreign(r, d), counted);
            counted
        };
        (0..view.world.places.homes.len()).flat_map(|r| (0..totals.destinations).map(move |d| (r, d))).map(|(r, d)| pair(r, d)).collect()
    }
}

impl Observer for Auditor {
    fn start(&mut self, view: &MonthView<'_>) {
        self.rows = Self::persons(view);
        self.stock = Self::foreigners(view);
    }

    fn month(&mut self, view: &MonthView<'_>) {
        for (r, d) in (0..view.world.places.homes.len()).flat_map(|r| (0..view.totals.destinations).map(move |d| (r, d))) {
            assert!(view.totals.occupied(r, d).eq(view.totals.pair(r, d).iter().enumerate().filter(|(_, sum)| sum.persons != 0)), "cells that are told to be empty are");
        }
        assert_eq!(Self::persons(view), self.rows, "not yet of age + home + abroad + aged out + dead = all, in {}", view.month);
        let mut expected = self.stock.clone();
        for event in view.events.iter().flat_map(|e| e.iter()) {
            let at = |place: u8| usize::from(event.home) * view.totals.destinations + usize::from(place);
            match event.happening {
                Happening::Departed => expected[at(event.after.place)] += 1,
                Happening::Returned | Happening::Removed | Happening::Naturalised => expected[at(event.before.place)] -= 1,
                Happening::Died | Happening::AgedOut if event.before.place != HOME && event.before.status != 2 => expected[at(event.before.place)] -= 1,
                Happening::MovedOn => {
                    expected[at(event.before.place)] -= 1;
                    expected[at(event.after.place)] += 1;
                }
                _ => {}
            }
        }
        self.stock = Self::foreigners(view);
        assert_eq!(self.stock, expected, "stock(t) = stock(t-1) + in - out - naturalised - aged out - dead, in {}", view.month);
        for flow in &view.totals.money {
            assert_eq!(flow.earned, flow.fee + flow.spent + flow.saved + flow.remitted, "earned = fees + spent + saved + remitted");
            assert!(flow.spent >= 0 && flow.saved >= 0 && flow.fee >= 0 && flow.to_purse + flow.invested <= flow.remitted);
        }
        self.months += 1;
    }
}

fn purses(simulation: &Simulation<'_>) -> i64 {
    simulation.chunks().iter().map(|c| (0..c.household.len()).map(|h| simulation.purse(c, h)).sum::<i64>()).sum()
}

/// Runs a scenario under audit; the purses must change by exactly what the sums say.
fn audit(set: &[(&str, &str)], setup: Setup, months: usize) {
    let scenario = small::scenario(set);
    let mut simulation = Simulation::new(&scenario.world, &scenario.behaviour, setup);
    let mut auditor = Auditor::default();
    simulation.start(&mut auditor);
    while !simulation.finished() && auditor.months < months {
        let before = purses(&simulation);
        simulation.step(&mut auditor);
        let totals = simulation.totals();
        let gained: i64 = totals.money.iter().map(|f| f.saved + f.to_purse).sum::<i64>() + totals.home_saved.iter().sum::<i64>();
        let paid: i64 = totals.journeys.iter().chain(&totals.ceremonies).chain(&totals.interest).sum();
        assert_eq!(purses(&simulation), before + gained - paid, "every purse together, after {} months", auditor.months);
    }
}

#[test]
fn as_many_are_abroad_at_the_start_as_the_table_says_whenever_that_is() {
    for start in ["2005-01-01", "2005-12-01"] {
        let scenario = small::scenario(&[("population", "1500000"), ("run.start", start)]);
        let simulation = Simulation::new(&scenario.world, &scenario.behaviour, small::setup(1));
        let totals = simulation.totals();
        let abroad: i64 = (0..scenario.world.places.homes.len()).flat_map(|r| (0..totals.destinations).map(move |d| (r, d))).map(|(r, d)| totals.diaspora(r, d)).sum();
        let expected: f64 = scenario.world.demography.initial.iter().flatten().map(|pair| pair.abroad).sum();
        // Each person is abroad by a draw of their own.
        assert!((abroad as f64 - expected).abs() < 4.0 * expected.sqrt(), "{abroad} abroad at {start}, {expected} by the table");
    }
}

#[test]
fn persons_and_money_are_conserved() {
    audit(&[], small::setup(1), usize::MAX);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn whatever_the_parameters(
        seed in 0u64..1000,
        lambda0 in 0.0f64..0.3,
        b_cost in 0.0f64..2.0,
        nest in 0.5f64..1.0,
        share in 0.0f64..1.0,
        saving in 0.0f64..1.0,
        settled in 0.0f64..0.3,
        onward in 0.0f64..0.2,
        sample in 0.3f64..1.0,
        chunk_rows in 64usize..2000,
    ) {
        let text = |v: f64| format!("{v:.4}");
        let (nest_country, onward) = (text(nest * 0.9), format!("[{onward:.4}, {onward:.4}, {onward:.4}]"));
        let nest_region = text(nest * 0.8);
        audit(
            &[
                ("behaviour.consider.lambda0", &text(lambda0)),
                ("behaviour.choose.b_cost", &text(b_cost)),
                ("behaviour.choose.b_net", "0.2"),
                ("behaviour.choose.nest_go", &text(nest)),
                ("behaviour.choose.nest_country", &nest_country),
                ("behaviour.choose.nest_region", &nest_region),
                ("behaviour.remit.share.UZB", &text(share)),
                ("behaviour.remit.saving_abroad", &text(saving)),
                ("behaviour.settle.open_ended_to_settled", &text(settled)),
                ("behaviour.stay.onward", &onward),
            ],
            Setup { seed, sample, chunk_rows },
            30,
        );
    }
}
