//! Says on standard error what is being run.

use std::sync::{Mutex, PoisonError};

use super::Args;
use crate::{
    cli::{flags::stem, interrupt, progress::Progress},
    experiment::{
        compare::Comparison,
        replicate::{Step, Watch},
    },
};

/// Watches all replicates of a comparison.
pub struct Watcher<'a> {
    comparison: &'a Comparison<'a>,
    names: Vec<String>,
    replicates: u32,
    progress: Mutex<Progress>,
}

impl<'a> Watcher<'a> {
    /// From replicate `first` on, each of `months` months.
    pub fn new(args: &Args, comparison: &'a Comparison<'a>, months: u64, first: u32, quiet: bool) -> Watcher<'a> {
        let before = u64::from(first - 1) * months;
        let progress = Progress::new(u64::from(args.replicates) * months, before, quiet);
        if first > 1 {
            progress.say(&format!("Going on after {} replicates.", first - 1));
        }
        Watcher { comparison, names: args.files().map(|f| stem(f)).collect(), replicates: args.replicates, progress: Mutex::new(progress) }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).finish();
    }

    fn label(&self, step: &Step<'_>) -> String {
        let named: Vec<&str> = step.variants.iter().filter_map(|v| self.names.get(*v).map(String::as_str)).collect();
        let what = match (named.as_slice(), step.variants) {
            ([], []) => String::new(),
            ([], [first, rest @ ..]) => {
                let (scenario, mask) = self.comparison.meaning(*first);
                let groups = self.comparison.groups(scenario);
                let with: Vec<&str> = groups.iter().enumerate().filter(|(g, _)| mask.is_some_and(|m| m >> g & 1 == 1)).map(|(_, n)| n.as_str()).collect();
                let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
                format!("{} + {}{more}", self.names[0], with.join(" + "))
            }
            ([one], _) => (*one).to_string(),
            (several, _) => format!("shared by {}", several.join(", ")),
        };
        format!("replicate {} of {}, {what}, {}", step.replicate, self.replicates, step.month)
    }
}

impl Watch for Watcher<'_> {
    fn month(&self, step: &Step<'_>) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        if progress.shows() {
            progress.label(&self.label(step));
            progress.month(step.persons, step.events);
        }
    }

    fn stopped(&self) -> bool {
        interrupt::seen()
    }
}
