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
/// Least effective number of weighted members, as a share of their number.
const LEAST_EFFECTIVE: f64 = 0.5;
/// Halvings in the search for the power of weights.
const HALVINGS: usize = 40;

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
        let seen = self.evidence.binding(predicted);
        let Some((gain, effect, noise)) = self.gain(z, predicted, &seen) else { return z.to_vec() };
        let moved = |(member, (own, normal)): (&Vec<f64>, (&Vec<f64>, &Vec<f64>))| {
            let innovation = self.evidence.innovations(own) + self.evidence.errors(normal) * self.inflation.sqrt();
            let innovation = innovation.select_rows(&seen);
            member.iter().zip((&gain * innovation).iter()).map(|(z, change)| z + change).collect()
        };
        let members = z.iter().zip(predicted.iter().zip(normal)).map(moved).collect();
        // Joseph's form, which holds for a gain of which parts are 0.
        let kept = DMatrix::identity(self.free.len(), self.free.len()) - &gain * effect;
        let errors = self.errors(&seen) * self.inflation + DMatrix::from_diagonal(&noise);
        self.covariance = &kept * &self.covariance * kept.transpose() + &gain * errors * gain.transpose();
        members
    }

    /// Weights of members after the last step: importance weights from the normal distribution that the steps led to towards the posterior,
    /// with the model as it is in place of the regression. Few members cannot carry the full weights, so they are taken to the power, at
    /// most 1, at which the effective number of members is no less than half of them.
    pub fn weights(&self, z: &[Vec<f64>], predicted: &[Vec<f64>]) -> Vec<f64> {
        let equal = || vec![1.0; z.len()];
        let all: Vec<usize> = (0..self.evidence.len()).collect();
        let Some((_, _, noise)) = self.gain(z, predicted, &all) else { return equal() };
        let free: Vec<usize> = (0..self.free.len()).filter(|&p| self.free[p]).collect();
        let of_free = DMatrix::from_fn(free.len(), free.len(), |i, j| self.covariance[(free[i], free[j])]);
        let within = &self.evidence.covariance + DMatrix::from_diagonal(&noise);
        let (Some(own), Some(within)) = (Cholesky::new(of_free), Cholesky::new(within)) else { return equal() };
        let mean = DVector::from_fn(free.len(), |i, _| z.iter().map(|z| z[free[i]]).sum::<f64>() / z.len() as f64);
        let log = |(z, predicted): (&Vec<f64>, &Vec<f64>)| {
            let member = DVector::from_fn(free.len(), |i, _| z[free[i]]);
            let (off, missed) = (&member - &mean, self.evidence.innovations(predicted));
            0.5 * (off.dot(&own.solve(&off)) - member.norm_squared() - missed.dot(&within.solve(&missed)))
        };
        let logs: Vec<f64> = z.iter().zip(predicted).map(log).collect();
        let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let raised = |power: f64| logs.iter().map(|log| (power * (log - most)).exp()).collect::<Vec<f64>>();
        let effective = |weights: &[f64]| weights.iter().sum::<f64>().powi(2) / weights.iter().map(|w| w * w).sum::<f64>();
        let enough = |power: f64| effective(&raised(power)) >= LEAST_EFFECTIVE * z.len() as f64;
        if !most.is_finite() {
            return equal();
        }
        if enough(1.0) {
            return raised(1.0);
        }
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            (low, high) = if enough(middle) { (middle, high) } else { (low, middle) };
        }
        raised(low)
    }

    /// Covariance of the errors of some data.
    fn errors(&self, seen: &[usize]) -> DMatrix<f64> {
        self.evidence.covariance.select_rows(seen).select_columns(seen)
    }

    /// What innovations of some data mean for parameters, what parameters do to their predictions, and the variance of what is left over.
    fn gain(&self, z: &[Vec<f64>], predicted: &[Vec<f64>], seen: &[usize]) -> Option<(DMatrix<f64>, DMatrix<f64>, DVector<f64>)> {
        let (n, m, dimensions) = (z.len(), seen.len(), self.free.len());
        if n < 3 || m == 0 {
            return None;
        }
        let (parameters, predictions) = (centred(z, dimensions), centred(predicted, self.evidence.len()).select_rows(seen));
        let ridge = DMatrix::identity(dimensions, dimensions) * (RIDGE * n as f64);
        let weights = Cholesky::new(&parameters * parameters.transpose() + ridge)?.solve(&parameters);
        let effect = &predictions * weights.transpose();
        let left = &predictions - &effect * &parameters;
        let freedom = (n as f64 - 1.0 - parameters.dot(&weights)).max(LEAST_FREEDOM);
        let noise = DVector::from_fn(m, |row, _| left.row(row).norm_squared() / freedom);
        let cross = &self.covariance * effect.transpose();
        let within = &effect * &cross + DMatrix::from_diagonal(&noise) + self.errors(seen) * self.inflation;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{draw::normal_quantile, experiment::calibration::evidence::Datum};

    /// Members spread evenly over the prior, with the evidence of one value 1 +- 1.
    fn weighted(predict: fn(f64) -> f64) -> (Vec<f64>, Vec<f64>) {
        let z: Vec<f64> = (0..999).map(|k| normal_quantile((f64::from(k) + 0.5) / 999.0)).collect();
        let evidence = Evidence::new(vec![Datum::Value(1.0)], DMatrix::identity(1, 1)).unwrap();
        let column = |f: fn(f64) -> f64| z.iter().map(|z| vec![f(*z)]).collect::<Vec<_>>();
        let weights = Smoother::new(&evidence, &[true], 1).weights(&column(|z| z), &column(predict));
        (z, weights)
    }

    #[test]
    fn weights_lead_to_the_posterior_of_a_linear_model() {
        let (z, weights) = weighted(|z| z);
        let total: f64 = weights.iter().sum();
        let mean = z.iter().zip(&weights).map(|(z, w)| z * w).sum::<f64>() / total;
        let variance = z.iter().zip(&weights).map(|(z, w)| (z - mean).powi(2) * w).sum::<f64>() / total;
        // N(0, 1) seen as 1 +- 1: N(1/2, 1/2). The ridge leaves over a little noise.
        assert!((mean - 0.5).abs() < 0.01 && (variance - 0.5).abs() < 0.01, "{mean} {variance}");
    }

    #[test]
    fn a_bound_that_does_not_bind_tells_nothing_and_one_that_does_is_met() {
        let z: Vec<Vec<f64>> = (0..999).map(|k| vec![normal_quantile((f64::from(k) + 0.5) / 999.0)]).collect();
        let moved = |low: f64| {
            let evidence = Evidence::new(vec![Datum::Within(low, f64::INFINITY)], DMatrix::identity(1, 1) * 0.01).unwrap();
            let mut smoother = Smoother::new(&evidence, &[true], 1);
            let normal: Vec<Vec<f64>> = (0..999).map(|k| vec![z[k * 700 % 999][0]]).collect();
            let after = smoother.step(&z, &z, &normal);
            (after.iter().map(|z| z[0]).sum::<f64>() / 999.0, smoother.covariance[(0, 0)], after)
        };
        let (mean, variance, after) = moved(-5.0);
        assert!(mean.abs() < 1e-9 && variance == 1.0 && after == z, "{mean} {variance}");
        let (mean, variance, _) = moved(2.0);
        assert!((mean - 2.0).abs() < 0.1 && variance < 0.1, "{mean} {variance}");
    }

    #[test]
    fn weights_never_leave_less_than_half_of_the_members() {
        let (_, weights) = weighted(|z| 20.0 * z);
        let effective = weights.iter().sum::<f64>().powi(2) / weights.iter().map(|w| w * w).sum::<f64>();
        assert!((effective / 999.0 - LEAST_EFFECTIVE).abs() < 1e-3, "{effective}");
    }
}
