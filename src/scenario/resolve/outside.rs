//! Pairs of countries outside the model.

use std::collections::BTreeMap;

use super::{
    Parts,
    places::{Ground, repeated},
};
use crate::{
    scenario::{
        finding::{Ledger, did_you_mean},
        shapes,
        table::{Row, Table},
    },
    world::outside::Pair,
};

/// Names of the columns of values.
const VALUES: [&str; 2] = ["stock_persons", "remittances_usd"];

/// Reads the pairs; each value of a pair stands once, be it in rows of different years.
pub fn outside(parts: &Parts, ground: &Ground, ledger: &mut Ledger) -> Vec<Pair> {
    let table = parts.table(&shapes::OUTSIDE);
    repeated(table, &["from", "to", "year"], ledger);
    let codes: Vec<&str> = ground.places.all().map(|c| c.code.as_str()).collect();
    let mut first: BTreeMap<(usize, usize, &str), &Row> = BTreeMap::new();
    let mut pairs: BTreeMap<(usize, usize), Pair> = BTreeMap::new();
    for row in &table.rows {
        let ends = ["from", "to"].map(|column| country(table, row, column, &codes, ground, ledger));
        if VALUES.iter().all(|v| table.text(row, v).is_empty()) {
            table.error(ledger, row, VALUES[0], "the row has no value", "a pair needs migrants, remittances or both", "drop the row");
        }
        let [Some(from), Some(to)] = ends else { continue };
        let origins = ground.places.origins.len();
        if from == to {
            table.error(ledger, row, "to", format!("`{}` is both ends of the pair", codes[to]), "nobody is a migrant at home", "");
        } else if from < origins && (origins..origins + ground.places.countries.len()).contains(&to) {
            let why = format!("{} is an origin and {} a destination: the run tells their migrants", codes[from], codes[to]);
            table.error(ledger, row, "to", format!("the pair {}, {} is simulated", codes[from], codes[to]), why, "drop the row");
        }
        for value in VALUES.into_iter().filter(|v| table.maybe(row, v).is_some()) {
            if let Some(earlier) = first.insert((from, to, value), row).filter(|e| table.text(e, "year") != table.text(row, "year")) {
                let (line, message) = (ledger.line(earlier.at), format!("`{value}` of {}, {} is given for two years", codes[from], codes[to]));
                table.error(ledger, row, value, message, format!("the other stands at {line}; values are held constant"), "drop one of them");
            }
        }
        let pair = pairs.entry((from, to)).or_insert(Pair { from, to, persons: 0.0, remittances_usd: 0.0 });
        pair.persons += table.number(row, VALUES[0]);
        pair.remittances_usd += table.number(row, VALUES[1]);
    }
    pairs.into_values().collect()
}

/// Index of the country that a field names.
fn country(table: &Table, row: &Row, column: &str, codes: &[&str], ground: &Ground, ledger: &mut Ledger) -> Option<usize> {
    let code = table.text(row, column);
    let index = codes.iter().position(|c| *c == code);
    if index.is_none() && ground.countries_known && !code.is_empty() {
        let hint = did_you_mean(code, codes.iter().copied());
        table.error(ledger, row, column, format!("unknown country `{code}`"), "the table `countries` has no such row", hint);
    }
    index
}
