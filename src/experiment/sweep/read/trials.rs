//! Every factor is tried in the scenario before anything runs.

use rayon::prelude::*;

use super::{
    super::{
        Sweep,
        factor::{Factor, Level},
    },
    Reader,
};
use crate::{
    measure::scope::Scope,
    scenario::{Change, Finding, Findings, Scenario, Severity, check},
};

/// A factor at a level in a scenario.
struct Tried {
    factor: usize,
    level: Level,
    /// Whether what is wrong may be the scenario's own.
    by_itself: bool,
    result: Result<Scenario, Findings>,
}

impl Reader<'_> {
    /// Resolves the scenario with each factor at each of its ends, the others left out, and with the first member of the ensemble; the hashes.
    pub(super) fn try_out(&mut self, sweep: &Sweep) -> Vec<String> {
        let trials: Vec<(usize, Level)> = sweep.factors.iter().enumerate().flat_map(|(f, factor)| factor.trials().into_iter().map(move |l| (f, l))).collect();
        let tried = |&(f, level): &(usize, Level)| {
            let (changes, scenario) = sweep.factors[f].changes(level);
            // Keys are held against every scenario that they may meet.
            let templates: Vec<usize> = if scenario.is_some() || changes.is_empty() { vec![scenario.unwrap_or(0)] } else { (0..sweep.templates.len()).collect() };
            let member = sweep.ensemble.as_ref().map_or_else(Vec::new, |e| e.changes(1));
            let changes: Vec<Change> = member.into_iter().chain(sweep.fixed.iter().cloned()).chain(changes).collect();
            // The sweep's own scenario is right by itself.
            let scenarios: Vec<Tried> = templates.into_iter().map(|t| Tried { factor: f, level, by_itself: t != 0, result: sweep.templates[t].scenario(&changes) }).collect();
            scenarios
        };
        let done: Vec<Vec<Tried>> = trials.par_iter().map(tried).collect();
        let mut hashes = Vec::new();
        for Tried { factor: f, level, by_itself, result } in done.into_iter().flatten() {
            match result {
                Ok(scenario) => {
                    self.alike(sweep, f, &scenario);
                    hashes.push(scenario.hash);
                }
                Err(findings) => {
                    let factor = &sweep.factors[f];
                    let path = format!("factor.{}", factor.id);
                    let own = self.ledger.sources[0].name.clone();
                    let wrong = findings.list.into_iter().filter(|n| n.severity == Severity::Error);
                    let (here, elsewhere): (Vec<Finding>, Vec<Finding>) = wrong.partition(|n| by_itself || n.file == own || n.file.is_empty());
                    self.hear(here, factor.node.key, &path);
                    for finding in elsewhere {
                        let what = format!("`{}` at {} makes the scenario wrong: {}", factor.id, factor.text(level), finding.message);
                        let why = format!("{} ({}:{})", finding.reason, finding.file, finding.line);
                        self.ledger.error(factor.place_of_levels(), &path, what, why, finding.hint);
                    }
                }
            }
        }
        hashes
    }

    /// Holds what the sweep changes against the keys that scenarios may have, where there is no scenario to try it in.
    pub(super) fn hold(&mut self, fixed: &[Change], factors: &[Factor]) {
        let of_factors = factors.iter().flat_map(|f| f.trials().into_iter().flat_map(|level| f.changes(level).0));
        for Change { key, value, multiplies, .. } in fixed.iter().cloned().chain(of_factors) {
            check::value_of(&key, &value, multiplies, &mut self.ledger);
        }
    }

    /// All points must have the places and months of the scenario, so that their results are one table.
    fn alike(&mut self, sweep: &Sweep, factor: usize, scenario: &Scenario) {
        let scope = Scope::new(&scenario.world);
        let same = scope.same_rows(&sweep.scope);
        let months = (scenario.world.start, scenario.world.months) == (sweep.base.world.start, sweep.base.world.months);
        let run = (scenario.run.sample, scenario.run.seed) == (sweep.base.run.sample, sweep.base.run.seed);
        if !(same && months && run) {
            let factor = &sweep.factors[factor];
            let what = if same { "months, sample or seed" } else { "places" };
            self.ledger.error(
                factor.node.key,
                &format!("factor.{}", factor.id),
                format!("`{}` changes {what}", factor.id),
                "all points of a sweep have the same ones",
                "make two sweeps of it",
            );
        }
    }
}
