//! Synthesis of everyone who is 16-64 at some time of the run, from published margins.
//!
//! Every attribute is a pure function of (seed, household, member): a sample keeps whole households and changes nobody in them. Ages follow
//! the cohorts by systematic sampling: a household draws one uniform position among the cohorts and its members stand at distances from
//! it (partners near, generations apart), modulo one, so that each member's age has exactly the published distribution.
//! May be used by everything right of `population`.

use rayon::prelude::*;

use super::person::{Chunk, HOME, Household, MAX_ROWS, MEMBER_BITS, Person, key};
use crate::{
    behaviour::{
        Behaviour,
        afford::Founding,
        in_order,
        traits::{Status, Stay},
    },
    draw::{Purpose, Stream, uniform},
    math::exp,
    units::{MULTIPLIER_ONE, Money, Month},
    world::{
        World,
        demography::{AGED_OUT, OF_AGE},
    },
};

/// The persons of a home region as a distribution: cohorts, margins, stocks at the start.
struct Region<'w> {
    home: usize,
    world: &'w World,
    behaviour: &'w Behaviour,
    first_household: u32,
    households: u32,
    mean_size: f64,
    /// Cumulated share of persons by birth cohort.
    cohorts: Vec<f64>,
    /// Share of men by birth cohort.
    men: Vec<f64>,
    /// Probability of being abroad at the start of a man in an age band of factor one.
    abroad_rate: f64,
    /// Cumulated share of destinations among those abroad at the start.
    places: Vec<f64>,
    women: f64,
    month_wage: f64,
    /// By sex, by month of birth from the first cohort's January on: death rates up to 65 summed, with room for rounding.
    mortality: [Vec<f64>; 2],
}

/// Streams of synthesis, one a purpose.
struct Streams(Vec<Stream>);

impl Streams {
    fn new(seed: u64, start: Month) -> Streams {
        let last = Purpose::InitialExperience as usize;
        let mut streams = vec![Stream::default(); last + 1];
        for purpose in Purpose::SYNTHESIS {
            streams[purpose as usize] = Stream::new(seed, purpose, start, 0);
        }
        Streams(streams)
    }

    #[inline]
    fn of(&self, purpose: Purpose) -> Stream {
        self.0[purpose as usize]
    }
}

/// Index of the category into which `u` falls, for shares that add to one.
fn category(shares: &[f64], u: f64) -> usize {
    let mut sum = 0.0;
    for (k, share) in shares.iter().enumerate() {
        sum += share;
        if u < sum {
            return k;
        }
    }
    shares.iter().rposition(|s| *s > 0.0).unwrap_or(0)
}

/// Persons of a home region by birth cohort and sex.
fn cohorts_of(world: &World, home: usize) -> [Vec<f64>; 2] {
    let region = &world.places.homes[home];
    let demography = &world.demography;
    let last_adult = world.start.year() - 17;
    [0, 1].map(|sex| {
        let persons = &demography.cohorts[region.origin][sex];
        let share = |k: usize| if demography.first_birth_year + k as i32 <= last_adult { region.share_of_adults } else { region.share_of_entrants };
        persons.iter().enumerate().map(|(k, n)| n * share(k)).collect()
    })
}

/// Households of a home region at `sample = 1`, and their mean size.
fn household_count(world: &World, home: usize) -> (u32, f64) {
    let persons: f64 = cohorts_of(world, home).iter().flatten().sum();
    let sizes = &world.demography.margins[home].household_size;
    let mean = sizes.iter().enumerate().map(|(k, share)| (k + 1) as f64 * share).sum::<f64>().max(1.0);
    ((persons / mean).round() as u32, mean)
}

/// Households of all home regions at `sample = 1`.
pub fn households(world: &World) -> u64 {
    (0..world.places.homes.len()).map(|home| u64::from(household_count(world, home).0)).sum()
}

/// What is said where there are no rows.
pub const NOBODY: &str = "nobody is simulated: the population or the sample is too small";

/// Rows that a run needs at a sample, from the margins alone.
pub fn expected_rows(world: &World, sample: f64) -> f64 {
    (0..world.places.homes.len()).map(|home| cohorts_of(world, home).iter().flatten().sum::<f64>()).sum::<f64>() * sample
}

/// Spans of age at 16-64 from the start on in which the death rate of those born in a month does not change: first age in months, number of
/// months, rate a month.
fn mortal_ages(world: &World, origin: usize, sex: usize, birth: Month) -> impl Iterator<Item = (i32, f64, f64)> {
    let mut age = OF_AGE.max(world.start.since(birth));
    std::iter::from_fn(move || {
        let from = (age < AGED_OUT).then_some(age)?;
        let next = world.demography.next_period(origin, sex, birth.plus(from)).map_or(AGED_OUT, |month| month.since(birth));
        age = ((from / 60 + 1) * 60).min(next).min(AGED_OUT);
        Some((from, f64::from(age - from), world.demography.death_hazard(origin, sex, from, birth.plus(from))))
    })
}

/// Sums of death rates up to 65 by month of birth.
fn mortality(world: &World, origin: usize, sex: usize) -> Vec<f64> {
    let first = Month::new(world.demography.first_birth_year, 1);
    let births = 12 * world.demography.cohorts[origin][sex].len() as i32;
    let sum = |birth: i32| mortal_ages(world, origin, sex, first.plus(birth)).map(|(_, months, hazard)| hazard * months).sum::<f64>();
    (0..births).map(|birth| sum(birth) * (1.0 + 1e-9)).collect()
}

impl<'w> Region<'w> {
    fn new(world: &'w World, behaviour: &'w Behaviour, home: usize, first_household: u32) -> Region<'w> {
        let place = &world.places.homes[home];
        let demography = &world.demography;
        let by_sex = cohorts_of(world, home);
        let total: f64 = by_sex.iter().flatten().sum::<f64>().max(1e-9);
        let mut sum = 0.0;
        let mut cohorts = Vec::with_capacity(by_sex[0].len());
        let mut men = Vec::with_capacity(by_sex[0].len());
        for (m, w) in by_sex[0].iter().zip(&by_sex[1]) {
            sum += m + w;
            cohorts.push(sum / total);
            men.push(if m + w > 0.0 { m / (m + w) } else { 0.5 });
        }
        // Who is abroad at the start: in proportion to the factors of sex and age in weighing to leave.
        let women = in_order(&behaviour.consider.women, &world.places.origins, 1.0)[place.origin];
        let weight = |sex: usize, cohort: usize| {
            let january = Month::new(demography.first_birth_year + cohort as i32, 1);
            // By month of birth, months completed: on 1 January all are in one year of age, later some have come of age since.
            let factors = (0..12).map(|m| age_factor(behaviour, world.start.since(january.plus(m)) - 1));
            factors.sum::<f64>() / 12.0 * if sex == 1 { women } else { 1.0 }
        };
        let weights: f64 = (0..2).flat_map(|sex| by_sex[sex].iter().enumerate().map(move |(k, n)| (sex, k, n))).map(|(sex, k, n)| n * weight(sex, k)).sum();
        let stocks: Vec<f64> = world.places.destinations.iter().map(|d| demography.initial[place.origin][d.country].abroad * place.migrant_share * d.jobs_share).collect();
        let abroad: f64 = stocks.iter().sum();
        let (households, mean_size) = household_count(world, home);
        let wage = world.series.get("wage_usd", &world.places.origins[place.origin].code).map_or(0.0, |v| v[0]) * place.wage_ratio;
        Region {
            home,
            world,
            behaviour,
            first_household,
            households,
            mean_size,
            cohorts,
            men,
            abroad_rate: if weights > 0.0 { abroad / weights } else { 0.0 },
            places: stocks.iter().map(|s| if abroad > 0.0 { s / abroad } else { 0.0 }).collect(),
            women,
            month_wage: wage,
            mortality: [0, 1].map(|sex| mortality(world, place.origin, sex)),
        }
    }

    /// Month of birth at a position among the cohorts, with the share of men of that cohort.
    fn birth(&self, position: f64) -> (Month, f64) {
        let k = self.cohorts.partition_point(|c| *c <= position).min(self.cohorts.len() - 1);
        let from = if k == 0 { 0.0 } else { self.cohorts[k - 1] };
        let within = ((position - from) / (self.cohorts[k] - from).max(1e-300)).clamp(0.0, 0.999_999);
        (Month::new(self.world.demography.first_birth_year + k as i32, 1 + (within * 12.0) as u32), self.men[k])
    }

    /// Month of death at 16-64, from the life table, given survival to 16 or to the start.
    fn death(&self, sex: usize, birth: Month, exponential: f64) -> Month {
        let first = Month::new(self.world.demography.first_birth_year, 1);
        // Most live to 65: one comparison.
        if self.mortality[sex].get(birth.since(first) as usize).is_some_and(|risk| exponential > *risk) {
            return Month::NEVER;
        }
        let mut left = exponential;
        for (age, months, hazard) in mortal_ages(self.world, self.world.places.homes[self.home].origin, sex, birth) {
            if hazard > 0.0 && left < hazard * months {
                // Nobody dies in the very month of coming of age: they would leave a sum that they never entered.
                return birth.plus((age + (left / hazard) as i32).max(OF_AGE + 1));
            }
            left -= hazard * months;
        }
        Month::NEVER
    }

    /// Appends one household with its members.
    fn household(&self, streams: &Streams, id: u32, chunk: &mut Chunk) {
        let demography = &self.world.demography;
        let margins = &demography.margins[self.home];
        let groups = &demography.households;
        let head = key(id, 0);
        let draw = |purpose: Purpose, k: u32| streams.of(purpose).uniform(k);
        let size = (category(&margins.household_size, draw(Purpose::HouseholdSize, head)) + 1).min((1 << MEMBER_BITS) - 1);
        let (first, index) = (chunk.person.len(), chunk.household.len());
        let anchor = draw(Purpose::Birth, head);
        let mut migrants = 0;
        for member in 0..size as u32 {
            let k = key(id, member);
            let jitter = 2.0 * draw(Purpose::Kinship, k) - 1.0;
            let generation = if member < 2 { 0 } else { 1 + (member - 2) / groups.children };
            let distance = match (member, generation) {
                (0, _) => 0.0,
                (1, _) => jitter * groups.partner,
                _ => groups.generation * f64::from(generation) + jitter * groups.spread,
            };
            let (birth, men) = self.birth((anchor + distance).rem_euclid(1.0));
            // Partners are of opposite sex wherever the shares allow it.
            let u = draw(Purpose::Sex, if member == 1 { head } else { k });
            let sex = usize::from(if member == 1 { 1.0 - u } else { u } >= men);
            let person = self.person(streams, k, sex, birth, index as u16);
            migrants += u8::from(person.trips > 0);
            chunk.key.push(k);
            chunk.person.push(person);
        }
        let members = &chunk.person[first..];
        let founding = Founding {
            wage: self.month_wage,
            multiplier: f64::from(members[0].multiplier) / f64::from(MULTIPLIER_ONE),
            age: members[0].age(self.world.start),
            later: members.iter().all(|p| p.age(self.world.start) < OF_AGE),
        };
        let stream = streams.of(Purpose::Wealth);
        let purse = self.behaviour.afford.wealth(&founding, || stream.normal(head), || stream.uniform(head));
        chunk.household.push(Household { purse: Money::from_usd(purse).0, settled: 0, first: first as u16, members: size as u8, migrants, spare: [0; 2] });
    }

    fn person(&self, streams: &Streams, k: u32, sex: usize, birth: Month, household: u16) -> Person {
        let (world, margins) = (self.world, &self.world.demography.margins[self.home]);
        let draw = |purpose: Purpose| streams.of(purpose).uniform(k);
        let education = category(&margins.education[sex], draw(Purpose::Education));
        let trade = category(&margins.sector[sex], draw(Purpose::Trade));
        let motive = category(&margins.motive[sex], draw(Purpose::Motive));
        let spread = self.behaviour.labour.multiplier_spread;
        let multiplier = exp(spread * streams.of(Purpose::Multiplier).normal(k) - spread * spread / 2.0) * f64::from(MULTIPLIER_ONE);
        let mut person = Person {
            birth: birth.0,
            death: self.death(sex, birth, streams.of(Purpose::Death).exponential(k)).0,
            multiplier: multiplier.round().clamp(1.0, f64::from(u16::MAX)) as u16,
            place: HOME,
            household,
            traits: Person::pack_traits(sex as u8, education as u8, trade as u8, motive as u8),
            ..Person::default()
        };
        if person.active(world.start) && person.age(world.start) > OF_AGE {
            self.place_at_start(streams, k, &mut person);
        }
        person
    }

    /// Where a person of age is in the first month, and what experience they have.
    fn place_at_start(&self, streams: &Streams, k: u32, person: &mut Person) {
        let (world, start) = (self.world, self.world.start);
        let params = &world.demography.start;
        let weight = age_factor(self.behaviour, person.age(start)) * if person.sex() == 1 { self.women } else { 1.0 };
        let rate = self.abroad_rate * weight;
        let u = uniform(streams.of(Purpose::InitialPlace).bits(k));
        if u < rate {
            let d = category(&self.places, u / rate.min(1.0));
            let place = &world.places.destinations[d];
            let pair = &world.demography.initial[world.places.homes[self.home].origin][place.country];
            let taste = if person.sex() == 1 { &self.behaviour.choose.sector_women } else { &self.behaviour.choose.sector_men };
            let jobs: Vec<f64> = (0..4).map(|s| place.sector_jobs[s] * exp(taste[s])).collect();
            let all: f64 = jobs.iter().sum();
            let sector = category(&jobs, streams.of(Purpose::InitialSector).uniform(k) * all);
            // Of all stays some are away for the winter: the share among those who are present is smaller.
            let present = pair.seasonal_share * params.seasonal_present;
            let seasonal = present / (1.0 - pair.seasonal_share + present).max(1e-12);
            let settled = (1.0 - seasonal) * pair.settled_share;
            let stay = [Stay::Seasonal, Stay::Settled, Stay::OpenEnded][category(&[seasonal, settled, 1.0 - seasonal - settled], streams.of(Purpose::InitialStay).uniform(k))];
            let undocumented = streams.of(Purpose::InitialStatus).uniform(k) < pair.undocumented_share && stay != Stay::Settled;
            let since = if stay == Stay::Seasonal { 0.0 } else { params.spell * streams.of(Purpose::InitialSince).exponential(k) };
            person.place = d as u8;
            person.trips = 1;
            person.since = start.plus(-(since.min(600.0) as i32) - 1).0;
            person.set_work(sector as u8, stay, if undocumented { Status::Undocumented } else { Status::Documented });
        } else if (u - rate) < rate * params.experienced {
            person.trips = 1;
            person.experience_until = start.plus(1 + self.behaviour.consider.fading(streams.of(Purpose::InitialExperience).exponential(k))).0;
        }
    }
}

fn age_factor(behaviour: &Behaviour, age_months: i32) -> f64 {
    if !(OF_AGE..AGED_OUT).contains(&age_months) {
        return 0.0;
    }
    behaviour.consider.band(age_months).map_or(0.0, |b| behaviour.consider.age[b].factor)
}

/// The population of a run, in chunks of about `chunk_rows` rows, in the order of keys. Class codes are set by the engine.
pub fn synthesise(world: &World, behaviour: &Behaviour, seed: u64, sample: f64, chunk_rows: usize) -> Vec<Chunk> {
    let streams = Streams::new(seed, world.start);
    let mut first = 0;
    let regions: Vec<Region<'_>> = (0..world.places.homes.len())
        .map(|home| {
            let region = Region::new(world, behaviour, home, first);
            first += region.households;
            region
        })
        .collect();
    // Ranges of household numbers that yield about `chunk_rows` rows each, with room for chance.
    let target = chunk_rows.clamp(64, MAX_ROWS - 5_000) as f64;
    let pieces: Vec<(&Region<'_>, u32, u32)> = regions
        .iter()
        .flat_map(|region| {
            let per_chunk = ((target / (region.mean_size * sample)) as u32).max(1);
            let end = region.first_household + region.households;
            (region.first_household..end).step_by(per_chunk as usize).map(move |from| (region, from, end.min(from.saturating_add(per_chunk))))
        })
        .collect();
    let keep = streams.of(Purpose::KeepHousehold);
    let chunks: Vec<Vec<Chunk>> = pieces.into_par_iter().map(|(region, from, until)| make_chunks(region, &streams, keep, sample, from..until)).collect();
    chunks.into_iter().flatten().filter(|c| !c.key.is_empty()).collect()
}

fn make_chunks(region: &Region<'_>, streams: &Streams, keep: Stream, sample: f64, households: std::ops::Range<u32>) -> Vec<Chunk> {
    let empty = || Chunk::new(region.home as u8, Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut chunks = vec![empty()];
    for id in households {
        if sample < 1.0 && keep.uniform(key(id, 0)) >= sample {
            continue;
        }
        if chunks.last().is_some_and(|c| c.key.len() + (1 << MEMBER_BITS) > MAX_ROWS) {
            chunks.push(empty());
        }
        if let Some(chunk) = chunks.last_mut() {
            region.household(streams, id, chunk);
        }
    }
    for chunk in &mut chunks {
        chunk.class = vec![super::class::INERT; chunk.key.len()];
        chunk.key.shrink_to_fit();
        chunk.person.shrink_to_fit();
        chunk.household.shrink_to_fit();
        chunk.index();
    }
    chunks
}
