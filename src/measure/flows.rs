//! Moves of a month of a home region by cell: destination, sector, sex, education, motive, status.

use serde::{Deserialize, Serialize};

use super::scope::Scope;
use crate::{
    engine::event::{Event, HOME, Happening, Profile},
    store::table::Table,
};

/// Counted columns of the table, in order; causes of return follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Move {
    Departed,
    Returned,
    OnwardIn,
    OnwardOut,
    Removed,
    Naturalised,
    Died,
    AgedOut,
    CauseFirst,
}

/// Number of counted columns.
pub const MOVES: usize = 14;

const CELLS: usize = 4 * 2 * 3 * 4 * 3;

fn cell(event: &Event, profile: Profile) -> usize {
    let person = (usize::from(profile.sector) * 2 + usize::from(event.sex)) * 3 + usize::from(event.education);
    usize::from(profile.place) * CELLS + (person * 4 + usize::from(profile.motive)) * 3 + usize::from(profile.status)
}

/// Number of codes of a row.
const KEYS: usize = 7;

/// Home, destination, sector, sex, education, motive, status of a cell.
fn codes(home: usize, cell: usize) -> [u8; KEYS] {
    let (destination, person) = (cell / CELLS, cell % CELLS);
    [home, destination, person / 72, person / 36 % 2, person / 12 % 3, person / 3 % 4, person % 3].map(|code| code as u8)
}

/// Counts of the running month. Empty between months, so it needs no saving.
#[derive(Clone, Debug, Default)]
pub struct Flows {
    /// Place of a cell in `rows`, plus one; 0 for cells not touched.
    slots: Vec<u32>,
    touched: Vec<u32>,
    rows: Vec<[u32; MOVES]>,
}

/// Sums of a month or a year over foreign citizens in a country.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums(pub [i64; MOVES]);

impl Sums {
    /// Adds others.
    pub fn plus(&mut self, other: &Sums) {
        for (sum, more) in self.0.iter_mut().zip(other.0) {
            *sum += more;
        }
    }
}

impl Flows {
    /// For a scope.
    pub fn new(scope: &Scope) -> Flows {
        Flows { slots: vec![0; scope.destinations() * CELLS], touched: Vec::new(), rows: Vec::new() }
    }

    #[inline]
    fn row(&mut self, cell: usize) -> &mut [u32; MOVES] {
        let mut slot = self.slots[cell];
        if slot == 0 {
            self.touched.push(cell as u32);
            self.rows.push([0; MOVES]);
            slot = self.rows.len() as u32;
            self.slots[cell] = slot;
        }
        &mut self.rows[slot as usize - 1]
    }

    /// Counts an event that moves a person.
    #[inline]
    pub fn count(&mut self, event: &Event) {
        let one = |flows: &mut Flows, profile: Profile, what: Move| {
            if profile.place != HOME {
                flows.row(cell(event, profile))[what as usize] += 1;
            }
        };
        match event.happening {
            Happening::Departed => one(self, event.after, Move::Departed),
            Happening::Returned if event.before.place != HOME => {
                let row = self.row(cell(event, event.before));
                row[Move::Returned as usize] += 1;
                row[(Move::CauseFirst as usize + usize::from(event.detail)).min(MOVES - 1)] += 1;
            }
            Happening::MovedOn => {
                one(self, event.before, Move::OnwardOut);
                one(self, event.after, Move::OnwardIn);
            }
            Happening::Removed => one(self, event.before, Move::Removed),
            Happening::Naturalised => one(self, event.before, Move::Naturalised),
            Happening::Died => one(self, event.before, Move::Died),
            Happening::AgedOut => one(self, event.before, Move::AgedOut),
            _ => {}
        }
    }

    /// Adds moves of foreign citizens to `sums` (by country), writes the month's rows in the order of cells into a table if there is one, and
    /// empties the counts.
    pub fn flush(&mut self, scope: &Scope, home: usize, replicate: u32, month: u16, table: Option<&mut Table>, sums: &mut [Sums]) {
        self.touched.sort_unstable();
        let keys: Vec<[u8; KEYS]> = self.touched.iter().map(|&cell| codes(home, cell as usize)).collect();
        let rows: Vec<[u32; MOVES]> = self.touched.iter().map(|&cell| self.rows[self.slots[cell as usize] as usize - 1]).collect();
        for &cell in &self.touched {
            self.slots[cell as usize] = 0;
        }
        self.touched.clear();
        self.rows.clear();
        for (codes, row) in keys.iter().zip(&rows).filter(|(codes, _)| codes[KEYS - 1] < 2) {
            for (total, count) in sums[scope.country_of[usize::from(codes[1])]].0.iter_mut().zip(row) {
                *total += i64::from(*count);
            }
        }
        let Some(table) = table else { return };
        table.repeat(0, replicate, rows.len());
        table.repeat(1, u32::from(month), rows.len());
        for key in 0..KEYS {
            table.columns[2 + key].extend(keys.iter().map(|codes| u32::from(codes[key])));
        }
        for what in 0..MOVES {
            table.columns[2 + KEYS + what].extend(rows.iter().map(|row| row[what]));
        }
    }
}
