//! Designs of experiments as points of the unit cube: what a coordinate means is the factor's affair. All are functions of their
//! parameters and a seed.

use serde::{Deserialize, Serialize};

use crate::{
    draw::{Purpose, Stream},
    units::Month,
};

/// Most factors of a design that draws from the Sobol' sequence; Saltelli's needs two dimensions a factor.
pub const SOBOL_DIMENSIONS: usize = 256;

/// How points are spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Every combination of the factors' levels.
    Grid,
    /// The points that the file lists.
    List,
    /// Latin hypercube (`McKay`, Beckman, Conover 1979): each factor's range in as many strata as points, each hit once.
    LatinHypercube,
    /// Sobol' sequence with Owen scrambling (Burley 2020).
    Sobol,
    /// Saltelli's design for Sobol' indices (Saltelli et al. 2010): `points` times the number of factors plus two.
    Saltelli,
    /// Morris trajectories (Morris 1991): `trajectories` times the number of factors plus one.
    Morris,
}

/// A design.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Design {
    /// How points are spread.
    pub kind: Kind,
    /// Points of the sample: all of them, or the base sample of Saltelli's.
    pub points: usize,
    /// Morris trajectories.
    pub trajectories: usize,
    /// Levels of a Morris trajectory, even.
    pub levels: usize,
    /// Seed.
    pub seed: u64,
}

impl Design {
    /// Points of the unit cube; `levels` are the levels of each factor in a grid, and the coordinate of each.
    pub fn unit(&self, levels: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let factors = levels.len();
        match self.kind {
            Kind::List => Vec::new(),
            Kind::Grid => grid(levels),
            Kind::LatinHypercube => latin_hypercube(self.points, factors, self.seed),
            Kind::Sobol => (0..self.points).map(|i| sobol(i, 0..factors, self.seed)).collect(),
            Kind::Saltelli => saltelli(self.points, factors, self.seed),
            Kind::Morris => (0..self.trajectories).flat_map(|t| trajectory(t, factors, self.levels, self.seed)).collect(),
        }
    }

    /// Number of points that [`Design::unit`] would make of factors with so many levels; `usize::MAX` if there are more. A list makes none.
    pub fn rows(&self, levels: &[usize]) -> usize {
        match self.kind {
            Kind::List => 0,
            Kind::Grid => levels.iter().fold(1, |n, &l| usize::saturating_mul(n, l)),
            Kind::LatinHypercube | Kind::Sobol => self.points,
            Kind::Saltelli => self.points.saturating_mul(levels.len() + 2),
            Kind::Morris => self.trajectories.saturating_mul(levels.len() + 1),
        }
    }

    /// Step of a Morris trajectory: half the levels, so that all are hit equally often.
    pub fn step(&self) -> f64 {
        step(self.levels)
    }
}

fn grid(levels: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut points = vec![Vec::new()];
    for of_factor in levels {
        points = points.into_iter().flat_map(|p: Vec<f64>| of_factor.iter().map(move |u| p.iter().copied().chain([*u]).collect())).collect();
    }
    points
}

/// Draws of a design are of no month.
fn stream(seed: u64, index: u32) -> Stream {
    Stream::new(seed, Purpose::Design, Month::new(1900, 1), index)
}

/// The numbers from 0 to `n` in random order.
fn shuffled(n: usize, seed: u64, index: u32) -> Vec<usize> {
    let stream = stream(seed, index);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(|&i| (stream.bits(i as u32), i));
    order
}

fn latin_hypercube(points: usize, factors: usize, seed: u64) -> Vec<Vec<f64>> {
    let columns: Vec<Vec<f64>> = (0..factors as u32)
        .map(|f| {
            let within = stream(seed, 2 * f + 1);
            shuffled(points, seed, 2 * f).iter().enumerate().map(|(i, &stratum)| (stratum as f64 + within.uniform(i as u32)) / points as f64).collect()
        })
        .collect();
    (0..points).map(|i| columns.iter().map(|c| c[i]).collect()).collect()
}

fn sobol(index: usize, dimensions: std::ops::Range<usize>, seed: u64) -> Vec<f64> {
    let seed = (seed ^ (seed >> 32)) as u32;
    dimensions.map(|d| f64::from(sobol_burley::sample(index as u32, d as u32, seed))).collect()
}

/// Blocks of A, B, and A with each column of B in turn.
fn saltelli(points: usize, factors: usize, seed: u64) -> Vec<Vec<f64>> {
    let block = |i: usize| {
        let (a, b) = (sobol(i, 0..factors, seed), sobol(i, factors..2 * factors, seed));
        let mixed: Vec<Vec<f64>> = (0..factors).map(|f| a.iter().enumerate().map(|(g, &u)| if f == g { b[f] } else { u }).collect()).collect();
        [a, b].into_iter().chain(mixed)
    };
    (0..points).flat_map(block).collect()
}

fn step(levels: usize) -> f64 {
    levels as f64 / (2.0 * (levels as f64 - 1.0))
}

/// One factor after the other moves by one step, in random order and direction.
fn trajectory(number: usize, factors: usize, levels: usize, seed: u64) -> Vec<Vec<f64>> {
    let index = 3 * number as u32;
    let (start, up) = (stream(seed, index), stream(seed, index + 1));
    let half = levels / 2;
    // Draws from the lower half, then up, or the mirror image of it.
    let low = |f: usize| ((start.uniform(f as u32) * half as f64) as usize).min(half - 1) as f64 / (levels - 1) as f64;
    let rises = |f: usize| up.uniform(f as u32) < 0.5;
    let at = |f: usize, moved: bool| if rises(f) == moved { low(f) + step(levels) } else { low(f) };
    let order = shuffled(factors, seed, index + 2);
    (0..=factors).map(|n| (0..factors).map(|f| at(f, order[..n].contains(&f))).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn design(kind: Kind, points: usize) -> Design {
        Design { kind, points, trajectories: points, levels: 4, seed: 7 }
    }

    #[test]
    fn a_grid_is_every_combination() {
        let points = design(Kind::Grid, 0).unit(&[vec![0.0, 1.0], vec![0.0, 0.5, 1.0]]);
        assert_eq!(points.len(), 6);
        assert_eq!(points[1], [0.0, 0.5]);
        assert_eq!(points[5], [1.0, 1.0]);
    }

    #[test]
    fn points_are_counted_before_they_are_made() {
        for kind in [Kind::Grid, Kind::LatinHypercube, Kind::Sobol, Kind::Saltelli, Kind::Morris] {
            let (design, levels) = (design(kind, 6), [vec![0.0, 1.0], vec![0.0, 0.5, 1.0]]);
            assert_eq!(design.rows(&[2, 3]), design.unit(&levels).len(), "{kind:?}");
        }
        assert_eq!(design(Kind::Grid, 0).rows(&[usize::MAX, 3]), usize::MAX);
    }

    #[test]
    fn a_latin_hypercube_hits_each_stratum_once() {
        let points = design(Kind::LatinHypercube, 50).unit(&vec![Vec::new(); 4]);
        for f in 0..4 {
            let mut strata: Vec<usize> = points.iter().map(|p| (p[f] * 50.0) as usize).collect();
            strata.sort_unstable();
            assert_eq!(strata, (0..50).collect::<Vec<_>>());
        }
        let distinct = (0..50).filter(|&i| (points[i][0] * 50.0) as usize != (points[i][1] * 50.0) as usize).count();
        assert!(distinct > 40, "columns are ordered alike");
    }

    #[test]
    fn the_sobol_sequence_fills_boxes_evenly() {
        // The first 2^k points of a (0, 2)-sequence hit each elementary interval once; scrambling keeps that.
        let points = design(Kind::Sobol, 64).unit(&vec![Vec::new(); 2]);
        for (wide, high) in [(8, 8), (16, 4), (2, 32)] {
            let mut boxes: Vec<usize> = points.iter().map(|p| (p[0] * f64::from(wide)) as usize * high as usize + (p[1] * f64::from(high)) as usize).collect();
            boxes.sort_unstable();
            assert_eq!(boxes, (0..64).collect::<Vec<_>>());
        }
    }

    #[test]
    fn saltelli_takes_one_column_from_the_other_sample() {
        let points = design(Kind::Saltelli, 8).unit(&vec![Vec::new(); 3]);
        assert_eq!(points.len(), 8 * 5);
        for block in points.chunks(5) {
            for f in 0..3 {
                for g in 0..3 {
                    assert_eq!(block[2 + f][g], block[usize::from(f == g)][g]);
                }
            }
        }
    }

    #[test]
    fn a_morris_trajectory_moves_one_factor_at_a_time() {
        let design = design(Kind::Morris, 20);
        let points = design.unit(&vec![Vec::new(); 5]);
        let mut seen = [0; 4];
        for trajectory in points.chunks(6) {
            let mut moved: Vec<usize> = Vec::new();
            for pair in trajectory.windows(2) {
                let of: Vec<usize> = (0..5).filter(|&f| pair[0][f] != pair[1][f]).collect();
                assert_eq!(of.len(), 1);
                assert!(((pair[1][of[0]] - pair[0][of[0]]).abs() - design.step()).abs() < 1e-12);
                moved.extend(of);
            }
            moved.sort_unstable();
            assert_eq!(moved, [0, 1, 2, 3, 4]);
            for u in trajectory.iter().flatten() {
                let level = u * 3.0;
                assert!((level - level.round()).abs() < 1e-9 && (0.0..=1.0).contains(u));
                seen[level.round() as usize] += 1;
            }
        }
        assert!(seen.iter().all(|&n| n > 100), "{seen:?}");
    }
}
