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

/// Some of the dimensions of a place.
fn among(dimensions: &[usize], z: &[f64]) -> DVector<f64> {
    DVector::from_iterator(dimensions.len(), dimensions.iter().map(|&d| z[d]))
}

/// Where new particles are drawn from: a kept particle, by weight, and a normal step with twice the weighted covariance of those kept, in the
/// dimensions that are fitted. What is not fitted is drawn from the prior by whoever asks, and so weighs nothing.
pub struct Kernel<'a> {
    kept: &'a [Particle],
    free: Vec<usize>,
    root: DMatrix<f64>,
    inverse: Cholesky<f64, nalgebra::Dyn>,
}

impl<'a> Kernel<'a> {
    /// None if the kept particles have no spread.
    pub fn new(kept: &'a [Particle], free: &[bool]) -> Option<Kernel<'a>> {
        let free: Vec<usize> = (0..free.len()).filter(|&d| free[d]).collect();
        let dimensions = Some(free.len()).filter(|n| *n > 0 && !kept.is_empty())?;
        let total: f64 = kept.iter().map(|p| p.weight).sum();
        let mut mean = DVector::zeros(dimensions);
        for particle in kept {
            mean += among(&free, &particle.z) * (particle.weight / total);
        }
        let mut covariance = DMatrix::identity(dimensions, dimensions) * 1e-9;
        for particle in kept {
            let off = among(&free, &particle.z) - &mean;
            covariance += &off * off.transpose() * (2.0 * particle.weight / total);
        }
        let inverse = Cholesky::new(covariance)?;
        Some(Kernel { kept, free, root: inverse.l(), inverse })
    }

    /// A new place, from a uniform number and as many normal ones as there are parameters.
    pub fn draw(&self, uniform: f64, normal: &[f64]) -> Vec<f64> {
        let total: f64 = self.kept.iter().map(|p| p.weight).sum();
        let mut reached = 0.0;
        let chosen = self.kept.iter().find(|p| {
            reached += p.weight;
            reached >= uniform * total
        });
        let step = &self.root * among(&self.free, normal);
        let mut z = chosen.unwrap_or(&self.kept[self.kept.len() - 1]).z.clone();
        for (&d, step) in self.free.iter().zip(step.iter()) {
            z[d] += step;
        }
        z
    }

    /// Weight of a new place: prior density over the density with which it was drawn. Places drawn from the prior weigh 1.
    pub fn weight(&self, z: &[f64]) -> f64 {
        let total: f64 = self.kept.iter().map(|p| p.weight).sum();
        let at = among(&self.free, z);
        let near = |p: &Particle| {
            let off = &at - among(&self.free, &p.z);
            p.weight / total * (-0.5 * off.dot(&self.inverse.solve(&off))).exp()
        };
        let drawn: f64 = self.kept.iter().map(near).sum();
        // Both densities have the same power of 2 pi; the normal step has the determinant of its covariance too.
        let ln_root: f64 = self.root.diagonal().iter().map(|x| x.ln()).sum();
        (ln_root - 0.5 * at.norm_squared()).exp() / drawn.max(f64::MIN_POSITIVE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_fitted_weighs_nothing() {
        let particle = |k: i32| Particle { distance: 1.0, z: vec![f64::from(k) * 0.3, f64::from(k * k)], predicted: Vec::new(), weight: 1.0 };
        let kept: Vec<Particle> = (-3..4).map(particle).collect();
        let kernel = Kernel::new(&kept, &[true, false]).expect("they have spread");
        assert_eq!(kernel.weight(&[0.2, 40.0]), kernel.weight(&[0.2, -40.0]));
        assert!(kernel.weight(&[0.0, 0.0]) > kernel.weight(&[3.0, 0.0]), "far from the prior");
        let drawn = kernel.draw(0.5, &[1.0, 1.0]);
        assert!(kept.iter().any(|p| p.z[1] == drawn[1] && p.z[0] != drawn[0]), "{drawn:?}");
        assert!(Kernel::new(&kept, &[false, false]).is_none() && Kernel::new(&[], &[true, true]).is_none());
    }

    #[test]
    fn weights_of_what_is_drawn_have_a_mean_of_one() {
        // The mean of prior over proposal density under the proposal is the integral of the prior.
        let particle = |k: i32| Particle { distance: 1.0, z: vec![f64::from(k) * 0.4, f64::from(k % 3) * 0.6], predicted: Vec::new(), weight: 1.0 };
        let kept: Vec<Particle> = (-4..5).map(particle).collect();
        let kernel = Kernel::new(&kept, &[true, true]).expect("they have spread");
        let [choose, first, second] = [1, 2, 3].map(|k| crate::draw::Stream::new(7, crate::draw::Purpose::Design, crate::units::Month::new(2000, 1), k));
        let n = 20_000;
        let weights: Vec<f64> = (0..n).map(|k| kernel.weight(&kernel.draw(choose.uniform(k), &[first.normal(k), second.normal(k)]))).collect();
        let mean = weights.iter().sum::<f64>() / f64::from(n);
        let deviation = (weights.iter().map(|w| (w - mean).powi(2)).sum::<f64>() / f64::from(n)).sqrt();
        assert!((mean - 1.0).abs() < 4.0 * deviation / f64::from(n).sqrt() && deviation < 2.0, "{mean} {deviation}");
    }
}
