//! A gravity regression by Poisson pseudo-maximum likelihood (Santos Silva & Tenreyro 2006), fitted by iteratively reweighted least squares.

/// An observation: regressors and a value of 0 or more.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// Regressors, a constant among them if there is to be one.
    pub x: Vec<f64>,
    /// Value.
    pub y: f64,
}

const ROUNDS: usize = 100;
/// Change of the linear predictor, in log points, at which the rounds end.
const CLOSE: f64 = 1e-10;

/// Coefficients `b` of `E[y] = exp(x b)`; none if there are too few observations, if regressors depend on each other, or if it does not
/// converge.
pub fn ppml(observations: &[Observation]) -> Option<Vec<f64>> {
    let width = observations.first()?.x.len();
    let mean = observations.iter().map(|o| o.y).sum::<f64>() / observations.len() as f64;
    let sound = observations.iter().all(|o| o.x.len() == width && o.y >= 0.0 && o.y.is_finite() && o.x.iter().all(|v| v.is_finite()));
    if observations.len() <= width || !sound || mean <= 0.0 {
        return None;
    }
    let mut eta: Vec<f64> = observations.iter().map(|o| (0.5 * (o.y + mean)).ln()).collect();
    for _ in 0..ROUNDS {
        let mut normal = vec![vec![0.0; width + 1]; width];
        for (observation, eta) in observations.iter().zip(&eta) {
            let mu = eta.exp();
            let working = eta + (observation.y - mu) / mu;
            for i in 0..width {
                for j in 0..width {
                    normal[i][j] += mu * observation.x[i] * observation.x[j];
                }
                normal[i][width] += mu * observation.x[i] * working;
            }
        }
        let coefficients = solve(normal)?;
        let next: Vec<f64> = observations.iter().map(|o| predictor(&coefficients, &o.x)).collect();
        if next.iter().any(|e| !e.is_finite() || e.abs() > 300.0) {
            return None;
        }
        let change = next.iter().zip(&eta).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        eta = next;
        if change < CLOSE {
            return Some(coefficients);
        }
    }
    None
}

fn predictor(coefficients: &[f64], x: &[f64]) -> f64 {
    coefficients.iter().zip(x).map(|(b, x)| b * x).sum()
}

/// Expected value at some regressors.
pub fn expected(coefficients: &[f64], x: &[f64]) -> f64 {
    predictor(coefficients, x).exp()
}

/// Solves linear equations (the right side is the last column) by elimination with pivots; none if they depend on each other.
fn solve(mut rows: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let n = rows.len();
    let scales: Vec<f64> = (0..n).map(|i| rows[i][i].abs()).collect();
    for column in 0..n {
        let pivot = (column..n).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()))?;
        rows.swap(column, pivot);
        if rows[column][column].abs() <= 1e-11 * scales[column].max(f64::MIN_POSITIVE) {
            return None;
        }
        for row in column + 1..n {
            let factor = rows[row][column] / rows[column][column];
            for k in column..=n {
                let take = factor * rows[column][k];
                rows[row][k] -= take;
            }
        }
    }
    let mut solution = vec![0.0; n];
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n).map(|k| rows[row][k] * solution[k]).sum();
        solution[row] = (rows[row][n] - known) / rows[row][row];
    }
    Some(solution)
}
