//! `docs/claims.md`: the table of verdicts.

use std::fmt::Write as _;

use super::{
    Book, Term, Test, Trial,
    verdict::{self, Verdict},
};
use crate::measure::summary::cell;

/// How the runs were made.
#[derive(Clone, Copy, Debug)]
pub struct Made<'a> {
    /// The book's file.
    pub book: &'a str,
    /// The command that makes the page.
    pub command: &'a str,
    /// Hash of the ensemble whose members the replicates used, if one was.
    pub ensemble: Option<&'a str>,
}

const HEAD: &str = "\
# Claims and verdicts
{about}
What runs of this version say to each claim, by the number under which heads of scenarios name it. The tests stand in `{book}`, and the verdicts are made by
the program from the values; nobody wrote them. A claim is *supported* if in every test the whole interval (quantiles 0.05 and 0.95 over replicates) lies
within the bounds, *refuted* if in one test it lies wholly outside, and otherwise the runs *cannot tell*. Intervals hold what the replicates hold: chance
alone, or with an ensemble also its parameters. A `difference` is paired: the same persons, seeds, draws and parameters.
";

/// The page.
pub fn page(book: &Book, trial: &Trial, made: Made<'_>) -> String {
    let verdicts: Vec<Vec<Verdict>> =
        book.claim.iter().enumerate().map(|(c, claim)| claim.test.iter().enumerate().map(|(t, test)| verdict::of_test(test, trial.values(c, t))).collect()).collect();
    let of_claims: Vec<Verdict> = book.claim.iter().zip(&verdicts).map(|(claim, tests)| verdict::of_claim(claim, tests)).collect();
    let count = |which: Verdict| of_claims.iter().filter(|v| **v == which).count();
    let about = if book.about.trim().is_empty() { String::new() } else { format!("\n{}\n", book.about.trim()) };
    let mut text = HEAD.replace("{about}", &about).replace("{book}", made.book);
    let _ = writeln!(
        text,
        "\nMade by `{}`, version {}, {}. Of {} claims {} are supported, {} refuted; of {} the runs cannot tell; {} are not tested.\n",
        made.command,
        env!("CARGO_PKG_VERSION"),
        made.ensemble.map_or_else(|| "without an ensemble".to_string(), |hash| format!("members of the ensemble {}", &hash[..12.min(hash.len())])),
        book.claim.len(),
        count(Verdict::Supported),
        count(Verdict::Refuted),
        count(Verdict::CannotTell),
        count(Verdict::NotTested),
    );
    text += "| | claim | test | scenario and measure | bounds | runs | verdict |\n| --- | --- | --- | --- | --- | --- | --- |\n";
    for (c, claim) in book.claim.iter().enumerate() {
        let missed = claim.past && of_claims[c] == Verdict::Refuted;
        let whole = format!("**{}**{}", of_claims[c].name(), if missed { ": the model misses the past" } else { "" });
        let remark = claim.not_tested.as_ref().or(claim.note.as_ref()).map_or(String::new(), |note| cell(note));
        if claim.test.len() == 1 {
            let row = row(&claim.test[0], trial.values(c, 0));
            let _ = writeln!(text, "| {} | {} {} | {row} | {whole} |", claim.number, cell(&claim.says), italic(&remark));
            continue;
        }
        let _ = writeln!(text, "| {} | {} {} | | | | | {whole} |", claim.number, cell(&claim.says), italic(&remark));
        for (t, test) in claim.test.iter().enumerate() {
            let _ = writeln!(text, "| | | {} | {} |", row(test, trial.values(c, t)), verdicts[c][t].name());
        }
    }
    text
}

fn row(test: &Test, values: &[f64]) -> String {
    let runs = verdict::spread(values).map_or("no value".to_string(), |(mean, low, high)| format!("{} ({} to {})", number(mean), number(low), number(high)));
    format!("{} | {} | {} | {runs}", cell(&test.what), quantity(test), bounds(test))
}

fn bounds(test: &Test) -> String {
    match (test.above, test.below) {
        (Some(above), Some(below)) => format!("{} to {}", number(above), number(below)),
        (Some(above), None) => format!("more than {}", number(above)),
        (None, Some(below)) => format!("less than {}", number(below)),
        (None, None) => String::new(),
    }
}

/// What is computed, as text.
fn quantity(test: &Test) -> String {
    let over = test.over.as_ref().map_or(String::new(), |over| format!(" over {}", term(over, Some(&test.of))));
    format!("{}{over}", term(&test.of, None))
}

/// A term; of a denominator only what differs from the numerator.
fn term(term: &Term, numerator: Option<&Term>) -> String {
    let mut parts = Vec::new();
    if let Some(measure) = &term.measure {
        parts.push(format!("`{measure}`"));
    }
    let place = |t: &Term| (t.origin.clone(), t.destination.clone());
    if numerator.is_none() || term.origin.is_some() || term.destination.is_some() {
        let whole = numerator.map_or_else(|| term.clone(), |n| term.or(n));
        let (origin, destination) = place(&whole);
        parts.push(format!("{}-{}", origin.unwrap_or_default(), destination.unwrap_or_default()));
    }
    if let Some(year) = term.year {
        parts.push(term.last_year.map_or_else(|| year.to_string(), |last| format!("{year}-{last}")));
    }
    if let Some(scenario) = &term.scenario {
        let against = term.against.as_ref().map_or(String::new(), |a| format!(" less *{a}*"));
        parts.push(format!("*{scenario}*{against}"));
    }
    parts.join(" ")
}

fn italic(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("<br>*{text}*") }
}

/// A number as people say it, to three digits.
pub fn number(x: f64) -> String {
    let size = x.abs();
    let (scaled, unit) = match size {
        s if s >= 999.5e6 => (x / 1e9, " bn"),
        s if s >= 999.5e3 => (x / 1e6, " m"),
        s if s >= 9_995.0 => (x / 1e3, " k"),
        _ => (x, ""),
    };
    if size == 0.0 {
        return "0".to_string();
    }
    let before = scaled.abs().log10().floor() as i32;
    let digits = (2 - before).clamp(0, 8) as usize;
    let text = format!("{scaled:.digits$}");
    let short = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{}{unit}", if short == "-0" { "0" } else { short })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_people() {
        let said: Vec<String> = [0.0, 0.123_45, -0.000_012_34, 1.5, 12.0, 4_412.0, 44_123.0, -999_700.0, 4.18e6, 11.5e9].into_iter().map(number).collect();
        assert_eq!(said, ["0", "0.123", "-0.0000123", "1.5", "12", "4412", "44.1 k", "-1 m", "4.18 m", "11.5 bn"]);
    }
}
