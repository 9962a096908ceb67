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
    scenario::{Change, Findings, Scenario, Severity, check},
};

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
            let scenarios: Vec<Result<Scenario, Findings>> = templates.into_iter().map(|t| sweep.templates[t].scenario(&changes)).collect();
            (f, scenarios)
        };
        let done: Vec<(usize, Vec<Result<Scenario, Findings>>)> = trials.par_iter().map(tried).collect();
        let mut hashes = Vec::new();
        for (f, result) in done.into_iter().flat_map(|(f, list)| list.into_iter().map(move |r| (f, r))) {
            match result {
                Ok(scenario) => {
                    self.alike(sweep, f, &scenario);
                    hashes.push(scenario.hash);
                }
                Err(findings) => {
                    let factor = &sweep.factors[f];
                    let wrong = findings.list.into_iter().filter(|n| n.severity == Severity::Error).collect();
                    self.hear(wrong, factor.node.key, &format!("factor.{}", factor.id));
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
        let same = scope.party_names == sweep.scope.party_names && scope.destination_names == sweep.scope.destination_names;
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
