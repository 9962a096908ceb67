//! A month of one chunk, by its owner: what falls due by date, the scan, the visits, and the writing of what they decided.
//! All visits of a month see the chunk as it was at the end of the month before; only then is anything written, in the order of rows.
//! May be used by `engine`.

use super::{
    act::Act,
    bounds::Bounds,
    clock::{Laps, Phase},
    event::{Event, Happening, Obstacle, Profile},
    leave,
    ledger::Ledger,
    month::Environment,
    scan,
    visit::{Decisions, fetch, fetch_households},
};
use crate::{
    behaviour::{
        enter::may_be_seasonal,
        traits::{Status, Stay},
    },
    draw::{Purpose, Stream},
    population::{
        class,
        person::{Chunk, HOME},
    },
    units::{Money, Month},
    world::{
        demography::{AGED_OUT, OF_AGE},
        regime::Kind,
    },
};

/// Rows whose households are fetched together.
const FETCHED: usize = 32;

/// Somebody who can pay and waits for a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Applicant {
    /// Row in the chunk.
    pub row: u16,
    /// Destination region.
    pub destination: u8,
    /// Sector.
    pub sector: u8,
    /// Paid from the purse, to be given back if there is no place.
    pub paid: i64,
    /// Region and sector to go to then.
    pub otherwise: Option<[u8; 2]>,
    /// Whether kin were abroad (credit).
    pub kin: bool,
}

/// What a chunk's month leaves behind; kept from month to month so that nothing is allocated.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Events in the order of rows within each phase.
    pub events: Vec<Event>,
    /// Applicants for quota places.
    pub applicants: Vec<Applicant>,
    /// Rows due for a visit.
    pub due: scan::Due,
    /// What the visits decided.
    pub decisions: Decisions,
    /// Paid for journeys, units of `Money`.
    pub journeys: i64,
    /// Persons visited.
    pub visits: u64,
}

/// One chunk in its month.
pub struct Owner<'a, 'w> {
    /// The month.
    pub env: &'a Environment<'w>,
    /// Cumulated rates.
    pub ledger: &'a Ledger,
    /// The chunk.
    pub chunk: &'a mut Chunk,
    /// What happened.
    pub out: &'a mut Outcome,
}

impl Owner<'_, '_> {
    /// The whole month of a chunk, but for the quota places; `laps` tells how long its phases take.
    pub fn month(&mut self, bounds: &Bounds, mut laps: Laps<'_>) {
        self.out.events.clear();
        self.out.applicants.clear();
        self.out.journeys = 0;
        self.amnesties();
        self.deaths();
        self.birthdays();
        laps.end(Phase::Dates);
        scan::due(self.env, self.chunk, bounds, &mut self.out.due);
        laps.end(Phase::Scan);
        self.out.visits = self.out.due.visits();
        self.out.decisions.make(self.env, bounds, self.chunk, &self.out.due);
        laps.end(Phase::Decide);
        let decisions = std::mem::take(&mut self.out.decisions);
        for &row in &decisions.faded {
            self.classify(usize::from(row));
        }
        for acts in decisions.acts.chunks(FETCHED) {
            fetch_households(self.chunk, acts.iter().map(|a| a.0));
            for &(row, act) in acts {
                self.perform(usize::from(row), act);
            }
        }
        self.out.decisions = decisions;
        laps.end(Phase::Write);
    }

    fn deaths(&mut self) {
        for place in self.chunk.dying(self.env.month) {
            let row = usize::from(self.chunk.by_death[place]);
            self.happen(row, Happening::Died, 0, 0, |_| {});
        }
    }

    fn birthdays(&mut self) {
        let now = i32::from(self.env.month.0);
        for (age, happening) in [(AGED_OUT, Happening::AgedOut), (OF_AGE, Happening::CameOfAge)] {
            let mut places = self.chunk.born(now - age);
            while !places.is_empty() {
                let some = places.start..places.end.min(places.start + FETCHED);
                places.start = some.end;
                // Only those who come of age have a class that kin go into.
                fetch(self.chunk, &self.chunk.by_birth[some.clone()], age == OF_AGE);
                for place in some {
                    let row = usize::from(self.chunk.by_birth[place]);
                    if self.chunk.person[row].death > self.env.month.0 {
                        self.happen(row, happening, 0, 0, |_| {});
                    }
                }
            }
        }
        for (k, band) in self.env.behaviour.consider.age.iter().enumerate() {
            let age = band.from as i32 * 12;
            if age > OF_AGE {
                for place in self.chunk.born(now - age) {
                    let row = usize::from(self.chunk.by_birth[place]);
                    // Before the first band everybody is inert.
                    if k == 0 { self.classify(row) } else { self.set_class(row, class::in_band(self.chunk.class[row], k)) }
                }
            }
        }
    }

    /// Amnesties of the month lift bans that are in force.
    fn amnesties(&mut self) {
        let env = self.env;
        let origin = env.resolved.origin_of[usize::from(self.chunk.home)];
        for (k, amnesty) in env.world.law.amnesties.iter().enumerate().filter(|(_, a)| a.on == env.month && a.origins.contains(&origin)) {
            let stream = Stream::new(env.seed, Purpose::Amnesty, env.month, k as u32);
            for row in 0..self.chunk.person.len() {
                let person = &mut self.chunk.person[row];
                if Month(person.ban_until) > env.month && usize::from(person.ban_country) == amnesty.country && stream.uniform(self.chunk.key[row]) < amnesty.share {
                    person.ban_until = 0;
                }
            }
        }
    }

    fn settle(&mut self, row: usize) {
        let household = usize::from(self.chunk.person[row].household);
        self.ledger.settle(self.chunk, household, self.env.index);
    }

    fn classify(&mut self, row: usize) {
        let env = self.env;
        let class = self.chunk.class_of(row, env.month, |age| env.behaviour.consider.band(age), |place| env.resolved.country_of[usize::from(place)]);
        self.set_class(row, class);
    }

    fn set_class(&mut self, row: usize, class: u8) {
        let resolved = &self.env.resolved;
        self.chunk.set_class(row, class, &resolved.rates[resolved.origin_of[usize::from(self.chunk.home)]]);
    }

    /// Changes a person by `change`, and tells it.
    fn happen(&mut self, row: usize, happening: Happening, detail: u8, spell: u16, change: impl FnOnce(&mut crate::population::person::Person)) {
        let before = profile(self.chunk, row);
        change(&mut self.chunk.person[row]);
        self.classify(row);
        let person = self.chunk.person[row];
        self.out.events.push(Event {
            happening,
            detail,
            home: self.chunk.home,
            sex: person.sex(),
            education: person.education(),
            trade: person.trade(),
            age: (person.age(self.env.month) / 12).clamp(0, 255) as u8,
            trips: person.trips,
            before,
            after: profile(self.chunk, row),
            spell,
            multiplier: person.multiplier,
            multiplier_abroad: self.ledger.multiplier_abroad(&person),
            key: self.chunk.key[row],
        });
    }

    fn perform(&mut self, row: usize, act: Act) {
        match act {
            Act::Leave { destination, sector, kin, otherwise } => self.leave(row, destination, sector, kin, otherwise),
            Act::Blocked { destination, obstacle } => self.blocked(row, destination, obstacle),
            Act::Return(cause) => {
                let status = self.chunk.person[row].status();
                let regime = self.regime_at(row);
                let ban = if status == Status::Undocumented { regime.ban_undocumented } else { regime.ban_documented };
                self.go_home(row, Happening::Returned, cause as u8, ban);
            }
            Act::Removal => self.go_home(row, Happening::Removed, 0, 1.0),
            Act::MoveOn { destination, sector, kin } => self.move_on(row, destination, sector, kin),
            Act::WeighMovingOn => {}
            Act::LosePapers => self.change(row, Happening::LostPapers, |p| p.set_work(p.sector(), p.stay(), Status::Undocumented)),
            Act::GainPapers => self.change(row, Happening::GainedPapers, |p| p.set_work(p.sector(), p.stay(), Status::Documented)),
            Act::Become(stay) => self.change(row, Happening::ChangedStay, |p| p.set_work(p.sector(), stay, p.status())),
            Act::Turn(motive) => self.change(row, Happening::ChangedMotive, |p| p.set_motive(motive)),
            Act::Naturalise => self.change(row, Happening::Naturalised, |p| p.set_work(p.sector(), p.stay(), Status::Naturalised)),
        }
    }

    /// A change of state abroad.
    fn change(&mut self, row: usize, happening: Happening, change: impl FnOnce(&mut crate::population::person::Person)) {
        self.settle(row);
        self.happen(row, happening, 0, 0, change);
    }

    fn regime_at(&self, row: usize) -> &crate::world::regime::Regime {
        let country = self.env.resolved.country_of[usize::from(self.chunk.person[row].place)];
        &self.env.regime[self.env.pair(self.chunk.home, country)]
    }

    fn blocked(&mut self, row: usize, destination: u8, obstacle: Obstacle) {
        self.happen(row, Happening::Blocked, obstacle as u8, 0, |_| {});
        if let Some(event) = self.out.events.last_mut() {
            event.after.place = destination;
        }
    }

    /// Pays for a journey if purse and credit allow; what was paid.
    fn pay(&mut self, row: usize, destination: u8, kin: bool) -> Option<i64> {
        self.settle(row);
        let env = self.env;
        let cost = Money::from_usd(env.tables.cost[usize::from(self.chunk.home) * env.destinations() + usize::from(destination)].money).0;
        let person = &self.chunk.person[row];
        let months = if kin { env.behaviour.afford.credit_kin } else { env.behaviour.afford.credit };
        let credit = Money::from_usd(months * leave::own_earnings(env, self.chunk.home, person)).0;
        let household = &mut self.chunk.household[usize::from(person.household)];
        if cost > household.purse.saturating_add(credit) {
            return None;
        }
        household.purse -= cost;
        self.out.journeys += cost;
        Some(cost)
    }

    fn leave(&mut self, row: usize, destination: u8, sector: u8, kin: bool, otherwise: Option<[u8; 2]>) {
        let Some(paid) = self.pay(row, destination, kin) else { return self.blocked(row, destination, Obstacle::Money) };
        let country = self.env.resolved.country_of[usize::from(destination)];
        if self.env.regime[self.env.pair(self.chunk.home, country)].kind == Kind::Quota {
            self.out.applicants.push(Applicant { row: row as u16, destination, sector, paid, otherwise, kin });
        } else {
            self.depart(row, destination, sector);
        }
    }

    /// Settles an application: departure, or the money back and on to the next best.
    pub fn answer(&mut self, applicant: Applicant, granted: bool) {
        let row = usize::from(applicant.row);
        if granted {
            self.depart(row, applicant.destination, applicant.sector);
        } else {
            let household = usize::from(self.chunk.person[row].household);
            self.chunk.household[household].purse += applicant.paid;
            self.out.journeys -= applicant.paid;
            match applicant.otherwise.filter(|[destination, _]| self.pay(row, *destination, applicant.kin).is_some()) {
                Some([destination, sector]) => self.depart(row, destination, sector),
                None => self.blocked(row, applicant.destination, Obstacle::Quota),
            }
        }
    }

    fn depart(&mut self, row: usize, destination: u8, sector: u8) {
        let env = self.env;
        let (key, person) = (self.chunk.key[row], self.chunk.person[row]);
        let country = env.resolved.country_of[usize::from(destination)];
        let pair = env.pair(self.chunk.home, country);
        let seasonal = may_be_seasonal(person.motive_type()) && env.streams.kind.uniform(key) < env.resolved.seasonal[pair];
        let stay = if seasonal { Stay::Seasonal } else { Stay::OpenEnded };
        let first = person.trips == 0;
        if first {
            let household = usize::from(person.household);
            self.chunk.household[household].migrants += 1;
        }
        let status = self.channel(row, destination, sector);
        self.happen(row, Happening::Departed, 0, 0, |p| {
            p.place = destination;
            p.since = env.month.0;
            p.trips = p.trips.saturating_add(1);
            p.experience_until = 0;
            p.set_work(sector, stay, status);
        });
        if first {
            self.classify_household(usize::from(person.household));
        }
    }

    /// With or without papers.
    fn channel(&self, row: usize, destination: u8, sector: u8) -> Status {
        let (env, person) = (self.env, &self.chunk.person[row]);
        let regime = &env.regime[env.pair(self.chunk.home, env.resolved.country_of[usize::from(destination)])];
        let pay = env.pay(usize::from(destination), usize::from(sector), person.sex(), person.education());
        let without = env.behaviour.enter.undocumented(regime, pay);
        if env.streams.channel.uniform(self.chunk.key[row]) < without { Status::Undocumented } else { Status::Documented }
    }

    fn classify_household(&mut self, household: usize) {
        for row in self.chunk.rows(household) {
            self.classify(row);
        }
    }

    fn move_on(&mut self, row: usize, destination: u8, sector: u8, kin: bool) {
        if self.pay(row, destination, kin).is_none() {
            return;
        }
        let status = self.channel(row, destination, sector);
        let spell = self.spell(row);
        let month = self.env.month.0;
        self.happen(row, Happening::MovedOn, 0, spell, |p| {
            p.place = destination;
            p.since = month;
            let stay = if p.stay() == Stay::Settled { Stay::OpenEnded } else { p.stay() };
            p.set_work(sector, stay, status);
        });
    }

    fn spell(&self, row: usize) -> u16 {
        self.env.month.since(Month(self.chunk.person[row].since)).max(0) as u16
    }

    fn go_home(&mut self, row: usize, happening: Happening, detail: u8, ban: f64) {
        let env = self.env;
        let key = self.chunk.key[row];
        self.settle(row);
        let regime = self.regime_at(row);
        let term = regime.ban_months;
        let banned = ban > 0.0 && term > 0 && env.streams.ban.uniform(key) < ban;
        let country = env.resolved.country_of[usize::from(self.chunk.person[row].place)] as u8;
        let experience = env.behaviour.consider.fading(env.streams.experience.exponential(key));
        let spell = self.spell(row);
        self.happen(row, happening, detail, spell, |p| {
            p.place = HOME;
            p.work = 0;
            p.experience_until = env.month.plus(1 + experience).0;
            if banned {
                p.ban_country = country;
                p.ban_until = env.month.plus(i32::from(term)).0;
            }
        });
    }

    /// The end of the year: all purses settled, wealth above the buffer spent, interest added to debt. Nobody lends more than the members of
    /// 16-64 could borrow: beyond that there is no interest, and what nobody of 16-64 owes is no debt.
    /// Returns what was spent, the interest, the debt, and entry bans in force by country.
    pub fn year_end(&mut self, bans: &mut [i64]) -> (i64, i64, i64) {
        let (afford, until) = (&self.env.behaviour.afford, self.env.index + 1);
        let wage = self.env.tables.home_wage[usize::from(self.chunk.home)];
        let buffer = Money::from_usd(afford.buffer * wage).0;
        let (mut spent, mut interest, mut debt) = (0, 0, 0);
        let mut persons = self.chunk.person.as_slice();
        for household in &mut self.chunk.household {
            let (members, others) = persons.split_at(usize::from(household.members).min(persons.len()));
            persons = others;
            household.purse += self.ledger.gains(self.chunk.home, members, household.settled, until);
            household.settled = until as u16;
            let purse = &mut household.purse;
            if *purse > buffer {
                let over = ((*purse - buffer) as f64 * afford.buffer_spent) as i64;
                *purse -= over;
                spent += over;
            }
            if *purse < 0 {
                let owed = (-*purse as f64 * afford.debt_interest) as i64;
                let active = members.iter().filter(|p| p.active(self.env.month));
                let earnings: f64 = active.map(|p| leave::own_earnings(self.env, self.chunk.home, p)).sum();
                let most = Money::from_usd(afford.most_credit() * earnings).0;
                let owed = owed.min((most + *purse).max(0));
                *purse -= owed;
                interest += owed;
                debt -= if earnings > 0.0 { *purse } else { 0 };
            }
            for person in members {
                if Month(person.ban_until) > self.env.month && person.active(self.env.month) {
                    bans[usize::from(person.ban_country)] += 1;
                }
            }
        }
        (spent, interest, debt)
    }
}

/// The part of a person's state by which stocks are counted.
pub fn profile(chunk: &Chunk, row: usize) -> Profile {
    let p = &chunk.person[row];
    if p.place == HOME {
        Profile { place: HOME, sector: 0, stay: 0, status: 0, motive: p.motive() }
    } else {
        Profile { place: p.place, sector: p.sector(), stay: p.stay() as u8, status: p.status() as u8, motive: p.motive() }
    }
}
