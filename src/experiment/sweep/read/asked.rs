//! What a sweep is about: outcomes, and what of each run is kept.

use serde_json::Value as Json;

use super::{
    super::{
        Outcome, Selection, USUAL,
        factor::Factor,
        file::{DifferenceItem, ResultsTable},
        outcome::{Quantity, Wrong},
    },
    Reader, part,
};
use crate::{
    measure::{columns::MEASURES, scope::Scope},
    scenario::{
        finding::{At, did_you_mean},
        tree::Node,
    },
};

impl Reader<'_> {
    /// The outcome of an item, what of it is right in `json`; without a run only what needs none is checked.
    pub(super) fn outcome(&mut self, json: &Json, node: &Node, i: usize, run: Option<(&Scope, (i32, i32))>, factors: &[Factor]) -> Option<Outcome> {
        let id = node.id().unwrap_or_default().to_string();
        let path = format!("outcome.{}", if id.is_empty() { i.to_string() } else { id.clone() });
        let text: Option<String> = part(json, "outcome");
        let quantity = text.as_deref().and_then(|text| self.quantity(text, node, &path, run));
        let difference = match json.get("difference") {
            Some(json) => Some(self.difference(&serde_json::from_value(json.clone()).ok()?, node, &path, factors)?),
            None => None,
        };
        Some(Outcome { id, text: text?, quantity: quantity?, difference })
    }

    fn quantity(&mut self, text: &str, node: &Node, path: &str, run: Option<(&Scope, (i32, i32))>) -> Option<Quantity> {
        let at = node.get("outcome").map_or(node.at, |n| n.at);
        let wrong = match Quantity::parse(text, run) {
            Ok(quantity) => return Some(quantity),
            Err(wrong) => wrong,
        };
        // A text with escapes is underlined as a whole.
        let written = self.ledger.sources.get(at.file).and_then(|s| s.text.get(at.start..at.end)?.find(text));
        for Wrong { span, reason, hint } in wrong {
            let place = written.map_or(at, |start| At { start: at.start + start + span.start, end: at.start + start + span.end, ..at });
            self.ledger.error(place, path, format!("`{}` cannot be used", text.get(span).unwrap_or(text)), reason, hint);
        }
        None
    }

    fn difference(&mut self, difference: &DifferenceItem, node: &Node, path: &str, factors: &[Factor]) -> Option<(usize, usize, usize)> {
        let at = node.get("difference").map_or(node.at, |n| n.at);
        let crossed: Vec<&str> = factors.iter().filter(|f| f.crossed).map(|f| f.id.as_str()).collect();
        let Some(factor) = factors.iter().position(|f| f.id == difference.factor && f.crossed) else {
            let hint = if crossed.is_empty() { "add `crossed = true` to one".to_string() } else { did_you_mean(&difference.factor, crossed) };
            self.ledger.error(at, path, format!("no crossed factor is named `{}`", difference.factor), "pairs are points that differ in a crossed factor alone", hint);
            return None;
        };
        let names = factors[factor].names();
        let mut find = |name: &str| {
            let found = names.iter().position(|n| n == name);
            // A factor without names is wrong, which has been said.
            if found.is_none() && !names.is_empty() {
                let hint = did_you_mean(name, names.iter().map(String::as_str));
                self.ledger.error(at, path, format!("`{}` has no value `{name}`", difference.factor), "a difference is between two of its values", hint);
            }
            found
        };
        let (from, to) = (find(&difference.from), find(&difference.to));
        Some((factor, from?, to?))
    }

    /// What is kept; without a run only what needs none is checked.
    pub(super) fn selection(&mut self, run: Option<(&Scope, (i32, i32))>) -> Selection {
        let table: ResultsTable = part(self.json, "results").unwrap_or_default();
        let mut of = |key: &str, wanted: Option<&Vec<String>>, known: Vec<&str>| -> Vec<bool> {
            let node = self.tree.get("results").and_then(|r| r.get(key));
            for (i, name) in wanted.into_iter().flatten().enumerate().filter(|(_, n)| !known.contains(&n.as_str())) {
                let at = node.and_then(|n| n.items().get(i)).map_or(At::NOWHERE, |n| n.at);
                self.ledger.error(at, &format!("results.{key}"), format!("`{name}` is not known"), format!("it is none of the {key}"), did_you_mean(name, known.iter().copied()));
            }
            known.iter().map(|name| wanted.is_none_or(|w| w.iter().any(|n| n == name))).collect()
        };
        let usual: Vec<String> = USUAL.iter().map(ToString::to_string).collect();
        let measures = of("measures", Some(table.measures.as_ref().unwrap_or(&usual)), MEASURES.iter().map(|m| m.0).collect());
        let (mut origins, mut destinations) = (Vec::new(), Vec::new());
        if let Some((scope, _)) = run {
            origins = of("origins", table.origins.as_ref(), scope.party_names.iter().map(String::as_str).collect());
            destinations = of("destinations", table.destinations.as_ref(), scope.destination_names.iter().map(String::as_str).collect());
        }
        let all = run.map_or((i32::MIN, i32::MAX), |r| r.1);
        let mut years = all;
        if let Some(&[from, to]) = table.years.as_deref() {
            let why = if from > to { "the first is after the last".to_string() } else { format!("the run is from {} to {}", all.0, all.1) };
            if from > to || from < all.0 || to > all.1 {
                self.ledger.error(self.tree.locate("results.years"), "results.years", format!("years from {from} to {to} cannot be kept"), why, "");
            } else {
                years = (from, to);
            }
        }
        Selection { measures, origins, destinations, years }
    }
}
