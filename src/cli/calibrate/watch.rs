//! Progress of a calibration: months, the step it is in, how good the fit is so far.

use std::sync::{Mutex, PoisonError};

use crate::{
    cli::{interrupt, progress::Progress},
    experiment::{
        calibration::{method, model::Watcher},
        replicate::{Step, Watch},
    },
};

struct State {
    progress: Progress,
    runs: usize,
    all: usize,
    /// Months of a run, and months told of runs so far: runs found on disk tell none.
    months: u64,
    told: u64,
    phase: String,
    fit: String,
}

/// Watches a calibration, and hears the user who stops it.
pub struct Watching {
    state: Mutex<State>,
}

impl Watching {
    /// For so many runs and months of all, `each` of a run.
    pub fn new(runs: usize, months: u64, each: u64, quiet: bool) -> Watching {
        let progress = Progress::new(months, 0, quiet);
        Watching { state: Mutex::new(State { progress, runs: 0, all: runs, months: each, told: 0, phase: String::new(), fit: String::new() }) }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the runs to come are for.
    pub fn phase(&self, phase: &str) {
        phase.clone_into(&mut self.state().phase);
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.state().progress.finish();
    }
}

impl Watch for Watching {
    fn month(&self, step: &Step<'_>) {
        let state = &mut *self.state();
        state.told += 1;
        if state.progress.shows() {
            let label = format!("{}, run {} of {}{}", state.phase, state.runs + 1, state.all, state.fit);
            state.progress.label(&label);
            state.progress.month(step.persons, step.events);
        }
    }

    fn stopped(&self) -> bool {
        interrupt::seen()
    }
}

impl Watcher for Watching {
    fn ran(&self) {
        let state = &mut *self.state();
        state.runs += 1;
        // A run from disk has told no months.
        let missing = (state.runs as u64 * state.months).saturating_sub(state.told);
        if missing >= state.months {
            state.told += state.months;
            state.progress.skip(state.months);
        }
    }

    fn stepped(&self, progress: &method::Progress) {
        let state = &mut *self.state();
        state.fit = format!(", misfit {:.2}", progress.misfit_mean);
        let text = format!(
            "{}: step {}, {} runs, misfit {:.2} ({:.2} to {:.2}; 1: as good as the errors that are allowed for)",
            state.phase, progress.iteration, progress.runs, progress.misfit_mean, progress.misfit_p05, progress.misfit_p95
        );
        state.progress.say(&text);
    }
}
