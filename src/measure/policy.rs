//! Policy rules of a month.

use super::scope::Scope;
use crate::{engine::observe::MonthView, store::table::Table};

/// Writes one row a rule.
pub fn rules(scope: &Scope, view: &MonthView<'_>, replicate: u32, table: &mut Table) {
    let month = usize::from(view.month.0);
    for (rule, state) in view.rules.iter().enumerate().take(scope.rules.len()) {
        table.push([replicate.into(), month.into(), rule.into(), usize::from(state.since.is_some()).into(), state.seen.into()]);
    }
}
