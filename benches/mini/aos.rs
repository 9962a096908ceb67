//! The mini workload as one would write it by hand: an array of structures, a sequential generator for each piece, rayon. What the engine is
//! compared with, in speed by `benches/mini` and in outcome by `tests/mini.rs`.

use rand::{RngExt, SeedableRng, rngs::StdRng};
use rayon::prelude::*;

/// Number of origins.
pub const ORIGINS: usize = 3;
/// Number of destinations.
pub const DESTINATIONS: usize = 8;
/// Number of pairs.
pub const PAIRS: usize = ORIGINS * DESTINATIONS;
/// Months simulated.
pub const MONTHS: usize = 120;
/// Wages of the origins, US dollars a month.
pub const HOME_WAGE: [f64; ORIGINS] = [300.0, 200.0, 280.0];
/// Wages of the destinations, US dollars a month.
pub const WAGE: [f64; DESTINATIONS] = [900.0, 600.0, 2000.0, 1100.0, 700.0, 1200.0, 2400.0, 1000.0];
/// Costs of going, US dollars.
pub const COST: [[f64; DESTINATIONS]; ORIGINS] = [
    [500.0, 350.0, 3000.0, 1200.0, 700.0, 2000.0, 4000.0, 1500.0],
    [450.0, 400.0, 3500.0, 1400.0, 900.0, 2200.0, 4500.0, 1700.0],
    [400.0, 200.0, 3200.0, 1300.0, 600.0, 2100.0, 4200.0, 1600.0],
];

const HOME: u8 = u8::MAX;
/// Persons with one generator.
const PIECE: usize = 65_536;

/// A person: 12 bytes.
#[derive(Clone, Copy)]
struct Person {
    savings: f32,
    skill: f32,
    age: u16,
    origin: u8,
    place: u8,
}

/// Sums by origin x destination.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Flows {
    /// Departures of the month.
    pub departures: [u64; PAIRS],
    /// Returns of the month.
    pub returns: [u64; PAIRS],
    /// Persons abroad at its end.
    pub stock: [u64; PAIRS],
    /// Remitted in it, US dollars.
    pub remitted: [f64; PAIRS],
}

impl Flows {
    fn add(mut self, other: &Flows) -> Flows {
        for k in 0..PAIRS {
            self.departures[k] += other.departures[k];
            self.returns[k] += other.returns[k];
            self.stock[k] += other.stock[k];
            self.remitted[k] += other.remitted[k];
        }
        self
    }
}

/// The loop in progress.
pub struct Aos {
    persons: Vec<Person>,
    generators: Vec<StdRng>,
    population: [u64; ORIGINS],
    stock: [u64; PAIRS],
}

impl Aos {
    /// Everybody at home, ages uniform, savings of up to 1.2 months.
    pub fn new(persons: usize, seed: u64) -> Aos {
        let mut generators: Vec<StdRng> = (0..persons.div_ceil(PIECE) as u64).map(|k| StdRng::seed_from_u64(seed << 32 | k)).collect();
        let mut all = vec![Person { savings: 0.0, skill: 0.0, age: 0, origin: 0, place: HOME }; persons];
        all.par_chunks_mut(PIECE).zip(generators.par_iter_mut()).enumerate().for_each(|(piece, (persons_of_piece, generator))| {
            for (k, p) in persons_of_piece.iter_mut().enumerate() {
                let position = (piece * PIECE + k) as f64 / persons as f64;
                p.origin = u8::from(position >= 0.6) + u8::from(position >= 0.8);
                p.age = generator.random_range(192..780);
                // Box and Muller 1958.
                let (u, v): (f64, f64) = (generator.random(), generator.random());
                let normal = (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos();
                p.skill = (-0.125 + 0.5 * normal).exp() as f32;
                let months = 12.0 * generator.random::<f64>();
                p.savings = (months * 0.1 * HOME_WAGE[usize::from(p.origin)]) as f32 * p.skill;
            }
        });
        let mut population = [0; ORIGINS];
        for p in &all {
            population[usize::from(p.origin)] += 1;
        }
        Aos { persons: all, generators, population, stock: [0; PAIRS] }
    }

    /// Bytes of all persons.
    pub fn bytes(&self) -> usize {
        size_of_val(self.persons.as_slice())
    }

    /// One month.
    pub fn step(&mut self) -> Flows {
        let mut asc = [[0.0f32; DESTINATIONS]; ORIGINS];
        for (o, of_origin) in asc.iter_mut().enumerate() {
            for (d, value) in of_origin.iter_mut().enumerate() {
                let share = self.stock[o * DESTINATIONS + d] as f64 / self.population[o] as f64;
                *value = (-3.5 + (WAGE[d] / HOME_WAGE[o]).ln() + 0.3 * (1000.0 * share).ln_1p()) as f32;
            }
        }
        let flows = self
            .persons
            .par_chunks_mut(PIECE)
            .zip(self.generators.par_iter_mut())
            .map(|(persons, generator)| {
                let mut flows = Flows::default();
                for p in persons {
                    person(p, generator, &asc, &mut flows);
                }
                flows
            })
            .reduce(Flows::default, |a, b| a.add(&b));
        self.stock = flows.stock;
        flows
    }
}

/// One person's month.
#[inline]
fn person(p: &mut Person, generator: &mut StdRng, asc: &[[f32; DESTINATIONS]; ORIGINS], flows: &mut Flows) {
    let o = usize::from(p.origin);
    if p.place == HOME {
        if p.age >= 216 && p.age < 720 {
            let earnings = HOME_WAGE[o] as f32 * p.skill;
            p.savings += 0.1 * earnings;
            if generator.random::<f32>() < 0.02
                && let Some(d) = choice(generator, &asc[o], o, earnings)
                && p.savings >= COST[o][d] as f32
            {
                p.savings -= COST[o][d] as f32;
                p.place = d as u8;
                flows.departures[o * DESTINATIONS + d] += 1;
            }
        }
    } else {
        let d = usize::from(p.place);
        let pay = WAGE[d] as f32 * p.skill;
        flows.remitted[o * DESTINATIONS + d] += f64::from(0.3 * pay);
        p.savings += 0.2 * pay;
        if generator.random::<f32>() < 0.06 {
            p.place = HOME;
            flows.returns[o * DESTINATIONS + d] += 1;
        }
    }
    p.age += 1;
    if p.age >= 780 {
        *p = Person { savings: 0.0, age: 192, place: HOME, ..*p };
    }
    if p.place != HOME {
        flows.stock[o * DESTINATIONS + usize::from(p.place)] += 1;
    }
}

/// A multinomial logit between staying (value 0) and the destinations; none is to stay.
#[inline]
fn choice(generator: &mut StdRng, asc: &[f32; DESTINATIONS], origin: usize, earnings: f32) -> Option<usize> {
    let mut weights = [0.0f32; DESTINATIONS];
    let mut sum = 1.0;
    for d in 0..DESTINATIONS {
        weights[d] = (asc[d] - 0.15 * COST[origin][d] as f32 / earnings).exp();
        sum += weights[d];
    }
    let mut left = generator.random::<f32>() * sum - 1.0;
    if left < 0.0 {
        return None;
    }
    for (d, weight) in weights.iter().enumerate() {
        left -= weight;
        if left < 0.0 {
            return Some(d);
        }
    }
    Some(DESTINATIONS - 1)
}
