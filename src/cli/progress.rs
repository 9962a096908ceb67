//! Progress of a run on standard error: a bar where that is a terminal, otherwise a plain line at most every two seconds.

use std::{
    io::{IsTerminal, Write},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{interrupt, table::thousands};
use crate::experiment::replicate::{Step, Watch};

const EVERY: Duration = Duration::from_secs(2);

enum Form {
    None,
    Bar(ProgressBar),
    Lines { last: Instant },
}

/// Shows how far a run is.
pub struct Progress {
    form: Form,
    started: Instant,
    months: u64,
    done: u64,
    /// Months already done when this process began.
    before: u64,
    events: u64,
    /// What is being run, if there is more than one thing.
    label: String,
}

impl Progress {
    /// For `months` in all, of which `before` were done earlier.
    pub fn new(months: u64, before: u64, quiet: bool) -> Progress {
        let form = if quiet {
            Form::None
        } else if std::io::stderr().is_terminal() {
            let bar = ProgressBar::with_draw_target(Some(months), ProgressDrawTarget::stderr_with_hz(8));
            let style = ProgressStyle::with_template("{bar:32} {pos}/{len} months  {msg}").unwrap_or_else(|_| ProgressStyle::default_bar());
            bar.set_style(style);
            bar.set_position(before);
            Form::Bar(bar)
        } else {
            Form::Lines { last: Instant::now() }
        };
        Progress { form, started: Instant::now(), months, done: before, before, events: 0, label: String::new() }
    }

    /// A remark that stays on the screen.
    pub fn say(&self, text: &str) {
        match &self.form {
            Form::None => {}
            Form::Bar(bar) => bar.println(text),
            Form::Lines { .. } => line(text),
        }
    }

    /// Whether anything is shown at all.
    pub fn shows(&self) -> bool {
        !matches!(self.form, Form::None)
    }

    /// Says what the months to come belong to.
    pub fn label(&mut self, label: &str) {
        label.clone_into(&mut self.label);
    }

    /// One more month, with the number of simulated persons and the events of that month.
    pub fn month(&mut self, persons: u64, events: u64) {
        self.done += 1;
        self.events += events;
        let due = match &self.form {
            Form::None => false,
            Form::Bar(_) => true,
            Form::Lines { last } => last.elapsed() >= EVERY,
        };
        if !due {
            return;
        }
        let text = self.text(persons);
        match &mut self.form {
            Form::None => {}
            Form::Bar(bar) => {
                bar.set_position(self.done);
                bar.set_message(text);
            }
            Form::Lines { last } => {
                *last = Instant::now();
                line(&format!("{}/{} months  {text}", self.done, self.months));
            }
        }
    }

    fn text(&self, persons: u64) -> String {
        let seconds = self.started.elapsed().as_secs_f64().max(1e-6);
        let left = seconds / (self.done - self.before).max(1) as f64 * self.months.saturating_sub(self.done) as f64;
        let label = if self.label.is_empty() { String::new() } else { format!("{}  ", self.label) };
        format!("{label}{} persons  {} events/s  {} left", thousands(persons as f64), thousands(self.events as f64 / seconds), duration(left))
    }

    /// Months that were done earlier after all.
    pub fn skip(&mut self, months: u64) {
        self.done += months;
        self.before += months;
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Form::Bar(bar) = &self.form {
            bar.finish_and_clear();
        }
    }
}

fn line(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Watches replicates that run side by side, and hears the user who stops them.
pub struct Replicates {
    count: u32,
    progress: Mutex<Progress>,
}

impl Replicates {
    /// For so many replicates and months of all.
    pub fn new(count: u32, months: u64, quiet: bool) -> Replicates {
        Replicates { count, progress: Mutex::new(Progress::new(months, 0, quiet)) }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).finish();
    }
}

impl Watch for Replicates {
    fn month(&self, step: &Step<'_>) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        if progress.shows() {
            progress.label(&format!("replicate {} of {}, {}", step.replicate, self.count, step.month));
            progress.month(step.persons, step.events);
        }
    }

    fn stopped(&self) -> bool {
        interrupt::seen()
    }
}

/// Seconds as people say them.
pub fn duration(seconds: f64) -> String {
    let s = seconds.round() as u64;
    match s {
        0..60 => format!("{s} s"),
        60..3600 => format!("{} min {:02} s", s / 60, s % 60),
        _ => format!("{} h {:02} min", s / 3600, s / 60 % 60),
    }
}
