//! Would go, cannot: attempts of a calendar year, and the distinct persons behind them.

use serde::{Deserialize, Serialize};

use super::scope::Scope;
use crate::{
    engine::event::{Event, OBSTACLES},
    store::table::Table,
};

/// Attempts of the running year, packed so that their order is by person, home, destination, reason, month.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Blocked {
    attempts: Vec<u64>,
}

impl Blocked {
    /// Counts an attempt in a month of the year (0 to 11).
    #[inline]
    pub fn count(&mut self, scope: &Scope, event: &Event, of_year: usize) {
        if usize::from(event.after.place) < scope.destinations() {
            let place = u64::from(event.home) << 24 | u64::from(event.after.place) << 16;
            let rest = u64::from(event.detail.min(OBSTACLES.len() as u8 - 1)) << 8 | of_year as u64;
            self.attempts.push(u64::from(event.key) << 32 | place | rest);
        }
    }

    /// Takes the attempts out, in their order.
    #[must_use]
    pub fn take(&mut self) -> Blocked {
        self.attempts.sort_unstable();
        std::mem::take(self)
    }

    /// Adds the attempts of another home region, whose persons come after those of this one.
    pub fn append(&mut self, mut other: Blocked) {
        self.attempts.append(&mut other.attempts);
    }

    /// Writes the rows of the year whose January is `january`, and returns distinct persons by row of origins x row of destinations.
    pub fn flush(&self, scope: &Scope, replicate: u32, january: u16, table: &mut Table) -> Vec<u64> {
        debug_assert!(self.attempts.is_sorted());
        self.write(scope, replicate, january, table);
        self.distinct(scope)
    }

    fn write(&self, scope: &Scope, replicate: u32, january: u16, table: &mut Table) {
        let (homes, destinations, reasons) = (scope.homes(), scope.destinations(), OBSTACLES.len());
        let mut counts = vec![[0u32; 2]; 12 * homes * destinations * reasons];
        let mut last = None;
        for &attempt in &self.attempts {
            let [_, _, _, _, home, destination, reason, month] = attempt.to_be_bytes().map(usize::from);
            let cell = &mut counts[((month * homes + home) * destinations + destination) * reasons + reason];
            cell[0] += 1;
            cell[1] += u32::from(last != Some(attempt >> 8));
            last = Some(attempt >> 8);
        }
        for (cell, count) in counts.iter().enumerate().filter(|(_, count)| count[0] > 0) {
            let (reason, pair) = (cell % reasons, cell / reasons);
            let (destination, home, month) = (pair % destinations, pair / destinations % homes, pair / destinations / homes);
            table.push([replicate.into(), (usize::from(january) + month).into(), home.into(), destination.into(), reason.into(), count[0].into(), count[1].into()]);
        }
    }

    fn distinct(&self, scope: &Scope) -> Vec<u64> {
        let rows = scope.destination_rows();
        let mut distinct = vec![0; (scope.origins + 1) * rows];
        for person in self.attempts.chunk_by(|a, b| a >> 32 == b >> 32) {
            let wished = person.iter().fold(0u32, |bits, a| bits | 1 << scope.country_of[(a >> 16 & 255) as usize]);
            let origin = scope.origin_of[(person[0] >> 24 & 255) as usize];
            for (row, members) in scope.members.iter().enumerate().filter(|(_, members)| **members & wished != 0) {
                debug_assert_ne!(*members, 0);
                distinct[origin * rows + row] += 1;
                distinct[scope.origins * rows + row] += 1;
            }
        }
        distinct
    }
}
