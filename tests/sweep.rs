//! Is a run of a sweep the run by itself, are interruptions invisible, and are all mistakes shown before anything runs?

mod small;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use musafir::{
    experiment::{
        parting::Parting,
        queue::{Division, Queue, Watch},
        sweep::{
            Flags, Sweep,
            plan::{Plan, Run},
            runs::{Fate, Runs},
        },
    },
    measure::Recorder,
};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/small").join(name)
}

fn load(name: &str) -> Sweep {
    Sweep::load(&path(name), &Flags::default()).unwrap_or_else(|findings| panic!("{findings}"))
}

#[derive(Default)]
struct Counting {
    months: AtomicUsize,
    runs: AtomicUsize,
}

impl Watch for Counting {
    fn month(&self, _: u64) {
        self.months.fetch_add(1, Ordering::Relaxed);
    }
    fn ended(&self, _: Run, failed: Option<&str>) {
        assert_eq!(failed, None);
        self.runs.fetch_add(1, Ordering::Relaxed);
    }
    fn stopped(&self) -> bool {
        false
    }
}

#[test]
fn a_run_that_shares_its_past_is_the_run_by_itself() {
    let sweep = load("sweep.toml");
    let plan = Plan::new(&sweep);
    let all = plan.runs();
    assert_eq!((plan.points.len(), all.len()), (10, 20));
    let own = (plan.length() * all.len()) as u64;
    let shared: u64 = (1..=2).map(|k| plan.months_of(&all.iter().filter(|r| r.replicate == k).map(|r| r.world).collect::<Vec<_>>())).sum();
    assert!(shared < own / 2, "{shared} of {own} months");
    let mut expected: BTreeMap<Run, ([u8; 32], Vec<u64>)> = BTreeMap::new();
    for &run in &all {
        let scenario = sweep.scenario(&plan.points[plan.worlds[run.world].point].levels, 1).expect("it can be run");
        let setup = plan.setup(run.replicate);
        let mut recorder = Recorder::new(&scenario.world, setup.sample, run.replicate);
        let full = small::run(&scenario, setup, &mut recorder);
        let values = recorder.finish().expect("it encodes").values;
        expected.insert(run, (*full.state_hash().as_bytes(), values.iter().filter(|v| sweep.keeps(v)).map(|v| v.value.to_bits()).collect()));
    }
    // With and without room for pasts, one worker and three.
    for (workers, threads, pasts) in [(1, 2, 1 << 30), (3, 1, 1 << 30), (2, 1, 0), (2, 1, 2_000_000)] {
        let folder = tempfile::tempdir().expect("a folder");
        let (runs, watch) = (Runs::new(folder.path()), Counting::default());
        Queue::new(&sweep, &plan, &runs, &all, Division { workers, threads, pasts }, &watch).work().expect("nothing stops it");
        assert_eq!(watch.runs.load(Ordering::Relaxed), all.len());
        let months = watch.months.load(Ordering::Relaxed) as u64;
        assert!(if pasts == 1 << 30 { months == shared } else { months >= shared && months <= own }, "{months} months, {shared} foretold, {own} at most");
        for run in &all {
            let Fate::Finished(finished) = runs.fate(&plan.key(*run)) else { panic!("{run:?} is not there") };
            let (state, values) = &expected[run];
            assert_eq!(finished.state, *state, "{run:?}");
            assert_eq!(finished.values.iter().map(|v| v.value.to_bits()).collect::<Vec<_>>(), *values, "{run:?}");
        }
    }
}

/// A folder with the small world, an ensemble of three members (the second weighs nothing, the third as much as the first two) and a sweep.
fn with_ensemble(sweep: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path();
    fs::copy(path("small.toml"), place.join("small.toml")).expect("it can be copied");
    fs::create_dir(place.join("world")).expect("it can be made");
    for table in fs::read_dir(path("world")).expect("tables").flatten() {
        fs::copy(table.path(), place.join("world").join(table.file_name())).expect("it can be copied");
    }
    let ensemble = "[[parameter]]\nid = \"b_kin\"\nkeys = [\"behaviour.choose.b_kin\"]\n[[member]]\nvalues = [0.2]\n[[member]]\nweight = 0.0\nvalues = [0.9]\n\
                    [[member]]\nweight = 2.0\nvalues = [0.5]\n";
    fs::write(place.join("ensemble.toml"), ensemble).expect("it can be written");
    fs::write(place.join("sweep.toml"), format!("scenario = \"small.toml\"\nuntil = \"2005-12\"\n{sweep}")).expect("it can be written");
    folder
}

const TWO_COSTS: &str = "ensemble = \"ensemble.toml\"\nreplicates = 4\n[design]\nkind = \"grid\"\n[[factor]]\nid = \"cost\"\nkey = \"behaviour.choose.b_kin\"\n\
                         multiplies = true\nvalues = [1.0, 2.0]\n[[outcome]]\nid = \"abroad\"\noutcome = \"stock_mean of CA3 in 2005\"\n";

#[test]
fn replicates_are_members_of_an_ensemble() {
    let folder = with_ensemble(TWO_COSTS);
    let sweep = Sweep::load(&folder.path().join("sweep.toml"), &Flags::default()).unwrap_or_else(|findings| panic!("{findings}"));
    let plan = Plan::new(&sweep);
    let kin = |point: usize, replicate: u32| sweep.scenario(&plan.points[point].levels, replicate).expect("it runs").behaviour.choose.b_kin;
    // Of equal weight: the first, the third, the third; a fourth replicate begins again. A factor multiplies the member's value.
    assert_eq!((1..=4).map(|k| kin(0, k)).collect::<Vec<_>>(), [0.2, 0.5, 0.5, 0.2]);
    assert_eq!((1..=4).map(|k| kin(1, k)).collect::<Vec<_>>(), [0.4, 1.0, 1.0, 0.4]);
    assert_eq!((plan.worlds.len(), plan.runs().len()), (4, 8));
    for run in plan.runs() {
        let world = &plan.worlds[run.world];
        assert_eq!(sweep.scenario(&plan.points[world.point].levels, world.replicate).expect("it runs").hash, world.hash);
        assert_eq!(plan.world(world.point, run.replicate), Ok(run.world));
    }
    let out = folder.path().join("out");
    assert_eq!(done(&[text(&folder.path().join("sweep.toml")), "--out", text(&out), "--quiet"]), (0, String::new(), String::new()));
    let runs = fs::read_to_string(out.join("runs.csv")).expect("runs.csv");
    let states: BTreeSet<&str> = runs.lines().skip(1).filter_map(|l| l.split(',').nth(5)).collect();
    assert_eq!((states.len(), count(&out, "run")), (8, 8), "{runs}");
}

#[test]
fn listed_numbers_and_dates_have_an_order_and_names_have_none() {
    let factor = |what: &str| {
        let folder = with_ensemble(&format!("[design]\nkind = \"grid\"\n[[factor]]\nid = \"f\"\n{what}\n[[outcome]]\nid = \"abroad\"\noutcome = \"stock_mean of CA3 in 2005\"\n"));
        let sweep = Sweep::load(&folder.path().join("sweep.toml"), &Flags::default()).unwrap_or_else(|findings| panic!("{findings}"));
        (sweep.factors[0].names(), sweep.factors[0].ordered())
    };
    let names = |list: &[&str]| list.iter().map(|n| (*n).to_string()).collect::<Vec<_>>();
    let kin = "key = \"behaviour.choose.b_kin\"\nvalues = [1.5, 0.25, 1]";
    assert_eq!(factor(kin), (names(&["0.25", "1", "1.5"]), true));
    assert_eq!(factor(&format!("{kin}\nnames = [\"much\", \"little\", \"some\"]")), (names(&["little", "some", "much"]), true));
    let dates = "key = \"corridor.valley.opens\"\nvalues = [2009-03-01, \"2008-08\"]";
    assert_eq!(factor(dates), (names(&["2008-08", "2009-03-01"]), true));
    let named = "alternatives = [{ name = \"2\", set = { \"behaviour.choose.b_kin\" = 1.0 } }, { name = \"1\", set = { \"behaviour.choose.b_kin\" = 0.5 } }]";
    assert_eq!(factor(named), (names(&["2", "1"]), false));
    assert!(!factor("ensemble = \"ensemble.toml\"\nlevels = 2").1, "the number of a member says nothing of it");
}

#[test]
fn a_factor_over_members() {
    let folder = with_ensemble("[design]\nkind = \"grid\"\n[[factor]]\nid = \"member\"\nensemble = \"ensemble.toml\"\nlevels = 2\n");
    let sweep = Sweep::load(&folder.path().join("sweep.toml"), &Flags::default()).unwrap_or_else(|findings| panic!("{findings}"));
    let kin: Vec<f64> = sweep.points().iter().map(|p| sweep.scenario(&p.levels, 1).expect("it runs").behaviour.choose.b_kin).collect();
    assert_eq!((kin, sweep.factors[0].names()), (vec![0.2, 0.5], vec!["1".to_string(), "2".to_string()]));
    let folder = with_ensemble("ensemble = \"none.toml\"\n[design]\nkind = \"grid\"\n[[factor]]\nid = \"member\"\nensemble = \"ensemble.toml\"\nlevels = 4\n");
    let findings = Sweep::load(&folder.path().join("sweep.toml"), &Flags::default()).expect_err("it is wrong");
    assert!(findings.list.iter().all(|f| f.line > 0) && findings.list.len() == 2, "{findings}");
    assert!(findings.to_string().contains("`none.toml` cannot be read") && findings.to_string().contains("more levels than members"), "{findings}");
}

#[test]
fn worlds_are_found_out_once() {
    let folder = with_ensemble(TWO_COSTS);
    let file = folder.path().join("sweep.toml");
    let load = || Sweep::load(&file, &Flags::default()).unwrap_or_else(|findings| panic!("{findings}"));
    let (sweep, out) = (load(), folder.path().join("out"));
    let plan = Plan::new(&sweep);
    plan.keep(&out).expect("it can be written");
    let again = Plan::kept_in(&out, &load());
    assert_eq!((&again.worlds, again.runs(), again.identity(&sweep)), (&plan.worlds, plan.runs(), plan.identity(&sweep)));
    // What points are made of has changed: a table, the ensemble, the sweep.
    let worlds = || Plan::kept_in(&out, &load()).worlds.iter().map(|w| w.hash.clone()).collect::<Vec<_>>();
    let before = worlds();
    for (name, from, to) in [("world/jobs.csv", ",", ", "), ("ensemble.toml", "0.5", "0.6"), ("sweep.toml", "2.0]", "3.0]")] {
        let place = folder.path().join(name);
        let text = fs::read_to_string(&place).expect("it is there");
        fs::write(&place, text.replace(from, to)).expect("it can be written");
        let fresh: Vec<String> = Plan::new(&load()).worlds.iter().map(|w| w.hash.clone()).collect();
        assert_eq!(worlds(), fresh, "{name}");
        assert!(name == "world/jobs.csv" || fresh != before, "{name}");
    }
}

fn musafir(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_musafir"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).arg("sweep").args(args).stdin(Stdio::null());
    command
}

fn said(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

fn done(args: &[&str]) -> (i32, String, String) {
    said(&musafir(args).output().expect("it runs"))
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of letters")
}

/// The data set: all files but those that carry times or paths.
fn data_set(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    ["results.parquet", "points.csv", "runs.csv", "sensitivity.csv", "response.csv", "discovery.csv"]
        .into_iter()
        .map(|name| (name.to_string(), fs::read(folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))))
        .collect()
}

fn count(folder: &Path, ending: &str) -> usize {
    fs::read_dir(folder.join("runs")).expect("runs are there").flatten().filter(|e| e.path().extension().is_some_and(|x| x == ending)).count()
}

#[test]
fn a_sweep_that_is_killed_goes_on_to_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let (whole, killed) = (folder.path().join("whole"), folder.path().join("killed"));
    assert_eq!(done(&["tests/small/many.toml", "--out", text(&whole), "--quiet"]), (0, String::new(), String::new()));
    let mut seen = BTreeSet::new();
    for pause in [5, 60, 20, 90, 40] {
        let mut child = musafir(&["tests/small/many.toml", "--out", text(&killed), "--quiet", "--threads", "2"]).stderr(Stdio::null()).spawn().expect("it starts");
        // A busy machine takes a while to plan; what is to be interrupted is the running.
        while !killed.join("runs").exists() && child.try_wait().expect("its state").is_none() {
            thread::sleep(Duration::from_millis(2));
        }
        thread::sleep(Duration::from_millis(pause));
        child.kill().ok();
        child.wait().expect("it ends");
        if killed.join("runs").exists() {
            seen.insert(count(&killed, "run"));
        }
    }
    assert!(seen.iter().any(|n| *n < 60), "it was never interrupted: {seen:?}");
    assert_eq!(done(&["tests/small/many.toml", "--out", text(&killed), "--quiet", "--threads", "1"]).0, 0);
    assert!(data_set(&whole) == data_set(&killed), "bytes differ");
    assert_eq!(count(&killed, "run"), 60);
    assert!(String::from_utf8_lossy(&data_set(&killed)["runs.csv"]).lines().skip(1).all(|l| l.contains(",done,")));
    // A damaged run is made again, and only that one; the finished sweep is recognised.
    let (_, out, _) = done(&["tests/small/many.toml", "--out", text(&killed)]);
    assert!(out.contains("finished already"), "{out}");
    let one = fs::read_dir(killed.join("runs")).expect("runs").flatten().next().expect("a run").path();
    let bytes = fs::read(&one).expect("it can be read");
    fs::write(&one, &bytes[..bytes.len() / 2]).expect("it can be cut");
    fs::remove_file(killed.join("results.parquet")).expect("it is there");
    let (code, out, _) = done(&["tests/small/many.toml", "--out", text(&killed), "--json"]);
    let record: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &record["runs_now"], &record["failed"]), (0, &1.into(), &0.into()));
    assert!(data_set(&whole) == data_set(&killed), "bytes differ");
}

#[test]
fn parts_of_a_sweep_make_the_same_data_set() {
    let folder = tempfile::tempdir().expect("a folder");
    let (whole, parts) = (folder.path().join("whole"), folder.path().join("parts"));
    let sweep = "tests/small/sweep.toml";
    assert_eq!(done(&[sweep, "--out", text(&whole), "--quiet"]).0, 0);
    for part in ["3/3", "1/3"] {
        assert_eq!(done(&[sweep, "--out", text(&parts), "--shard", part, "--quiet"]), (0, String::new(), String::new()));
    }
    let (_, out, _) = done(&["--status", text(&parts)]);
    assert!(out.contains("13 runs done, 0 failed, 7 to go"), "{out}");
    let json = |args: &[&str]| serde_json::from_str::<serde_json::Value>(&done(args).1).expect("JSON and nothing else");
    assert_eq!(json(&["--status", text(&parts), "--json"])["to_go"], 7);
    assert_eq!(json(&[sweep, "--out", text(&parts), "--shard", "1/3", "--json"])["runs_now"], 0);
    let (code, _, err) = done(&["--collect", text(&parts)]);
    assert!(code == 1 && err.contains("7 of 20 runs are still to be done"), "{err}");
    assert_eq!(done(&[sweep, "--out", text(&parts), "--shard", "2/3", "--quiet"]).0, 0);
    let (code, out, err) = done(&["--collect", text(&parts)]);
    assert!(code == 0 && out.contains("diverted: departures of UZB in RUS in 2009 < 0, east less small"), "{out}{err}");
    assert!(data_set(&whole) == data_set(&parts), "bytes differ");
    // A damaged run is as good as none, and leaves the data set alone.
    let run = fs::read_dir(parts.join("runs")).expect("runs").flatten().find(|e| e.path().extension().is_some_and(|e| e == "run")).expect("a run").path();
    fs::write(&run, &fs::read(&run).expect("it can be read")[..100]).expect("it can be cut");
    let (code, _, err) = done(&["--collect", text(&parts)]);
    assert!(code == 1 && err.contains("1 of 20 runs are still to be done (1 of them stand in files that are damaged)") && err.contains("--retry"), "{err}");
    assert!(data_set(&whole) == data_set(&parts), "bytes differ");
    assert_eq!(done(&[sweep, "--out", text(&parts), "--retry", "--quiet"]).0, 0);
    assert!(data_set(&whole) == data_set(&parts), "bytes differ");
    // A damaged record is made again.
    fs::write(parts.join("sweep.json"), "{ cut off").expect("it is there");
    assert_eq!(done(&["--collect", text(&parts), "--quiet"]), (0, String::new(), String::new()));
    assert!(data_set(&whole) == data_set(&parts), "bytes differ");
    // What was planned says what is collected.
    let (code, _, err) = done(&["--collect", text(&parts), "--sample", "0.5"]);
    assert!(code == 2 && err.contains("cannot be used with"), "{err}");
    // Another sweep does not overwrite it.
    let (code, _, err) = done(&["tests/small/many.toml", "--out", text(&parts)]);
    assert!(code == 2 && err.contains("holds another sweep"), "{err}");
}

#[test]
fn a_point_that_cannot_run_is_recorded_and_equal_points_run_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, out) = (folder.path().join("list.toml"), folder.path().join("out"));
    let small = path("small.toml");
    let text_of = format!(
        "scenario = {:?}\nuntil = \"2006-12\"\n[design]\nkind = \"list\"\n[[factor]]\nid = \"opens\"\nkey = \"corridor.valley.opens\"\ndates = [2008-07-01, 2010-01-01]\n\
         [[factor]]\nid = \"built\"\nkey = \"corridor.valley.construction.to\"\nvalues = [2008-06-30, 2008-03-31]\n\
         [[point]]\nopens = 2009-01-01\nbuilt = 2008-06-30\n[[point]]\nopens = 2008-04-01\nbuilt = 2008-06-30\n[[point]]\nopens = 2009-01-01\nbuilt = 2008-06-30\n",
        small.file_name().expect("a name")
    );
    fs::write(&file, text_of).expect("it can be written");
    fs::copy(&small, folder.path().join("small.toml")).expect("it can be copied");
    fs::create_dir(folder.path().join("world")).expect("it can be made");
    for table in fs::read_dir(path("world")).expect("tables").flatten() {
        fs::copy(table.path(), folder.path().join("world").join(table.file_name())).expect("it can be copied");
    }
    let (code, said, err) = done(&[text(&file), "--out", text(&out)]);
    assert_eq!(code, 1, "{said}{err}");
    assert!(said.contains("3 points, 1 worlds, 1 replicates: 3 runs, 1 failed"), "{said}");
    assert_eq!(count(&out, "run"), 1);
    let lines: Vec<Vec<String>> = fs::read_to_string(out.join("runs.csv")).expect("runs.csv").lines().skip(1).map(|l| l.split(',').map(String::from).collect()).collect();
    assert_eq!(lines.iter().map(|l| l[4].as_str()).collect::<Vec<_>>(), ["done", "failed", "done"]);
    assert_eq!(lines[2][3], "1", "the third point is the first one");
    assert!(lines[1][6..].join(",").contains("opens before it is built"), "{lines:?}");
}

#[test]
fn all_mistakes_are_shown_before_anything_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let (code, _, err) = done(&["tests/small/wrong-sweep.toml", "--out", text(&out)]);
    assert_eq!(code, 2);
    for message in [
        "unknown key `replicats`",
        "did you mean `replicates`?",
        "`design.trajectories` is missing",
        "`design.points` has no effect",
        "a Morris design has an even number of levels",
        "unknown key `b_csot`",
        "tests/small/wrong-sweep.toml:12:9",
        "the range of `factor.b` is empty",
        "nothing in the scenario has the key `corridor.vally.links.*.hours`",
        "did you mean `valley`?",
        "a factor cannot be named `year`",
        "a factor has one of `range`",
        "there is no measure `stock_men`",
        "did you mean `stock_mean`?",
        "the run is from 2005 to 2010",
    ] {
        assert!(err.contains(message), "`{message}` is missing in\n{err}");
    }
    assert!(!out.exists(), "something was written");
}

#[test]
fn a_folder_that_cannot_be_written_is_said_before_anything_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "").expect("it can be written");
    let (code, _, err) = done(&["tests/small/many.toml", "--out", text(&file.join("out"))]);
    assert!(code == 1 && err.contains("cannot create"), "{code} {err}");
}

#[test]
fn a_signal_ends_it_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let child = musafir(&["tests/small/many.toml", "--out", text(&out), "--replicates", "40", "--threads", "1"]).stderr(Stdio::piped()).spawn().expect("it starts");
    while !out.join("runs").exists() {
        thread::sleep(Duration::from_millis(5));
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert!(sent.success());
    let (code, _, err) = said(&child.wait_with_output().expect("it ends"));
    assert!(code == 3 && err.contains("runs are done and kept"), "{code} {err}");
    assert!(!out.join("results.parquet").exists());
}

#[test]
fn a_dry_run_tells_the_costs_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let (code, said, err) = done(&["tests/small/many.toml", "--out", text(&out), "--dry-run"]);
    assert_eq!(code, 0, "{err}");
    for line in ["Points       30, 30 different worlds, 2 replicates: 60 runs, 0 of them done", "Runs to do   60; a run of 72 months", "Time ", "Memory ", "Disk "] {
        assert!(said.contains(line), "`{line}` is missing in\n{said}");
    }
    let (code, said, _) = done(&["tests/small/many.toml", "--out", text(&out), "--dry-run", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&said).expect("JSON and nothing else");
    assert!(code == 0 && json["counts"]["runs"] == 60 && json["costs"]["months_of_a_run"] == 72, "{json}");
    assert!(!out.exists());
}

/// Sweeps that ship, and the scenarios that they name, are right.
#[test]
fn shipped_sweeps_are_right() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/sweeps");
    for name in ["corridor-speed", "sensitivity", "deep-uncertainty"] {
        let sweep = Sweep::load(&folder.join(format!("{name}.toml")), &Flags::default()).unwrap_or_else(|findings| panic!("{name}: {findings}"));
        // Points all over the design; all of them would take minutes.
        let points = sweep.points();
        for point in points.iter().step_by(points.len().div_ceil(12)) {
            assert!(sweep.scenario(&point.levels, 1).is_ok(), "{name}: {:?}", sweep.scenario(&point.levels, 1).err());
        }
        assert!(!sweep.outcomes.is_empty());
    }
}
