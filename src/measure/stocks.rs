//! Persons abroad of a home region by cell: destination, sex, motive, status, stay. Kept by events, written every month. Sectors stand with
//! the labour markets.

use serde::{Deserialize, Serialize};

use super::scope::Scope;
use crate::{
    engine::event::{Event, HOME, Happening, Profile},
    store::table::Table,
};

const CELLS: usize = 2 * 4 * 3 * 3;

/// Persons abroad.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stocks {
    persons: Vec<i32>,
}

/// Foreign citizens in a country (without the naturalised) at the end of a month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Foreign {
    /// All.
    pub persons: i64,
    /// Men among them.
    pub men: i64,
    /// Those without papers.
    pub undocumented: i64,
    /// By motive.
    pub motives: [i64; 4],
}

/// Number of codes of a row: home, destination, sex, motive, status, stay.
const KEYS: usize = 6;

/// A row on its way into the columns.
struct Row {
    keys: [u8; KEYS],
    persons: u32,
}

impl Stocks {
    /// Nobody abroad.
    pub fn new(scope: &Scope) -> Stocks {
        Stocks { persons: vec![0; scope.destinations() * CELLS] }
    }

    /// Whether both are of the same shape.
    pub fn fits(&self, other: &Stocks) -> bool {
        self.persons.len() == other.persons.len()
    }

    #[inline]
    fn add(&mut self, event: &Event, profile: Profile, sign: i32) {
        if profile.place != HOME {
            let person = usize::from(event.sex) * 4 + usize::from(profile.motive);
            self.persons[usize::from(profile.place) * CELLS + (person * 3 + usize::from(profile.status)) * 3 + usize::from(profile.stay)] += sign;
        }
    }

    /// Counts somebody who is abroad at the start.
    pub fn found(&mut self, event: &Event) {
        self.add(event, event.after, 1);
    }

    /// Moves a person as the event says.
    #[inline]
    pub fn count(&mut self, event: &Event) {
        match event.happening {
            Happening::Blocked | Happening::CameOfAge => {}
            Happening::Died | Happening::AgedOut => self.add(event, event.before, -1),
            _ => {
                self.add(event, event.before, -1);
                self.add(event, event.after, 1);
            }
        }
    }

    /// Adds the foreign citizens at the end of a month by country, and writes the rows into a table if there is one.
    pub fn flush(&self, scope: &Scope, home: usize, replicate: u32, month: u16, table: Option<&mut Table>, foreign: &mut [Foreign]) {
        let mut rows: Vec<Row> = Vec::new();
        for (destination, cells) in self.persons.chunks_exact(CELLS).enumerate() {
            let sum = &mut foreign[scope.country_of[destination]];
            for (cell, &persons) in cells.iter().enumerate().filter(|(_, persons)| **persons != 0) {
                let (stay, status, motive, sex) = (cell % 3, cell / 3 % 3, cell / 9 % 4, cell / 36);
                let count = i64::from(persons);
                if status < 2 {
                    sum.persons += count;
                    sum.men += if sex == 0 { count } else { 0 };
                    sum.undocumented += if status == 1 { count } else { 0 };
                    sum.motives[motive] += count;
                }
                if table.is_some() {
                    let keys = [home, destination, sex, motive, status, stay].map(|key| key as u8);
                    rows.push(Row { keys, persons: u32::try_from(persons).unwrap_or(0) });
                }
            }
        }
        let Some(table) = table else { return };
        table.repeat(0, replicate, rows.len());
        table.repeat(1, u32::from(month), rows.len());
        for key in 0..KEYS {
            table.columns[2 + key].extend(rows.iter().map(|row| u32::from(row.keys[key])));
        }
        table.columns[2 + KEYS].extend(rows.iter().map(|row| row.persons));
    }
}

impl Foreign {
    /// Adds those of another home region.
    pub fn plus(&mut self, other: &Foreign) {
        self.persons += other.persons;
        self.men += other.men;
        self.undocumented += other.undocumented;
        for (sum, more) in self.motives.iter_mut().zip(other.motives) {
            *sum += more;
        }
    }
}
