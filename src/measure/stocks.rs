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
    foreign: Vec<Foreign>,
}

/// Foreign citizens in a country (without the naturalised) at the end of a month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
        Stocks { persons: vec![0; scope.destinations() * CELLS], foreign: vec![Foreign::default(); scope.countries] }
    }

    /// Whether both are of the same shape.
    pub fn fits(&self, other: &Stocks) -> bool {
        self.persons.len() == other.persons.len() && self.foreign.len() == other.foreign.len()
    }

    #[inline]
    fn add(&mut self, scope: &Scope, event: &Event, profile: Profile, sign: i32) {
        if profile.place != HOME {
            let person = usize::from(event.sex) * 4 + usize::from(profile.motive);
            self.persons[usize::from(profile.place) * CELLS + (person * 3 + usize::from(profile.status)) * 3 + usize::from(profile.stay)] += sign;
            if profile.is_foreign() {
                let (sum, sign) = (&mut self.foreign[scope.country_of[usize::from(profile.place)]], i64::from(sign));
                sum.persons += sign;
                sum.men += if event.sex == 0 { sign } else { 0 };
                sum.undocumented += if profile.status == 1 { sign } else { 0 };
                sum.motives[usize::from(profile.motive)] += sign;
            }
        }
    }

    /// Counts somebody who is abroad at the start.
    pub fn found(&mut self, scope: &Scope, event: &Event) {
        self.add(scope, event, event.after, 1);
    }

    /// Moves a person as the event says.
    #[inline]
    pub fn count(&mut self, scope: &Scope, event: &Event) {
        match event.happening {
            Happening::Blocked | Happening::CameOfAge => {}
            Happening::Died | Happening::AgedOut => self.add(scope, event, event.before, -1),
            _ => {
                self.add(scope, event, event.before, -1);
                self.add(scope, event, event.after, 1);
            }
        }
    }

    /// Foreign citizens by country.
    pub fn foreign(&self) -> &[Foreign] {
        &self.foreign
    }

    /// Writes the rows of the end of a month into a table.
    pub fn write(&self, home: usize, replicate: u32, month: u16, table: &mut Table) {
        let mut rows: Vec<Row> = Vec::new();
        for (destination, cells) in self.persons.chunks_exact(CELLS).enumerate() {
            for (cell, &persons) in cells.iter().enumerate().filter(|(_, persons)| **persons != 0) {
                let (stay, status, motive, sex) = (cell % 3, cell / 3 % 3, cell / 9 % 4, cell / 36);
                let keys = [home, destination, sex, motive, status, stay].map(|key| key as u8);
                rows.push(Row { keys, persons: u32::try_from(persons).unwrap_or(0) });
            }
        }
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
