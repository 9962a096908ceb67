//! Reading a book of claims: all its mistakes at once, those of its scenarios' names with them. May be used by `cli`.

use std::{collections::BTreeSet, path::Path};

use serde_json::Value as Json;

use super::{Book, Claim, Mistake};
use crate::scenario::{
    Findings,
    document::{self, Document},
    finding::{At, Ledger, did_you_mean},
    tree::Node,
};

/// A book as it was read.
pub struct Reading {
    /// The text, and what is wrong with it so far.
    pub ledger: Ledger,
    /// Claims that can be used.
    pub book: Book,
    tree: Node,
    /// Place of each of them in the file.
    places: Vec<usize>,
}

/// The schema of books of claims.
pub fn schema() -> Json {
    document::schema::<Book>("a musafir book of claims")
}

impl Reading {
    /// Reads a book; scenarios are files beside it.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn of(path: &Path) -> Result<Reading, Findings> {
        let mut ledger = Ledger::default();
        let Some(Document { tree, json }) = document::read(path, &schema(), &mut ledger) else { return Err(Findings { list: ledger.sorted() }) };
        let claims = json.get("claim").and_then(Json::as_array).cloned().unwrap_or_default();
        // What cannot be used was found by the schema.
        let (places, claim): (Vec<usize>, Vec<Claim>) = claims.into_iter().enumerate().filter_map(|(i, c)| Some((i, serde_json::from_value(c).ok()?))).unzip();
        let about = json.get("about").and_then(Json::as_str).unwrap_or_default().to_string();
        let mut reading = Reading { ledger, book: Book { about, claim }, tree, places };
        let own: Vec<Mistake> = reading.book.claim.iter().enumerate().flat_map(|(c, claim)| claim.mistakes(c)).collect();
        reading.tell(own);
        let mut numbers = BTreeSet::new();
        let twice = reading.book.claim.iter().enumerate().filter(|(_, claim)| !numbers.insert(claim.number)).map(|(c, claim)| Mistake {
            claim: c,
            at: "number".to_string(),
            what: format!("two claims have the number {}", claim.number),
            why: "pages and scenarios name them by it".to_string(),
            hint: "give this one another number".to_string(),
        });
        let twice: Vec<Mistake> = twice.collect();
        reading.tell(twice);
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut there: Vec<String> = std::fs::read_dir(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.file_name().to_str()?.strip_suffix(".toml")?.to_string()))
            .collect();
        there.sort();
        let missing = |name: &String| !folder.join(format!("{name}.toml")).is_file();
        let absent = reading.book.terms().flat_map(|(c, t, key, term)| {
            [("scenario", &term.scenario), ("against", &term.against)].into_iter().filter_map(move |(name, scenario)| Some((c, t, key, name, scenario.as_ref()?)))
        });
        let absent: Vec<Mistake> = absent
            .filter(|(.., scenario)| missing(scenario))
            .map(|(claim, test, key, name, scenario)| Mistake {
                claim,
                at: format!("test.{test}.{key}.{name}"),
                what: format!("there is no scenario `{scenario}`"),
                why: "scenarios are files beside the book, named without `.toml`".to_string(),
                hint: did_you_mean(scenario, there.iter().map(String::as_str)),
            })
            .collect();
        reading.tell(absent);
        Ok(reading)
    }

    /// Adds mistakes to the findings.
    pub fn tell(&mut self, mistakes: Vec<Mistake>) {
        for Mistake { claim, at, what, why, hint } in mistakes {
            let claim = format!("claim.{}", self.places[claim]);
            let path = if at.is_empty() { claim } else { format!("{claim}.{at}") };
            let at: At = self.tree.locate(&path);
            self.ledger.error(at, &path, what, why, hint);
        }
    }

    /// The book if nothing is wrong with it.
    ///
    /// # Errors
    /// Everything found.
    pub fn right(&self) -> Result<&Book, Findings> {
        if self.ledger.errors() == 0 { Ok(&self.book) } else { Err(Findings { list: self.ledger.sorted() }) }
    }
}
