//! Does a wrong scenario say all that is wrong with it, where, why, and what to do? Golden texts stand beside the fixtures; write them anew
//! with `MUSAFIR_GOLDEN=write cargo test --test findings`.

use std::{fs, path::Path};

use musafir::{
    cli::diagnostics,
    experiment::{
        calibration::{self, Calibration},
        ensemble::Ensemble,
        sweep::{Flags, Sweep},
    },
    scenario::{Findings, Overrides, Scenario, Severity},
};
use proptest::prelude::*;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn set(pairs: &[(&str, &str)]) -> Overrides {
    Overrides { set: pairs.iter().map(|(k, v)| ((*k).to_string(), (*v).to_string())).collect(), ..Overrides::default() }
}

fn mistakes(name: &str, overrides: &Overrides) -> Findings {
    Scenario::load(&root().join("tests/findings").join(name), overrides).expect_err("the fixture is wrong")
}

fn small(overrides: &Overrides) -> Result<Scenario, Findings> {
    Scenario::load(&root().join("tests/small/small.toml"), overrides)
}

fn golden(name: &str) -> Findings {
    held(name, mistakes(&format!("{name}.toml"), &Overrides::default()))
}

/// Findings held against the golden text of a name.
fn held(name: &str, findings: Findings) -> Findings {
    let text = diagnostics::render(&findings.list, false).replace(&format!("{}/", root().display()), "").replace(&root().display().to_string(), ".");
    let path = root().join("tests/findings").join(format!("{name}.txt"));
    if std::env::var_os("MUSAFIR_GOLDEN").is_some_and(|v| v == "write") {
        fs::write(&path, &text).expect("the golden text is written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{name}: if this is meant, write the golden text anew");
    findings
}

#[test]
fn constants_of_the_choice_are_bounded_and_large_numbers_short() {
    for key in ["behaviour.choose.xi.RUS", "behaviour.choose.origin.UZB", "behaviour.choose.xi_origin.RUS.UZB", "behaviour.choose.motive.settle.RUS"] {
        let error = small(&set(&[(key, "1e308")])).expect_err("outside").to_string();
        assert!(error.contains(key) && error.contains("1e308") && error.contains("-1000 to 1000"), "{error}");
    }
    let error = small(&set(&[("behaviour.choose.b_wage", "1e300")])).expect_err("outside").to_string();
    assert!(error.contains("`behaviour.choose.b_wage` is 1e300"), "{error}");
}

#[test]
fn what_is_dropped_must_be_there_and_twins_are_both_checked() {
    let findings = golden("layers");
    for path in ["remove", "corridor.twice.id", "corridor.twice.links", "corridor.twice.name", "corridor.twice.opens"] {
        assert!(findings.list.iter().any(|f| f.path == path && f.line > 0), "{path}: {findings}");
    }
}

#[test]
fn what_an_item_lacks_hides_nothing_else_in_it() {
    let findings = golden("lacking");
    for message in [
        "`corridor.nameless.name` is missing",
        "closes before it opens",
        "leads back to its start",
        "`corridor.1.id` is missing",
        "unknown node `Nowhere`",
        "opens before it is built",
    ] {
        assert!(findings.list.iter().any(|f| f.message.contains(message) && f.line > 0), "{message}: {findings}");
    }
}

#[test]
fn dates_that_no_month_has_and_jobs_beyond_the_labour_force_are_told() {
    let told = |key: &str, value: &str, what: &str| {
        let findings = small(&set(&[(key, value)])).expect_err("it is wrong");
        assert!(findings.list.iter().any(|f| f.path == key && f.message.contains(what)), "{findings}");
    };
    told("run.end", "\"2009-02-30\"", "not a date");
    told("behaviour.labour.formal_share_start", "0.99", "more than the labour force");
}

#[test]
fn what_reaches_nobody_is_not_read_or_stays_is_told() {
    let findings = golden("reach");
    let wanted =
        ["stands twice", "goods that pass by `abroad`", "visitors by `abroad`", "nobody visits by `goods`", "`exchange_rate` of KGZ has no effect", "`wage_usd` of KGZ stays"];
    for message in wanted {
        assert!(findings.list.iter().any(|f| f.message.contains(message) && f.line > 0), "{message}: {findings}");
    }
}

#[test]
fn ten_mistakes_show_at_once() {
    let findings = golden("ten");
    let wanted = [
        ("not TOML", "one `key"),
        ("unknown key `b_wages`", "b_wage"),
        ("wrong type", "without quotes"),
        ("`-67.5`", ""),
        ("`amnesty.rus-1820.on`", "2028-01"),
        ("unknown node `Moskow`", "Moscow"),
        ("two regimes for UZB in TUR", "drop one"),
        ("outside [0, 1]", "0.05"),
        ("`world/job.csv` cannot be read", "jobs.csv"),
        ("opens before it is built", "2010-01"),
    ];
    for (message, hint) in wanted {
        let found = findings.list.iter().find(|f| f.message.contains(message)).unwrap_or_else(|| panic!("{message} is not found"));
        assert!(found.line > 0 && !found.file.is_empty() && !found.reason.is_empty(), "{found:?}");
        assert!(found.hint.contains(hint) || message.contains("TOML"), "{found:?}");
    }
    assert_eq!(findings.list.len(), wanted.len(), "nothing but the ten: {findings}");
}

#[test]
fn mistakes_of_a_sweep_show_at_once() {
    let findings = held("sweep", Sweep::load(&root().join("tests/small/wrong-sweep.toml"), &Flags::default()).expect_err("it is wrong"));
    assert!(findings.list.iter().all(|f| f.line > 0), "{findings}");
}

fn calibration(name: &str) -> Result<Calibration, Findings> {
    let flags = calibration::Flags { root: Some(root().join("tests")), ..calibration::Flags::default() };
    Calibration::load(&root().join("tests/findings").join(name), &flags)
}

#[test]
fn mistakes_of_a_calibration_its_keys_and_its_targets_show_at_once() {
    let findings = held("calibration", calibration("calibration.toml").expect_err("it is wrong"));
    let wanted = [
        (4, "`sample` is 1.5"),
        (5, "unknown key `seeds`"),
        (8, "`method.kind` cannot be `smoother`"),
        (13, "`errors.discrepancy` is NaN"),
        (18, "`origins.until.1` is not a period"),
        (18, "after 2010 nothing is left to forecast"),
        (25, "unknown key `lamda0`"),
        (29, "`parameter.no_source.source` is missing"),
        (32, "`behaviour.consider.lambda0` is -0.01"),
        (34, "`parameter.no_range.range` is missing"),
        (36, "unknown key `chose`"),
        (41, "UBZ"),
        (47, "`behaviour.remit.shares.*`"),
        (54, "two parameters set `behaviour.consider.lambda0`"),
        (55, "the range of `parameter.twice` is empty"),
        (61, "values of `parameter.children` are rounded"),
        (10, "the text is not TOML"),
        (8, "`series.negative.tolerance` is -0.1"),
        (12, "`series.negative.rows.0.value` is NaN"),
        (14, "-5 is below 0"),
        (15, "a row of 0 is neither fitted nor scored"),
        (22, "unknown measure `stocks`"),
        (28, "`series.measure.rows.1.use` cannot be `both`"),
        (35, "`series.over.over.period` is not a period"),
        (2, "`split.from` is not a period"),
        (4, "`split.until` is 2010, before `split.fit_until`, 2011"),
        (13, "`bars.coverage_90` is in no order"),
    ];
    for (line, message) in wanted {
        assert!(findings.list.iter().any(|f| f.message.contains(message) && f.line == line), "{line}: {message} is not found");
    }
    assert_eq!(findings.list.len(), wanted.len(), "nothing but these: {findings}");
}

#[test]
fn without_a_scenario_keys_and_targets_are_checked_still() {
    let findings = held("nowhere-calibration", calibration("nowhere-calibration.toml").expect_err("it is wrong"));
    for message in ["smal.toml` cannot be read", "unknown key `lamda0`", "unknown key `shares`", "unknown measure `stocks`", "-5 is below 0"] {
        assert!(findings.list.iter().any(|f| f.message.contains(message) && f.line > 0), "{message} is not found");
    }
}

#[test]
fn keys_of_an_ensemble_are_those_of_scenarios() {
    held("ensemble", Ensemble::load(&root().join("tests/findings/ensemble.toml")).expect_err("it is wrong"));
}

fn golden_sweep(name: &str) -> Findings {
    let flags = Flags { root: Some(root().join("tests")), ..Flags::default() };
    let findings = held(name, Sweep::load(&root().join("tests/findings").join(format!("{name}.toml")), &flags).expect_err("it is wrong"));
    assert!(findings.list.iter().all(|f| f.line > 0 && f.file.ends_with(&format!("{name}.toml"))), "{findings}");
    findings
}

/// A sweep of the small world.
fn sweep_of(text: &str) -> Result<Sweep, Findings> {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("small.toml"), small(&Overrides::default()).expect("right").resolved).expect("written");
    let path = folder.path().join("sweep.toml");
    fs::write(&path, format!("scenario = \"small.toml\"\n{text}")).expect("written");
    Sweep::load(&path, &Flags::default())
}

#[test]
fn no_mistake_of_a_sweep_hides_another() {
    let nowhere = golden_sweep("sweep-nowhere");
    for message in [
        "`../small/smal.toml` cannot be read",
        "`none.toml` cannot be read",
        "unknown key `b_kni`",
        "`run.start` has the wrong type",
        "`design.kind` cannot be",
        "unknown key `b_csot`",
        "`ties.half_life_years` is -3",
        "unknown key `opns`",
        "`stock_men` is not known",
        "years from 2009 to 2007",
        "`stock_men` cannot be used",
        "`20x0` cannot be used",
        "`> many` cannot be used",
        "`c` has no value `z`",
    ] {
        assert!(nowhere.list.iter().any(|f| f.message.contains(message)), "{message} is not found");
    }
    assert_eq!(nowhere.list.len(), 14, "nothing but these: {nowhere}");
    let rounds = golden_sweep("sweep-rounds");
    for message in [
        "the run cannot stop at 2050-12",
        "`behaviour.choose.b_kin` has the wrong type",
        "unknown key `b_wgae`",
        "`run.replicates` has no effect",
        "`design.points` is 1",
        "unknown key `b_csot`",
        "the key `corridor.vally.links.*.hours`",
        "`KGX` is not known",
        "`CA4` cannot be used",
        "`RUX` cannot be used",
        "`2010-2009` cannot be used",
        "`> p101` cannot be used",
        "`2011` cannot be used",
        "no crossed factor is named `a`",
    ] {
        assert!(rounds.list.iter().any(|f| f.message.contains(message)), "{message} is not found");
    }
    assert_eq!(rounds.list.len(), 14, "nothing but these: {rounds}");
}

#[test]
fn nothing_follows_from_a_mistake_of_a_sweep() {
    let findings = golden_sweep("sweep-follows");
    assert_eq!(findings.list.len(), 8, "{findings}");
}

#[test]
fn what_a_sweep_says_twice_or_in_vain_is_found() {
    let findings = golden_sweep("sweep-twice");
    assert_eq!(findings.list.len(), 10, "{findings}");
}

#[test]
fn what_factors_do_to_each_other_and_to_the_scenario_is_found() {
    let factor = |id: &str, rest: &str| format!("[[factor]]\nid = \"{id}\"\n{rest}\n");
    let wrong = |head: &str, factors: &[String]| {
        let findings = sweep_of(&format!("{head}[design]\nkind = \"grid\"\n{}", factors.concat())).expect_err("wrong");
        let [found] = findings.list.as_slice() else { panic!("one finding: {findings}") };
        assert!(found.file.ends_with("sweep.toml"), "{findings}");
        found.to_string() + &found.excerpt.as_ref().map_or_else(String::new, |e| format!("\n{}", e.text))
    };
    let cost = "key = \"behaviour.choose.b_cost\"\nvalues = [0.3, 0.6]";
    let told = wrong("", &[factor("months", "key = \"regime.rus-2000.ban_months\"\nrange = [10, 12]\nlevels = 5")]);
    assert!(told.contains("some of the 5 levels of `factor.months` are the same") && told.contains("at most `levels = 3`"), "{told}");
    let told = wrong("", &[factor("times", &format!("multiplies = true\n{cost}")), factor("cost", cost)]);
    assert!(told.contains("`times` multiplies it before") && told.contains("write this one first"), "{told}");
    let told = wrong("[set]\n\"behaviour.choose.b_cost\" = 0.4\n", &[factor("cost", cost)]);
    assert!(told.contains("`set.behaviour.choose.b_cost` has no effect") && told.contains("the factor `cost` sets it at every point"), "{told}");
    // What makes the scenario wrong is the factor's end, not the line of the scenario that it does not fit to.
    let told = wrong("", &[factor("net", "key = \"behaviour.choose.nest_go\"\nrange = [0.48, 0.9]\nlevels = 2")]);
    assert!(told.contains("`net` at 0.48 makes the scenario wrong") && told.ends_with("range = [0.48, 0.9]"), "{told}");
}

#[test]
fn a_region_that_nobody_can_come_to_is_told_by_a_check() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = small(&Overrides::default()).expect("right").resolved;
    let cut: String = text.lines().filter(|line| [",Moscow,rail,", ",Moscow,air,"].iter().all(|link| !line.contains(link))).flat_map(|l| [l, "\n"]).collect();
    assert_ne!(cut.len(), text.len(), "links to Moscow were there");
    fs::write(folder.path().join("cut.toml"), cut).expect("written");
    let scenario = Scenario::load(&folder.path().join("cut.toml"), &Overrides::default()).unwrap_or_else(|findings| panic!("{findings}"));
    assert!(scenario.warnings.iter().any(|w| w.message.contains("nobody can come to `rus-moscow`")), "{:?}", scenario.warnings);
    assert!(small(&Overrides::default()).expect("right").warnings.iter().all(|w| !w.message.contains("nobody can")));
}

#[test]
fn links_that_no_vehicle_and_no_map_would_have_are_told() {
    for (key, told) in [("cells.links.air-tashkent-moscow.km", "is 3 km long"), ("cells.links.air-tashkent-moscow.hours", "faster than anything that travels")] {
        let scenario = small(&set(&[(key, if key.ends_with("km") { "3.0" } else { "0.1" })])).unwrap_or_else(|findings| panic!("{findings}"));
        assert!(scenario.warnings.iter().any(|w| w.message.contains(told)), "{:?}", scenario.warnings);
    }
}

#[test]
fn more_points_or_runs_than_there_is_room_for_are_found_before_they_are_made() {
    let factors = |n: usize| {
        let keys = ["choose.b_cost", "choose.b_wage", "choose.b_kin", "choose.b_net"];
        let factor = |key: &&str| format!("[[factor]]\nid = \"{}\"\nkey = \"behaviour.{key}\"\nrange = [0.1, 0.2]\n", &key[7..]);
        keys[..n].iter().map(factor).collect::<Vec<_>>()
    };
    let grid =
        |n: usize, levels: usize| format!("[design]\nkind = \"grid\"\n{}", factors(n).into_iter().chain([String::new()]).collect::<Vec<_>>().join(&format!("levels = {levels}\n")));
    let sample = |points: usize, replicates: usize| format!("replicates = {replicates}\n[design]\nkind = \"saltelli\"\npoints = {points}\n{}", factors(2).concat());
    for (text, message, line) in [
        (grid(2, 10_000), "the sweep has 100000000 points", "levels = 10000"),
        (grid(4, 10_000), "the sweep has 10000000000000000 points", "levels = 10000"),
        (sample(65_536, 100_000), "the sweep has 26214400000 runs", "replicates = 100000"),
    ] {
        let findings = sweep_of(&text).expect_err("too many");
        assert_eq!(findings.list.len(), 1, "{findings}");
        let found = &findings.list[0];
        assert!(found.message == message && found.excerpt.as_ref().is_some_and(|e| e.text == line), "{found:?}");
    }
    assert_eq!(sweep_of(&sample(8, 3)).map(|s| s.points().len()), Ok(32));
}

#[test]
fn what_no_run_tells_cannot_be_an_outcome() {
    let with = |outcome: &str| {
        let text =
            "[design]\nkind = \"saltelli\"\npoints = 8\n[[factor]]\nid = \"b_cost\"\nkey = \"behaviour.choose.b_cost\"\nrange = [0.1, 0.2]\n[[outcome]]\nid = \"o\"\noutcome = ";
        sweep_of(&format!("{text}\"{outcome}\"\n"))
    };
    for outcome in ["stock_mean of RUS in 2008", "population_home of CA3 in RUS in 2008"] {
        let told = with(outcome).expect_err("no run tells it").to_string();
        assert!(told.contains("no run tells") && told.contains("for example"), "{told}");
    }
    for outcome in ["stock_mean of CA3 in RUS in 2008", "centrality of RUS in 2008", "mean_wage_usd of RUS in 2008", "population_home of UZB in 2008"] {
        assert!(with(outcome).is_ok(), "{outcome}");
    }
}

#[test]
fn a_member_cannot_say_what_is_run_and_cohorts_have_no_gaps() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ensemble.toml");
    let text =
        "title = \"e\"\nsource = \"a test\"\nscenario = \"small.toml\"\n[[parameter]]\nid = \"p\"\nkeys = [\"run.sample\"]\n[[member]]\nid = 1\nweight = 1.0\nvalues = [0.3]\n";
    fs::write(&path, text).expect("written");
    let told = Ensemble::load(&path).expect_err("it is wrong").to_string();
    assert!(told.contains("`run.sample` is no value of the world or of behaviour"), "{told}");
    let parent = small(&Overrides::default()).expect("right").resolved;
    let last = parent.lines().find(|line| line.starts_with("UZB,women,2010,")).expect("the last year");
    fs::write(folder.path().join("gap.toml"), parent.replacen(last, &format!("{last}\n{}", last.replace(",2010,", ",2012,")), 1)).expect("written");
    let scenario = Scenario::load(&folder.path().join("gap.toml"), &Overrides::default()).unwrap_or_else(|findings| panic!("{findings}"));
    assert!(scenario.warnings.iter().any(|w| w.message == "those who turn 16 after 2010 are not used"), "{:?}", scenario.warnings);
}

#[test]
fn tables_that_are_missing_cut_off_or_do_not_add_up_are_found() {
    golden("tables");
}

#[test]
fn pairs_outside_the_model_that_make_no_sense_are_found() {
    let findings = golden("pairs");
    for message in ["for two years", "unknown country `RSU`", "the pair UZB, RUS is simulated", "both ends", "cannot be `-4`", "has no value"] {
        assert!(findings.list.iter().any(|f| f.message.contains(message) && f.line > 0), "{message} is not found");
    }
    assert_eq!(findings.list.len(), 6, "{findings}");
    assert_eq!(small(&Overrides::default()).expect("right").world.outside.len(), 4, "values of a pair join");
}

#[test]
fn what_does_not_fit_together_is_found() {
    golden("meaning");
}

#[test]
fn rules_and_shocks_that_make_no_sense_are_found() {
    let findings = golden("changes");
    let warned = findings.list.iter().filter(|f| f.severity == Severity::Warning).count();
    assert!(warned >= 5 && findings.list.len() - warned >= 20, "{} findings, {warned} warnings", findings.list.len());
}

#[test]
fn what_can_never_act_is_found() {
    let findings = golden("idle");
    let wanted = [
        (Severity::Error, "unknown key `nonsense`"),
        (Severity::Warning, "`success` has nothing to act on"),
        (Severity::Warning, "`places_per_year` has nothing to act on"),
        (Severity::Warning, "the regime `too-late` can never act"),
        (Severity::Warning, "the closure `before` can never act"),
        (Severity::Warning, "the closure `open` can never act"),
        (Severity::Warning, "the amnesty `after` can never act"),
        (Severity::Warning, "the amnesty `of-nobody` can never act"),
        (Severity::Warning, "`success_factor` has nothing to act on"),
        (Severity::Error, "the shock brings `wage_usd` of RUS to"),
        (Severity::Warning, "the trend `rate` has nothing to act on"),
        (Severity::Warning, "`free-with-places` takes the place of `rus-kgz-2007` for KGZ in RUS"),
    ];
    for (severity, message) in wanted {
        assert!(findings.list.iter().any(|f| f.message.contains(message) && f.severity == severity && f.line > 0), "{message} is not found");
    }
    // That of the regime, and that of the rule.
    assert_eq!(findings.list.len(), wanted.len() + 1, "nothing but these: {findings}");
}

#[test]
fn a_year_of_a_table_can_be_named_and_how_files_are_read_cannot_be_set() {
    let year = |value: &str| {
        let scenario = small(&set(&[("cells.series.gdp_growth-RUS-2009.value", value)])).expect("right");
        scenario.world.series.get("gdp_growth", "RUS").expect("there").to_vec()
    };
    let (low, high) = (year("0.01"), year("0.05"));
    assert!(low != high && low[..12] == high[..12], "the first year is as it was");
    let findings = small(&set(&[("cells.series.gdp_growth-RUS-1999.value", "0.01")])).expect_err("wrong");
    assert!(findings.list[0].message.contains("no row of `series`"), "{findings}");
    for key in ["extends", "remove"] {
        let findings = small(&set(&[(key, "\"nothing.toml\"")])).expect_err("wrong");
        assert!(findings.list[0].message.contains("cannot be set"), "{findings}");
    }
    let table = fs::read_to_string(root().join("tests/small/world/jobs.csv")).expect("a table").replacen("oil_elasticity,source", "oil_elasticity,oil_elasticity,source", 1);
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("jobs.csv"), table).expect("written");
    fs::write(folder.path().join("scenario.toml"), small(&Overrides::default()).expect("right").resolved).expect("written");
    let overrides = set(&[("tables.jobs", "jobs.csv")]);
    let findings = Scenario::load(&folder.path().join("scenario.toml"), &overrides).expect_err("wrong");
    assert!(findings.list.iter().any(|f| f.message.contains("the column `oil_elasticity` stands twice")), "{findings}");
}

#[test]
fn of_two_factors_that_set_a_key_one_would_do_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("small.toml"), small(&Overrides::default()).expect("right").resolved).expect("written");
    let sweep = |second: &str| {
        let factor = |id: &str, rest: &str| format!("[[factor]]\nid = \"{id}\"\nkey = \"behaviour.choose.b_cost\"\n{rest}\n");
        let text = format!("title = \"t\"\nscenario = \"small.toml\"\n[design]\nkind = \"grid\"\n{}{}", factor("first", "values = [0.3, 0.6]"), factor("second", second));
        let path = folder.path().join("sweep.toml");
        fs::write(&path, text).expect("written");
        Sweep::load(&path, &Flags::default())
    };
    let findings = sweep("values = [0.1]").expect_err("wrong");
    assert!(findings.list.iter().any(|f| f.message.contains("two factors change `behaviour.choose.b_cost`") && f.line > 0), "{findings}");
    assert!(sweep("values = [1.0, 2.0]\nmultiplies = true").is_ok());
}

#[test]
fn corridors_that_make_no_sense_are_found() {
    let findings = golden("corridors");
    let wanted = [
        (Severity::Error, "not connected to the network"),
        (Severity::Warning, "ends nowhere at Irkeshtam"),
        (Severity::Error, "the jobs of 2006 are beyond the workforce"),
        (Severity::Error, "there is no work in 2008"),
        (Severity::Warning, "`regions` has no effect beside `jobs`"),
        (Severity::Warning, "the channel `travel` of `idle` has nothing to act on"),
        (Severity::Warning, "the channel `construction` of `idle` has nothing to act on"),
        (Severity::Warning, "the channel `markets` of `idle` has nothing to act on"),
        (Severity::Warning, "the channel `foreign_workforce` of `idle` has nothing to act on"),
        (Severity::Warning, "the channel `ties` of `idle` has nothing to act on"),
        (Severity::Warning, "the channel `ties` of `unvisited` has nothing to act on"),
        (Severity::Error, "`early` opens before it is built"),
        (Severity::Error, "`early` closes before it opens"),
        (Severity::Warning, "`past` opens before the run"),
        (Severity::Warning, "the building of `past` ends before the run"),
        (Severity::Warning, "the channel `ties` of `future` has nothing to act on"),
        (Severity::Warning, "`future` opens after the run"),
        (Severity::Warning, "`future` closes after the run"),
        (Severity::Warning, "the building of `future` begins after the run"),
        (Severity::Warning, "the building of `abroad` gives nobody work"),
        (Severity::Error, "unknown home region `rus-siberia`"),
        (Severity::Error, "unknown home region `kgz-sout`"),
        (Severity::Error, "unknown region `rus-sibiria`"),
        (Severity::Error, "`kgz-south` stands twice"),
        (Severity::Error, "unknown node `Almatty`"),
        (Severity::Error, "unknown country of origin `TJK`"),
        (Severity::Error, "`ties.base.UZB.turkic` is 1.4"),
    ];
    for (severity, message) in wanted {
        let found = findings.list.iter().find(|f| f.message.contains(message)).unwrap_or_else(|| panic!("{message} is not found"));
        assert!(found.severity == severity && found.line > 0 && !found.reason.is_empty(), "{found:?}");
    }
    assert_eq!(findings.list.len(), wanted.len(), "nothing but these: {findings}");
}

#[test]
fn every_area_that_somebody_can_go_to_needs_a_tie() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("scenario.toml");
    let text = small(&Overrides::default()).expect("right").resolved;
    let less = text.replace("russian = 0.7, turkic = 0.5", "russian = 0.7");
    assert_ne!(less, text);
    fs::write(&path, less).expect("written");
    let findings = Scenario::load(&path, &Overrides::default()).expect_err("wrong");
    assert_eq!(findings.list.len(), 1, "{findings}");
    assert!(findings.list[0].message.contains("`ties.base.KGZ` has no value for turkic") && findings.list[0].line > 0, "{findings}");
}

#[test]
fn circles_and_ways_out_of_the_root_are_found() {
    golden("circle");
    golden("outside");
    let wider = Overrides { root: Some(root().join("tests")), ..Overrides::default() };
    let path = root().join("tests/findings/outside.toml");
    assert!(Scenario::load(&path, &wider).is_ok(), "a wider root lets it in");
}

#[test]
fn a_file_that_is_not_there_is_a_finding() {
    assert_eq!(mistakes("nowhere.toml", &Overrides::default()).list.len(), 1);
}

#[test]
fn a_sample_outside_zero_to_one_is_refused() {
    for wrong in ["50", "0", "-0.1", "nan"] {
        let findings = small(&set(&[("run.sample", wrong)])).expect_err("refused");
        assert_eq!(findings.list.len(), 1, "{findings}");
        assert!(findings.list[0].path == "run.sample", "{findings}");
    }
    assert!(small(&set(&[("run.sample", "50")])).expect_err("refused").list[0].message.contains("outside (0, 1]"));
    assert!(small(&set(&[("run.sample", "1")])).is_ok());
}

#[test]
fn values_are_set_by_id_and_by_code() {
    let scenario =
        small(&set(&[("regime.rus-2000.days", "60"), ("behaviour.choose.xi.RUS", "-2"), ("title", "As set"), ("behaviour.consider.age.0.factor", "0.9")])).expect("right");
    assert_eq!(scenario.world.law.regimes[0][0][0].1.days, 60);
    assert!((scenario.behaviour.choose.xi["RUS"] + 2.0).abs() < 1e-12);
    assert!((scenario.behaviour.consider.age[0].factor - 0.9).abs() < 1e-12);
    assert_eq!(scenario.title, "As set");
    let findings = small(&set(&[("run.smaple", "0.5"), ("regime.rus-200.days", "60"), ("..", "1")])).expect_err("wrong");
    assert_eq!(findings.list.len(), 3, "{findings}");
    assert!(findings.list.iter().any(|f| f.hint.contains("sample")));
    assert!(findings.list.iter().any(|f| f.hint.contains("rus-2000")));
}

#[test]
fn a_unit_that_no_form_takes_is_told() {
    let (unit, form) = (("behaviour.choose.wage_unit", "200.0"), ("behaviour.choose.wage_form", "linear"));
    let told = |of: &[(&str, &str)]| small(&set(of)).expect("right").warnings.iter().any(|f| f.path == unit.0 && f.message.contains("changes nothing"));
    assert_eq!([told(&[]), told(&[unit]), told(&[form, ("behaviour.choose.b_wage", "0.1"), unit])], [false, true, false]);
}

#[test]
fn a_net_that_nearly_runs_away_warns() {
    let scenario = small(&set(&[("behaviour.choose.b_net", "0.6")])).expect("right");
    assert!(scenario.warnings.iter().any(|f| f.severity == Severity::Warning && f.path == "behaviour.choose.b_net"));
    assert!(small(&set(&[("behaviour.choose.b_net", "0.7")])).is_err());
}

#[test]
fn the_resolved_file_is_the_same_world() {
    for overrides in [Overrides::default(), Overrides { until: "2008-03".parse().ok(), ..Overrides::default() }] {
        let scenario = small(&overrides).expect("right");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("scenario.toml");
        fs::write(&path, &scenario.resolved).expect("written");
        let again = Scenario::load(&path, &Overrides::default()).unwrap_or_else(|findings| panic!("{findings}"));
        assert_eq!(again.hash, scenario.hash);
        assert_eq!(again.resolved, scenario.resolved);
        assert_eq!(again.world.law, scenario.world.law);
        assert_eq!(again.world.months, scenario.world.months);
        assert_eq!(again.world.demography, scenario.world.demography);
    }
}

#[test]
fn the_hash_is_over_values_only() {
    let hash = |pairs: &[(&str, &str)]| small(&set(pairs)).unwrap_or_else(|findings| panic!("{findings}")).hash;
    let values = [
        ("corridor.valley.closes", "2010-03"),
        ("corridor.valley.closes", "2010-04-01"),
        ("corridor.valley.delay_months", "3"),
        ("corridor.valley.cost_usd_m", "3.0"),
        ("corridor.valley.transit.usd_per_tonne", "3.0"),
        ("corridor.valley.ties.passengers_per_year", "3"),
        ("corridor.valley.channels.ties", "false"),
        ("corridor.valley.construction.jobs", "[]"),
        ("corridor.valley.leads_to", "[]"),
        ("freight.kappa", "0.004"),
        ("freight.beyond.china.usd_tonne", "50.0"),
        ("ties.g", "0.2"),
        ("ties.base.KGZ.russian", "0.5"),
    ];
    let hashes: std::collections::BTreeSet<String> = values.iter().map(|value| hash(&[*value])).chain([hash(&[])]).collect();
    assert_eq!(hashes.len(), values.len() + 1, "each value counts");
    assert_eq!(hash(&[]), hash(&[("freight.source", "elsewhere"), ("ties.source", "elsewhere"), ("freight.beyond.china.source", "elsewhere")]));
    assert_eq!(hash(&[]), hash(&[("title", "Another"), ("behaviour.choose.source", "elsewhere"), ("behaviour.choose.b_wage", "0.290")]));
    assert_ne!(hash(&[]), hash(&[("behaviour.choose.b_wage", "0.291")]));
}

#[test]
fn a_row_of_a_table_has_a_short_name() {
    let set_to = |key: &str| small(&set(&[(key, "1000.0")]));
    let of = |scenario: &Scenario| scenario.world.places.homes.iter().map(|home| home.population).collect::<Vec<_>>();
    let short = set_to("cells.regions.kgz-south.population_2010").unwrap_or_else(|findings| panic!("{findings}"));
    assert!(of(&short).contains(&1000.0), "{:?}", of(&short));
    let wrong = set_to("cells.regions.kgz-sooth.population_2010").expect_err("there is none").to_string();
    assert!(wrong.contains("did you mean `kgz-south`?"), "{wrong}");
}

#[test]
fn cohorts_hold_everyone() {
    let scenario = small(&Overrides::default()).expect("right");
    let demography = &scenario.world.demography;
    assert_eq!(demography.first_birth_year, 1940);
    assert_eq!(demography.cohorts[0][0].len(), 1994 - 1940 + 1);
    let all: f64 = demography.cohorts.iter().flatten().flatten().sum();
    assert!((all - 2860.8).abs() < 1e-6, "{all}");
}

#[test]
fn the_shipped_baseline_is_right() {
    let path = root().join("scenarios/baseline.toml");
    let scenario = Scenario::load(&path, &Overrides::default()).unwrap_or_else(|findings| panic!("{findings}"));
    assert!(scenario.warnings.is_empty(), "{:?}", scenario.warnings);
    assert_eq!(scenario.world.months, 432);
    assert_eq!(scenario.world.places.origins.len(), 3);
}

/// The parts that `mutated` stitches together.
fn load_text(text: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("wild.toml");
    fs::write(&path, text).expect("written");
    if let Err(findings) = Scenario::load(&path, &Overrides::default()) {
        assert!(!findings.list.is_empty());
        let _ = diagnostics::render(&findings.list, true);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        load_text(&bytes);
    }

    #[test]
    fn no_cut_and_no_replacement_makes_it_panic(cut in 0.0..1.0f64, at in 0.0..1.0f64, with in "[-\\[\\]{}\"'=,.0-9a-z\n\u{e4}]{0,12}", whole in any::<bool>()) {
        let text = small(&Overrides::default()).expect("right").resolved;
        let place = |share: f64| { let mut i = (text.len() as f64 * share) as usize; while !text.is_char_boundary(i) { i -= 1; } i };
        let (at, end) = (place(at), if whole { text.len() } else { place(cut) });
        let (a, b) = (at.min(end), at.max(end));
        let wild = if whole { format!("{}{with}{}", &text[..a], &text[(a + with.len()..=b).find(|&i| text.is_char_boundary(i)).unwrap_or(b)..]) } else { format!("{}{with}", &text[..b]) };
        load_text(wild.as_bytes());
    }

    #[test]
    fn no_value_set_makes_it_panic(key in "(run|travel|freight|ties|tables|shock|rule|regime|behaviour|trend|corridor|extends|remove)(\\.[a-z0-9_-]{1,8}){0,3}", value in ".{0,20}") {
        let _ = small(&set(&[(&key, &value)])).map_err(|findings| diagnostics::render(&findings.list, false));
    }
}

#[test]
fn one_mistake_is_one_finding() {
    let set = |key: &str, value: &str| small(&Overrides { set: vec![(key.to_string(), value.to_string())], ..Overrides::default() });
    let one = [
        ("tables.nodes", "world/node.csv"),
        ("tables.countries", "7"),
        ("travel.value_of_time", "-1.0"),
        ("behaviour.choose.b_cost", "-1.0"),
        ("cells.series.gdp_growth-RUS-2008.value", "5"),
        ("cells.links.air-tashkent-moscow.crosses", "KAZ RUS"),
        ("cells.links.air-tashkent-moscow.crosses", "KAZ,TUR"),
    ];
    for (key, value) in one {
        let findings = set(key, value).expect_err("it is wrong");
        assert_eq!(findings.list.len(), 1, "{key}: {findings}");
        assert_eq!(findings.list[0].severity, Severity::Error, "{key}");
    }
}

#[test]
fn a_shock_that_takes_anothers_id_is_told_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::write(at("base.toml"), small(&Overrides::default()).expect("right").resolved).expect("written");
    let shock = |what: &str| format!("[[shock]]\nid = \"pay\"\nfrom = 2007-02-01\n{what}\n");
    fs::write(at("parent.toml"), format!("extends = \"base.toml\"\n{}", shock("country = \"RUS\"\nclosed = true"))).expect("written");
    fs::write(at("child.toml"), format!("extends = \"parent.toml\"\n{}", shock("series = \"wage_usd\"\nplaces = [\"RUS\"]\nfactor = 0.9"))).expect("written");
    let error = Scenario::load(&at("child.toml"), &Overrides::default()).expect_err("one shock about two things").to_string();
    assert!(error.contains("child.toml:5") && error.contains("`pay` is a shock of") && error.contains("give a new one another id"), "{error}");
    fs::write(at("other.toml"), format!("extends = \"parent.toml\"\n{}", shock("citizens = [\"UZB\"]\ncountry = \"RUS\"\nburden_add = 0.2"))).expect("written");
    let error = Scenario::load(&at("other.toml"), &Overrides::default()).expect_err("what is shut is no regime").to_string();
    assert!(error.contains("other.toml:5") && error.contains("`closed` is not for a shock of regimes") && error.contains("give a new one another id"), "{error}");
    fs::write(at("day.toml"), format!("extends = \"base.toml\"\n{}", shock("until = 2007-02-30\ncountry = \"RUS\"\nclosed = true"))).expect("written");
    let error = Scenario::load(&at("day.toml"), &Overrides::default()).expect_err("no such day").to_string();
    assert!(error.contains("there is no such date"), "{error}");
}

#[test]
fn a_table_in_the_place_of_another_is_told_as_such() {
    let error = small(&set(&[("tables.links", "world/nodes.csv")])).expect_err("it is no table of links").to_string();
    assert!(error.contains("this is no table `links`") && error.contains("its columns are those of `nodes`") && !error.contains("unknown column"), "{error}");
}

#[test]
fn what_is_odd_is_warned_of() {
    let warned = |key: &str, value: &str, message: &str| {
        let scenario = small(&Overrides { set: vec![(key.to_string(), value.to_string())], ..Overrides::default() }).expect("it is right");
        assert!(scenario.warnings.iter().any(|w| w.message.contains(message)), "{key}: {message} is not warned of");
    };
    warned("behaviour.consider.k_trip", "7.0", "`k_kin` changes nothing");
    warned("cells.initial.KGZ-RUS.abroad", "99_999_999", "are abroad at the start");
    warned("run.start", "2005-07-01", "tables tell of 1 January");
    warned("cells.series.gdp_usd-KGZ-2008.value", "5_000", "`gdp_usd` of KGZ goes from");
    warned("cells.series.gdp_growth-RUS-2008.value", "1.5", "`gdp_growth` of RUS is 1.5 in 2008");
    warned("cells.series.unemployment-UZB-2009.value", "0.3", "`unemployment` of UZB in 2009 has no effect");
    let silent = |pairs: &[(&str, &str)]| {
        let scenario = small(&set(pairs)).expect("it is right");
        assert!(scenario.warnings.is_empty(), "{pairs:?}: {:?}", scenario.warnings);
    };
    silent(&[("cells.series.unemployment-UZB-2006.value", "0.3")]);
    silent(&[("cells.series.gdp_growth-RUS-2008.value", "-0.3")]);
    silent(&[("cells.series.gdp_usd-KGZ-2008.value", "9e9")]);
    silent(&[("cells.links.air-tashkent-moscow.crosses", "KAZ")]);
}
