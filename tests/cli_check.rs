//! Do the commands that read scenarios say what they promise, with the exit codes of `--help`?

use assert_cmd::Command;

fn musafir(args: &[&str]) -> (i32, String, String) {
    let output = Command::cargo_bin("musafir").expect("the program is built").current_dir(env!("CARGO_MANIFEST_DIR")).args(args).output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

const SMALL: &str = "tests/small/small.toml";

#[test]
fn check_says_right_or_wrong() {
    let (code, out, err) = musafir(&["check", SMALL]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("small.toml: right"));
    let (code, out, err) = musafir(&["check", SMALL, "tests/findings/ten.toml"]);
    assert_eq!(code, 2);
    assert!(out.contains("small.toml: right") && out.contains("ten.toml: wrong") && err.contains("did you mean `b_wage`?") && err.contains("10 errors"), "{err}");
    let (code, _, err) = musafir(&["check", SMALL, "--set", "run.sample=50"]);
    assert!(code == 2 && err.contains("outside (0, 1]"), "{err}");
    assert_eq!(musafir(&["check", SMALL, "--set", "run.sample"]).0, 2);
    assert_eq!(musafir(&["check"]).0, 2);
}

#[test]
fn sweeps_are_checked_too() {
    let (code, out, err) = musafir(&["check", SMALL, "tests/small/sweep.toml", "tests/small/wrong-sweep.toml"]);
    assert_eq!(code, 2);
    assert!(out.contains("small.toml: right") && out.contains("tests/small/sweep.toml: right (Small sweep; 5 factors, 10 points)"), "{out}");
    assert!(out.contains("wrong-sweep.toml: wrong") && err.contains("did you mean `replicates`?"), "{err}");
    assert_eq!(musafir(&["check", "tests/small/sweep.toml", "--set", "run.seed=2"]).0, 2);
}

#[test]
fn files_that_do_not_stand_alone_are_told_apart() {
    let names = [
        ("scenarios/targets/money.toml", "is a file of targets", "musafir validate"),
        ("scenarios/targets/bars.toml", "is a file of targets", "musafir validate"),
        ("scenarios/world/regimes.toml", "is a part of scenarios", "`extends`"),
        ("scenarios/world/series.csv", "is a table", "`[tables]`"),
    ];
    for (file, what, reader) in names {
        let (code, out, err) = musafir(&["check", file]);
        assert!(code == 2 && out.contains("wrong") && err.contains(what) && err.contains(reader) && err.contains("1 error"), "{file}: {err}");
    }
}

#[test]
fn all_mistakes_of_a_book_of_claims_stand_in_one_list() {
    let (code, out, err) = musafir(&["check", "scenarios/claims.toml"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("claims.toml: right (39 claims,"), "{out}");
    let folder = tempfile::tempdir().expect("a folder");
    let book = folder.path().join("claims.toml");
    let of = |scenario: &str, measure: &str, year: u32| format!("{{ scenario = \"{scenario}\", measure = \"{measure}\", origin = \"UZB\", destination = \"RUS\", year = {year} }}");
    let text = format!(
        "[[claim]]\nnumber = 1\nsays = \"a\"\n[[claim]]\nnumber = \"two\"\nsays = \"b\"\n[[claim]]\nnumber = 3\nsays = \"c\"\ntest = [\n{{ what = \"x\", of = {}, above = 0 }},\n{{ what = \"y\", of = {}, abve = 0 }},\n{{ what = \"z\", of = {} }},\n]\n",
        of("small", "departure", 2006),
        of("big", "departures", 2006),
        of("small", "returns", 1999),
    );
    std::fs::write(&book, text).expect("written");
    let small = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/small");
    std::fs::create_dir(folder.path().join("world")).expect("made");
    for part in ["", "world"] {
        for entry in std::fs::read_dir(format!("{small}/{part}")).expect("reads").flatten().filter(|e| e.path().is_file()) {
            std::fs::copy(entry.path(), folder.path().join(part).join(entry.file_name())).expect("copied");
        }
    }
    let (code, _, err) = musafir(&["check", book.to_str().expect("a path")]);
    let told = [
        "claim 1 has no test",
        "`claim.1.number` has the wrong type",
        "did you mean `departures`?",
        "there is no scenario `big`",
        "did you mean `above`?",
        "`y` has no bound",
        "the years 1999 to 1999",
    ];
    for told in told {
        assert!(err.contains(told), "{told} is not told:\n{err}");
    }
    assert_eq!(code, 2);
    assert!(err.contains("claims.toml:11:52") && err.contains("`z` has no bound"), "{err}");
}

#[test]
fn a_page_of_somebody_else_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("mine.md");
    std::fs::write(&page, "my own page").expect("written");
    let page = page.to_str().expect("letters");
    let commands: [&[&str]; 2] = [&["claims", "--out", page, "--quiet"], &["calibrate", "scenarios/calibrations/baseline.toml", "--page", page]];
    for command in commands {
        let (code, _, err) = musafir(command);
        assert!(code == 2 && err.contains("is no page that musafir made"), "{err}");
    }
    assert_eq!(std::fs::read_to_string(page).expect("mine"), "my own page");
}

#[test]
fn a_file_of_another_kind_is_told_by_its_name() {
    for (command, file, told) in [
        ("run", "tests/small/sweep.toml", "is a sweep, not a scenario; `musafir sweep` takes it"),
        ("show", "tests/small/calibration.toml", "is a calibration, not a scenario; `musafir calibrate` takes it"),
        ("trace", "scenarios/claims.toml", "is a book of claims, not a scenario"),
        ("validate", "scenarios/ensemble.toml", "is an ensemble, not a scenario; give it to --ensemble"),
        ("sweep", SMALL, "is a scenario, not a sweep; `musafir run` takes it"),
        ("calibrate", SMALL, "is a scenario, not a calibration"),
    ] {
        let (code, _, err) = musafir(&[command, file]);
        assert!(code == 2 && err.contains(told) && err.lines().count() <= 2, "{command}: {err}");
    }
    // Also where a file names it: once, and nothing follows from it.
    let folder = tempfile::tempdir().expect("temporary folder");
    for file in ["small.toml", "sweep.toml", "calibration.toml"] {
        std::fs::copy(format!("tests/small/{file}"), folder.path().join(file)).expect("copied");
    }
    let sweep = std::fs::read_to_string("tests/small/morris.toml").expect("a sweep").replace("\"small.toml\"", "\"calibration.toml\"");
    std::fs::write(folder.path().join("wrong.toml"), sweep).expect("written");
    std::fs::write(folder.path().join("extends.toml"), "extends = \"sweep.toml\"\n").expect("written");
    for (file, told) in [("wrong.toml", "calibration.toml` is a calibration, not a scenario"), ("extends.toml", "sweep.toml` is a sweep, not a scenario")] {
        let (code, _, err) = musafir(&["check", folder.path().join(file).to_str().expect("a path")]);
        assert!(code == 2 && err.contains(told) && err.contains("1 error\n") && !err.contains("is missing"), "{err}");
    }
    // A part with a stray key stays what it is.
    std::fs::write(folder.path().join("part.toml"), "[design]\n[[amnesty]]\n").expect("written");
    std::fs::write(folder.path().join("whole.toml"), "extends = [\"small.toml\", \"part.toml\"]\n").expect("written");
    let (code, _, err) = musafir(&["check", folder.path().join("whole.toml").to_str().expect("a path")]);
    assert!(code == 2 && err.contains("unknown key `design`") && !err.contains("is a sweep"), "{err}");
}

#[test]
fn check_prints_json() {
    let (code, out, err) = musafir(&["check", "--json", "tests/findings/ten.toml"]);
    assert_eq!((code, err.as_str()), (2, ""));
    let records: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(records[0]["findings"].as_array().map(Vec::len), Some(10));
    assert!(records[0]["findings"][0]["line"].as_u64() > Some(0));
}

#[test]
fn show_tells_what_becomes_of_corridors() {
    let shown = |set: &str| {
        let (code, out, err) = musafir(&["show", SMALL, "--set", set]);
        assert_eq!(code, 0, "{err}");
        out.lines().find(|l| l.starts_with("corridor.valley: ")).expect("the corridor is told").to_string()
    };
    // 60 workers for two years, 40 for half a year; 20,000 tonnes at 5 USD.
    let work = "140 person-years of work; 0.5 million USD, 4 thousand a person-year; transit income 0.1 million USD a year, 5 years of it for the cost";
    let all = "travel, construction, markets, foreign_workforce, ties";
    assert_eq!(shown("run.seed=1"), format!("corridor.valley: planned from 2005-01, building from 2006-01, open from 2008-07; channels: {all}; {work}"));
    assert!(shown("corridor.valley.delay_months=6").contains("building from 2006-01, delayed from 2008-07, open from 2009-01;"));
    assert!(shown("corridor.valley.closes=2009-02-01").contains("open from 2008-07, closed from 2009-02;"));
    assert!(shown("corridor.valley.channels.ties=false").contains("channels: travel, construction, markets, foreign_workforce;"));
}

#[test]
fn show_names_value_unit_place_and_source() {
    let (code, out, _) = musafir(&["show", SMALL]);
    assert_eq!(code, 0);
    let line = out.lines().find(|l| l.starts_with("behaviour.choose.b_net = ")).expect("the key is shown");
    assert!(
        line.contains("0.43") && line.contains("[utility per log point]") && line.contains("small.toml:") && line.contains("mean-field fit") && line.contains("not verified"),
        "{line}"
    );
    assert!(out.lines().any(|l| l.starts_with("tables.series") && l.contains("series.csv")));
    let (_, out, _) = musafir(&["show", SMALL, "--set", "behaviour.choose.b_net=0.3"]);
    let line = out.lines().find(|l| l.starts_with("behaviour.choose.b_net = ")).expect("the key is shown");
    assert!(line.contains("0.3") && line.contains("command line") && !line.contains("mean-field"), "the file's source does not speak for a value that was set: {line}");
    let (code, out, _) = musafir(&["show", SMALL, "--rows", "jobs"]);
    assert!(code == 0 && out.contains("jobs.csv:2") && out.contains("RUS"), "{out}");
    assert_eq!(musafir(&["show", SMALL, "--rows", "job"]).0, 2);
    let (code, out, _) = musafir(&["show", SMALL, "--diff", SMALL]);
    assert!(code == 0 && out.contains("no value differs"), "{out}");
    // What is set is set in the scenario that is shown, not in the one that it is held against.
    let changed = ["show", SMALL, "--diff", SMALL, "--set", "behaviour.choose.b_net=0.3"];
    let (code, out, _) = musafir(&changed);
    assert!(code == 0 && out.contains("- behaviour.choose.b_net = 0.43") && out.contains("+ behaviour.choose.b_net = 0.3"), "{out}");
    let (_, out, _) = musafir(&[&changed[..], &["--json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&out).expect("JSON and nothing else");
    let values = json["values"].as_array().expect("a list");
    assert!(values.len() == 1 && values[0]["after"]["value"] == "0.3", "{json}");
}

#[test]
fn the_schema_in_the_repository_is_that_of_the_program() {
    let (code, _, err) = musafir(&["schema", "--check"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(musafir(&["schema", "--of", "sweep", "--check"]).0, 0, "write it anew: musafir schema --of sweep");
    assert_eq!(musafir(&["schema", "--check", "Cargo.toml"]).0, 4);
}

#[test]
fn completions_and_manual_are_printed() {
    for args in [&["completions", "bash"][..], &["man"], &["--help"]] {
        let (code, out, _) = musafir(args);
        assert!(code == 0 && out.contains("musafir") && out.contains("check"), "{args:?}");
    }
    assert!(musafir(&["--help"]).1.contains("Exit codes"));
}
