//! Does `musafir run` (and `trace`) do what it promises, seen from outside: files, hashes, interruptions, refusals, exit codes?

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

const SMALL: &str = "tests/small/small.toml";
const HEADER: &str = "year,measure,origin,destination,mean,mean_low,mean_high,p05,p95,unit";
const TABLES: [&str; 8] = ["flows", "stocks", "remittances", "labour", "hierarchy", "blocked", "policy", "ages"];

fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_musafir"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(args).stdin(Stdio::null());
    command
}

/// What a finished command said.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Said {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Said { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

fn musafir(args: &[&str]) -> Said {
    program(args).output().expect("it runs").into()
}

/// `run SCENARIO --out OUT` and more flags.
fn run(scenario: &str, out: &Path, more: &[&str]) -> Said {
    musafir(&[&["run", scenario, "--out", text(out)], more].concat())
}

/// The same, which must succeed without a word; returns the record.
fn record(scenario: &str, out: &Path, more: &[&str]) -> Value {
    let said = run(scenario, out, &[&["--quiet"], more].concat());
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (0, "", ""), "{more:?}");
    read(out)
}

fn read(out: &Path) -> Value {
    serde_json::from_slice(&fs::read(out.join("run.json")).expect("there is a record")).expect("JSON")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of letters")
}

fn temporary() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Everything of a record that may depend on scenario, seed and sample alone.
fn world_of(record: &Value) -> Value {
    let mut record = record.clone();
    for key in ["threads", "seconds_load", "seconds_synthesis", "seconds_simulate", "cpu_seconds_simulate", "peak_rss_bytes"] {
        assert!(record.as_object_mut().is_some_and(|fields| fields.remove(key).is_some()), "{key} is missing");
    }
    record
}

/// Names in a folder.
fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

/// Content of the files of a folder, but of the record, which carries times.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = names(folder).into_iter().filter(|name| name != "run.json");
    files.map(|name| (name.clone(), fs::read(folder.join(&name)).expect("a file"))).collect()
}

/// Names that a finished run leaves, and no others.
fn finished_names() -> BTreeSet<String> {
    let tables = TABLES.map(|table| format!("{table}.parquet"));
    tables.into_iter().chain(["report.html", "summary.csv", "scenario.toml", "run.json"].map(String::from)).collect()
}

/// Fails where the two folders hold different results.
fn assert_same_results(expected: &Path, got: &Path, what: &str) {
    assert_eq!(world_of(&read(got)), world_of(&read(expected)), "{what}");
    assert!(contents(got) == contents(expected), "{what}: bytes of files differ");
}

/// A started run, killed when the test ends before it does.
struct Started(Child);

impl Started {
    fn new(args: &[&str]) -> Started {
        Started(program(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts"))
    }

    /// Waits for a file that the run writes; false if the run ended before it appeared.
    fn wait_for(&mut self, path: &Path) -> bool {
        let started = Instant::now();
        while !path.exists() {
            if self.0.try_wait().expect("the state of the run").is_some() {
                return false;
            }
            assert!(started.elapsed() < Duration::from_secs(60), "{} does not appear", path.display());
            thread::sleep(Duration::from_millis(2));
        }
        true
    }

    fn wait(mut self) -> ExitStatus {
        self.0.wait().expect("it ends")
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_run_writes_its_folder() {
    let place = temporary();
    let out = place.path().join("a/b");
    let said = run(SMALL, &out, &[]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("Small world") && said.out.contains("Results: "), "{}", said.out);
    assert_eq!(names(&out), finished_names());

    let record = read(&out);
    let number = |key: &str| record[key].as_f64().unwrap_or_else(|| panic!("{key} is no number: {}", record[key]));
    assert_eq!((number("seed"), number("replicates"), number("sample"), number("months")), (1.0, 1.0, 1.0, 72.0));
    for key in ["persons", "person_months", "visits", "events", "threads"] {
        assert!(record[key].as_u64() > Some(0), "{key}: {}", record[key]);
    }
    for key in ["seconds_load", "seconds_synthesis", "seconds_simulate"] {
        assert!((0.0..60.0).contains(&number(key)), "{key}: {}", record[key]);
    }
    for key in ["cpu_seconds_simulate", "peak_rss_bytes"] {
        assert!(record[key].is_null() && !cfg!(target_os = "linux") || number(key) > 0.0, "{key}: {}", record[key]);
    }
    assert_eq!(record["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(record["scenario"], "Small world");
    for key in ["scenario_hash", "state_hash"] {
        assert!(record[key].as_str().is_some_and(is_hash), "{key}: {}", record[key]);
    }
    assert!(record["warnings"].is_array());
    let files = record["files"].as_array().expect("a list of files");
    let listed: BTreeSet<String> = files.iter().map(|file| file["name"].as_str().expect("a name").to_string()).chain(["run.json", "report.html"].map(String::from)).collect();
    assert_eq!(listed, finished_names());
    for file in files {
        let name = file["name"].as_str().expect("a name");
        let bytes = fs::read(out.join(name)).expect("a file");
        assert_eq!(file["hash"], *blake3::hash(&bytes).to_hex(), "{name}");
        assert_eq!(file["rows"].is_null(), name == "scenario.toml", "{name}");
    }

    let summary = fs::read_to_string(out.join("summary.csv")).expect("a table");
    assert_eq!(summary.lines().next(), Some(HEADER));
    assert_eq!(files[0]["name"], "summary.csv");
    assert_eq!(files[0]["rows"].as_u64(), Some(summary.lines().count() as u64 - 1));
    for line in summary.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        assert!(cells.len() == 10 && cells[4].parse::<f64>().is_ok_and(f64::is_finite), "{line}");
        assert!(cells[5..9].iter().all(|cell| cell.is_empty()), "a single run has no intervals: {line}");
    }
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[test]
fn replicates_have_intervals() {
    let place = temporary();
    record(SMALL, place.path(), &["--replicates", "3"]);
    let summary = fs::read_to_string(place.path().join("summary.csv")).expect("a table");
    let line = summary.lines().find(|l| l.starts_with("2008,stock_august,CA3,ALL,") || l.starts_with("2008,stock_august,UZB,RUS,")).expect("stocks");
    let numbers: Vec<f64> = line.split(',').skip(4).take(5).map(|cell| cell.parse().expect("a number")).collect();
    let [mean, low, high, p05, p95] = numbers[..] else { panic!("{line}") };
    assert!(low <= mean && mean <= high && p05 <= mean && mean <= p95 && p05 < p95, "{line}");
}

#[test]
fn csv_and_parquet_have_the_same_rows() {
    let place = temporary();
    let (csv, parquet) = (place.path().join("csv"), place.path().join("parquet"));
    let (a, b) = (record(SMALL, &csv, &["--format", "csv"]), record(SMALL, &parquet, &[]));
    assert_eq!(a["state_hash"], b["state_hash"]);
    let rows = |record: &Value| record["files"].as_array().expect("files").iter().map(|f| f["rows"].as_u64()).collect::<Vec<_>>();
    assert_eq!(rows(&a), rows(&b));
    for table in TABLES {
        let text = fs::read_to_string(csv.join(format!("{table}.csv"))).expect("a table");
        let entry = a["files"].as_array().expect("files").iter().find(|f| f["name"] == format!("{table}.csv")).expect("the table is listed");
        assert_eq!(entry["rows"].as_u64(), Some(text.lines().count() as u64 - 1), "{table}");
    }
}

#[test]
fn threads_and_chunks_change_nothing() {
    let place = temporary();
    let expected = place.path().join("expected");
    record(SMALL, &expected, &["--replicates", "2"]);
    for threads in ["1", "2", "3", "8"] {
        for rows in ["97", "500", "30000"] {
            let out = place.path().join(format!("{threads}-{rows}"));
            let record = record(SMALL, &out, &["--replicates", "2", "--threads", threads, "--chunk-rows", rows]);
            assert_eq!(record["threads"].as_u64(), threads.parse().ok());
            assert_same_results(&expected, &out, &format!("{threads} threads, {rows} rows"));
        }
    }
    let other = record(SMALL, &place.path().join("other"), &["--replicates", "2", "--seed", "2"]);
    assert_ne!(other["state_hash"], read(&expected)["state_hash"], "another seed is another run");
}

/// Flags that make a run of the small world last some seconds.
const LONG: [&str; 2] = ["--replicates", "40"];

/// The long run, undisturbed; made once.
fn long() -> &'static Path {
    static LONG_RUN: std::sync::OnceLock<PathBuf> = std::sync::OnceLock::new();
    LONG_RUN.get_or_init(|| {
        let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli_run-long");
        record(SMALL, &out, &[&LONG[..], &["--force"]].concat());
        out
    })
}

/// Starts the long run, and ends it by `end` as soon as it has saved itself. Where the run was over by then it is tried again: timing alone
/// must never give a wrong verdict.
fn interrupted(out: &Path, end: impl Fn(Started) -> bool) {
    let checkpoint = out.join("checkpoint.musafir");
    for _ in 0..5 {
        let mut started = Started::new(&[&["run", SMALL, "--out", text(out), "--checkpoint-every", "5", "--quiet", "--force"], &LONG[..]].concat());
        if started.wait_for(&checkpoint) && end(started) && checkpoint.exists() {
            assert!(!out.join("run.json").exists(), "an unfinished run has no record");
            return;
        }
    }
    panic!("the run could not be interrupted in five tries");
}

#[test]
fn a_killed_run_is_resumed_to_the_same_bytes() {
    let place = temporary();
    let out = place.path().join("killed");
    interrupted(&out, |mut started| {
        started.0.kill().expect("it is killed");
        !started.wait().success()
    });
    let again = run(SMALL, &out, &LONG);
    assert!(again.code == 2 && again.err.contains("--resume"), "{}", again.err);
    let other = run(SMALL, &out, &["--resume", "--replicates", "39"]);
    assert!(other.code == 2 && other.err.contains("another run"), "{}", other.err);
    // Killed a second time, on the way from the checkpoint; that this one may be over before it is killed does not matter.
    let mut second = Started::new(&[&["run", SMALL, "--out", text(&out), "--checkpoint-every", "1", "--resume", "--threads", "1", "--quiet"], &LONG[..]].concat());
    thread::sleep(Duration::from_millis(300));
    let _ = second.0.kill();
    drop(second);
    let said = run(SMALL, &out, &[&LONG[..], &["--resume", "--threads", "3", "--chunk-rows", "500"]].concat());
    assert_eq!(said.code, 0, "{}", said.err);
    // What a kill in the midst of a saving leaves has a name of its own and is none of the results.
    for name in names(&out).into_iter().filter(|name| name.starts_with(".musafir-")) {
        fs::remove_file(out.join(name)).expect("a file");
    }
    assert_eq!(names(&out), finished_names());
    assert_same_results(long(), &out, "killed twice and resumed");
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_is_saved_and_resumed_to_the_same_bytes() {
    let place = temporary();
    let out = place.path().join("interrupted");
    interrupted(&out, |started| {
        let sent = Command::new("kill").args(["-INT", &started.0.id().to_string()]).status().expect("there is `kill`");
        let code = started.wait().code();
        assert!(!sent.success() || code == Some(3) || code == Some(0), "stopped by the user is 3: {code:?}");
        code == Some(3)
    });
    assert_eq!(names(&out), BTreeSet::from(["checkpoint.musafir".to_string()]));
    let said = run(SMALL, &out, &[&LONG[..], &["--resume"]].concat());
    assert!(said.code == 0 && said.err.contains("Going on after"), "{}", said.err);
    assert_eq!(names(&out), finished_names());
    assert_same_results(long(), &out, "interrupted and resumed");
}

#[test]
fn a_damaged_checkpoint_is_refused() {
    let place = temporary();
    let out = place.path().join("damaged");
    interrupted(&out, |mut started| {
        started.0.kill().expect("it is killed");
        !started.wait().success()
    });
    let checkpoint = out.join("checkpoint.musafir");
    let mut bytes = fs::read(&checkpoint).expect("a file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    for damaged in [&bytes[..], &bytes[..middle], &[]] {
        fs::write(&checkpoint, damaged).expect("it is written");
        let said = run(SMALL, &out, &[&LONG[..], &["--resume"]].concat());
        assert!(said.code == 1 && said.err.contains("checkpoint") && !said.err.contains("panicked"), "{}", said.err);
        assert!(!out.join("run.json").exists());
    }
}

#[test]
fn the_resolved_scenario_gives_the_same_bytes() {
    let place = temporary();
    let flags = ["--until", "2008-03", "--seed", "7", "--sample", "0.5", "--replicates", "2", "--set", "behaviour.choose.b_net=0.3"];
    for (name, flags) in [("plain", &[][..]), ("changed", &flags[..])] {
        let (first, second) = (place.path().join(name), place.path().join(format!("{name}-again")));
        record(SMALL, &first, flags);
        record(text(&first.join("scenario.toml")), &second, &[]);
        assert_same_results(&first, &second, name);
    }
}

#[test]
fn a_run_is_recognised_and_another_is_refused() {
    let place = temporary();
    let out = place.path();
    let first = record(SMALL, out, &[]);
    let bytes = fs::read(out.join("run.json")).expect("a record");

    let same = run(SMALL, out, &["--threads", "1"]);
    assert!(same.code == 0 && same.out.contains("finished already"), "{}{}", same.out, same.err);
    let same = run(SMALL, out, &["--json"]);
    assert_eq!((same.code, serde_json::from_str::<Value>(&same.out).expect("JSON")), (0, first.clone()));
    for more in [&["--seed", "2"][..], &["--until", "2009-12"], &["--sample", "0.5"], &["--format", "csv"], &["--set", "behaviour.choose.b_net=0.3"]] {
        let said = run(SMALL, out, more);
        assert!(said.code == 2 && said.err.contains("--force") && said.out.is_empty(), "{more:?}: {}", said.err);
    }
    assert_eq!(fs::read(out.join("run.json")).expect("a record"), bytes, "nothing of this has touched the folder");

    // A damaged copy is written anew; with --force another run takes the place, and no file of the old one stays.
    fs::write(out.join("flows.parquet"), "damaged").expect("it is written");
    record(SMALL, out, &[]);
    assert_eq!(world_of(&read(out)), world_of(&first));
    let other = record(SMALL, out, &["--seed", "2", "--format", "csv", "--force"]);
    assert_ne!(other["state_hash"], first["state_hash"]);
    let expected: BTreeSet<String> = finished_names().into_iter().map(|name| name.replace(".parquet", ".csv")).collect();
    assert_eq!(names(out), expected);

    // A file of that name that is none of ours.
    let foreign = place.path().join("foreign");
    fs::create_dir(&foreign).expect("a folder");
    fs::write(foreign.join("summary.csv"), "mine\n").expect("it is written");
    let said = run(SMALL, &foreign, &[]);
    assert!(said.code == 2 && said.err.contains("summary.csv"), "{}", said.err);
    assert_eq!(fs::read_to_string(foreign.join("summary.csv")).expect("a file"), "mine\n");
    // Whatever people write is safe, be it called like a result or not.
    for name in ["a.toml", "notes.md", "ensemble.toml", "flows.csv"] {
        let mine = place.path().join(name.replace('.', "-"));
        fs::create_dir(&mine).expect("a folder");
        fs::write(mine.join(name), "mine\n").expect("it is written");
        let said = run(SMALL, &mine, &[]);
        assert!(said.code == 2 && said.err.contains(name) && said.err.contains("--force"), "{name}: {}", said.err);
        assert_eq!(fs::read_to_string(mine.join(name)).expect("a file"), "mine\n");
    }
}

#[test]
fn wrong_usage_is_two_and_says_why() {
    let place = temporary();
    let out = place.path().join("none");
    for sample in ["50", "0", "-1", "1.0000001"] {
        let said = run(SMALL, &out, &[&format!("--sample={sample}")]);
        assert!(said.code == 2 && said.err.contains("(0, 1]") && !said.err.contains("panicked"), "--sample {sample}: {}", said.err);
    }
    for wrong in [
        &["--bogus"][..],
        &["--sample", "many"],
        &["--sample", "nan"],
        &["--threads", "0"],
        &["--chunk-rows", "0"],
        &["--checkpoint-every", "0"],
        &["--replicates", "0"],
        &["--until", "2011-01"],
        &["--until", "2004-12"],
        &["--until", "soon"],
        &["--set", "behaviour.choose.b_net"],
        &["--set", "behaviour.choose.b_nett=1"],
        &["--format", "xls"],
    ] {
        let said = run(SMALL, &out, wrong);
        assert!(said.code == 2 && said.err.contains("error") && !said.err.contains("panicked"), "{wrong:?}: {} {}", said.code, said.err);
    }
    assert_eq!(musafir(&["run"]).code, 2);
    assert_eq!(musafir(&["run", "tests/small/nothing.toml"]).code, 2);
    assert!(!out.exists(), "a wrong command leaves nothing");
}

#[test]
fn a_place_that_cannot_be_written_is_one() {
    let place = temporary();
    let file = place.path().join("file");
    fs::write(&file, "mine").expect("it is written");
    let below = file.join("deeper/results");
    // What is no folder is wrong usage; what is below it cannot be written.
    for (out, code) in [(file.as_path(), 2), (below.as_path(), 1)] {
        let said = run(SMALL, out, &[]);
        assert!(said.code == code && said.err.contains(text(&file)) && !said.err.contains("panicked"), "{} {}", said.code, said.err);
    }
    assert_eq!(fs::read_to_string(&file).expect("a file"), "mine");
    assert_eq!(names(place.path()), BTreeSet::from(["file".to_string()]), "nothing half-written");
}

#[test]
fn forced_results_leave_nothing_of_others() {
    let place = temporary();
    let out = place.path().join("results");
    fs::create_dir(&out).expect("a folder");
    for (name, content) in [("sweep.json", r#"{"files": [{"name": "points.csv"}, {"name": "../mine.txt"}]}"#), ("points.csv", "theirs"), ("notes.txt", "mine")] {
        fs::write(out.join(name), content).expect("written");
    }
    fs::write(place.path().join("mine.txt"), "mine").expect("written");
    assert_eq!(run(SMALL, &out, &["--quiet"]).code, 2, "it is of something else");
    assert_eq!(run(SMALL, &out, &["--quiet", "--force"]).code, 0);
    assert!(!out.join("sweep.json").exists() && !out.join("points.csv").exists(), "what the other command listed is gone");
    assert!(out.join("notes.txt").exists() && place.path().join("mine.txt").exists(), "nothing else is");
}

#[test]
fn a_part_of_a_year_is_told() {
    let place = temporary();
    let said = run(SMALL, &place.path().join("part"), &["--until", "2006-03", "--json"]);
    let record: Value = serde_json::from_str(&said.out).expect("JSON");
    assert!(record["warnings"].as_array().expect("a list").iter().any(|w| w.as_str().is_some_and(|w| w.contains("2006 has 3 months"))), "{record}");
}

/// As administrator every folder can be written, and there is nothing to test.
#[cfg(unix)]
#[test]
fn a_read_only_folder_is_one() {
    use std::os::unix::fs::PermissionsExt;
    let place = temporary();
    let locked = place.path().join("locked");
    fs::create_dir(&locked).expect("a folder");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).expect("it is locked");
    if fs::write(locked.join("probe"), "").is_err() {
        let said = run(SMALL, &locked.join("results"), &[]);
        assert!(said.code == 1 && said.err.contains("--out"), "{} {}", said.code, said.err);
        assert!(names(&locked).is_empty(), "nothing half-written");
    }
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).expect("it is unlocked");
}

#[test]
fn json_is_one_object_and_quiet_is_quiet() {
    let place = temporary();
    let out = place.path().join("json");
    let said = run(SMALL, &out, &["--json"]);
    let mut objects = serde_json::Deserializer::from_str(&said.out).into_iter::<Value>();
    let first = objects.next().expect("an object").expect("JSON");
    assert!(said.code == 0 && first.is_object() && objects.next().is_none(), "{}", said.out);
    assert_eq!(first, read(&out), "the same as in the folder");

    // A strong network is warned of; --quiet keeps them back, and the record keeps them.
    let out = place.path().join("quiet");
    let record = record(SMALL, &out, &["--until", "2005-03", "--set", "behaviour.choose.b_net=0.6"]);
    assert!(record["warnings"].as_array().is_some_and(|list| !list.is_empty()));
    let said = run(SMALL, &place.path().join("loud"), &["--until", "2005-03", "--set", "behaviour.choose.b_net=0.6", "--json"]);
    assert!(said.code == 0 && said.err.contains("warning"), "{}", said.err);
    assert!(serde_json::from_str::<Value>(&said.out).is_ok_and(|v| v.is_object()), "warnings stay off standard output: {}", said.out);
}

#[test]
fn until_stops_early() {
    let place = temporary();
    let record = record(SMALL, place.path(), &["--until", "2007-06"]);
    assert_eq!(record["months"].as_u64(), Some(30));
    let summary = fs::read_to_string(place.path().join("summary.csv")).expect("a table");
    let years: BTreeSet<&str> = summary.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(years, BTreeSet::from(["2005", "2006", "2007"]));
}

/// The small world with ten thousand times as many people, a hundred thousand times over, fits into no machine of today.
#[cfg(target_os = "linux")]
#[test]
fn a_run_too_large_for_the_memory_is_refused() {
    let place = temporary();
    let world = place.path().join("world");
    fs::create_dir(&world).expect("a folder");
    let small = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/small");
    fs::copy(small.join("small.toml"), place.path().join("small.toml")).expect("it is copied");
    for name in names(&small.join("world")) {
        fs::copy(small.join("world").join(&name), world.join(&name)).expect("it is copied");
    }
    let mut lines = Vec::new();
    for (at, line) in fs::read_to_string(small.join("world/population.csv")).expect("a table").lines().enumerate() {
        let mut cells: Vec<String> = line.split(',').map(String::from).collect();
        if at == 0 {
            assert_eq!(cells[4], "persons");
        } else {
            cells[4] = (cells[4].parse::<f64>().expect("a number") * 1e4).to_string();
        }
        lines.push(cells.join(","));
    }
    fs::write(world.join("population.csv"), lines.join("\n") + "\n").expect("it is written");
    let out = place.path().join("out");
    let said = run(text(&place.path().join("small.toml")), &out, &["--replicates", "100000"]);
    assert!(said.code == 1 && said.err.contains("GB of memory") && said.err.contains("--sample"), "{} {}", said.code, said.err);
    assert!(!out.exists());
}

#[test]
fn trace_tells_a_life() {
    let said = musafir(&["trace", SMALL]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    for word in ["Person ", "weighs leaving", "LEAVES for", "staying has utility 0"] {
        assert!(said.out.contains(word), "{word}: {}", said.out);
    }
    let key = said.out.strip_prefix("Person ").and_then(|rest| rest.split(' ').next()).expect("a key");
    assert_eq!(musafir(&["trace", SMALL, "--person", key]).out, said.out, "the same life by its key");
    for wrong in ["foo", "1", "1.", "-1.1", "99999999.1", "99999999999.1", ""] {
        let said = musafir(&["trace", SMALL, &format!("--person={wrong}")]);
        assert!(said.code == 2 && said.out.is_empty() && said.err.contains("household.member"), "`{wrong}`: {} {}", said.code, said.err);
    }
}

#[test]
fn a_profile_tells_where_time_went_and_changes_nothing() {
    let folder = temporary();
    let (plain, profiled) = (folder.path().join("plain"), folder.path().join("profiled"));
    let expected = record(SMALL, &plain, &[]);
    let said = run(SMALL, &profiled, &["--json", "--profile"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let told: Value = serde_json::from_str(&said.out).expect("standard output is the record alone");
    assert_eq!(world_of(&told), world_of(&expected));
    let number = |name: &str| -> f64 {
        let line = said.err.lines().find(|l| l.trim_start().starts_with(name)).unwrap_or_else(|| panic!("no `{name}` in {}", said.err));
        let value = line.trim_start()[name.len()..].split_whitespace().next().unwrap_or_default();
        value.replace(',', "").parse().unwrap_or_else(|_| panic!("{line}"))
    };
    for (name, key) in [("person-months", "person_months"), ("visits", "visits"), ("events", "events")] {
        assert_eq!(Some(number(name)), told[key].as_f64(), "{name}");
    }
    let phases: f64 = ["the world's month", "tables and bounds", "what falls due by date", "scan", "decide", "write", "quotas", "sums and markets", "year's end", "observers"]
        .iter()
        .map(|name| number(name))
        .sum();
    assert!(phases > 0.0 && phases <= 1.05 * number("all months") + 0.02, "{}", said.err);
    assert!(number("memory read") > 0.0 && number("read by the scan") > 0.0 && number("bytes a row") > 20.0, "{}", said.err);
}
