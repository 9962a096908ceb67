//! The ensemble smoother with multiple data assimilation (Emerick & Reynolds 2013): all members move at once towards the data, in several
//! steps of which each trusts the data a part. It needs no derivatives and few runs, and its spread is an approximate posterior.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::evidence::Evidence;

/// One step: members `z` (standard normal a priori) with what was predicted for each. `inflation` is the number of steps, by which errors are
/// larger in each; `normal` are as many independent standard normal numbers as data, for each member. Only parameters that are `free` move.
///
/// Chance correlations between parameters and predictions would shrink the spread of parameters that the data do not hold: each covariance is
/// taken by the share of its squared correlation that is not expected of as many independent draws.
pub fn step(z: &[Vec<f64>], predicted: &[Vec<f64>], evidence: &Evidence, inflation: f64, normal: &[Vec<f64>], free: &[bool]) -> Vec<Vec<f64>> {
    let (n, m) = (z.len(), evidence.len());
    if n < 3 || m == 0 {
        return z.to_vec();
    }
    let dimensions = free.len();
    let parameters = centred(z, dimensions);
    let predictions = centred(predicted, m);
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
    let Some(inverse) = Cholesky::new(within + &evidence.covariance * inflation) else { return z.to_vec() };
    let moved = |(member, (own, normal)): (&Vec<f64>, (&Vec<f64>, &Vec<f64>))| {
        let innovation: DVector<f64> = evidence.innovations(own) + evidence.errors(normal) * inflation.sqrt();
        let change = &cross * inverse.solve(&innovation);
        member.iter().zip(change.iter()).map(|(z, c)| z + c).collect()
    };
    z.iter().zip(predicted.iter().zip(normal)).map(moved).collect()
}

/// Columns of members less their mean.
fn centred(rows: &[Vec<f64>], width: usize) -> DMatrix<f64> {
    let mut matrix = DMatrix::from_fn(width, rows.len(), |i, j| rows[j][i]);
    for i in 0..width {
        let mean = matrix.row(i).mean();
        matrix.row_mut(i).add_scalar_mut(-mean);
    }
    matrix
}
