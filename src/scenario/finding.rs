//! What is wrong in a scenario, and where: findings with place, reason and hint. Used by all of `scenario`; rendered by `cli::diagnostics`.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fmt,
    ops::{Bound, Range},
    path::PathBuf,
};

use serde::Serialize;

/// Findings alike that are shown.
const ALIKE: usize = 3;
/// Characters of a message.
const LONGEST: usize = 1000;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The scenario cannot run.
    Error,
    /// It can, and its author should know.
    Warning,
}

/// The line that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Excerpt {
    /// The text of the line.
    pub text: String,
    /// Bytes of it that are meant.
    pub span: Range<usize>,
}

/// One mistake or warning.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// Dotted path of the key, e.g. `regime.tur-2028.days`, or of a table's column, e.g. `tables.population.persons`.
    pub path: String,
    /// File as given, empty if none is meant.
    pub file: String,
    /// Line, from 1; 0 if none is meant.
    pub line: usize,
    /// Column in characters, from 1; 0 if none is meant.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// Why that is wrong.
    pub reason: String,
    /// The likely fix; may be empty.
    pub hint: String,
    /// The line meant.
    pub excerpt: Option<Excerpt>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.severity == Severity::Error { "error" } else { "warning" };
        if self.line > 0 {
            write!(f, "{}:{}:{}: ", self.file, self.line, self.column)?;
        }
        write!(f, "{kind}: {}", self.message)?;
        if !self.reason.is_empty() {
            write!(f, ": {}", self.reason)?;
        }
        if self.hint.is_empty() { Ok(()) } else { write!(f, " ({})", self.hint) }
    }
}

/// All that is wrong in a scenario; at least one error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Default)]
pub struct Findings {
    /// In the order of files and lines.
    pub list: Vec<Finding>,
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, finding) in self.list.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{finding}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Findings {}

/// A place in a source text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    /// Index into [`Ledger::sources`]; [`At::NOWHERE`] has none.
    pub file: usize,
    /// First byte.
    pub start: usize,
    /// First byte after.
    pub end: usize,
}

impl At {
    /// No place.
    pub const NOWHERE: At = At { file: usize::MAX, start: 0, end: 0 };
    /// A span of a file.
    pub fn new(file: usize, span: Range<usize>) -> At {
        At { file, start: span.start, end: span.end }
    }
}

/// A text that was read: a file, a table inside a file, or a `--set`.
#[derive(Clone, Debug)]
pub struct Source {
    /// Name for people.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Folder to which paths in it are relative.
    pub folder: PathBuf,
}

/// All texts read and all findings so far.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Texts, by [`At::file`].
    pub sources: Vec<Source>,
    /// Findings so far.
    pub list: Vec<Finding>,
    /// Whether something could not be read at all: then nothing is said to be missing.
    pub partial: bool,
    /// Number of errors among the findings.
    errors: usize,
    /// The findings, to be told again; and their paths.
    told: HashSet<Finding>,
    paths: BTreeSet<String>,
}

impl Ledger {
    /// Line and column (both from 1) of a place, and its line.
    pub fn place(&self, at: At) -> Option<(String, usize, usize, Excerpt)> {
        let source = self.sources.get(at.file)?;
        let text = source.text.as_str();
        let floor = |mut i: usize| {
            i = i.min(text.len());
            while !text.is_char_boundary(i) {
                i -= 1;
            }
            i
        };
        let start = floor(at.start);
        let line_start = text[..start].rfind('\n').map_or(0, |i| i + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |i| start + i);
        let line = text[line_start..line_end].trim_end_matches('\r');
        let first = (start - line_start).min(line.len());
        let last = (floor(at.end.max(start)) - line_start).clamp(first, line.len());
        let number = 1 + text[..line_start].bytes().filter(|b| *b == b'\n').count();
        let column = 1 + line[..first].chars().count();
        let (line, span) = shortened(line, first..last);
        Some((source.name.clone(), number, column, Excerpt { text: line, span }))
    }

    /// File and line of a place, for people.
    pub fn line(&self, at: At) -> String {
        self.place(at).map_or_else(String::new, |(file, line, _, _)| format!("{file}:{line}"))
    }

    fn add(&mut self, severity: Severity, at: At, path: &str, message: String, reason: String, hint: String) {
        let (file, line, column, excerpt) = match self.place(at) {
            Some((file, line, column, excerpt)) => (file, line, column, Some(excerpt)),
            None => (String::new(), 0, 0, None),
        };
        let [message, reason, hint] = [message, reason, hint].map(cut);
        let finding = Finding { severity, path: path.to_string(), file, line, column, message, reason, hint, excerpt };
        if self.told.insert(finding.clone()) {
            self.errors += usize::from(severity == Severity::Error);
            self.paths.insert(finding.path.clone());
            self.list.push(finding);
        }
    }

    /// Adds an error.
    pub fn error(&mut self, at: At, path: &str, message: impl Into<String>, reason: impl Into<String>, hint: impl Into<String>) {
        self.add(Severity::Error, at, path, message.into(), reason.into(), hint.into());
    }

    /// Adds a warning.
    pub fn warn(&mut self, at: At, path: &str, message: impl Into<String>, reason: impl Into<String>, hint: impl Into<String>) {
        self.add(Severity::Warning, at, path, message.into(), reason.into(), hint.into());
    }

    /// Number of errors so far.
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// Whether there is a finding about what begins with a path.
    pub fn has(&self, path: &str) -> bool {
        self.paths.range::<str, _>((Bound::Included(path), Bound::Unbounded)).next().is_some_and(|first| first.starts_with(path))
    }

    /// Findings in the order of the files as they were read, then of lines.
    pub fn sorted(&self) -> Vec<Finding> {
        let mut list = self.list.clone();
        let rank = |f: &Finding| self.sources.iter().position(|s| s.name == f.file).unwrap_or(usize::MAX);
        list.sort_by_cached_key(|f| (rank(f), f.line, f.column));
        // Of many findings alike the first few are shown. Warnings with the same reason are alike whatever they name.
        let key = |f: &Finding| match f.severity {
            Severity::Error => f.message.clone(),
            Severity::Warning => f.message.split('`').step_by(2).chain([f.reason.as_str()]).collect(),
        };
        let mut alike: BTreeMap<String, usize> = BTreeMap::new();
        for finding in &list {
            *alike.entry(key(finding)).or_default() += 1;
        }
        let mut shown: BTreeMap<String, usize> = BTreeMap::new();
        list.retain_mut(|finding| {
            let key = key(finding);
            let (all, seen) = (alike.get(&key).copied().unwrap_or(1), shown.entry(key).or_default());
            *seen += 1;
            if *seen == ALIKE && all > ALIKE {
                finding.reason = format!("{}; {} more places like this", finding.reason, all - ALIKE);
            }
            *seen <= ALIKE
        });
        list
    }
}

/// A text of at most [`LONGEST`] characters, whatever it quotes.
fn cut(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
        text.push_str("...");
    }
    text
}

/// A window of at most 240 bytes or so around the span of a very long line.
fn shortened(line: &str, span: Range<usize>) -> (String, Range<usize>) {
    const SIDE: usize = 120;
    if line.len() <= 2 * SIDE {
        return (line.to_string(), span);
    }
    let boundary = |mut i: usize| {
        while !line.is_char_boundary(i) {
            i -= 1;
        }
        i
    };
    let from = boundary(span.start.saturating_sub(SIDE));
    let to = boundary((span.start + SIDE).min(line.len()));
    let (lead, tail) = (if from > 0 { "..." } else { "" }, if to < line.len() { "..." } else { "" });
    let shift = |i: usize| i.clamp(from, to) - from + lead.len();
    (format!("{lead}{}{tail}", &line[from..to]), shift(span.start)..shift(span.end))
}

/// A number for people: very large and very small ones with an exponent.
pub fn figure(x: f64) -> String {
    if x == 0.0 || (1e-6..1e15).contains(&x.abs()) { format!("{x}") } else { format!("{x:e}") }
}

/// A hint for a share from `least` to 1 that may have been given in per cent; nothing where that cannot be.
pub fn per_cent(x: f64, least: f64) -> String {
    let share: f64 = format!("{:.10}", x / 100.0).parse().unwrap_or(x / 100.0);
    if x > 1.0 && (least..=1.0).contains(&share) { format!("per cent? write {share}") } else { String::new() }
}

/// The candidate most like `name`, if any is like it at all.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    candidates
        .into_iter()
        .map(|c| (strsim::damerau_levenshtein(&lower, &c.to_lowercase()), c))
        .filter(|(distance, c)| *distance <= 1.max(name.len().max(c.len()) / 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, c)| c)
}

/// A hint that names the nearest candidate, those that begin so, or up to eight of all.
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let longer: Vec<String> = candidates.iter().filter(|c| name.len() > 2 && c.starts_with(name)).take(8).map(|c| format!("`{c}`")).collect();
    match nearest(name, candidates.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if !longer.is_empty() => format!("did you mean {}?", longer.join(" or ")),
        None if candidates.is_empty() => String::new(),
        None if candidates.len() <= 16 => format!("known are: {}", candidates.join(", ")),
        None => format!("known are: {}, ... ({} in all)", candidates[..8].join(", "), candidates.len()),
    }
}
