//! Fits parameters of any model to evidence, by the method that is asked for. The model is a function from sets of parameters to sets of
//! predictions; parameters are standard normal a priori. Everything drawn is a function of the seed.

use serde::{Deserialize, Serialize};

use super::{
    evidence::Evidence,
    population::{Kernel, Particle},
    smoother::Smoother,
};
use crate::{
    draw::{Purpose, Stream, normal_quantile},
    experiment::design::{Design, Kind},
    measure::record::number_or_nan,
    units::Month,
};

/// How parameters are fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Ensemble smoother with multiple data assimilation (Emerick & Reynolds 2013).
    EnsembleSmoother,
    /// Approximate Bayesian computation by adaptive population Monte Carlo (Lenormand, Jabot & Deffuant 2013).
    PopulationMonteCarlo,
}

/// How much is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Members, or particles of a generation.
    pub members: usize,
    /// Steps, or generations after the first.
    pub steps: usize,
}

/// How good members were at a step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// From 0: the prior.
    pub iteration: usize,
    /// Mean over members of the misfit of each; see [`Evidence::misfit`].
    #[serde(deserialize_with = "number_or_nan")]
    pub misfit_mean: f64,
    /// Quantile 0.05 over members.
    #[serde(deserialize_with = "number_or_nan")]
    pub misfit_p05: f64,
    /// Quantile 0.95 over members.
    #[serde(deserialize_with = "number_or_nan")]
    pub misfit_p95: f64,
    /// Runs so far.
    pub runs: usize,
}

/// A fitted ensemble.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted<P> {
    /// Parameters of each member, standard normal a priori.
    pub z: Vec<Vec<f64>>,
    /// Weights.
    pub weights: Vec<f64>,
    /// What the model gave for each.
    pub predicted: Vec<P>,
    /// One a step, the prior first.
    pub progress: Vec<Progress>,
}

/// A model: sets of parameters (the step they are of, from 0) to what it gives for each.
pub trait Model {
    /// What it gives.
    type Output: Clone;
    /// Why it ends early.
    type Error;
    /// Runs all sets.
    ///
    /// # Errors
    /// Whatever ends it.
    fn run(&mut self, step: usize, z: &[Vec<f64>]) -> Result<Vec<Self::Output>, Self::Error>;
    /// Predictions in the order of the evidence.
    fn predictions(&self, output: &Self::Output) -> Vec<f64>;
    /// Told after each step.
    fn progressed(&mut self, progress: &Progress);
}

/// Fits, from members drawn from the prior on. Parameters that are not `free` stay as they were drawn.
///
/// # Errors
/// What the model ends with.
pub fn fit<M: Model>(method: Method, steps: usize, start: &[Vec<f64>], evidence: &Evidence, free: &[bool], seed: u64, model: &mut M) -> Result<Fitted<M::Output>, M::Error> {
    match method {
        Method::EnsembleSmoother => smooth(steps, start, evidence, free, seed, model),
        Method::PopulationMonteCarlo => populate(Budget { members: start.len(), steps }, start, evidence, free, seed, model),
    }
}

/// Members drawn from the prior: a Latin hypercube, so that few members cover each parameter evenly.
pub fn prior(members: usize, dimensions: usize, seed: u64) -> Vec<Vec<f64>> {
    let design = Design { kind: Kind::LatinHypercube, points: members, trajectories: 0, levels: 0, seed };
    design.unit(&vec![Vec::new(); dimensions]).into_iter().map(|point| point.into_iter().map(|u| normal_quantile(u.clamp(1e-9, 1.0 - 1e-9))).collect()).collect()
}

/// Draws of a step are of no month; bit 31 of the index tells them from those of designs.
fn stream(seed: u64, step: usize, index: usize) -> Stream {
    Stream::new(seed, Purpose::Design, Month::new(1900, 1), 1 << 31 | (step as u32) << 20 | index as u32)
}

fn normals(stream: Stream, n: usize) -> Vec<f64> {
    (0..n as u32).map(|k| stream.normal(k)).collect()
}

fn progress<M: Model>(model: &mut M, iteration: usize, runs: usize, misfits: &[f64]) -> Progress {
    let mut sorted = misfits.to_vec();
    sorted.sort_by(f64::total_cmp);
    let quantile = |q: f64| crate::measure::statistics::quantile(&sorted, q);
    let mean = misfits.iter().sum::<f64>() / misfits.len().max(1) as f64;
    let progress = Progress { iteration, misfit_mean: mean, misfit_p05: quantile(0.05), misfit_p95: quantile(0.95), runs };
    model.progressed(&progress);
    progress
}

fn smooth<M: Model>(steps: usize, start: &[Vec<f64>], evidence: &Evidence, free: &[bool], seed: u64, model: &mut M) -> Result<Fitted<M::Output>, M::Error> {
    let mut z = start.to_vec();
    let mut smoother = Smoother::new(evidence, free, steps);
    let mut told = Vec::new();
    for step in 0..=steps {
        let outputs = model.run(step, &z)?;
        let predicted: Vec<Vec<f64>> = outputs.iter().map(|o| model.predictions(o)).collect();
        let misfits: Vec<f64> = predicted.iter().map(|p| evidence.misfit(p)).collect();
        told.push(progress(model, step, (step + 1) * start.len(), &misfits));
        if step == steps {
            return Ok(Fitted { weights: smoother.weights(&z, &predicted), z, predicted: outputs, progress: told });
        }
        let normal: Vec<Vec<f64>> = (0..z.len()).map(|k| normals(stream(seed, step, k), evidence.len())).collect();
        z = smoother.step(&z, &predicted, &normal);
    }
    unreachable!("the last step returns")
}

fn populate<M: Model>(budget: Budget, start: &[Vec<f64>], evidence: &Evidence, free: &[bool], seed: u64, model: &mut M) -> Result<Fitted<M::Output>, M::Error> {
    let keep = budget.members.div_ceil(2);
    // Later generations have draws of their own of what is not fitted.
    let fixed: Vec<Vec<f64>> = start.iter().cloned().chain(prior(budget.members * budget.steps.max(1), free.len(), seed.wrapping_add(1))).collect();
    let mut runs = 0;
    let mut told = Vec::new();
    let mut kept: Vec<(Particle, M::Output)> = Vec::new();
    for generation in 0..=budget.steps {
        let particles: Vec<Particle> = kept.iter().map(|(p, _)| p.clone()).collect();
        let kernel = Kernel::new(&particles, free);
        let fresh = if generation == 0 { budget.members } else { budget.members - keep };
        let place = |k: usize| {
            let prior = &fixed[runs + k];
            let Some(kernel) = &kernel else { return (prior.clone(), 1.0) };
            let stream = stream(seed, generation, k);
            let mut z = kernel.draw(stream.uniform(u32::MAX), &normals(stream, free.len()));
            let weight = kernel.weight(&z);
            for (z, (prior, free)) in z.iter_mut().zip(prior.iter().zip(free)) {
                *z = if *free { *z } else { *prior };
            }
            (z, weight)
        };
        let proposed: Vec<(Vec<f64>, f64)> = (0..fresh).map(place).collect();
        let z: Vec<Vec<f64>> = proposed.iter().map(|(z, _)| z.clone()).collect();
        let outputs = model.run(generation, &z)?;
        for (k, ((z, weight), output)) in proposed.into_iter().zip(outputs).enumerate() {
            let predicted = model.predictions(&output);
            // With errors added to predictions the kept ones are draws of the posterior, not of the best fit (Wilkinson 2013).
            let errors = evidence.errors(&normals(stream(seed, generation, 1 << 19 | k), evidence.len()));
            let blurred: Vec<f64> = predicted.iter().zip(errors.iter()).map(|(p, e)| p + e).collect();
            kept.push((Particle { distance: evidence.misfit(&blurred).sqrt(), z, predicted, weight }, output));
        }
        runs += fresh;
        kept.sort_by(|a, b| a.0.distance.total_cmp(&b.0.distance));
        kept.truncate(keep);
        let misfits: Vec<f64> = kept.iter().map(|(p, _)| evidence.misfit(&p.predicted)).collect();
        told.push(progress(model, generation, runs, &misfits));
    }
    let (particles, predicted): (Vec<Particle>, Vec<M::Output>) = kept.into_iter().unzip();
    Ok(Fitted { z: particles.iter().map(|p| p.z.clone()).collect(), weights: particles.iter().map(|p| p.weight).collect(), predicted, progress: told })
}
