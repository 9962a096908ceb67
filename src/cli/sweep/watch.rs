//! Progress of a sweep: on the terminal of the process that does it, and from the folder of results by another.

use std::{
    fmt,
    io::{IsTerminal, Write as _},
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::{
    cli::{interrupt, progress::duration},
    experiment::{
        queue::Watch,
        sweep::{plan::Run, record::Planned, runs::Runs},
    },
};

const EVERY: Duration = Duration::from_secs(2);
/// Runs whose ends tell the pace.
const PACE: usize = 50;

/// Counts and shows what is done.
pub struct Watcher {
    bar: Option<ProgressBar>,
    quiet: bool,
    started: Instant,
    /// Runs to do, and months of them.
    runs: u64,
    all_months: u64,
    /// Runs done before.
    before: u64,
    months: AtomicU64,
    done: AtomicU64,
    failed: AtomicU64,
    last: Mutex<Instant>,
}

impl Watcher {
    /// For some runs and their months.
    pub fn new(runs: usize, before: usize, months: u64, quiet: bool) -> Watcher {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::with_draw_target(Some(months), ProgressDrawTarget::stderr_with_hz(8));
            bar.set_style(ProgressStyle::with_template("{bar:32} {msg}").unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        let now = Instant::now();
        Watcher {
            bar,
            quiet,
            started: now,
            runs: runs as u64,
            all_months: months,
            before: before as u64,
            months: AtomicU64::new(0),
            done: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            last: Mutex::new(now),
        }
    }

    fn text(&self) -> String {
        let (done, failed) = (self.done.load(Ordering::Relaxed), self.failed.load(Ordering::Relaxed));
        let months = self.months.load(Ordering::Relaxed).max(1);
        let left = self.started.elapsed().as_secs_f64() / months as f64 * self.all_months.saturating_sub(months) as f64;
        let to_go = self.runs.saturating_sub(done + failed);
        format!("{} runs done, {failed} failed, {to_go} to go, {} left", done + self.before, duration(left))
    }

    /// Months simulated.
    pub fn months(&self) -> u64 {
        self.months.load(Ordering::Relaxed)
    }

    /// Runs that ended, well or not.
    pub fn ended(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.failed.load(Ordering::Relaxed))
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Watch for Watcher {
    fn month(&self, _: u64) {
        let months = self.months.fetch_add(1, Ordering::Relaxed) + 1;
        if self.quiet {
            return;
        }
        if let Some(bar) = &self.bar {
            bar.set_position(months);
            bar.set_message(self.text());
        } else if let Ok(mut last) = self.last.try_lock()
            && last.elapsed() >= EVERY
        {
            *last = Instant::now();
            let _ = writeln!(std::io::stderr(), "{}", self.text());
        }
    }

    fn ended(&self, run: Run, failed: Option<&str>) {
        let Some(why) = failed else {
            self.done.fetch_add(1, Ordering::Relaxed);
            return;
        };
        self.failed.fetch_add(1, Ordering::Relaxed);
        let text = format!("A run of replicate {} failed: {}", run.replicate, why.lines().next().unwrap_or_default());
        match &self.bar {
            Some(bar) => bar.println(text),
            None if !self.quiet => drop(writeln!(std::io::stderr(), "{text}")),
            None => {}
        }
    }

    fn stopped(&self) -> bool {
        interrupt::seen()
    }
}

/// How far the sweep in a folder is.
#[derive(Debug, Serialize)]
pub struct Standing {
    title: String,
    done: usize,
    failed: usize,
    to_go: usize,
    /// Points that cannot be run.
    wrong_points: usize,
    /// At the pace of the last runs.
    seconds_left: Option<f64>,
    /// Since the last run ended, where that is unusually long.
    seconds_silent: Option<f64>,
}

impl Standing {
    /// From the files of a folder; none if it holds no sweep.
    pub fn of(folder: &Path) -> Option<Standing> {
        let planned = Planned::read(folder)?;
        let runs = Runs::new(folder);
        let (mut done, mut failed, mut times) = (0, 0, Vec::new());
        for key in &planned.runs {
            let (state, time) = runs.stands(key);
            done += usize::from(state == 1);
            failed += usize::from(state == -1);
            times.extend(time);
        }
        times.sort_unstable();
        let to_go = planned.runs.len() - done - failed;
        let (mut seconds_left, mut seconds_silent) = (None, None);
        let recent = &times[times.len().saturating_sub(PACE)..];
        if let ([first, .., last], true) = (recent, to_go > 0) {
            let pace = last.duration_since(*first).unwrap_or_default().as_secs_f64() / (recent.len() - 1) as f64;
            seconds_left = Some(pace * to_go as f64);
            seconds_silent = Some(last.elapsed().unwrap_or_default().as_secs_f64()).filter(|silent| *silent > 60.0 + 10.0 * pace);
        }
        Some(Standing { title: planned.title, done, failed, to_go, wrong_points: planned.wrong_points, seconds_left, seconds_silent })
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} runs done, {} failed, {} to go", self.title, self.done, self.failed, self.to_go)?;
        if let Some(left) = self.seconds_left {
            write!(f, ", {} left at the pace of the last ones", duration(left))?;
        }
        if let Some(silent) = self.seconds_silent {
            write!(f, "; none has ended for {}, is it still running?", duration(silent))?;
        }
        if self.wrong_points > 0 {
            write!(f, "; {} points cannot be run", self.wrong_points)?;
        }
        writeln!(f)
    }
}
