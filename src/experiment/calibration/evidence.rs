//! What is known of the values that a model predicts: published values, bounds, and how far both may be off. Arithmetic on numbers alone;
//! the methods of this folder use it.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

/// What is known of a predicted value, on the scale of the predictions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Datum {
    /// A value.
    Value(f64),
    /// Bounds between which everything is equally good.
    Within(f64, f64),
}

impl Datum {
    /// How far it lies above a prediction.
    pub fn innovation(self, predicted: f64) -> f64 {
        match self {
            Datum::Value(value) => value - predicted,
            Datum::Within(low, high) => predicted.clamp(low, high) - predicted,
        }
    }
}

/// Data with the covariance of their errors.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// What is known.
    pub data: Vec<Datum>,
    /// Covariance of errors.
    pub covariance: DMatrix<f64>,
    root: Cholesky<f64, Dyn>,
}

impl Evidence {
    /// None if the covariance is not positive definite, or of another size.
    pub fn new(data: Vec<Datum>, covariance: DMatrix<f64>) -> Option<Evidence> {
        let root = Cholesky::new(covariance.clone()).filter(|_| covariance.nrows() == data.len())?;
        Some(Evidence { data, covariance, root })
    }

    /// Number of data.
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// Data that tell something of members with these predictions: values, and bounds that most members break. A bound that holds is equally
    /// good for all, and what breaks it weighs less in the end.
    pub fn binding(&self, predicted: &[Vec<f64>]) -> Vec<usize> {
        let broken = |place: usize, datum: &Datum| 2 * predicted.iter().filter(|p| datum.innovation(p[place]) != 0.0).count() > predicted.len();
        let tells = |(place, datum): (usize, &Datum)| (matches!(datum, Datum::Value(_)) || broken(place, datum)).then_some(place);
        self.data.iter().enumerate().filter_map(tells).collect()
    }

    /// How far the data lie above predictions.
    pub fn innovations(&self, predicted: &[f64]) -> DVector<f64> {
        DVector::from_iterator(self.len(), self.data.iter().zip(predicted).map(|(d, &p)| d.innovation(p)))
    }

    /// Mean squared error in units of the expected one: about 1 for a model that is as good as its errors say.
    pub fn misfit(&self, predicted: &[f64]) -> f64 {
        let innovations = self.innovations(predicted);
        innovations.dot(&self.root.solve(&innovations)) / self.len().max(1) as f64
    }

    /// Correlated errors from independent standard normal numbers.
    pub fn errors(&self, normal: &[f64]) -> DVector<f64> {
        self.root.l() * DVector::from_column_slice(normal)
    }
}
