//! Whether calibration finds what is there: parameters of toy models, drawn from the prior, from noisy data.

use musafir::{
    draw::{Purpose, Stream},
    experiment::calibration::{
        evidence::{Datum, Evidence},
        method::{self, Budget, Method, Model, Progress},
    },
    units::Month,
};
use nalgebra::DMatrix;

const PARAMETERS: usize = 4;
const DATA: usize = 24;

/// A stock that grows by arrivals and falls by returns, seen with noise: four parameters, two of which trade off.
fn stocks(z: &[f64]) -> Vec<f64> {
    let arrivals = (0.3 * z[0]).exp();
    let returns = 0.05 * (0.4 * z[1]).exp();
    let mut stock = 2.0 * (0.3 * z[2]).exp();
    (0..DATA)
        .map(|t| {
            let shock = if t > DATA / 2 { (-0.3 - 0.2 * z[3]).exp() } else { 1.0 };
            stock += arrivals * shock - returns * stock;
            stock.ln()
        })
        .collect()
}

struct Toy;

impl Model for Toy {
    type Output = Vec<f64>;
    type Error = std::convert::Infallible;
    fn run(&mut self, _: usize, z: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, Self::Error> {
        Ok(z.iter().map(|z| stocks(z)).collect())
    }
    fn predictions(&self, output: &Vec<f64>) -> Vec<f64> {
        output.clone()
    }
    fn progressed(&mut self, _: &Progress) {}
}

fn draws(case: u32, index: u32, n: usize) -> Vec<f64> {
    let stream = Stream::new(7, Purpose::Bootstrap, Month::new(2000, 1), 2 * case + index);
    (0..n as u32).map(|k| stream.normal(k)).collect()
}

/// Share of parameters within the 90 % interval, over all cases and parameters, and how much narrower than the prior it is on the mean.
fn recovery(method: Method, budget: Budget, cases: u32) -> (f64, f64) {
    let (mut inside, mut width) = (0.0, 0.0);
    for case in 0..cases {
        let truth = draws(case, 0, PARAMETERS);
        let covariance = DMatrix::identity(DATA, DATA) * 0.05f64.powi(2);
        let noisy = stocks(&truth).into_iter().zip(draws(case, 1, DATA)).map(|(x, e)| Datum::Value(x + 0.05 * e)).collect();
        let evidence = Evidence::new(noisy, covariance).unwrap();
        let fitted = method::fit(method, budget, &evidence, &[true; PARAMETERS], u64::from(case), &mut Toy).unwrap();
        for p in 0..PARAMETERS {
            let mut members: Vec<(f64, f64)> = fitted.z.iter().zip(&fitted.weights).map(|(z, w)| (z[p], *w)).collect();
            members.sort_by(|a, b| a.0.total_cmp(&b.0));
            let total: f64 = members.iter().map(|m| m.1).sum();
            let quantile = |q: f64| {
                let mut reached = 0.0;
                members
                    .iter()
                    .find(|m| {
                        reached += m.1;
                        reached >= q * total
                    })
                    .unwrap()
                    .0
            };
            inside += f64::from(u8::from((quantile(0.05)..=quantile(0.95)).contains(&truth[p])));
            width += (quantile(0.95) - quantile(0.05)) / 3.29;
        }
    }
    let n = f64::from(cases) * PARAMETERS as f64;
    (inside / n, width / n)
}

#[test]
fn intervals_of_the_smoother_hold_the_truth_as_often_as_they_say() {
    let (inside, width) = recovery(Method::EnsembleSmoother, Budget { members: 100, steps: 4 }, 100);
    println!("{inside} {width}");
    assert!((0.83..=0.96).contains(&inside), "{inside}");
    assert!(width < 0.6, "the data say something: {width}");
}

#[test]
fn population_monte_carlo_holds_the_truth_and_needs_more_runs() {
    let (inside, width) = recovery(Method::PopulationMonteCarlo, Budget { members: 200, steps: 10 }, 40);
    println!("{inside} {width}");
    assert!(inside >= 0.83, "{inside}");
    assert!(width < 0.9);
}
