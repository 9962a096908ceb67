//! What a sweep is about: outcomes, and what of each run is kept.

use serde_json::Value as Json;

use super::{
    super::{
        Outcome, Selection, USUAL,
        factor::Factor,
        file::{OutcomeItem, ResultsTable},
        outcome::Quantity,
    },
    Reader, part,
};
use crate::{
    measure::{columns::MEASURES, scope::Scope},
    scenario::finding::{At, did_you_mean},
};

impl Reader<'_> {
    pub(super) fn outcome(&mut self, item: &OutcomeItem, scope: &Scope, years: (i32, i32), factors: &[Factor]) -> Option<Outcome> {
        let path = format!("outcome.{}", item.id);
        let node = self.tree.get("outcome").and_then(|o| o.child(&item.id))?;
        let at = |key: &str| node.get(key).map_or(node.at, |n| n.at);
        let quantity = match Quantity::parse(&item.outcome, scope, years) {
            Ok(quantity) => quantity,
            Err(wrong) => {
                self.ledger.error(at("outcome"), &path, format!("`{}` cannot be used", item.outcome), wrong.reason, wrong.hint);
                return None;
            }
        };
        let Some(difference) = &item.difference else { return Some(Outcome { id: item.id.clone(), text: item.outcome.clone(), quantity, difference: None }) };
        let crossed: Vec<&str> = factors.iter().filter(|f| f.crossed).map(|f| f.id.as_str()).collect();
        let place = factors.iter().position(|f| f.id == difference.factor && f.crossed);
        let Some(factor) = place else {
            let hint = if crossed.is_empty() { "add `crossed = true` to one".to_string() } else { did_you_mean(&difference.factor, crossed) };
            self.ledger.error(
                at("difference"),
                &path,
                format!("no crossed factor is named `{}`", difference.factor),
                "pairs are points that differ in a crossed factor alone",
                hint,
            );
            return None;
        };
        let names = factors[factor].names();
        let mut find = |name: &str| {
            let found = names.iter().position(|n| n == name);
            if found.is_none() {
                let hint = did_you_mean(name, names.iter().map(String::as_str));
                self.ledger.error(at("difference"), &path, format!("`{}` has no value `{name}`", difference.factor), "a difference is between two of its values", hint);
            }
            found
        };
        let (from, to) = (find(&difference.from), find(&difference.to));
        Some(Outcome { id: item.id.clone(), text: item.outcome.clone(), quantity, difference: Some((factor, from?, to?)) })
    }

    pub(super) fn selection(&mut self, json: &Json, scope: &Scope, run: (i32, i32)) -> Selection {
        let table: ResultsTable = part(json, "results").unwrap_or_default();
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
        let origins = of("origins", table.origins.as_ref(), scope.party_names.iter().map(String::as_str).collect());
        let destinations = of("destinations", table.destinations.as_ref(), scope.destination_names.iter().map(String::as_str).collect());
        let years = match table.years.as_deref() {
            Some([from, to]) if from > to || *from < run.0 || *to > run.1 => {
                let at = self.tree.locate("results.years");
                self.ledger.error(at, "results.years", format!("years from {from} to {to} cannot be kept"), format!("the run is from {} to {}", run.0, run.1), "");
                run
            }
            Some([from, to]) => (*from, *to),
            _ => run,
        };
        Selection { measures, origins, destinations, years }
    }
}
