//! Running sums by cell: who is where, and with what sum of earnings multipliers. Kept by events, never by a look at everybody.
//! All sums are integers, of simulated persons (divide by the sample for real ones).

use super::event::{Event, HOME, Happening, Profile};
use crate::{behaviour::traits::Status, world::World};

/// Number of pay cells of one destination region: sector x motive x status x stay.
pub const CELLS: usize = 4 * 4 * 3 * 3;

/// Words that have a bit for each cell.
const WORDS: usize = CELLS.div_ceil(64);

/// Index of a pay cell within its region.
#[inline]
pub fn cell(sector: u8, motive: u8, status: u8, stay: u8) -> usize {
    ((usize::from(sector) * 4 + usize::from(motive)) * 3 + usize::from(status)) * 3 + usize::from(stay)
}

/// Legal status (index) of the persons of a pay cell.
#[inline]
pub fn status(cell: usize) -> usize {
    cell / 3 % 3
}

/// Index of a home cell within its region: sex x education x trade.
#[inline]
pub fn home_cell(sex: u8, education: u8, trade: u8) -> usize {
    (usize::from(sex) * 3 + usize::from(education)) * 4 + usize::from(trade)
}

/// Education of the persons of a home cell.
pub fn education(home_cell: usize) -> usize {
    home_cell / 4 % 3
}

/// Number of home cells of a region.
pub const HOME_CELLS: usize = 2 * 3 * 4;

/// A sum over persons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub struct Sum {
    /// Persons.
    pub persons: i64,
    /// Sum of their earnings multipliers, 1024ths.
    pub multipliers: i64,
}

/// Money of a month by (home, destination), in units of [`crate::units::Money`]: `earned = fee + spent + saved + remitted`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Flow {
    pub earned: i64,
    pub fee: i64,
    pub spent: i64,
    pub saved: i64,
    pub remitted: i64,
    pub to_purse: i64,
    pub invested: i64,
}

/// All running sums.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Number of destination regions.
    pub destinations: usize,
    /// At home and of age, by home region x [`home_cell`].
    pub home: Vec<Sum>,
    /// Abroad, the naturalised included, by home region x destination region x [`cell`].
    pub abroad: Vec<Sum>,
    /// Persons of all cells of `abroad`, by home region x destination region.
    pub pairs: Vec<i64>,
    /// Cells of `abroad` that are not empty, as bits, by home region x destination region; most cells are empty.
    occupied: Vec<[u64; WORDS]>,
    /// Not yet of age, by home region.
    pub not_yet: Vec<i64>,
    /// Turned 65, by home region.
    pub aged_out: Vec<i64>,
    /// Died at 16-64, by home region.
    pub dead: Vec<i64>,
    /// Money of the last month, by home region x destination region.
    pub money: Vec<Flow>,
    /// Earnings at home of the last month, by home region, in units of [`crate::units::Money`].
    pub home_earned: Vec<i64>,
    /// Part of them that went into purses, likewise.
    pub home_saved: Vec<i64>,
    /// Paid from purses for journeys in the last month, by home region, likewise.
    pub journeys: Vec<i64>,
    /// Spent from purses at the end of the year, by home region, likewise (other months 0).
    pub ceremonies: Vec<i64>,
    /// Interest added to debt at the end of the year, by home region, likewise (other months 0).
    pub interest: Vec<i64>,
}

impl Totals {
    /// Empty sums for a world.
    pub fn new(world: &World) -> Totals {
        let (homes, destinations) = (world.places.homes.len(), world.places.destinations.len());
        Totals {
            destinations,
            home: vec![Sum::default(); homes * HOME_CELLS],
            abroad: vec![Sum::default(); homes * destinations * CELLS],
            pairs: vec![0; homes * destinations],
            occupied: vec![[0; WORDS]; homes * destinations],
            not_yet: vec![0; homes],
            aged_out: vec![0; homes],
            dead: vec![0; homes],
            money: vec![Flow::default(); homes * destinations],
            home_earned: vec![0; homes],
            home_saved: vec![0; homes],
            journeys: vec![0; homes],
            ceremonies: vec![0; homes],
            interest: vec![0; homes],
        }
    }

    /// What is counted by home region alone, for checkpoints. Named one by one, so that a new field must say where it belongs; `pairs` and
    /// `occupied` follow from `abroad`.
    pub fn counts(&self) -> [&Vec<i64>; 8] {
        let Totals { destinations: _, home: _, abroad: _, pairs: _, occupied: _, money: _, not_yet, aged_out, dead, home_earned, home_saved, journeys, ceremonies, interest } =
            self;
        [not_yet, aged_out, dead, home_earned, home_saved, journeys, ceremonies, interest]
    }

    /// Likewise, to be read.
    pub fn counts_mut(&mut self) -> [&mut Vec<i64>; 8] {
        let Totals { destinations: _, home: _, abroad: _, pairs: _, occupied: _, money: _, not_yet, aged_out, dead, home_earned, home_saved, journeys, ceremonies, interest } =
            self;
        [not_yet, aged_out, dead, home_earned, home_saved, journeys, ceremonies, interest]
    }

    /// The sums of each home region, to be changed side by side.
    pub fn by_home(&mut self) -> Vec<OfHome<'_>> {
        let region = self.destinations * CELLS;
        let pairs = self.pairs.chunks_exact_mut(self.destinations).zip(self.occupied.chunks_exact_mut(self.destinations));
        let sums = self.home.chunks_exact_mut(HOME_CELLS).zip(self.abroad.chunks_exact_mut(region)).zip(pairs);
        let counts = self.not_yet.iter_mut().zip(&mut self.aged_out).zip(&mut self.dead).zip(&mut self.journeys);
        let of_home = |(((home, abroad), (pairs, occupied)), (((not_yet, aged_out), dead), journeys))| OfHome { home, abroad, pairs, occupied, not_yet, aged_out, dead, journeys };
        sums.zip(counts).map(of_home).collect()
    }

    /// Sums of all cells of a pair of regions.
    pub fn pair(&self, home: usize, destination: usize) -> &[Sum] {
        let pair = home * self.destinations + destination;
        &self.abroad[pair * CELLS..(pair + 1) * CELLS]
    }

    /// Those of [`Totals::pair`] in which somebody is, with their indices, ascending.
    #[inline]
    pub fn occupied(&self, home: usize, destination: usize) -> impl Iterator<Item = (usize, &Sum)> {
        let cells = self.pair(home, destination);
        let set = |(word, mut left): (usize, u64)| {
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| word * 64 + left.trailing_zeros() as usize);
                left &= left.wrapping_sub(1);
                bit
            })
        };
        self.occupied[home * self.destinations + destination].into_iter().enumerate().flat_map(set).map(|cell| (cell, &cells[cell]))
    }

    /// Sums the pairs anew, from their cells.
    pub fn sum_pairs(&mut self) {
        for ((sum, occupied), cells) in self.pairs.iter_mut().zip(&mut self.occupied).zip(self.abroad.chunks_exact(CELLS)) {
            *sum = cells.iter().map(|s| s.persons).sum();
            *occupied = [0; WORDS];
            for cell in (0..CELLS).filter(|cell| cells[*cell].persons != 0) {
                occupied[cell / 64] |= 1 << (cell % 64);
            }
        }
    }

    /// Diaspora of a home region at a destination, the naturalised included.
    pub fn diaspora(&self, home: usize, destination: usize) -> i64 {
        self.pairs[home * self.destinations + destination]
    }

    /// Foreign citizens of a home region at a destination: the diaspora without the naturalised.
    pub fn foreign(&self, home: usize, destination: usize) -> i64 {
        self.occupied(home, destination).filter(|(cell, _)| status(*cell) < Status::Naturalised as usize).map(|(_, s)| s.persons).sum()
    }

    /// Persons of age at home in a region.
    pub fn at_home(&self, home: usize) -> i64 {
        self.home[home * HOME_CELLS..(home + 1) * HOME_CELLS].iter().map(|s| s.persons).sum()
    }
}

/// The sums of one home region.
#[derive(Debug)]
pub struct OfHome<'t> {
    home: &'t mut [Sum],
    abroad: &'t mut [Sum],
    pairs: &'t mut [i64],
    occupied: &'t mut [[u64; WORDS]],
    /// Not yet of age.
    pub not_yet: &'t mut i64,
    /// Turned 65.
    pub aged_out: &'t mut i64,
    /// Died at 16-64.
    pub dead: &'t mut i64,
    /// Paid for journeys in the last month.
    pub journeys: &'t mut i64,
}

impl OfHome<'_> {
    /// Counts a person into the sum of a profile, or out of it (`sign` -1).
    #[inline]
    pub fn count(&mut self, event: &Event, profile: Profile, sign: i64) {
        let (sum, multiplier) = if profile.place == HOME {
            (&mut self.home[home_cell(event.sex, event.education, event.trade)], event.multiplier)
        } else {
            let (place, cell) = (usize::from(profile.place), cell(profile.sector, profile.motive, profile.status, profile.stay));
            let sum = &mut self.abroad[place * CELLS + cell];
            self.pairs[place] += sign;
            let (word, bit) = (&mut self.occupied[place][cell / 64], cell % 64);
            *word = *word & !(1 << bit) | u64::from(sum.persons + sign != 0) << bit;
            (sum, event.multiplier_abroad)
        };
        sum.persons += sign;
        sum.multipliers += sign * i64::from(multiplier);
    }

    /// Moves a person as the event says.
    #[inline]
    pub fn apply(&mut self, event: &Event) {
        match event.happening {
            Happening::Blocked => {}
            Happening::CameOfAge => {
                *self.not_yet -= 1;
                self.count(event, event.after, 1);
            }
            Happening::Died => {
                *self.dead += 1;
                self.count(event, event.before, -1);
            }
            Happening::AgedOut => {
                *self.aged_out += 1;
                self.count(event, event.before, -1);
            }
            _ => {
                self.count(event, event.before, -1);
                self.count(event, event.after, 1);
            }
        }
    }
}
