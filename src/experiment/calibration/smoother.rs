//! The ensemble smoother with multiple data assimilation (Emerick & Reynolds 2013): all members move at once towards the data, in several
//! steps of which each trusts the data a part. It needs no derivatives and few runs, and its spread is an approximate posterior.
//!
//! With few more members than parameters, sample covariances move parameters by chance and make the ensemble too narrow. So what parameters do
//! to predictions is a linear regression over the members (as in the regression form of the ensemble smoother, Evensen et al. 2019), what it
//! leaves over counts as noise of the runs, and the covariance of the parameters follows from the prior by the steps taken.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::evidence::Evidence;

/// Ridge of the regression, as a share of the prior variance of a parameter.
const RIDGE: f64 = 0.05;
/// Least degrees of freedom that noise is estimated from.
const LEAST_FREEDOM: f64 = 5.0;

/// The smoother between two steps.
pub struct Smoother<'a> {
    evidence: &'a Evidence,
    free: &'a [bool],
    /// Factor of errors in each step: the number of steps.
    inflation: f64,
    /// Covariance of the parameters, as it follows from the prior.
    covariance: DMatrix<f64>,
}

impl<'a> Smoother<'a> {
    /// Before the first of so many steps. Only parameters that are `free` move; a priori all are independent and standard normal.
    pub fn new(evidence: &'a Evidence, free: &'a [bool], steps: usize) -> Smoother<'a> {
        Smoother { evidence, free, inflation: steps as f64, covariance: DMatrix::identity(free.len(), free.len()) }
    }

    /// One step: members with what was predicted for each, and as many independent standard normal numbers as data for each. Where the
    /// equations cannot be solved, members stay where they are.
    pub fn step(&mut self, z: &[Vec<f64>], predicted: &[Vec<f64>], normal: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let Some((gain, effect, noise)) = self.gain(z, predicted) else { return z.to_vec() };
        let moved = |(member, (own, normal)): (&Vec<f64>, (&Vec<f64>, &Vec<f64>))| {
            let innovation: DVector<f64> = self.evidence.innovations(own) + self.evidence.errors(normal) * self.inflation.sqrt();
            member.iter().zip((&gain * innovation).iter()).map(|(z, change)| z + change).collect()
        };
        let members = z.iter().zip(predicted.iter().zip(normal)).map(moved).collect();
        // Joseph's form, which holds for a gain of which parts are 0.
        let kept = DMatrix::identity(self.free.len(), self.free.len()) - &gain * effect;
        let errors = &self.evidence.covariance * self.inflation + DMatrix::from_diagonal(&noise);
        self.covariance = &kept * &self.covariance * kept.transpose() + &gain * errors * gain.transpose();
        members
    }

    /// What innovations mean for parameters, what parameters do to predictions, and the variance of what is left over.
    fn gain(&self, z: &[Vec<f64>], predicted: &[Vec<f64>]) -> Option<(DMatrix<f64>, DMatrix<f64>, DVector<f64>)> {
        let (n, m, dimensions) = (z.len(), self.evidence.len(), self.free.len());
        if n < 3 || m == 0 {
            return None;
        }
        let (parameters, predictions) = (centred(z, dimensions), centred(predicted, m));
        let ridge = DMatrix::identity(dimensions, dimensions) * (RIDGE * n as f64);
        let weights = Cholesky::new(&parameters * parameters.transpose() + ridge)?.solve(&parameters);
        let effect = &predictions * weights.transpose();
        let left = &predictions - &effect * &parameters;
        let freedom = (n as f64 - 1.0 - parameters.dot(&weights)).max(LEAST_FREEDOM);
        let noise = DVector::from_fn(m, |row, _| left.row(row).norm_squared() / freedom);
        let cross = &self.covariance * effect.transpose();
        let within = &effect * &cross + DMatrix::from_diagonal(&noise) + &self.evidence.covariance * self.inflation;
        let mut gain = Cholesky::new(within)?.solve(&cross.transpose()).transpose();
        for (p, _) in self.free.iter().enumerate().filter(|(_, free)| !**free) {
            gain.row_mut(p).fill(0.0);
        }
        Some((gain, effect, noise))
    }
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
