//! The naive engine: every person, every month, no bounds, no lazy purses, no running sums, no tables that a person
//! could compute alone; the same draws. Slow, small and obvious: what the fast engine must equal to the bit. For tests only.
//!
//! It shares with the fast engine what one person's law, hazards and values are ([`leave::obstacle`], [`abroad::visit`], the month's tables): those are
//! held against closed forms and shares in tests of their own (`closed_forms`, `refusal`, `returns`).

use std::sync::Arc;

use super::{
    Setup, abroad,
    act::Act,
    event::Obstacle,
    leave,
    ledger::Ledger,
    market::{Drivers, Market},
    month::{Before, Environment},
    network_costs,
    policy::{Policy, Sums},
    resolved::Resolved,
    totals::{HOME_CELLS, Totals, cell, home_cell},
};
use crate::{
    behaviour::{
        Behaviour, ByCode,
        choose::inclusive,
        traits::{Motive, Status, Stay},
    },
    draw::{Purpose, Stream, exponential},
    math::{exp, ln, power},
    population::{
        person::{Chunk, HOME, Person},
        synthesis,
    },
    units::{MILLS, Money, Month},
    world::{
        World,
        demography::{AGED_OUT, OF_AGE},
        place::SECTORS,
        regime::Kind,
    },
};

/// Pair, keyed order, key, chunk, row, region, sector, what was paid, whether there are kin, and the next best.
type Application = (usize, u32, u32, usize, usize, u8, u8, i64, bool, Option<[u8; 2]>);

/// The naive engine in progress.
pub struct Oracle<'w> {
    world: &'w World,
    behaviour: &'w Behaviour,
    setup: Setup,
    resolved: Arc<Resolved>,
    drivers: Drivers,
    /// Persons; only keys, persons and households are used.
    pub chunks: Vec<Chunk>,
    market: Market,
    /// The state of policy rules.
    pub policy: Policy,
    factors: Ledger,
    used: Vec<u64>,
    opened: Vec<f64>,
    asked: Vec<u64>,
    /// Used, asked for, and whether any were opened in the year before.
    before: Vec<(u64, u64, bool)>,
    index: usize,
}

impl<'w> Oracle<'w> {
    /// The same population as the engine's.
    pub fn new(world: &'w World, behaviour: &'w Behaviour, setup: Setup) -> Oracle<'w> {
        let simulation = super::Simulation::empty(world, behaviour, setup, Vec::new());
        let mut oracle = Oracle {
            world,
            behaviour,
            setup,
            resolved: Arc::new(Resolved::new(world, behaviour)),
            drivers: Drivers::new(world, behaviour),
            chunks: synthesis::synthesise(world, behaviour, setup.seed, setup.sample, setup.chunk_rows),
            market: Market::default(),
            policy: Policy::new(world),
            factors: simulation.ledger,
            used: vec![0; world.places.origins.len() * world.places.countries.len()],
            opened: vec![0.0; world.places.origins.len() * world.places.countries.len()],
            asked: vec![0; world.places.origins.len() * world.places.countries.len()],
            before: vec![(0, 0, false); world.places.origins.len() * world.places.countries.len()],
            index: 0,
        };
        // At the start, who turns 16 in the first month is not yet of age, who turns 65 still is.
        let before = |p: &Person| (OF_AGE + 1..=AGED_OUT).contains(&p.age(world.start));
        let totals = oracle.count(&before);
        oracle.market = Market::new(world, behaviour, &oracle.drivers, &totals, setup.sample);
        oracle
    }

    /// Counts everybody for whom `of_age` holds.
    fn count(&self, of_age: &dyn Fn(&Person) -> bool) -> Totals {
        let mut totals = Totals::new(self.world);
        for chunk in &self.chunks {
            for p in chunk.person.iter().filter(|p| of_age(p)) {
                let home = usize::from(chunk.home);
                let (sum, multiplier) = if p.place == HOME {
                    (&mut totals.home[home * HOME_CELLS + home_cell(p.sex(), p.education(), p.trade())], p.multiplier)
                } else {
                    let pair = home * totals.destinations + usize::from(p.place);
                    let k = cell(p.sector(), p.motive(), p.status() as u8, p.stay() as u8);
                    (&mut totals.abroad[pair * super::totals::CELLS + k], self.factors.multiplier_abroad(p))
                };
                sum.persons += 1;
                sum.multipliers += i64::from(multiplier);
            }
        }
        totals.sum_pairs();
        totals
    }

    /// One month.
    pub fn step(&mut self) {
        let month = self.world.start.plus(self.index as i32);
        let previous = month.plus(-1);
        let totals = if self.index == 0 { self.count(&|p| (OF_AGE + 1..=AGED_OUT).contains(&p.age(month))) } else { self.count(&|p| p.active(previous)) };
        self.policy.decide(self.world, self.setup.seed, self.index);
        let law = self.policy.law(self.world, month);
        self.market.remember(self.world, self.behaviour, &self.drivers, &law.regime, self.index);
        let costs = network_costs(self.world, month);
        let granted: Vec<f64> = (0..self.asked.len())
            .map(|pair| {
                // In January what was given since the last one is of the year before.
                let (used, asked, opened) = if month.of_year() == 0 { (0, 0, false) } else { self.before[pair] };
                let (used, asked) = (used + self.used[pair], asked + self.asked[pair]);
                if asked > 0 {
                    used as f64 / asked as f64
                } else if opened || self.opened[pair] > 0.0 {
                    1.0
                } else {
                    0.0
                }
            })
            .collect();
        let before = Before { drivers: &self.drivers, market: &self.market, law, granted: &granted, totals: &totals, costs: &costs };
        let env = Environment::new(self.world, self.behaviour, self.resolved.clone(), before, self.setup, self.index);
        self.amnesties(&env);
        let acts: Vec<Vec<Option<Act>>> = self.chunks.iter().map(|c| (0..c.key.len()).map(|row| self.decide(&env, &totals, c, row)).collect()).collect();
        let mut applicants = Vec::new();
        for (k, acts) in acts.iter().enumerate() {
            for (row, act) in acts.iter().enumerate() {
                if let Some(act) = act {
                    self.perform(&env, k, row, *act, &mut applicants);
                }
            }
        }
        self.quota(&env, applicants);
        self.accounts(&env);
        let mut totals = self.count(&|p| p.active(month));
        env.money(&mut totals);
        self.market.advance(self.world, self.behaviour, &self.drivers, &totals, self.setup.sample, self.index);
        let arrivals = self.arrivals(month);
        let sums = Sums { sample: self.setup.sample, tables: &env.tables, totals: &totals, market: &self.market, arrivals: &arrivals };
        self.policy.see(self.world, self.behaviour, &sums);
        self.index += 1;
    }

    /// Persons who are in a country since this month, by origin x country.
    fn arrivals(&self, month: Month) -> Vec<i64> {
        let places = &self.world.places;
        let mut arrivals = vec![0; places.origins.len() * places.countries.len()];
        for chunk in &self.chunks {
            for p in chunk.person.iter().filter(|p| p.place != HOME && p.active(month) && p.since == month.0) {
                let country = places.destinations[usize::from(p.place)].country;
                arrivals[places.homes[usize::from(chunk.home)].origin * places.countries.len() + country] += 1;
            }
        }
        arrivals
    }

    fn amnesties(&mut self, env: &Environment<'_>) {
        for (k, amnesty) in self.world.law.amnesties.iter().enumerate().filter(|(_, a)| a.on == env.month) {
            let stream = Stream::new(env.seed, Purpose::Amnesty, env.month, k as u32);
            for chunk in &mut self.chunks {
                let concerned = amnesty.origins.contains(&env.resolved.origin_of[usize::from(chunk.home)]);
                for (p, key) in chunk.person.iter_mut().zip(&chunk.key) {
                    if concerned && Month(p.ban_until) > env.month && usize::from(p.ban_country) == amnesty.country && stream.uniform(*key) < amnesty.share {
                        p.ban_until = 0;
                    }
                }
            }
        }
    }

    fn decide(&self, env: &Environment<'_>, totals: &Totals, chunk: &Chunk, row: usize) -> Option<Act> {
        let (p, key) = (&chunk.person[row], chunk.key[row]);
        if !p.active(env.month) || (p.place != HOME && p.status() == Status::Naturalised) {
            return None;
        }
        if p.place == HOME {
            if exponential(env.streams.consider.bits(key)) >= self.consider_hazard(env, chunk, row) {
                return None;
            }
            return self.leave(env, totals, chunk, row);
        }
        match abroad::visit(env, chunk.home, key, p, abroad::ALL_CAUSES)? {
            Act::WeighMovingOn => {
                let here = env.resolved.country_of[usize::from(p.place)];
                let (d, s) = self.choose(env, totals, chunk, row, Some(here), &vec![false; env.countries()])?;
                leave::obstacle(env, chunk.home, key, p, env.resolved.country_of[d]).is_none().then_some(Act::MoveOn {
                    destination: d as u8,
                    sector: s,
                    kin: leave::kin_at(env, chunk, row) != 0,
                })
            }
            act => Some(act),
        }
    }

    /// Hazard of weighing to leave from its factors: sex, education, age, season, home region, push, ties, relative deprivation.
    fn consider_hazard(&self, env: &Environment<'_>, chunk: &Chunk, row: usize) -> f64 {
        let (p, home, params) = (&chunk.person[row], usize::from(chunk.home), &self.behaviour.consider);
        let place = &self.world.places.homes[home];
        let Some(band) = params.age.iter().rfind(|band| p.age(env.month) >= band.from as i32 * 12) else { return 0.0 };
        let one = |map: &ByCode, key: &str| map.get(key).copied().unwrap_or(1.0);
        let women = if p.sex() == 1 { one(&params.women, &self.world.places.origins[place.origin].code) } else { 1.0 };
        let season = power(self.world.season_departures[env.month.of_year()], params.season_exponent);
        let push = one(&params.home, &place.id) * exp(params.b_push * (env.tables.unemployment[home] - params.push_reference));
        let trips = if p.experience_until > env.month.0 { params.k_trip } else { 1.0 };
        let others = chunk.household[usize::from(p.household)].migrants > u8::from(p.trips > 0);
        let ties = (trips * if others { params.k_kin } else { 1.0 }).min(params.cap);
        let [low, high] = params.deprivation_range;
        let deprived = exp(params.b_deprivation * (1.0 - self.relative_income(env, chunk, row)).clamp(low, high));
        params.lambda0 * women * params.education[usize::from(p.education())] * band.factor * season * push * ties * deprived
    }

    /// Income of a person's household per adult over the mean of the region.
    fn relative_income(&self, env: &Environment<'_>, chunk: &Chunk, row: usize) -> f64 {
        let household = chunk.person[row].household;
        let adults = || chunk.person.iter().filter(|p| p.household == household && p.active(env.month));
        let income: i64 = adults().map(|p| self.income(env, usize::from(chunk.home), p)).sum();
        income as f64 / adults().count() as f64 / env.mean_income[usize::from(chunk.home)].max(1.0)
    }

    /// What a person earns at home or sends there, thousandths of a dollar x 1024ths.
    fn income(&self, env: &Environment<'_>, home: usize, p: &Person) -> i64 {
        let (labour, tables) = (&self.behaviour.labour, &env.tables);
        if p.place == HOME {
            let women = if p.sex() == 1 { labour.women_pay_home } else { 1.0 };
            let pay = tables.home_wage[home] * labour.sector_pay_home[usize::from(p.trade())] * labour.education_pay_home[usize::from(p.education())] * women;
            let usd = (pay * (1.0 - tables.unemployment[home])).max(1.0);
            return (usd * MILLS).round() as i64 * i64::from(p.multiplier);
        }
        let (origin, country) = (env.resolved.origin_of[home], env.resolved.country_of[usize::from(p.place)]);
        let job = usize::from(p.place) * SECTORS + usize::from(p.sector());
        let without = if p.status() == Status::Undocumented { self.behaviour.enter.undocumented_pay } else { 1.0 };
        let (pay, fee) = (tables.pay[job] * tables.employment[job] * without, env.regime[origin * env.countries() + country].permit_usd_month * tables.employment[job]);
        let share = self.behaviour.remit.share.get(&self.world.places.origins[origin].code).copied().unwrap_or(0.0);
        let budget = self.behaviour.remit.budget(share, p.motive_type(), p.status(), p.stay(), pay, fee, self.drivers.living[country][self.index]);
        budget.remitted * i64::from(env.resolved.multiplier_abroad(p))
    }

    /// Utilities of the sectors of a region, and of the region with them, for one person: from the formulas, without tables.
    fn utility(env: &Environment<'_>, totals: &Totals, chunk: &Chunk, row: usize, d: usize, sample: f64, deflator: f64) -> ([f64; SECTORS], f64) {
        let (p, home) = (&chunk.person[row], usize::from(chunk.home));
        let earnings = env.tables.home_earnings[home * HOME_CELLS + home_cell(p.sex(), p.education(), p.trade())];
        let v = std::array::from_fn(|s| {
            let net = env.net_earnings(env.resolved.origin_of[home], d, s, p.sex(), p.education());
            let choose = &env.behaviour.choose;
            env.sector_value(choose.wage_level(net, deflator), choose.wage_level(earnings, deflator), p.sex(), p.trade(), d, s)
        });
        let diaspora: Vec<f64> = (0..env.destinations()).map(|d| totals.diaspora(home, d) as f64 / sample).collect();
        let population = diaspora.iter().sum::<f64>() + totals.at_home(home) as f64 / sample;
        (v, env.region_value(home, d, diaspora[d], population) + inclusive(&v, env.behaviour.choose.nest_region))
    }

    /// Asks again without each country that refuses, and without all quotas once an application is made.
    fn leave(&self, env: &Environment<'_>, totals: &Totals, chunk: &Chunk, row: usize) -> Option<Act> {
        let (p, key) = (&chunk.person[row], chunk.key[row]);
        let quota = |c: usize| env.regime[env.pair(chunk.home, c)].kind == Kind::Quota;
        let (mut out, mut first, mut wish) = (vec![false; env.countries()], None, None);
        while let Some((d, s)) = self.choose(env, totals, chunk, row, None, &out) {
            let c = env.resolved.country_of[d];
            out[c] = true;
            let kin = leave::kin_at(env, chunk, row) != 0;
            match (leave::obstacle(env, chunk.home, key, p, c), first) {
                (Some(obstacle), _) => {
                    wish = wish.or(Some(Act::Blocked { destination: d as u8, obstacle }));
                    if obstacle == Obstacle::ClosedBorder {
                        break;
                    }
                }
                (None, None) if quota(c) => {
                    first = Some((d as u8, s));
                    wish = Some(Act::Leave { destination: d as u8, sector: s, kin, otherwise: None });
                }
                (None, Some(_)) if quota(c) => {}
                (None, Some((destination, sector))) => return Some(Act::Leave { destination, sector, kin, otherwise: Some([d as u8, s]) }),
                (None, None) => return Some(Act::Leave { destination: d as u8, sector: s, kin, otherwise: None }),
            }
        }
        wish
    }

    fn choose(&self, env: &Environment<'_>, totals: &Totals, chunk: &Chunk, row: usize, here: Option<usize>, out: &[bool]) -> Option<(usize, u8)> {
        let (p, key, home) = (&chunk.person[row], chunk.key[row], chunk.home);
        let (sample, deflator) = (self.setup.sample, self.drivers.deflator[self.index]);
        let choose = &env.behaviour.choose;
        let utility = |d: usize| Self::utility(env, totals, chunk, row, d, sample, deflator);
        let kin = leave::kin_at(env, chunk, row);
        let motive = |c: usize| env.resolved.motive[usize::from(p.motive()) * env.countries() + c];
        let region: Vec<f64> = (0..env.destinations())
            .map(|d| {
                let cost = env.tables.cost[usize::from(home) * env.destinations() + d].generalised;
                let c = env.resolved.country_of[d];
                let closed = out[c] || Some(c) == here || (here.is_some() && env.regime[env.pair(home, c)].kind == Kind::Quota);
                if !cost.is_finite() || closed {
                    return f64::NEG_INFINITY;
                }
                let pull = if kin >> d & 1 == 1 { choose.b_kin } else { 0.0 };
                utility(d).1 + choose.cost_term(cost, leave::own_earnings(env, home, p)) + pull + motive(c)
            })
            .collect();
        let beside = if here.is_some() && kin >> p.place & 1 == 1 { choose.b_kin } else { 0.0 };
        let stay_at = here.map_or(0.0, |c| utility(usize::from(p.place)).1 + motive(c) + beside);
        let [u, e] = env.streams.frailty;
        let s = crate::draw::ln_positive_stable(choose.nest_go, u.uniform(key), e.exponential(key));
        let mut best = (ln(env.streams.stay.exponential(key)) - stay_at, None);
        for c in 0..env.countries() {
            let v = inclusive(&region[env.resolved.regions_of[c].clone()], choose.nest_country);
            if v > f64::NEG_INFINITY {
                let t = crate::behaviour::choose::ln_arrival(env.streams.country[c].exponential(key), s, choose.nest_go, v);
                if t < best.0 {
                    best = (t, Some(c));
                }
            }
        }
        let entrants = env.resolved.regions_of[best.1?].clone().filter(|d| region[*d] > f64::NEG_INFINITY).map(|d| (d, region[d], env.streams.region[d].exponential(key)));
        let d = crate::behaviour::choose::race(entrants, choose.nest_country)?;
        let v = utility(d).0;
        let sectors = (0..SECTORS).map(|s| (s, v[s], env.streams.sector[s].exponential(key)));
        Some((d, crate::behaviour::choose::race(sectors, choose.nest_region)? as u8))
    }

    fn perform(&mut self, env: &Environment<'_>, k: usize, row: usize, act: Act, applicants: &mut Vec<Application>) {
        let home = self.chunks[k].home;
        let key = self.chunks[k].key[row];
        match act {
            Act::Leave { destination, sector, kin, otherwise } => {
                if let Some(paid) = self.pay(env, k, row, destination, kin) {
                    let pair = env.pair(home, env.resolved.country_of[usize::from(destination)]);
                    if env.regime[pair].kind == Kind::Quota {
                        applicants.push((pair, env.streams.quota.bits(key), key, k, row, destination, sector, paid, kin, otherwise));
                    } else {
                        self.depart(env, k, row, destination, sector);
                    }
                }
            }
            Act::MoveOn { destination, sector, kin } => {
                if self.pay(env, k, row, destination, kin).is_some() {
                    let status = Self::channel(env, home, key, &self.chunks[k].person[row], destination, sector);
                    let p = &mut self.chunks[k].person[row];
                    p.place = destination;
                    p.since = env.month.0;
                    let stay = if p.stay() == Stay::Settled { Stay::OpenEnded } else { p.stay() };
                    p.set_work(sector, stay, status);
                }
            }
            Act::Return(_) | Act::Removal => {
                let p = &mut self.chunks[k].person[row];
                let country = env.resolved.country_of[usize::from(p.place)];
                let regime = &env.regime[env.pair(home, country)];
                let ban = match (act, p.status()) {
                    (Act::Removal, _) => 1.0,
                    (_, Status::Undocumented) => regime.ban_undocumented,
                    _ => regime.ban_documented,
                };
                if ban > 0.0 && regime.ban_months > 0 && env.streams.ban.uniform(key) < ban {
                    p.ban_country = country as u8;
                    p.ban_until = env.month.plus(i32::from(regime.ban_months)).0;
                }
                p.place = HOME;
                p.work = 0;
                p.experience_until = env.month.plus(1 + env.behaviour.consider.fading(env.streams.experience.exponential(key))).0;
            }
            Act::Turn(motive) => self.chunks[k].person[row].set_motive(motive),
            Act::LosePapers => self.set(k, row, |p| (p.stay(), Status::Undocumented)),
            Act::GainPapers => self.set(k, row, |p| (p.stay(), Status::Documented)),
            Act::Become(stay) => self.set(k, row, |p| (stay, p.status())),
            Act::Naturalise => self.set(k, row, |p| (p.stay(), Status::Naturalised)),
            Act::Blocked { obstacle: Obstacle::Money | Obstacle::Regime | Obstacle::Ban | Obstacle::ClosedBorder | Obstacle::Quota, .. } | Act::WeighMovingOn => {}
        }
    }

    fn set(&mut self, k: usize, row: usize, to: impl Fn(&Person) -> (Stay, Status)) {
        let p = &mut self.chunks[k].person[row];
        let (stay, status) = to(p);
        p.set_work(p.sector(), stay, status);
    }

    fn pay(&mut self, env: &Environment<'_>, k: usize, row: usize, destination: u8, kin: bool) -> Option<i64> {
        let chunk = &mut self.chunks[k];
        let cost = Money::from_usd(env.tables.cost[usize::from(chunk.home) * env.destinations() + usize::from(destination)].money).0;
        let afford = &env.behaviour.afford;
        let months = if kin { afford.credit_kin } else { afford.credit };
        let credit = Money::from_usd(months * leave::own_earnings(env, chunk.home, &chunk.person[row])).0;
        let household = &mut chunk.household[usize::from(chunk.person[row].household)];
        (cost <= household.purse.saturating_add(credit)).then(|| {
            household.purse -= cost;
            cost
        })
    }

    fn channel(env: &Environment<'_>, home: u8, key: u32, p: &Person, destination: u8, sector: u8) -> Status {
        let regime = &env.regime[env.pair(home, env.resolved.country_of[usize::from(destination)])];
        let pay = env.pay(usize::from(destination), usize::from(sector), p.sex(), p.education());
        if env.streams.channel.uniform(key) < env.behaviour.enter.undocumented(regime, pay) { Status::Undocumented } else { Status::Documented }
    }

    fn depart(&mut self, env: &Environment<'_>, k: usize, row: usize, destination: u8, sector: u8) {
        let (home, key) = (self.chunks[k].home, self.chunks[k].key[row]);
        let status = Self::channel(env, home, key, &self.chunks[k].person[row], destination, sector);
        let chunk = &mut self.chunks[k];
        let p = &mut chunk.person[row];
        let pair = env.pair(home, env.resolved.country_of[usize::from(destination)]);
        let seasonal = matches!(p.motive_type(), Motive::Earn | Motive::Experience) && env.streams.kind.uniform(key) < env.resolved.seasonal[pair];
        if p.trips == 0 {
            chunk.household[usize::from(p.household)].migrants += 1;
        }
        p.place = destination;
        p.since = env.month.0;
        p.trips = p.trips.saturating_add(1);
        p.experience_until = 0;
        p.set_work(sector, if seasonal { Stay::Seasonal } else { Stay::OpenEnded }, status);
    }

    fn quota(&mut self, env: &Environment<'_>, mut applicants: Vec<Application>) {
        if env.month.of_year() == 0 {
            for pair in 0..self.asked.len() {
                self.before[pair] = (self.used[pair], self.asked[pair], self.opened[pair] > 0.0);
            }
            self.asked.fill(0);
            self.used.fill(0);
            self.opened.fill(0.0);
        }
        for (opened, regime) in self.opened.iter_mut().zip(&env.regime).filter(|(_, regime)| regime.kind == Kind::Quota) {
            *opened += regime.places_per_year * self.setup.sample / 12.0;
        }
        applicants.sort_unstable();
        let mut answers = Vec::with_capacity(applicants.len());
        for (pair, _, _, k, row, destination, sector, paid, kin, otherwise) in applicants {
            let u = Stream::new(env.seed, Purpose::QuotaSize, Month::new(env.month.year(), 1), pair as u32).uniform(0);
            let granted = self.used[pair] < (self.opened[pair] + u).floor() as u64;
            self.used[pair] += u64::from(granted);
            self.asked[pair] += 1;
            answers.push((k, row, granted, [destination, sector], paid, kin, otherwise));
        }
        answers.sort_unstable();
        for (k, row, granted, [destination, sector], paid, kin, otherwise) in answers {
            if granted {
                self.depart(env, k, row, destination, sector);
                continue;
            }
            let chunk = &mut self.chunks[k];
            chunk.household[usize::from(chunk.person[row].household)].purse += paid;
            if let Some([destination, sector]) = otherwise.filter(|[destination, _]| self.pay(env, k, row, *destination, kin).is_some()) {
                self.depart(env, k, row, destination, sector);
            }
        }
    }

    /// Everybody's money of the month into their household's purse; the end of the year.
    fn accounts(&mut self, env: &Environment<'_>) {
        let afford = &env.behaviour.afford;
        for chunk in &mut self.chunks {
            let home = usize::from(chunk.home);
            for p in chunk.person.iter().filter(|p| p.active(env.month)) {
                let gain = if p.place == HOME {
                    env.home_saving[home * HOME_CELLS + home_cell(p.sex(), p.education(), p.trade())] * i64::from(p.multiplier)
                } else {
                    env.budget_of(chunk.home, p.place, p).purse() * i64::from(self.factors.multiplier_abroad(p))
                };
                chunk.household[usize::from(p.household)].purse += gain;
            }
            if env.month.of_year() == 11 {
                let buffer = Money::from_usd(afford.buffer * env.tables.home_wage[home]).0;
                let mut borrows = vec![0.0; chunk.household.len()];
                for p in chunk.person.iter().filter(|p| p.active(env.month)) {
                    borrows[usize::from(p.household)] += leave::own_earnings(env, chunk.home, p);
                }
                for (household, earnings) in chunk.household.iter_mut().zip(borrows) {
                    let over = ((household.purse - buffer).max(0) as f64 * afford.buffer_spent) as i64;
                    let owed = ((-household.purse).max(0) as f64 * afford.debt_interest) as i64;
                    let room = (Money::from_usd(afford.credit.max(afford.credit_kin) * earnings).0 + household.purse).max(0);
                    household.purse -= over + owed.min(room);
                }
            }
        }
    }
}
