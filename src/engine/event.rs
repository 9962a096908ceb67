//! What happens to persons, as the engine tells it to totals and observers. May be used by everything right of `engine`.

use crate::behaviour::traits::Status;
pub use crate::population::person::HOME;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Happening {
    /// Turned 16 at home.
    #[default]
    CameOfAge,
    /// Left home for a destination.
    Departed,
    /// Came home; `detail` is a [`Cause`].
    Returned,
    /// Moved on from one destination to another.
    MovedOn,
    /// Found without papers and sent home.
    Removed,
    /// Lost papers.
    LostPapers,
    /// Gained papers.
    GainedPapers,
    /// The kind of stay changed.
    ChangedStay,
    /// The motive changed.
    ChangedMotive,
    /// Became a citizen of the country.
    Naturalised,
    /// Died.
    Died,
    /// Turned 65.
    AgedOut,
    /// Chose to go and could not; `detail` is an [`Obstacle`], `after.place` the destination wished for.
    Blocked,
}

/// Why a person came home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Cause {
    SeasonEnded,
    Family,
    GoalReached,
    JobLost,
    WageFallen,
    Age,
}

/// Names of [`Cause`] in files.
pub const CAUSES_OF_RETURN: [&str; 6] = ["season-ended", "family", "goal-reached", "job-lost", "wage-fallen", "age"];

/// Why a person who chose to go could not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Obstacle {
    Money,
    Regime,
    Ban,
    ClosedBorder,
    Quota,
}

/// Names of [`Obstacle`] in files.
pub const OBSTACLES: [&str; 5] = ["money", "regime", "ban", "closed-border", "quota"];

/// The part of a person's state that changes with events and by which stocks are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Profile {
    /// Destination region (index), or [`HOME`].
    pub place: u8,
    /// Sector of work abroad (index); at home 0.
    pub sector: u8,
    /// Kind of stay (index of `traits::Stay`); at home 0.
    pub stay: u8,
    /// Legal status (index of `traits::Status`); at home 0.
    pub status: u8,
    /// Motive (index of `traits::Motive`).
    pub motive: u8,
}

impl Profile {
    /// Whether somebody abroad who has not become a citizen there.
    #[inline]
    pub fn is_foreign(&self) -> bool {
        self.place != HOME && self.status < Status::Naturalised as u8
    }
}

/// One event of one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Event {
    /// What happened.
    pub happening: Happening,
    /// Cause or obstacle, see [`Happening`].
    pub detail: u8,
    /// Home region (index).
    pub home: u8,
    /// 0 men, 1 women.
    pub sex: u8,
    /// Index of `demography::Education`.
    pub education: u8,
    /// Sector of work at home (index).
    pub trade: u8,
    /// Age in completed years.
    pub age: u8,
    /// Trips made so far, this one included for departures.
    pub trips: u8,
    /// State before.
    pub before: Profile,
    /// State after. For those who died or aged out it equals `before`.
    pub after: Profile,
    /// Completed months of the stay that ended (returns, removals, onward moves).
    pub spell: u16,
    /// Earnings multiplier at home, 1024ths.
    pub multiplier: u16,
    /// Earnings multiplier abroad, with the pay of education and sex in it, 1024ths.
    pub multiplier_abroad: u16,
    /// The person's key.
    pub key: u32,
}
