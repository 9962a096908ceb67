//! Age and sex of those at home and of those abroad, and moves of a year by age: emigration rates by age and sex, and the age profile of the
//! stock.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::scope::Scope;
use crate::{
    behaviour::traits::Status,
    engine::event::{Event, Happening},
    population::person::{Chunk, HOME, Person},
    store::table::Table,
    units::Month,
    world::demography::{AGED_OUT, OF_AGE},
};

/// Age groups in files: the usual five years, the first from the age at which persons are told.
pub const GROUPS: [&str; 10] = ["16-19", "20-24", "25-29", "30-34", "35-39", "40-44", "45-49", "50-54", "55-59", "60-64"];
/// Number of classes into which the yearly measures put them: under 30, 30-39, 40-49, 50 and over.
pub const CLASSES: usize = 4;

/// Ages in months that a census tells apart: all of them, and older ones together.
const AGES: usize = 1024;
/// Room for groups in a census, and the place of those who are not told.
const WIDTH: usize = 16;
const UNTOLD: u8 = WIDTH as u8 - 1;

const SEXES: usize = 2;
/// Cells of a place: sex x group.
const CELLS: usize = SEXES * GROUPS.len();

/// Group of an age in years.
fn group(age: usize) -> usize {
    (age / 5).clamp(3, 2 + GROUPS.len()) - 3
}

/// Class of a group: under 30, 30-39, 40-49, 50 and over.
const fn class(group: usize) -> usize {
    match group {
        0..3 => 0,
        3..5 => 1,
        5..7 => 2,
        _ => 3,
    }
}

/// Counts of a home region: place (home, then countries of destination) x sex x group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts(Vec<u32>);

impl Counts {
    fn new(scope: &Scope) -> Counts {
        Counts(vec![0; (1 + scope.countries) * CELLS])
    }

    #[inline]
    fn add(&mut self, place: usize, sex: u8, age: usize) {
        self.0[(place * SEXES + usize::from(sex)) * GROUPS.len() + group(age)] += 1;
    }

    fn plus(&mut self, other: &Counts) {
        for (sum, more) in self.0.iter_mut().zip(&other.0) {
            *sum += more;
        }
    }

    /// Foreign citizens by country and class.
    pub fn classes(&self) -> impl Iterator<Item = [i64; CLASSES]> {
        self.0[CELLS..].chunks_exact(CELLS).map(|cells| {
            let mut classes = [0; CLASSES];
            for (cell, count) in cells.iter().enumerate() {
                classes[class(cell % GROUPS.len())] += i64::from(*count);
            }
            classes
        })
    }
}

/// Moves of the running year of a home region: those at home count all of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moves {
    departures: Counts,
    returns: Counts,
}

impl Moves {
    /// None yet.
    pub fn new(scope: &Scope) -> Moves {
        Moves { departures: Counts::new(scope), returns: Counts::new(scope) }
    }

    /// Whether both are of the same shape.
    pub fn fits(&self, other: &Moves) -> bool {
        self.departures.0.len() == other.departures.0.len() && self.returns.0.len() == other.returns.0.len()
    }

    /// Counts an event that takes a person out of the home region or back to it.
    #[inline]
    pub fn count(&mut self, scope: &Scope, event: &Event) {
        let (counts, abroad) = match event.happening {
            Happening::Departed => (&mut self.departures, event.after.place),
            Happening::Returned | Happening::Removed => (&mut self.returns, event.before.place),
            _ => return,
        };
        for place in [0, 1 + scope.country_of[usize::from(abroad)]] {
            counts.add(place, event.sex, usize::from(event.age));
        }
    }

    /// Writes the rows of a year of a home region into a table, and empties the counts. `present` are persons by place.
    pub fn flush(&mut self, home: usize, replicate: u32, month: u16, present: &Counts, table: &mut Table) {
        let counts = present.0.iter().zip(&self.departures.0).zip(&self.returns.0).map(|((persons, departures), returns)| [*persons, *departures, *returns]);
        for (cell, [persons, departures, returns]) in counts.enumerate().filter(|(_, counts)| *counts != [0; 3]) {
            let (place, sex, group) = (cell / CELLS, cell / GROUPS.len() % SEXES, cell % GROUPS.len());
            table.push([replicate.into(), usize::from(month).into(), home.into(), place.into(), sex.into(), group.into(), persons.into(), departures.into(), returns.into()]);
        }
        self.clear();
    }

    /// Empties the counts.
    pub fn clear(&mut self) {
        self.departures.0.fill(0);
        self.returns.0.fill(0);
    }
}

/// Persons aged 16-64 by home region at the start of a month: foreign citizens abroad, and with `at_home` those at home.
pub fn census(scope: &Scope, chunks: &[Chunk], month: Month, at_home: bool) -> Vec<Counts> {
    // Row of the counts by place: those at home stand first.
    let mut row = [0; 1 + HOME as usize];
    for (row, country) in row.iter_mut().zip(&scope.country_of) {
        *row = 1 + country;
    }
    // Who is told is hard to foresee: counting those who are not apart is cheaper than a branch.
    let group_at: [u8; AGES] = std::array::from_fn(|age| if (OF_AGE..AGED_OUT).contains(&(age as i32)) { group(age / 12) as u8 } else { UNTOLD });
    let count = |chunk: &Chunk| {
        let mut cells = vec![0; (1 + scope.countries) * SEXES * WIDTH];
        let mut put = |person: &Person| {
            let told = person.death > month.0 && (person.place == HOME || person.status() != Status::Naturalised);
            let group = if told { group_at[usize::from(month.0.wrapping_sub(person.birth)).min(AGES - 1)] } else { UNTOLD };
            cells[(row[usize::from(person.place)] * SEXES + usize::from(person.sex())) * WIDTH + usize::from(group)] += 1;
        };
        if at_home {
            chunk.person.iter().for_each(&mut put);
        } else {
            chunk.rows_abroad().for_each(|row| put(&chunk.person[row]));
        }
        Counts(cells.chunks_exact(WIDTH).flat_map(|cells| &cells[..GROUPS.len()]).copied().collect())
    };
    let counted: Vec<Counts> = chunks.par_iter().map(count).collect();
    let mut homes = vec![Counts::new(scope); scope.homes()];
    for (chunk, counts) in chunks.iter().zip(&counted) {
        homes[usize::from(chunk.home)].plus(counts);
    }
    homes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_named_by_their_ages() {
        for age in 16..65 {
            let (from, to) = GROUPS[group(age)].split_once('-').expect("from and to");
            assert!((from.parse::<usize>().expect("a number")..=to.parse().expect("a number")).contains(&age), "{age}");
            assert_eq!(class(group(age)), (age.max(20) / 10 - 2).min(3), "{age}");
        }
    }
}
