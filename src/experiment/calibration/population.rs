//! Approximate Bayesian computation by adaptive population Monte Carlo (Lenormand, Jabot & Deffuant 2013): particles that come near the data
//! are kept, weighted and moved a little, and what counts as near shrinks from generation to generation. It makes no assumption about the
//! shape of the posterior and needs many runs.

use nalgebra::{Cholesky, DMatrix, DVector};

/// A particle.
#[derive(Clone, Debug, PartialEq)]
pub struct Particle {
    /// Parameters, standard normal a priori.
    pub z: Vec<f64>,
    /// What was predicted, in the order of the data.
    pub predicted: Vec<f64>,
    /// Distance from the data.
    pub distance: f64,
    /// Weight.
    pub weight: f64,
}

/// Where new particles are drawn from: a kept particle, by weight, and a normal step with twice the weighted covariance of those kept.
pub struct Kernel<'a> {
    kept: &'a [Particle],
    root: DMatrix<f64>,
    inverse: Cholesky<f64, nalgebra::Dyn>,
}

impl<'a> Kernel<'a> {
    /// None if the kept particles have no spread.
    pub fn new(kept: &'a [Particle]) -> Option<Kernel<'a>> {
        let dimensions = kept.first()?.z.len();
        let total: f64 = kept.iter().map(|p| p.weight).sum();
        let mut mean = DVector::zeros(dimensions);
        for particle in kept {
            mean += DVector::from_column_slice(&particle.z) * (particle.weight / total);
        }
        let mut covariance = DMatrix::identity(dimensions, dimensions) * 1e-9;
        for particle in kept {
            let off = DVector::from_column_slice(&particle.z) - &mean;
            covariance += &off * off.transpose() * (2.0 * particle.weight / total);
        }
        let inverse = Cholesky::new(covariance)?;
        Some(Kernel { kept, root: inverse.l(), inverse })
    }

    /// A new place, from a uniform number and as many normal ones as there are parameters.
    pub fn draw(&self, uniform: f64, normal: &[f64]) -> Vec<f64> {
        let total: f64 = self.kept.iter().map(|p| p.weight).sum();
        let mut reached = 0.0;
        let chosen = self.kept.iter().find(|p| {
            reached += p.weight;
            reached >= uniform * total
        });
        let step = &self.root * DVector::from_column_slice(normal);
        let from = chosen.unwrap_or(&self.kept[self.kept.len() - 1]);
        from.z.iter().zip(step.iter()).map(|(z, s)| z + s).collect()
    }

    /// Weight of a new place: prior density over the density with which it was drawn, both without the constants they share.
    pub fn weight(&self, z: &[f64]) -> f64 {
        let total: f64 = self.kept.iter().map(|p| p.weight).sum();
        let at = DVector::from_column_slice(z);
        let near = |p: &Particle| {
            let off = &at - DVector::from_column_slice(&p.z);
            p.weight / total * (-0.5 * off.dot(&self.inverse.solve(&off))).exp()
        };
        let drawn: f64 = self.kept.iter().map(near).sum();
        (-0.5 * at.norm_squared()).exp() / drawn.max(f64::MIN_POSITIVE)
    }
}
