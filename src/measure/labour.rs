//! Labour markets and money of a month, as rows.

use super::scope::Scope;
use crate::{
    engine::{observe::MonthView, totals::Flow},
    store::table::{Table, Value},
    units::Money,
    world::place::SECTORS,
};

/// Writes the month's rows of `labour`.
pub fn markets(scope: &Scope, view: &MonthView<'_>, replicate: u32, table: &mut Table) {
    let tables = view.tables;
    let month = usize::from(view.month.0);
    for (home, &origin) in scope.origin_of.iter().enumerate() {
        table.push([
            replicate.into(),
            month.into(),
            home.into(),
            origin.into(),
            SECTORS.into(),
            tables.home_wage[home].into(),
            tables.unemployment[home].into(),
            f64::NAN.into(),
            (view.totals.at_home(home) as f64 / view.sample).into(),
        ]);
    }
    for (destination, &country) in scope.country_of.iter().enumerate() {
        for sector in 0..SECTORS {
            let cell = destination * SECTORS + sector;
            table.push([
                replicate.into(),
                month.into(),
                (scope.homes() + destination).into(),
                (scope.origins + 1 + country).into(),
                sector.into(),
                tables.pay[cell].into(),
                (1.0 - tables.employment[cell]).into(),
                tables.jobs[cell].into(),
                tables.supply[cell].into(),
            ]);
        }
    }
}

/// Writes the month's rows of `remittances`; pairs without anybody and without money are left out.
pub fn money(scope: &Scope, view: &MonthView<'_>, replicate: u32, table: &mut Table) {
    let usd = |sum: i64| Value::Whole((Money(sum).usd() / view.sample).round() as i64);
    for home in 0..scope.homes() {
        for destination in 0..scope.destinations() {
            let flow = &view.totals.money[home * scope.destinations() + destination];
            let persons = view.totals.diaspora(home, destination);
            if persons == 0 && *flow == Flow::default() {
                continue;
            }
            table.push([
                replicate.into(),
                usize::from(view.month.0).into(),
                home.into(),
                destination.into(),
                persons.into(),
                usd(flow.earned),
                usd(flow.fee),
                usd(flow.spent),
                usd(flow.saved),
                usd(flow.remitted),
                usd(flow.to_purse),
                usd(flow.invested),
            ]);
        }
    }
}
