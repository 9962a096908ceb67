//! Does calibration find what is there, in toy models and in the small world? Do other commands use the members of an ensemble?

mod small;

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use musafir::{
    draw::{Purpose, Stream},
    experiment::{
        calibration::{
            self, Calibration, Flags,
            evidence::{Datum, Evidence},
            method::{self, Budget, Method, Model, Progress},
        },
        ensemble::Ensemble,
    },
    scenario::{Overrides, Scenario},
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
        let start = method::prior(budget.members, PARAMETERS, u64::from(case));
        let fitted = method::fit(method, budget.steps, &start, &evidence, &[true; PARAMETERS], u64::from(case), &mut Toy).unwrap();
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
    // The figures of docs/calibrating.md; shown with --nocapture.
    println!("{method:?}, {budget:?}, {cases} cases: {:.3} inside, width {:.3} of the prior's", inside / n, width / n);
    (inside / n, width / n)
}

#[test]
fn intervals_of_the_smoother_hold_the_truth_as_often_as_they_say() {
    let (inside, width) = recovery(Method::EnsembleSmoother, Budget { members: 100, steps: 4 }, 100);
    assert!((0.83..=0.96).contains(&inside), "{inside}");
    assert!(width < 0.6, "the data say something: {width}");
}

#[test]
fn population_monte_carlo_holds_the_truth_and_needs_more_runs() {
    let (inside, width) = recovery(Method::PopulationMonteCarlo, Budget { members: 200, steps: 10 }, 40);
    assert!((0.83..=0.99).contains(&inside), "{inside}");
    assert!(width < 0.6, "the data say something: {width}");
}

/// As many parameters and values as the baseline's calibration has, each value a sum of the parameters with weights of its own.
const LARGE: [usize; 2] = [71, 160];

struct Linear {
    weights: Vec<Vec<f64>>,
}

impl Model for Linear {
    type Output = Vec<f64>;
    type Error = std::convert::Infallible;
    fn run(&mut self, _: usize, z: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, Self::Error> {
        let predicted = |z: &Vec<f64>| self.weights.iter().map(|w| w.iter().zip(z).map(|(w, z)| w * z).sum()).collect();
        Ok(z.iter().map(predicted).collect())
    }
    fn predictions(&self, output: &Vec<f64>) -> Vec<f64> {
        output.clone()
    }
    fn progressed(&mut self, _: &Progress) {}
}

/// Mean misfit after 1,200 runs of a problem of the baseline's size.
fn misfit_of_a_large_problem(method: Method, budget: Budget) -> f64 {
    let [parameters, data] = LARGE;
    let mut model = Linear { weights: (0..data as u32).map(|k| draws(k, 0, parameters).into_iter().map(|w| 0.1 * w).collect()).collect() };
    let truth = draws(1_000, 1, parameters);
    let seen = model.run(0, &[truth]).unwrap().remove(0);
    let noisy = seen.into_iter().zip(draws(1_001, 1, data)).map(|(x, e)| Datum::Value(x + 0.2 * e)).collect();
    let evidence = Evidence::new(noisy, DMatrix::identity(data, data) * 0.04).unwrap();
    let start = method::prior(budget.members, parameters, 3);
    let fitted = method::fit(method, budget.steps, &start, &evidence, &vec![true; parameters], 3, &mut model).unwrap();
    let last = fitted.progress.last().unwrap();
    println!("{method:?}, {budget:?}: misfit {:.2} after {} runs, {:.2} before", last.misfit_mean, last.runs, fitted.progress[0].misfit_mean);
    last.misfit_mean
}

#[test]
fn with_as_many_parameters_as_the_baseline_the_smoother_comes_near_the_data_and_monte_carlo_does_not() {
    let smoother = misfit_of_a_large_problem(Method::EnsembleSmoother, Budget { members: 200, steps: 5 });
    let monte_carlo = misfit_of_a_large_problem(Method::PopulationMonteCarlo, Budget { members: 200, steps: 10 });
    assert!(smoother < 2.0 && monte_carlo > 3.0 * smoother, "{smoother} {monte_carlo}");
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn musafir(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_musafir")).current_dir(root()).args(args).output().unwrap()
}

fn done(args: &[&str]) -> String {
    let output = musafir(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn record(folder: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(folder.join("run.json")).unwrap()).unwrap()
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

const CALIBRATION: &str = "tests/small/calibration.toml";

fn calibrated(out: &Path, more: &[&str]) -> String {
    let mut args = vec!["calibrate", CALIBRATION, "--members", "10", "--steps", "2", "--out", out.to_str().unwrap()];
    args.extend(more);
    done(&args)
}

#[test]
fn an_interrupted_calibration_goes_on_to_the_same_bytes() {
    let work = tempfile::tempdir().unwrap();
    let [whole, again] = ["whole", "again"].map(|name| work.path().join(name));
    let said = calibrated(&whole, &["--threads", "2"]);
    assert!(said.contains("lambda0") && said.contains("not fitted"), "{said}");
    calibrated(&again, &["--threads", "1", "--quiet"]);
    for name in ["ensemble.toml", "posterior.csv", "fit.csv", "validation.csv", "origins.csv", "calibration.json"] {
        assert_eq!(text(&whole.join(name)), text(&again.join(name)), "{name}: threads");
    }
    // As if it had been killed: no record, a run less, a run cut off.
    fs::remove_file(again.join("run.json")).unwrap();
    let mut runs: Vec<_> = fs::read_dir(again.join("runs")).unwrap().map(|e| e.unwrap().path()).collect();
    runs.sort();
    let before = fs::metadata(&runs[2]).unwrap().modified().unwrap();
    fs::remove_file(&runs[0]).unwrap();
    let bytes = fs::read(&runs[1]).unwrap();
    fs::write(&runs[1], &bytes[..bytes.len() / 2]).unwrap();
    let refused = musafir(&["calibrate", CALIBRATION, "--members", "10", "--steps", "2", "--out", again.to_str().unwrap(), "--seed", "5"]);
    assert_eq!(refused.status.code(), Some(2), "results without a record are not written over: {}", String::from_utf8_lossy(&refused.stderr));
    calibrated(&again, &["--quiet", "--force"]);
    assert_eq!(text(&whole.join("ensemble.toml")), text(&again.join("ensemble.toml")));
    assert_eq!(fs::metadata(&runs[2]).unwrap().modified().unwrap(), before, "what was run is not run again");
    let said = calibrated(&again, &[]);
    assert!(said.contains("already"), "{said}");
    let page = work.path().join("page.md");
    calibrated(&again, &["--page", page.to_str().unwrap(), "--quiet"]);
    for part in ["## Prior against posterior", "## What trades off", "## What the headline numbers hang on", "## Headline rows"] {
        assert!(text(&page).contains(part), "{part}");
    }
}

#[test]
fn parameters_that_are_not_fitted_keep_their_draws() {
    let work = tempfile::tempdir().unwrap();
    let [none, some] = ["none", "some"].map(|name| work.path().join(name));
    done(&["calibrate", CALIBRATION, "--members", "10", "--steps", "1", "--out", none.to_str().unwrap(), "--quiet"]);
    done(&["calibrate", CALIBRATION, "--members", "10", "--steps", "3", "--out", some.to_str().unwrap(), "--quiet"]);
    let [none, some] = [none, some].map(|folder| Ensemble::load(&folder.join("ensemble.toml")).unwrap());
    let tie = none.parameters.iter().position(|p| p.id == "b_tie").unwrap();
    for (a, b) in none.members.iter().zip(&some.members) {
        assert_eq!(a.values[tie], b.values[tie]);
        assert_ne!(a.values, b.values, "the others move");
    }
}

const TWO: &str = "
[[parameter]]
id   = \"b_cost\"
keys = [\"behaviour.choose.b_cost\"]

[[parameter]]
id         = \"share\"
keys       = [\"behaviour.remit.share.*\"]
multiplies = true

[[member]]
weight = 1.0
values = [0.4, 0.9]

[[member]]
weight = 4.0
values = [0.8, 1.1]
";

#[test]
fn replicate_k_is_a_run_of_member_k() {
    let work = tempfile::tempdir().unwrap();
    let ensemble = work.path().join("two.toml");
    fs::write(&ensemble, TWO).unwrap();
    let place = |name: &str| work.path().join(name).to_str().unwrap().to_string();
    let both = place("both");
    done(&["run", "tests/small/small.toml", "--ensemble", ensemble.to_str().unwrap(), "--replicates", "2", "--out", &both, "--quiet", "--no-report"]);
    // By weight both replicates use the second member; the second replicate has the next seed.
    let one = |name: &str, seed: &str| {
        let out = place(name);
        let shares = ["KGZ", "UZB"].map(|code| {
            let scenario = small::scenario(&[]);
            format!("behaviour.remit.share.{code}={:?}", scenario.behaviour.remit.share[code] * 1.1)
        });
        let mut args = vec!["run", "tests/small/small.toml", "--set", "behaviour.choose.b_cost=0.8", "--seed", seed, "--out", &out, "--quiet", "--no-report"];
        for share in &shares {
            args.extend(["--set", share.as_str()]);
        }
        done(&args);
        record(Path::new(&out))["events"].as_u64().unwrap()
    };
    assert_eq!(record(Path::new(&both))["events"].as_u64().unwrap(), one("first", "1") + one("second", "2"));
    assert_eq!(record(Path::new(&both))["ensemble_hash"], Ensemble::load(&ensemble).unwrap().hash.as_str());
    assert_eq!(Ensemble::load(&Path::new(&both).join("ensemble.toml")).unwrap().hash, Ensemble::load(&ensemble).unwrap().hash, "the results hold what made them");
    let same = musafir(&["run", "tests/small/small.toml", "--replicates", "2", "--out", &both, "--quiet"]);
    assert_eq!(same.status.code(), Some(2), "a run without the ensemble is another run");
}

#[test]
fn what_a_scenario_keeps_to_itself_is_another_run_and_can_be_repeated() {
    let work = tempfile::tempdir().unwrap();
    let ensemble = work.path().join("two.toml");
    fs::write(&ensemble, TWO).unwrap();
    let place = |name: &str| work.path().join(name).to_str().unwrap().to_string();
    let (all, kept, again) = (place("all"), place("kept"), place("again"));
    let own = format!("behaviour.choose.b_cost={:?}", small::scenario(&[]).behaviour.choose.b_cost);
    let with = ["run", "tests/small/small.toml", "--ensemble", ensemble.to_str().unwrap(), "--quiet", "--no-report", "--out"];
    done(&[&with[..], &[&all]].concat());
    // The same scenario and the same ensemble, and yet something else is run.
    assert_eq!(musafir(&[&with[..], &[&all, "--set", &own]].concat()).status.code(), Some(2));
    done(&[&with[..], &[&kept, "--set", &own]].concat());
    let state = |folder: &str| record(Path::new(folder))["state_hash"].clone();
    assert_ne!(state(&all), state(&kept));
    // The resolved scenario says what was its own.
    let (scenario, beside) = (format!("{kept}/scenario.toml"), format!("{kept}/ensemble.toml"));
    done(&["run", &scenario, "--ensemble", &beside, "--quiet", "--no-report", "--out", &again]);
    assert_eq!(state(&again), state(&kept));
    assert_eq!(record(Path::new(&again))["members_hash"], record(Path::new(&kept))["members_hash"]);
    // A run without the ensemble does not lose it.
    let plain = place("plain");
    done(&["run", &scenario, "--until", "2005-03", "--quiet", "--no-report", "--out", &plain]);
    assert!(fs::read_to_string(format!("{plain}/scenario.toml")).unwrap().contains("own = [\"behaviour.choose.b_cost\"]"));
    // What no member changes cannot be kept from them.
    let vain = format!("{kept}/vain.toml");
    fs::write(&vain, fs::read_to_string(&scenario).unwrap().replace("own = [", "own = [\"behaviour.choose.b_kin\", ")).unwrap();
    let told = |file: &str, out: &str| {
        done(&["run", file, "--ensemble", &beside, "--until", "2005-03", "--quiet", "--no-report", "--out", &place(out)]);
        record(Path::new(&place(out)))["warnings"].to_string()
    };
    assert!(told(&vain, "vain").contains("the ensemble changes no `behaviour.choose.b_kin`"));
    assert!(!told(&scenario, "meant").contains("the ensemble changes no"));
}

#[test]
fn a_comparison_and_a_validation_take_an_ensemble() {
    let work = tempfile::tempdir().unwrap();
    let ensemble = work.path().join("two.toml");
    fs::write(&ensemble, TWO).unwrap();
    let place = |name: &str| work.path().join(name).to_str().unwrap().to_string();
    let (with, run) = (place("with"), place("run"));
    let files = ["tests/small/small.toml", "tests/small/east.toml"];
    done(&["compare", files[0], files[1], "--ensemble", ensemble.to_str().unwrap(), "--replicates", "2", "--attribute", "--out", &with, "--quiet", "--no-report"]);
    done(&["run", files[0], "--ensemble", ensemble.to_str().unwrap(), "--replicates", "2", "--out", &run, "--quiet", "--no-report"]);
    assert_eq!(record(Path::new(&with))["a"]["state_hash"], record(Path::new(&run))["state_hash"], "side A is the run");
    let validated = place("validated");
    let said = done(&["validate", files[0], "--ensemble", ensemble.to_str().unwrap(), "--replicates", "2", "--out", &validated, "--no-report"]);
    assert!(!said.is_empty());
    let wrong = work.path().join("wrong.toml");
    fs::write(&wrong, TWO.replace("b_cost\"]", "b_costs\"]")).unwrap();
    let refused = musafir(&["run", files[0], "--ensemble", wrong.to_str().unwrap(), "--out", &place("none"), "--quiet"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("b_cost"), "{}", String::from_utf8_lossy(&refused.stderr));
}

#[test]
fn cells_of_tables_are_replaced() {
    let plain = small::scenario(&[]);
    let scenario = small::scenario(&[("cells.jobs.RUS.jobs_2013", "12345"), ("cells.initial.UZB-RUS.abroad", "77")]);
    assert_ne!(plain.hash, scenario.hash);
    let again = tempfile::tempdir().unwrap();
    let path = again.path().join("scenario.toml");
    fs::write(&path, &scenario.resolved).unwrap();
    let read = Scenario::load(&path, &Overrides::default()).unwrap_or_else(|f| panic!("{f}"));
    assert_eq!(read.hash, scenario.hash, "a resolved scenario has the cells in its tables");
    let wrong = |key: &str, value: &str| {
        let set = vec![(key.to_string(), value.to_string())];
        Scenario::load(&root().join("tests/small/small.toml"), &Overrides { set, ..Overrides::default() }).unwrap_err().to_string()
    };
    assert!(wrong("cells.jobs.RUX.jobs_2013", "1").contains("did you mean `RUS`?"));
    assert!(wrong("cells.jobs.RUS.jobs_2012", "1").contains("did you mean `jobs_2013`?"));
    assert!(wrong("cells.job.RUS.jobs_2013", "1").contains("did you mean `jobs`?"));
    assert!(wrong("cells.jobs.RUS.jobs_2013", "-1").contains("negative"));
}

#[test]
fn a_wrong_calibration_says_all_that_is_wrong() {
    let work = tempfile::tempdir().unwrap();
    let mut text = text(&root().join(CALIBRATION));
    for (from, to) in
        [("[0.015, 0.06]", "[0.06, 0.015]"), ("behaviour.choose.xi.TUR", "behaviour.choose.xj.TUR"), ("ensemble-smoother", "smoother"), ("members = 60", "member = 60")]
    {
        text = text.replace(from, to);
    }
    text = text.replace("\"small.toml\"", "\"small/small.toml\"").replace("\"recovery/targets\"", "\"small/recovery/targets\"");
    let path = work.path().join("wrong.toml");
    fs::write(&path, text).unwrap();
    let output = musafir(&["calibrate", path.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for part in ["smoother", "members", "wrong.toml"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn known_values_are_found_in_the_small_world() {
    let work = tempfile::tempdir().unwrap();
    let out = work.path().join("recovery");
    let recover = |cases: &str| musafir(&["calibrate", CALIBRATION, "--recover", cases, "--members", "40", "--steps", "3", "--out", out.to_str().unwrap(), "--quiet"]);
    let output = recover("3");
    let table = text(&out.join("recovery.csv"));
    assert_eq!(table.lines().count(), 1 + 3 * 5, "{table}\n{}", String::from_utf8_lossy(&output.stderr));
    // Three cases say little of coverage; that the data hold the parameters they must hold is plain.
    let held = |id: &str| -> f64 {
        let rows = table.lines().filter(|l| l.split(',').nth(1) == Some(id)).map(|l| l.rsplit(',').next().unwrap().parse::<f64>().unwrap());
        rows.sum::<f64>() / 3.0
    };
    assert!(held("xi_tur") < 0.7 && held("remit_share") < 0.7, "{table}");
    assert_eq!((recover("3").status.code(), text(&out.join("recovery.csv"))), (output.status.code(), table), "the same again");
    assert_eq!(recover("2").status.code(), Some(2), "other cases are other results");
}

#[test]
fn what_ships_fits_together() {
    let ensemble = Ensemble::load(&root().join("scenarios/ensemble.toml")).unwrap_or_else(|f| panic!("{f}"));
    let calibration = Calibration::load(&root().join("scenarios/calibrations/baseline.toml"), &Flags::default()).unwrap_or_else(|f| panic!("{f}"));
    assert!(ensemble.members.len() >= 50);
    assert!(calibration.discrepancy(true).deviation < calibration.discrepancy(false).deviation, "the headline series count more");
    let ids: Vec<&str> = ensemble.parameters.iter().map(|p| p.id.as_str()).collect();
    assert_eq!(ids, calibration.uncertain.iter().map(|u| u.parameter.id.as_str()).collect::<Vec<_>>());
    for member in &ensemble.members {
        for (uncertain, value) in calibration.uncertain.iter().zip(&member.values) {
            assert!((uncertain.low..=uncertain.high).contains(value), "{}", uncertain.parameter.id);
        }
    }
    let schemas = [("scenarios/calibrations/calibration.schema.json", calibration::schema()), ("scenarios/ensemble.schema.json", musafir::experiment::ensemble::schema())];
    for (name, schema) in schemas {
        assert_eq!(text(&root().join(name)), format!("{schema:#}\n"), "write {name} anew: musafir schema --of ...");
    }
}

/// A copy of the small world with files of its own beside it.
fn beside_the_small_world(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/small");
    for part in ["", "world"] {
        fs::create_dir_all(folder.path().join(part)).expect("made");
        for entry in fs::read_dir(from.join(part)).expect("reads").flatten().filter(|e| e.path().is_file()) {
            fs::copy(entry.path(), folder.path().join(part).join(entry.file_name())).expect("copied");
        }
    }
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

#[test]
fn what_a_scenario_says_itself_comes_before_the_ensemble() {
    let own = "title = \"Own\"\nextends = \"small.toml\"\nremove = [\"rus-2009\", \"behaviour.choose.motive.study.TUR\"]\n[behaviour.choose]\nb_cost = 0.11\n[cells.jobs.RUS]\njobs_2013 = 77_000\n";
    let later = "title = \"Later\"\nextends = \"own.toml\"\n";
    let keys = ["behaviour.choose.b_cost", "behaviour.choose.b_kin", "cells.jobs.RUS.jobs_2013", "closure.rus-2009.entry", "behaviour.choose.motive.study.TUR"];
    let parameters = keys.iter().enumerate().map(|(i, key)| format!("[[parameter]]\nid = \"p{i}\"\nkeys = [\"{key}\"]\n")).collect::<Vec<_>>().concat();
    let ensemble = |scenario: &str| format!("title = \"E\"\nscenario = \"{scenario}\"\n{parameters}[[member]]\nid = 1\nweight = 1.0\nvalues = [0.5, 0.4, 50_000.0, 0.25, 0.7]\n");
    let (of_small, of_own) = (ensemble("small.toml"), ensemble("own.toml"));
    let folder = beside_the_small_world(&[("own.toml", own), ("later.toml", later), ("of-small.toml", &of_small), ("of-own.toml", &of_own)]);
    let members = |file: &str, ensemble: &str, set: &[(&str, &str)]| {
        let ensemble = Ensemble::load(&folder.path().join(ensemble)).unwrap_or_else(|f| panic!("{f}"));
        let overrides = Overrides { set: set.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect(), ..Overrides::default() };
        let mut members = ensemble.scenarios(&folder.path().join(file), &overrides, 1).unwrap_or_else(|f| panic!("{f}"));
        (members.scenarios.remove(0), members.warnings.iter().map(|f| f.path.clone()).collect::<Vec<_>>())
    };
    let seen = |s: &Scenario| {
        let russia = s.world.places.country("RUS").expect("Russia");
        (
            s.behaviour.choose.b_cost,
            s.behaviour.choose.b_kin,
            s.world.markets.countries[russia].jobs_2013,
            s.world.law.closures.iter().find(|c| c.id == "rus-2009").map(|c| c.entry),
            s.behaviour.choose.motive["study"].get("TUR").copied(),
        )
    };
    // The scenario that was fitted has all of the member; one that extends it keeps what it says, and what it has dropped stays away.
    let (small, kept) = members("small.toml", "of-small.toml", &[]);
    assert_eq!((seen(&small), kept.len()), ((0.5, 0.4, 50_000.0, Some(0.25), Some(0.7)), 0));
    for file in ["own.toml", "later.toml"] {
        let (scenario, kept) = members(file, "of-small.toml", &[]);
        assert_eq!(seen(&scenario), (0.11, 0.4, 77_000.0, None, None), "{file}");
        // Four of them, of which three are shown.
        assert_eq!(kept.len(), 3, "{kept:?}");
    }
    // Fitted to the other file, members change what that one says.
    let fewer = of_own
        .replace("[[parameter]]\nid = \"p3\"\nkeys = [\"closure.rus-2009.entry\"]\n", "")
        .replace("[[parameter]]\nid = \"p4\"\nkeys = [\"behaviour.choose.motive.study.TUR\"]\n", "")
        .replace(", 0.25, 0.7]", "]");
    fs::write(folder.path().join("of-own.toml"), fewer).expect("written");
    let (scenario, kept) = members("later.toml", "of-own.toml", &[]);
    assert_eq!((seen(&scenario), kept.len()), ((0.5, 0.4, 50_000.0, None, None), 0));
    // A file that does not extend the fitted one keeps what it says otherwise, in tables too, and what the command line says.
    let copy = fs::read_to_string(folder.path().join("small.toml")).expect("reads");
    let named = |b_cost: &str| {
        copy.lines().map(|line| if line.starts_with("b_cost ") && !line.contains('"') { format!("b_cost = {b_cost}\n") } else { format!("{line}\n") }).collect::<String>()
    };
    fs::write(folder.path().join("copy.toml"), format!("{}\n[cells.jobs.RUS]\njobs_2013 = 77_000\n", named("0.11"))).expect("written");
    let (scenario, kept) = members("copy.toml", "of-small.toml", &[("behaviour.choose.b_kin", "0.07")]);
    assert_eq!((seen(&scenario), kept.len()), ((0.11, 0.07, 77_000.0, Some(0.25), Some(0.7)), 3), "{kept:?}");
    // Where the fitted file is not to be found, its name must be among the scenario's files.
    fs::create_dir(folder.path().join("far")).expect("made");
    fs::copy(folder.path().join("of-small.toml"), folder.path().join("far/of-small.toml")).expect("copied");
    assert!(members("small.toml", "far/of-small.toml", &[]).1.is_empty());
    let (scenario, kept) = members("copy.toml", "far/of-small.toml", &[]);
    assert_eq!((seen(&scenario).0, kept), (0.5, vec![String::new()]));
    // The command line comes before all.
    let (scenario, kept) = members("small.toml", "of-small.toml", &[("behaviour.choose.b_kin", "0.07")]);
    assert_eq!((seen(&scenario), kept), ((0.5, 0.07, 50_000.0, Some(0.25), Some(0.7)), vec!["behaviour.choose.b_kin".to_string()]));
}

#[test]
fn what_cannot_be_run_is_found_before_anything_runs() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/small/calibration.toml")).expect("reads");
    // Each end of these ranges is right with the other key as it is; together many draws are not.
    let pair = "\n[[parameter]]\nid = \"net\"\nkey = \"behaviour.choose.b_net\"\nrange = [0.1, 0.69]\nsource = \"a test\"\n\n[[parameter]]\nid = \"go\"\nkey = \"behaviour.choose.nest_go\"\nrange = [0.6, 1.0]\nsource = \"a test\"\n\n[[parameter]]\nid = \"sample\"\nkey = \"run.sample\"\nrange = [0.1, 0.2]\nsource = \"a test\"\n";
    let own: String = text.lines().take_while(|l| *l != "[[parameter]]").flat_map(|l| [l, "\n"]).collect();
    let ensemble = "title = \"E\"\n[[parameter]]\nid = \"cost\"\nkeys = [\"behaviour.choose.b_cost\"]\n[[member]]\nid = 1\nweight = 1.0\nvalues = [-50.0]\n";
    let without = pair[..pair.find("\n[[parameter]]\nid = \"sample\"").expect("it is there")].to_string();
    let folder = beside_the_small_world(&[("pair.toml", &format!("{own}{without}")), ("run.toml", &format!("{own}{pair}")), ("e.toml", ensemble)]);
    let targets = folder.path().join("recovery/targets");
    fs::create_dir_all(&targets).expect("made");
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/small/recovery/targets")).expect("reads").flatten() {
        fs::copy(entry.path(), targets.join(entry.file_name())).expect("copied");
    }
    let wrong = |file: &str| Calibration::load(&folder.path().join(file), &Flags::default()).expect_err("wrong").to_string();
    let told = wrong("pair.toml");
    assert!(told.contains("draws from the ranges make no scenario") && told.contains("`b_net` is"), "{told}");
    assert!(wrong("run.toml").contains("`run.sample` is no value of the world"), "{}", wrong("run.toml"));
    for entry in fs::read_dir(&targets).expect("reads").flatten() {
        let text = fs::read_to_string(entry.path()).expect("reads").replace("\"fit\"", "\"test\"");
        fs::write(entry.path(), text).expect("written");
    }
    fs::write(folder.path().join("own.toml"), &text).expect("written");
    assert!(wrong("own.toml").contains("no row of the targets can be fitted"), "{}", wrong("own.toml"));
    let told = Ensemble::load(&folder.path().join("e.toml")).expect_err("wrong").to_string();
    assert!(told.contains("`behaviour.choose.b_cost` is -50"), "{told}");
}

#[test]
fn a_comparison_is_repeated_from_its_folder_whatever_each_side_keeps() {
    let small = "title = \"B\"\nextends = \"small.toml\"\nremove = [\"rus-2009\"]\n[cells.jobs.RUS]\njobs_2013 = 77_000\n";
    let keys = ["behaviour.choose.b_cost", "cells.jobs.RUS.jobs_2013", "closure.rus-2009.entry"];
    let parameters = keys.iter().enumerate().map(|(i, key)| format!("[[parameter]]\nid = \"p{i}\"\nkeys = [\"{key}\"]\n")).collect::<Vec<_>>().concat();
    let ensemble = format!("title = \"E\"\nscenario = \"small.toml\"\n{parameters}[[member]]\nweight = 1.0\nvalues = [0.5, 50_000.0, 0.25]\n");
    let place = beside_the_small_world(&[("b.toml", small), ("ensemble.toml", &ensemble)]);
    let path = |name: &str| place.path().join(name).to_str().unwrap().to_string();
    let (first, again) = (path("first"), path("again"));
    let flags = ["--replicates", "2", "--until", "2009-12", "--quiet", "--no-report", "--out"];
    done(&[&["compare", &path("small.toml"), &path("b.toml")], &flags[..], &[&first]].concat());
    done(&[&["compare", &path("first/a.toml"), &path("first/b.toml"), "--ensemble", &path("first/ensemble.toml")], &flags[..], &[&again]].concat());
    for name in ["compare.csv", "diversion.csv", "summary-a.csv", "summary-b.csv", "a.toml", "b.toml"] {
        assert_eq!(fs::read(path(&format!("first/{name}"))).unwrap(), fs::read(path(&format!("again/{name}"))).unwrap(), "{name}");
    }
}
