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
    /// Moves of foreign citizens by country.
    sums: Vec<Sums>,
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
        Flows { sums: vec![Sums::default(); scope.countries], slots: vec![0; scope.destinations() * CELLS], touched: Vec::new(), rows: Vec::new() }
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

    /// Counts an event that moves a person; by cells only with `rows`.
    #[inline]
    pub fn count(&mut self, scope: &Scope, event: &Event, rows: bool) {
        let mut one = |profile: Profile, what: Move, cause: Option<u8>| {
            if profile.place == HOME {
                return;
            }
            let cause = cause.map(|cause| (Move::CauseFirst as usize + usize::from(cause)).min(MOVES - 1));
            if profile.is_foreign() {
                let sums = &mut self.sums[scope.country_of[usize::from(profile.place)]].0;
                sums[what as usize] += 1;
                if let Some(cause) = cause {
                    sums[cause] += 1;
                }
            }
            if rows {
                let row = self.row(cell(event, profile));
                row[what as usize] += 1;
                if let Some(cause) = cause {
                    row[cause] += 1;
                }
            }
        };
        match event.happening {
            Happening::Departed => one(event.after, Move::Departed, None),
            Happening::Returned => one(event.before, Move::Returned, Some(event.detail)),
            Happening::MovedOn => {
                one(event.before, Move::OnwardOut, None);
                one(event.after, Move::OnwardIn, None);
            }
            Happening::Removed => one(event.before, Move::Removed, None),
            Happening::Naturalised => one(event.before, Move::Naturalised, None),
            Happening::Died => one(event.before, Move::Died, None),
            Happening::AgedOut => one(event.before, Move::AgedOut, None),
            _ => {}
        }
    }

    /// Moves of foreign citizens by country. Writes the month's rows in the order of cells into `table`, and empties the counts.
    pub fn flush(&mut self, home: usize, replicate: u32, month: u16, table: &mut Table) -> Vec<Sums> {
        self.touched.sort_unstable();
        let keys: Vec<[u8; KEYS]> = self.touched.iter().map(|&cell| codes(home, cell as usize)).collect();
        let rows: Vec<[u32; MOVES]> = self.touched.iter().map(|&cell| self.rows[self.slots[cell as usize] as usize - 1]).collect();
        for &cell in &self.touched {
            self.slots[cell as usize] = 0;
        }
        self.touched.clear();
        self.rows.clear();
        table.repeat(0, replicate, rows.len());
        table.repeat(1, u32::from(month), rows.len());
        for key in 0..KEYS {
            table.columns[2 + key].extend(keys.iter().map(|codes| u32::from(codes[key])));
        }
        for what in 0..MOVES {
            table.columns[2 + KEYS + what].extend(rows.iter().map(|row| row[what]));
        }
        let empty = vec![Sums::default(); self.sums.len()];
        std::mem::replace(&mut self.sums, empty)
    }
}
