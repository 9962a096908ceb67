//! Do two runs differ only where they should?

mod small;

use std::collections::BTreeMap;

use musafir::{
    engine::{
        Setup, Simulation,
        event::{Cause, Event, Happening},
        observe::{MonthView, Observer},
    },
    scenario::Scenario,
};

/// All events of a run by person.
#[derive(Default)]
struct Lives(BTreeMap<u32, Vec<(String, Event)>>);

impl Observer for Lives {
    fn start(&mut self, _: &MonthView<'_>) {}
    fn month(&mut self, view: &MonthView<'_>) {
        for event in view.events.iter().flat_map(|e| e.iter()) {
            self.0.entry(event.key).or_default().push((view.month.to_string(), *event));
        }
    }
}

#[test]
fn more_households_change_nobody_elses_life() {
    // Without feedback and quotas (scarce places are the one thing that strangers compete for), the lives of a sample are
    // event for event those of the same persons in the whole population.
    let mut keys: Vec<(&str, &str)> = small::NO_FEEDBACK.to_vec();
    let base = small::scenario(&keys);
    let quotas: Vec<String> =
        base.world.law.regimes.iter().flatten().flatten().filter(|(_, r)| r.kind == musafir::world::regime::Kind::Quota).map(|(_, r)| r.places_per_year.to_string()).collect();
    assert!(!quotas.is_empty(), "the small world has a quota");
    keys.push(("behaviour.choose.xi.TUR", "-600.0"));
    let scenario = small::scenario(&keys);
    let lives = |sample| {
        let mut lives = Lives::default();
        let simulation = small::run(&scenario, Setup { sample, ..small::setup(9) }, &mut lives);
        let present: Vec<u32> = simulation.chunks().iter().flat_map(|c| c.key.iter().copied()).collect();
        (lives.0, present)
    };
    let ((part, present), (all, everybody)) = (lives(0.4), lives(1.0));
    assert!(present.len() * 2 < everybody.len());
    let mut told = 0;
    for key in present {
        assert_eq!(part.get(&key), all.get(&key), "{}", musafir::population::person::key_name(key));
        told += part.get(&key).map_or(0, Vec::len);
    }
    assert!(told > 500, "{told} events compared");
    // So doubling a sample changes sums within the error of drawing households; members of one household go together.
    let all: usize = all.values().map(Vec::len).sum();
    let deviation = (all as f64 * 0.4 * 0.6 * 6.0).sqrt();
    assert!((told as f64 - 0.4 * all as f64).abs() < 4.0 * deviation, "{told} of {all} events at sample 0.4");
}

/// Events of one month from the same state under two sets of parameters.
fn same_month(a: &Scenario, b: &Scenario, months: usize) -> [BTreeMap<u32, Event>; 2] {
    let mut before = Simulation::new(&a.world, &a.behaviour, small::setup(2));
    for _ in 0..months {
        before.step(&mut ());
    }
    let mut bytes = Vec::new();
    before.save(&mut bytes).expect("memory takes all");
    [a, b].map(|scenario| {
        let mut run = Simulation::resume(&scenario.world, &scenario.behaviour, small::setup(2), &mut bytes.as_slice()).expect("the bytes are whole");
        let mut lives = Lives::default();
        run.step(&mut lives);
        lives.0.into_iter().filter_map(|(key, events)| events.last().map(|e| (key, e.1))).collect()
    })
}

/// Lowering one hazard by a tenth changes only persons whose event had that cause.
fn only_those_with_the_cause(key: &str, high: &str, low: &str, has_cause: impl Fn(&Event) -> bool) {
    let mut base = small::NO_FEEDBACK.to_vec();
    base.push((key, high));
    let mut less = small::NO_FEEDBACK.to_vec();
    less.push((key, low));
    let (a, b) = (small::scenario(&base), small::scenario(&less));
    let (mut with_cause, mut changed) = (0, 0);
    for months in [3, 6, 9, 11, 15, 18, 21, 23, 27, 30, 33, 42, 45, 54] {
        let [high, low] = same_month(&a, &b, months);
        for key in high.keys().chain(low.keys()) {
            match (high.get(key), low.get(key)) {
                (Some(before), after) => {
                    with_cause += usize::from(has_cause(before));
                    if Some(before) != after {
                        changed += 1;
                        assert!(has_cause(before), "{before:?} became {after:?}");
                    }
                }
                (None, after) => panic!("an event came from nowhere: {after:?}"),
            }
        }
    }
    assert!(with_cause > 20, "{with_cause} with the cause");
    assert!(changed > 0 && changed < with_cause / 2, "{changed} of {with_cause} changed");
}

#[test]
fn a_lower_hazard_of_returning_for_a_goal_changes_only_those_who_did() {
    only_those_with_the_cause("behaviour.stay.goal_reached", "0.30", "0.27", |e| e.happening == Happening::Returned && e.detail == Cause::GoalReached as u8);
}

#[test]
fn a_lower_hazard_of_settling_changes_only_those_who_did() {
    only_those_with_the_cause("behaviour.settle.seasonal_to_open_ended", "0.20", "0.18", |e| e.happening == Happening::ChangedStay && e.before.stay == 0);
}

#[test]
fn a_lower_hazard_of_weighing_changes_only_those_who_weighed() {
    only_those_with_the_cause("behaviour.consider.lambda0", "0.060", "0.054", |e| matches!(e.happening, Happening::Departed | Happening::Blocked));
}

#[test]
fn the_same_scenario_twice_is_the_same() {
    let scenario = small::scenario(&[]);
    let lives = || {
        let mut lives = Lives::default();
        small::run(&scenario, small::setup(1), &mut lives);
        lives.0
    };
    assert_eq!(lives(), lives());
}
