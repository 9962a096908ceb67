//! The columns of persons and households, and the chunk that owns them. May be used by `population` and everything right of it.

use bytemuck::{Pod, Zeroable};

use super::class;
use crate::{
    behaviour::traits::{Motive, Status, Stay},
    units::Month,
    world::demography::Education,
};

/// The place of those at home.
pub const HOME: u8 = u8::MAX;

/// A person's key: household and member. Never a row number, and never used again.
#[inline]
pub fn key(household: u32, member: u32) -> u32 {
    household << MEMBER_BITS | member
}

/// Bits of a key that number the members of a household.
pub const MEMBER_BITS: u32 = 5;

/// Most households of a run: what a key has room for.
pub const MOST_HOUSEHOLDS: u64 = 1 << (32 - MEMBER_BITS);

/// Text form of a key, `household.member`.
pub fn key_name(key: u32) -> String {
    format!("{}.{}", key >> MEMBER_BITS, key & ((1 << MEMBER_BITS) - 1))
}

/// Key from its text form.
pub fn parse_key(text: &str) -> Option<u32> {
    let (household, member) = text.split_once('.')?;
    let (household, member): (u32, u32) = (household.parse().ok()?, member.parse().ok()?);
    (household < 1 << (32 - MEMBER_BITS) && member < 1 << MEMBER_BITS).then(|| key(household, member))
}

/// A person, beside the class code and the key that the scan reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Person {
    /// Month of birth (`Month`).
    pub birth: u16,
    /// Month of death at 16-64, or `Month::NEVER`.
    pub death: u16,
    /// Earnings multiplier, 1024ths.
    pub multiplier: u16,
    /// Month of arrival where the person is abroad.
    pub since: u16,
    /// First month in which experience has faded (0: none).
    pub experience_until: u16,
    /// First month after an entry ban (0: none).
    pub ban_until: u16,
    /// Index of the household within the chunk.
    pub household: u16,
    /// Destination region, or [`HOME`].
    pub place: u8,
    /// Sector (2 bits), kind of stay (2), legal status (2) abroad.
    pub work: u8,
    /// Sex (1 bit), education (2), trade at home (2), motive (2).
    pub traits: u8,
    /// Trips made.
    pub trips: u8,
    /// Country that banned the person.
    pub ban_country: u8,
    /// Padding, always 0.
    pub spare: u8,
}

impl Person {
    /// 0 men, 1 women.
    #[inline]
    pub fn sex(&self) -> u8 {
        self.traits & 1
    }
    /// Index of education.
    #[inline]
    pub fn education(&self) -> u8 {
        self.traits >> 1 & 3
    }
    /// Index of the sector of work at home.
    #[inline]
    pub fn trade(&self) -> u8 {
        self.traits >> 3 & 3
    }
    /// Index of the motive.
    #[inline]
    pub fn motive(&self) -> u8 {
        self.traits >> 5 & 3
    }
    /// Packs the traits.
    pub fn pack_traits(sex: u8, education: u8, trade: u8, motive: u8) -> u8 {
        sex | education << 1 | trade << 3 | motive << 5
    }
    /// Sets the motive.
    pub fn set_motive(&mut self, motive: Motive) {
        self.traits = self.traits & 0b1_1111 | (motive as u8) << 5;
    }
    /// Motive as a type.
    pub fn motive_type(&self) -> Motive {
        Motive::ALL[usize::from(self.motive())]
    }
    /// Education as a type.
    pub fn education_type(&self) -> Education {
        [Education::Basic, Education::Secondary, Education::Tertiary][usize::from(self.education()).min(2)]
    }
    /// Index of the sector abroad.
    #[inline]
    pub fn sector(&self) -> u8 {
        self.work & 3
    }
    /// Kind of stay abroad.
    #[inline]
    pub fn stay(&self) -> Stay {
        Stay::ALL[usize::from(self.work >> 2 & 3).min(2)]
    }
    /// Legal status abroad.
    #[inline]
    pub fn status(&self) -> Status {
        Status::ALL[usize::from(self.work >> 4 & 3).min(2)]
    }
    /// Sets sector, stay and status abroad.
    pub fn set_work(&mut self, sector: u8, stay: Stay, status: Status) {
        self.work = sector | (stay as u8) << 2 | (status as u8) << 4;
    }
    /// Age in months at a month.
    #[inline]
    pub fn age(&self, month: Month) -> i32 {
        i32::from(month.0) - i32::from(self.birth)
    }
    /// Whether the person is 16-64 and alive in a month.
    #[inline]
    pub fn active(&self, month: Month) -> bool {
        (crate::world::demography::OF_AGE..crate::world::demography::AGED_OUT).contains(&self.age(month)) && self.death > month.0
    }
    /// Whether experience has not faded by a month.
    #[inline]
    pub fn experienced(&self, month: Month) -> bool {
        self.experience_until > month.0
    }
}

/// Neighbouring persons with one purse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Household {
    /// Savings, or debt if negative, in units of `Money`, up to `settled`.
    pub purse: i64,
    /// Number of months of the run that the purse includes.
    pub settled: u16,
    /// First row of its members within the chunk.
    pub first: u16,
    /// Number of members.
    pub members: u8,
    /// Members who have ever been abroad.
    pub migrants: u8,
    /// Padding, always 0.
    pub spare: [u8; 2],
}

/// A contiguous run of whole households of one home region, written by one owner.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chunk {
    /// Home region.
    pub home: u8,
    /// Class codes, one a row.
    pub class: Vec<u8>,
    /// How fast at most those of the class come to be due, one a row (see `engine::scan`).
    pub rate: Vec<u8>,
    /// Those abroad whom the scan must look at, one bit a row, the first lowest.
    pub abroad: Vec<u64>,
    /// Keys, one a row, ascending.
    pub key: Vec<u32>,
    /// Persons, one a row.
    pub person: Vec<Person>,
    /// Households, in the order of their rows.
    pub household: Vec<Household>,
    /// Rows in the order of birth.
    pub by_birth: Vec<u16>,
    /// Rows of those who die at 16-64, in the order of death.
    pub by_death: Vec<u16>,
    /// Where the births of each month begin in `by_birth`.
    births: Months,
    /// Where the deaths of each month begin in `by_death`.
    deaths: Months,
}

/// Where the entries of each month begin in a list that is sorted by month.
#[derive(Clone, Debug, Default, PartialEq)]
struct Months {
    first: i32,
    starts: Vec<u16>,
}

impl Months {
    fn new(sorted: impl Iterator<Item = u16> + Clone) -> Months {
        let Some(first) = sorted.clone().next().map(i32::from) else { return Months::default() };
        let mut starts = Vec::new();
        for (place, month) in sorted.enumerate() {
            while starts.len() as i32 <= i32::from(month) - first {
                starts.push(place as u16);
            }
        }
        Months { first, starts }
    }

    /// Places of a month, in a list of `len` entries.
    fn of(&self, month: i32, len: usize) -> std::ops::Range<usize> {
        let Ok(k) = usize::try_from(month - self.first) else { return 0..0 };
        let Some(&from) = self.starts.get(k) else { return 0..0 };
        usize::from(from)..self.starts.get(k + 1).map_or(len, |s| usize::from(*s))
    }
}

/// Most rows of a chunk.
pub const MAX_ROWS: usize = u16::MAX as usize;

impl Chunk {
    /// A chunk of a home region from its columns; call [`Chunk::index`] when they are complete.
    pub fn new(home: u8, class: Vec<u8>, key: Vec<u32>, person: Vec<Person>, household: Vec<Household>) -> Chunk {
        Chunk { home, class, key, person, household, ..Chunk::default() }
    }

    /// Bytes of state.
    pub fn bytes(&self) -> usize {
        self.class.len()
            + self.rate.len()
            + 8 * self.abroad.len()
            + 4 * self.key.len()
            + size_of::<Person>() * self.person.len()
            + size_of::<Household>() * self.household.len()
            + 2 * (self.by_birth.len() + self.by_death.len() + self.births.starts.len() + self.deaths.starts.len())
    }

    /// Bytes that a scan reads: rates, keys, and who is abroad.
    pub fn scanned(&self) -> usize {
        self.rate.len() + 4 * self.key.len() + 8 * self.abroad.len()
    }

    /// Rows of foreign citizens abroad, ascending.
    pub fn rows_abroad(&self) -> impl Iterator<Item = usize> {
        let rest = |bits: &u64| Some(bits & (bits - 1)).filter(|rest| *rest != 0);
        let set = move |bits: u64| std::iter::successors(Some(bits).filter(|bits| *bits != 0), rest).map(|bits| bits.trailing_zeros() as usize);
        self.abroad.iter().enumerate().flat_map(move |(word, &bits)| set(bits).map(move |bit| word * 64 + bit))
    }

    /// Rows of a household.
    pub fn rows(&self, household: usize) -> std::ops::Range<usize> {
        let h = &self.household[household];
        usize::from(h.first)..usize::from(h.first) + usize::from(h.members)
    }

    /// Number of a row's person within the household, from 0 on.
    #[inline]
    pub fn member(&self, row: usize) -> usize {
        (self.key[row] & ((1 << MEMBER_BITS) - 1)) as usize
    }

    /// Rows of the household of a row, from the keys alone: members stand in the order of their numbers, from 0 on.
    #[inline]
    pub fn rows_beside(&self, row: usize) -> std::ops::Range<usize> {
        let first = row - self.member(row);
        let id = self.key[row] >> MEMBER_BITS;
        let after = self.key[row..].iter().position(|key| key >> MEMBER_BITS != id).unwrap_or(self.key.len() - row);
        first..row + after
    }

    /// Identifier of a household, the same at every sample.
    pub fn id(&self, household: usize) -> u32 {
        self.key[usize::from(self.household[household].first)] >> MEMBER_BITS
    }

    /// Sets a row's class code and what the scan takes from it; `rates` are those of all codes.
    #[inline]
    pub fn set_class(&mut self, row: usize, class: u8, rates: &[u8; 256]) {
        self.class[row] = class;
        self.rate[row] = rates[usize::from(class)];
        let bit = 1 << (row % 64);
        if class >= class::ABROAD {
            self.abroad[row / 64] |= bit;
        } else {
            self.abroad[row / 64] &= !bit;
        }
    }

    /// Makes the indices by birth and death, and room for what the scan reads.
    pub fn index(&mut self) {
        self.rate.resize(self.person.len(), 0);
        self.abroad.resize(self.person.len().div_ceil(64), 0);
        let rows = 0..self.person.len() as u16;
        self.by_birth = rows.clone().collect();
        self.by_birth.sort_by_key(|&r| self.person[usize::from(r)].birth);
        self.by_death = rows.filter(|&r| self.person[usize::from(r)].death != Month::NEVER.0).collect();
        self.by_death.sort_by_key(|&r| self.person[usize::from(r)].death);
        self.births = Months::new(self.by_birth.iter().map(|r| self.person[usize::from(*r)].birth));
        self.deaths = Months::new(self.by_death.iter().map(|r| self.person[usize::from(*r)].death));
    }

    /// Places in `by_birth` of those born in a month.
    pub fn born(&self, birth: i32) -> std::ops::Range<usize> {
        self.births.of(birth, self.by_birth.len())
    }

    /// Places in `by_death` of those who die in a month.
    pub fn dying(&self, month: Month) -> std::ops::Range<usize> {
        self.deaths.of(i32::from(month.0), self.by_death.len())
    }

    /// Whether another member of the person's household has or had been abroad.
    #[inline]
    pub fn has_kin(&self, row: usize) -> bool {
        let p = &self.person[row];
        self.household[usize::from(p.household)].migrants > u8::from(p.trips > 0)
    }

    /// The class code that a person should have in a month; `band` gives the age band, `country` the country of a region.
    pub fn class_of(&self, row: usize, month: Month, band: impl Fn(i32) -> Option<usize>, country: impl Fn(u8) -> usize) -> u8 {
        let p = &self.person[row];
        if !p.active(month) {
            return class::INERT;
        }
        if p.place != HOME {
            return class::abroad(country(p.place), p.stay(), p.status());
        }
        match band(p.age(month)) {
            Some(band) => class::at_home(band, p.sex(), p.education(), p.experienced(month), self.has_kin(row)),
            None => class::INERT,
        }
    }
}
