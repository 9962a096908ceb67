//! The ensemble smoother with multiple data assimilation (Emerick & Reynolds 2013): all members move at once towards the data, in several
//! steps of which each trusts the data a part. It needs no derivatives and few runs, and its spread is an approximate posterior.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use super::evidence::Evidence;

/// Groups of members; each moves by what the others say.
const GROUPS: usize = 8;

/// One step: members `z` (standard normal a priori) with what was predicted for each. `inflation` is the number of steps, by which errors are
/// larger in each; `normal` are as many independent standard normal numbers as data, for each member. Only parameters that are `free` move.
///
/// A member that is moved by covariances in which it has a part comes too near the data, and the ensemble gets too narrow: each group of
/// members is moved by the covariances of the other groups (Houtekamer & Mitchell 1998).
pub fn step(z: &[Vec<f64>], predicted: &[Vec<f64>], evidence: &Evidence, inflation: f64, normal: &[Vec<f64>], free: &[bool]) -> Vec<Vec<f64>> {
    let groups = GROUPS.min(z.len() / 2).max(1);
    let mut moved = z.to_vec();
    for group in 0..groups {
        let others: Vec<usize> = (0..z.len()).filter(|k| groups == 1 || k % groups != group).collect();
        let Some(gain) = Gain::new(&others, z, predicted, evidence, inflation, free) else { continue };
        for k in (group..z.len()).step_by(groups) {
            let innovation: DVector<f64> = evidence.innovations(&predicted[k]) + evidence.errors(&normal[k]) * inflation.sqrt();
            let change = gain.change(&innovation);
            moved[k] = z[k].iter().zip(change.iter()).map(|(z, c)| z + c).collect();
        }
    }
    moved
}

/// What innovations of predictions mean for parameters.
struct Gain {
    cross: DMatrix<f64>,
    inverse: Cholesky<f64, Dyn>,
}

impl Gain {
    /// From some members.
    ///
    /// Chance correlations between parameters and predictions would move parameters that the data do not hold: each covariance is taken by
    /// the share of its squared correlation that is not expected of as many independent draws.
    fn new(members: &[usize], z: &[Vec<f64>], predicted: &[Vec<f64>], evidence: &Evidence, inflation: f64, free: &[bool]) -> Option<Gain> {
        let (n, m, dimensions) = (members.len(), evidence.len(), free.len());
        if n < 4 || m == 0 {
            return None;
        }
        let parameters = centred(members, z, dimensions);
        let predictions = centred(members, predicted, m);
        let scale = 1.0 / (n as f64 - 1.0);
        let mut cross = &parameters * predictions.transpose() * scale;
        let within = &predictions * predictions.transpose() * scale;
        for p in 0..dimensions {
            let variance = parameters.row(p).norm_squared() * scale;
            for d in 0..m {
                let squared = cross[(p, d)].powi(2) / (variance * within[(d, d)]).max(f64::MIN_POSITIVE);
                let chance = (1.0 - squared).max(0.0) / (n as f64 - 2.0);
                let share = if free[p] && squared > 0.0 { (1.0 - chance / squared).max(0.0) } else { 0.0 };
                cross[(p, d)] *= share;
            }
        }
        let inverse = Cholesky::new(within + &evidence.covariance * inflation)?;
        Some(Gain { cross, inverse })
    }

    fn change(&self, innovation: &DVector<f64>) -> DVector<f64> {
        &self.cross * self.inverse.solve(innovation)
    }
}

/// Columns of members less their mean.
fn centred(members: &[usize], rows: &[Vec<f64>], width: usize) -> DMatrix<f64> {
    let mut matrix = DMatrix::from_fn(width, members.len(), |i, j| rows[members[j]][i]);
    for i in 0..width {
        let mean = matrix.row(i).mean();
        matrix.row_mut(i).add_scalar_mut(-mean);
    }
    matrix
}
