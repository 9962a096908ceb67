//! What the events of one home region come to. Regions are tallied side by side: none reads or writes what belongs to another, and their
//! sums are added in the order of regions.

use serde::{Deserialize, Serialize};

use super::{
    ages::Moves,
    blocked::Blocked,
    columns::{FLOWS, STOCKS},
    flows::{Flows, Sums},
    scope::Scope,
    stocks::{Foreign, Stocks},
};
use crate::{
    engine::event::{Event, HOME, Happening},
    store::table::Table,
};

/// What those who returned from a country in a month or a year had behind them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ends {
    /// Sum of their trips.
    pub trips: i64,
    /// Sum of their months abroad.
    pub months: i64,
}

impl Ends {
    /// Adds others.
    pub fn plus(&mut self, other: &Ends) {
        self.trips += other.trips;
        self.months += other.months;
    }
}

/// The running tally of a home region.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    home: usize,
    stocks: Stocks,
    /// Would go, cannot.
    pub blocked: Blocked,
    /// Moves of the year by age.
    pub ages: Moves,
    #[serde(skip)]
    flows: Flows,
    #[serde(skip)]
    ends: Vec<Ends>,
}

/// A month of a home region; sums by country of destination.
#[derive(Clone, Debug)]
pub struct Counted {
    /// Rows of the table of flows.
    pub flows: Table,
    /// Rows of the table of stocks.
    pub stocks: Table,
    /// Moves of foreign citizens.
    pub moves: Vec<Sums>,
    /// Stocks of foreign citizens.
    pub foreign: Vec<Foreign>,
    /// Ends of stays.
    pub ends: Vec<Ends>,
}

impl Tally {
    /// Of a home region, without events.
    pub fn new(scope: &Scope, home: usize) -> Tally {
        Tally { home, stocks: Stocks::new(scope), blocked: Blocked::default(), ages: Moves::new(scope), flows: Flows::new(scope), ends: vec![Ends::default(); scope.countries] }
    }

    /// The same stocks and attempts, for counting months from here on.
    #[must_use]
    pub fn ready(self, scope: &Scope) -> Tally {
        Tally { flows: Flows::new(scope), ends: vec![Ends::default(); scope.countries], ..self }
    }

    /// Whether both are of the same shape.
    pub fn fits(&self, other: &Tally) -> bool {
        self.home == other.home && self.stocks.fits(&other.stocks) && self.ages.fits(&other.ages)
    }

    /// Counts somebody who is abroad at the start.
    pub fn found(&mut self, scope: &Scope, event: &Event) {
        self.stocks.found(scope, event);
    }

    /// Counts the events of a month, and closes it; without `rows` the tables stay empty.
    pub fn month<'e>(&mut self, scope: &Scope, events: impl Iterator<Item = &'e Event>, replicate: u32, month: u16, rows: bool) -> Counted {
        for event in events {
            self.count(scope, event, usize::from(month) % 12, rows);
        }
        let (mut flows, mut stocks) = (Table::new(&FLOWS), Table::new(&STOCKS));
        let moves = self.flows.flush(self.home, replicate, month, &mut flows);
        if rows {
            self.stocks.write(self.home, replicate, month, &mut stocks);
        }
        let ends = std::mem::replace(&mut self.ends, vec![Ends::default(); scope.countries]);
        Counted { flows, stocks, moves, foreign: self.stocks.foreign().to_vec(), ends }
    }

    fn count(&mut self, scope: &Scope, event: &Event, of_year: usize, rows: bool) {
        self.stocks.count(scope, event);
        match event.happening {
            Happening::Blocked => self.blocked.count(scope, event, of_year),
            Happening::LostPapers | Happening::GainedPapers | Happening::ChangedStay | Happening::ChangedMotive => {}
            _ => self.flows.count(scope, event, rows),
        }
        if rows {
            self.ages.count(scope, event);
        }
        if event.happening == Happening::Returned && event.before.place != HOME {
            let ends = &mut self.ends[scope.country_of[usize::from(event.before.place)]];
            ends.trips += i64::from(event.trips);
            ends.months += i64::from(event.spell);
        }
    }
}
