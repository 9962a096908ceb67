//! Does the page of a folder of results stand alone, say what the data say, and do no harm with what scenarios write?

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

use musafir::report::{self, compact, page, strings};
use serde_json::Value;
use tempfile::TempDir;

const SMALL: &str = "tests/small/small.toml";
const EAST: &str = "tests/small/east.toml";

fn musafir(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_musafir"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(args).stdin(Stdio::null()).output().expect("it runs")
}

fn done(args: &[&str]) {
    let output = musafir(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of letters")
}

fn page_of(folder: &Path) -> String {
    fs::read_to_string(folder.join(report::FILE)).expect("there is a page")
}

/// The object that the page embeds.
fn data(page: &str) -> Value {
    let start = page.find("<script id=\"data\" type=\"application/json\">").expect("there are data");
    let from = start + page[start..].find('>').expect("an end of the tag") + 1;
    let to = from + page[from..].find("</script>").expect("an end");
    serde_json::from_str(&page[from..to]).expect("JSON")
}

/// Rows of a CSV file as maps.
fn rows(path: &Path) -> Vec<std::collections::BTreeMap<String, String>> {
    csv::Reader::from_path(path).expect("a file").deserialize().map(|row| row.expect("a row")).collect()
}

/// What stands between two texts.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let start = text.find(from).expect("the beginning") + from.len();
    &text[start..start + text[start..].find(to).expect("the end")]
}

#[test]
fn a_run_writes_a_page_that_stands_alone_and_holds_the_summary() {
    let out = folder();
    done(&["run", SMALL, "--out", text(out.path()), "--quiet", "--replicates", "3"]);
    let html = page_of(out.path());
    assert!(html.len() < 1_500_000, "{}", html.len());
    for address in ["http://", "https://", "//cdn", "@import", "url("] {
        let found: Vec<&str> = html.match_indices(address).map(|(i, _)| &html[i..(i + 60).min(html.len())]).filter(|t| !t.starts_with("http://www.w3.org/2000/svg")).collect();
        assert!(found.is_empty(), "{found:?}");
    }
    assert_eq!(html.matches("src=").count(), 0);
    // The parts stand in their order.
    let places: Vec<usize> = ["id=\"answer\"", "id=\"map\"", "id=\"charts\"", "id=\"print\""].iter().map(|id| html.find(id).expect("the part is there")).collect();
    assert!(places.is_sorted(), "{places:?}");
    // Every value of a measure that the page holds is that of the summary, to the step in which it is kept.
    let data = data(&html);
    let years: Vec<String> = data["years"].as_array().expect("years").iter().map(ToString::to_string).collect();
    let mut compared = 0;
    for row in rows(&out.path().join("summary.csv")) {
        let measure = &data["measures"][&row["measure"]];
        let Some(series) = measure["rows"][format!("{}|{}", row["origin"], row["destination"])].as_array() else { continue };
        let (step, year) = (measure["step"].as_f64().expect("a step"), years.iter().position(|y| *y == row["year"]).expect("the year"));
        for (text, column) in series.iter().zip(["mean", "p05", "p95"]) {
            let kept = compact::read(text.as_str().expect("a text"), step)[year];
            let value: f64 = row[column].parse().unwrap_or(f64::NAN);
            assert!((kept - value).abs() <= step * 0.500_000_1 || (kept.is_nan() && value.is_nan()), "{row:?}: {kept}");
            compared += 1;
        }
    }
    assert!(compared > 1000, "{compared}");
}

#[test]
fn monthly_data_of_the_page_are_those_of_the_summary_in_both_formats() {
    let mut pages = Vec::new();
    for format in ["parquet", "csv"] {
        let out = folder();
        done(&["run", SMALL, "--out", text(out.path()), "--quiet", "--replicates", "2", "--format", format]);
        let data = data(&page_of(out.path()));
        let summary = rows(&out.path().join("summary.csv"));
        let total = |measure: &str, year: &str| -> f64 {
            let row = summary.iter().find(|r| r["measure"] == measure && r["origin"] == "CA3" && r["destination"] == "ALL" && r["year"] == year);
            row.expect("a row")["mean"].parse().expect("a number")
        };
        let sum = |table: &str, months: &[usize], step: f64| -> (f64, usize) {
            let rows = data["monthly"][table].as_array().expect("rows");
            let one = |row: &Value| -> f64 {
                let values = compact::read(row[2].as_str().expect("a text"), step);
                months.iter().map(|&t| values[t]).sum()
            };
            (rows.iter().map(one).sum(), rows.len())
        };
        let year: Vec<usize> = (12..24).collect();
        for (table, measure, months, step) in [
            ("stock", "stock_august", &[19][..], 1.0),
            ("departures", "departures", &year, 1.0),
            ("returns", "returns", &year, 1.0),
            ("remittances", "remittances_usd", &year, 1e3),
        ] {
            let ((kept, rows), value) = (sum(table, months, step), total(measure, "2006"));
            // Each kept value is rounded to its step.
            let room = 0.5 * step * (rows * months.len()) as f64 + 1e-6 * value;
            assert!(value > 0.0 && (kept - value).abs() <= room, "{table}: {kept} against {value}");
        }
        pages.push(data["monthly"].clone());
    }
    assert_eq!(pages[0], pages[1]);
}

#[test]
fn a_page_has_no_clock_and_can_be_made_again_at_any_time() {
    let out = folder();
    done(&["run", SMALL, "--out", text(out.path()), "--quiet", "--no-report"]);
    assert!(!out.path().join(report::FILE).exists());
    done(&["report", text(out.path()), "--quiet"]);
    let first = page_of(out.path());
    done(&["report", text(out.path())]);
    assert_eq!(first, page_of(out.path()));
    let again = folder();
    done(&["run", text(&out.path().join("scenario.toml")), "--out", text(again.path()), "--quiet", "--threads", "1"]);
    assert_eq!(first, page_of(again.path()));
    // The page is in no hash of the record.
    assert!(!fs::read_to_string(out.path().join("run.json")).expect("a record").contains(report::FILE));
}

#[test]
fn with_one_replicate_the_page_says_that_there_is_no_interval() {
    let out = folder();
    done(&["run", SMALL, "--out", text(out.path()), "--quiet"]);
    let html = page_of(out.path());
    assert!(html.contains("one replicate: no interval") && html.contains("один повтор: интервала нет"));
    assert!(!html.contains("90 % of 1 replicates"));
}

#[test]
fn a_comparison_writes_a_page_whose_answer_is_that_of_its_files() {
    let out = folder();
    done(&["compare", SMALL, EAST, "--out", text(out.path()), "--quiet", "--replicates", "3", "--attribute"]);
    let html = page_of(out.path());
    assert!(html.len() < 1_500_000);
    let data = data(&html);
    assert_eq!(data["kind"], "compare");
    let compare = rows(&out.path().join("compare.csv"));
    for row in compare.iter().filter(|r| r["measure"] == "stock_mean" && r["year"] == "2010") {
        let series = &data["measures"]["stock_mean"]["rows"][format!("{}|{}", row["origin"], row["destination"])];
        for (text, column) in series.as_array().expect("columns").iter().zip(["a", "b", "difference", "low", "high"]) {
            let kept = compact::read(text.as_str().expect("a text"), 1.0)[5];
            let value: f64 = row[column].parse().expect("a number");
            assert!((kept - value).abs() <= 0.500_000_1, "{row:?} {column}: {kept}");
        }
    }
    // The first sentence says what the interval says.
    let row = compare.iter().find(|r| r["measure"] == "stock_mean" && r["origin"] == "CA3" && r["destination"] == "ALL" && r["year"] == "2010").expect("a row");
    let (low, high): (f64, f64) = (row["low"].parse().expect("low"), row["high"].parse().expect("high"));
    let said = if low > 0.0 {
        "more people are abroad"
    } else if high < 0.0 {
        "fewer people are abroad"
    } else {
        "cannot be told"
    };
    assert!(html.contains(said), "{said}");
    assert_eq!(
        data["diversion"]["rows"].as_array().map(Vec::len),
        Some(rows(&out.path().join("diversion.csv")).iter().map(|r| (&r["origin"], &r["in_a"], &r["in_b"])).collect::<std::collections::BTreeSet<_>>().len())
    );
    assert!(data["attribution"]["rows"].as_array().is_some_and(|rows| !rows.is_empty()));
    // What B changes stands in the fine print, with its key.
    let print = &html[html.find("id=\"print\"").expect("the fine print")..];
    assert!(print.contains("regime.tur-uzb-free.days") && print.contains("corridor.bosphorus.opens"));
}

#[test]
fn scenarios_that_are_the_same_differ_in_nothing() {
    let out = folder();
    done(&["compare", SMALL, SMALL, "--out", text(out.path()), "--quiet", "--replicates", "2"]);
    let html = page_of(out.path());
    assert!(html.contains("as many people are abroad under B as under A"), "{}", between(&html, "id=\"answer\"", "</section>"));
    assert!(html.contains("Nothing differs."));
}

#[test]
fn what_scenarios_write_does_no_harm() {
    const EVIL: &str = "</script><script>alert(1)</script><img src=x onerror=alert(2)>";
    let root = folder();
    let scenarios = root.path().join("scenarios");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/small"), &scenarios);
    let regions = scenarios.join("world/regions.csv");
    let table = fs::read_to_string(&regions).expect("a table");
    let named: String = table
        .lines()
        .map(|line| {
            let mut cells = line.splitn(3, ',').map(str::to_string).collect::<Vec<_>>();
            if cells[0] == "uzb-andijan" {
                cells[1] = "\"\"\"><svg onload=alert(3)> \u{202e}\u{627}\u{644}\u{639}\u{631}\u{628}\u{64a}\u{629} & 'x'\"".to_string();
            }
            cells.join(",") + "\n"
        })
        .collect();
    assert_ne!(table, named, "the region is in the table");
    fs::write(&regions, named).expect("written");
    let file = scenarios.join("evil.toml");
    let toml = format!(
        "title = {EVIL:?}\ndescription = {EVIL:?}\nextends = \"small.toml\"\n[[corridor]]\nid = \"evil\"\nname = {EVIL:?}\nleads_to = [\"turkic\"]\nopens = 2008-01-01\nlinks = [{{ from = \"Andijan\", to = \"Istanbul\", mode = \"rail\", km = 4000, hours = 60, fare_usd = 30.0, passengers = true }}]\nsource = {EVIL:?}\nverified = false\n"
    );
    fs::write(&file, toml).expect("written");
    let out = root.path().join("out");
    done(&["run", text(&file), "--out", text(&out), "--quiet"]);
    let both = root.path().join("both");
    done(&["compare", text(&scenarios.join("small.toml")), text(&file), "--out", text(&both), "--quiet", "--replicates", "1"]);
    for folder in [&out, &both] {
        let html = page_of(folder);
        assert_eq!(html.matches("<script").count(), 2, "the page has its own scripts alone");
        assert_eq!(html.matches("</script").count(), 2);
        assert!(!html.contains("<img") && !html.contains("<svg onload") && !html.contains("onerror=alert(2)>"), "text has become markup");
        assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "the title is shown as it is");
        let data = data(&html);
        assert_eq!(data["titles"].as_array().and_then(|t| t.last()).and_then(Value::as_str), Some(EVIL));
        let homes = data["places"]["homes"].as_array().expect("homes");
        assert!(homes.iter().any(|h| h["name"].as_str().is_some_and(|n| n.contains("\"><svg onload=alert(3)>"))));
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

#[test]
fn a_folder_without_results_is_refused_with_the_reason() {
    let out = folder();
    let output = musafir(&["report", text(out.path())]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("there are no results"));
    // One wrong folder does not keep another from its page.
    let good = folder();
    done(&["run", SMALL, "--out", text(good.path()), "--quiet", "--no-report"]);
    let output = musafir(&["report", text(out.path()), text(good.path())]);
    assert_eq!(output.status.code(), Some(2));
    assert!(good.path().join(report::FILE).exists());
    fs::write(good.path().join("summary.csv"), "year,measure\nx,y\n").expect("written");
    let output = musafir(&["report", text(good.path())]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("summary.csv"));
}

#[test]
fn texts_of_the_page_stand_in_both_languages() {
    assert!(strings::STRINGS.len() > 100);
    let out = folder();
    done(&["run", SMALL, "--out", text(out.path()), "--quiet"]);
    let html = page_of(out.path());
    let body = between(&html, "<main>", "</main>");
    let count = |language: &str| body.matches(&format!("lang=\"{language}\"")).count();
    assert!(count("en") > 20 && count("en") == count("ru"), "{} {}", count("en"), count("ru"));
    let _ = page::page; // the page is made by the library, not by the command
}

#[test]
fn a_validation_writes_a_page_that_holds_every_row_and_says_first_what_is_wrong() {
    let out = folder();
    let ended = musafir(&["validate", SMALL, "--out", text(out.path()), "--quiet", "--replicates", "2"]);
    assert!(matches!(ended.status.code(), Some(0 | 4)), "{}", String::from_utf8_lossy(&ended.stderr));
    let html = page_of(out.path());
    let data = data(&html);
    assert_eq!(data["kind"], "validate");
    assert!(!html.contains("id=\"map\""), "there is nothing to be mapped");
    let (scores, fits) = (rows(&out.path().join("validation.csv")), rows(&out.path().join("fit.csv")));
    let shown = data["study"]["fits"].as_array().expect("fits");
    assert_eq!(shown.len(), fits.len());
    for (shown, row) in shown.iter().zip(&fits) {
        assert_eq!(shown[2].as_str(), Some(row["period"].as_str()));
        assert_eq!(shown[5].as_f64(), row["observed"].parse().ok());
        assert_eq!(shown[8].as_f64(), row["predicted"].parse().ok());
        assert_eq!(shown[9][0].as_f64(), row["predicted_low"].parse().ok());
    }
    let series = data["study"]["series"].as_array().expect("series");
    let of_file: Vec<&str> = scores.iter().filter(|r| r["series"] != "ALL").map(|r| r["series"].as_str()).collect();
    assert_eq!(series.iter().filter_map(|s| s["id"].as_str()).collect::<Vec<_>>(), of_file, "worst first, as in the file");
    assert_eq!(series.iter().find(|s| s["id"] == "stock-rus-uzb").map(|s| s["title"].clone()), Some("Stock of UZB in Russia".into()));
    assert!(series.iter().all(|s| s["source"] == "assumption: test world"), "sources are those of the targets");
    let worst = scores.iter().find(|r| r["series"] != "ALL").expect("a series");
    let error = 100.0 * worst["test_mape"].parse::<f64>().expect("an error");
    assert!(html.contains(&format!("{} ({error:.0}\u{a0}%)", worst["title"])), "the worst series stands in the answer");
    // Made again from the folder it is the same; the folder of targets belongs to it.
    let before = fs::read(out.path().join(report::FILE)).expect("a page");
    done(&["report", text(out.path()), "--quiet", "--targets", "tests/small/targets"]);
    let nothing = musafir(&["report", text(out.path()), "--quiet", "--targets", "docs"]);
    assert!(nothing.status.code() == Some(2) && String::from_utf8_lossy(&nothing.stderr).contains("docs holds no targets"), "{nothing:?}");
    assert_eq!(before, fs::read(out.path().join(report::FILE)).expect("a page"));
    let other = folder();
    musafir(&["validate", SMALL, "--out", text(other.path()), "--quiet", "--replicates", "1", "--no-report"]);
    assert!(other.path().join("fit.csv").exists() && !other.path().join(report::FILE).exists());
}

#[test]
fn a_sweep_writes_a_page_that_holds_its_tables() {
    for file in ["sweep", "morris", "many"] {
        let out = folder();
        done(&["sweep", &format!("tests/small/{file}.toml"), "--out", text(out.path()), "--quiet"]);
        let html = page_of(out.path());
        let data = data(&html);
        assert_eq!(data["kind"], "sweep");
        for table in ["sensitivity", "response", "discovery"] {
            assert_eq!(data["study"][table].as_array().map(Vec::len), Some(rows(&out.path().join(format!("{table}.csv"))).len()), "{file}: {table}");
        }
        assert_eq!(data["study"]["rows"].as_array().map(Vec::len), Some(rows(&out.path().join("points.csv")).len()));
        let asked = data["study"]["asked"].as_array().expect("outcomes");
        assert!(asked.iter().all(|a| a["unit"] == "persons" && a["points"].as_u64() > Some(0)));
        // The mean of the answer is that of the points.
        let first = asked.iter().find(|a| a["outcome"] == "abroad" && a["at"] == "");
        if let Some(first) = first {
            let values: Vec<f64> = rows(&out.path().join("points.csv")).iter().filter_map(|r| r["outcome:abroad"].parse().ok()).collect();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            assert!((first["mean"].as_f64().expect("a mean") - mean).abs() < 1e-6 * mean);
            assert!(html.contains(&format!("{mean:.0}")));
        }
        assert!(html.contains("closure.rus-2009.entry") || file == "sweep");
        let before = fs::read(out.path().join(report::FILE)).expect("a page");
        fs::remove_file(out.path().join(report::FILE)).expect("removed");
        // The same sweep again only makes its page.
        done(&["sweep", &format!("tests/small/{file}.toml"), "--out", text(out.path()), "--quiet"]);
        assert_eq!(before, fs::read(out.path().join(report::FILE)).expect("a page"));
    }
}

#[test]
fn what_a_scenario_changes_in_its_parent_stands_in_the_fine_print() {
    let out = folder();
    done(&["run", EAST, "--out", text(out.path()), "--quiet", "--set", "behaviour.choose.b_cost=0.55"]);
    let changes = rows(&out.path().join("changes.csv"));
    let one = changes.iter().find(|c| c["key"] == "behaviour.choose.b_cost").expect("what is set");
    assert_eq!(one["after"], "0.55");
    let days = changes.iter().find(|c| c["key"] == "regime.tur-uzb-free.days").expect("what the scenario says");
    assert_ne!(days["before"], days["after"]);
    let html = page_of(out.path());
    let print = &html[html.find("id=\"print\"").expect("the fine print")..];
    assert!(print.contains("What the scenario changes in the one that it extends") && print.contains("regime.tur-uzb-free.days") && print.contains("0.55"));
    // Of several files that are extended all count, the later ones first.
    let several = folder();
    let both = several.path().join("both.toml");
    let small = |name: &str| format!("{}/tests/small/{name}", env!("CARGO_MANIFEST_DIR"));
    fs::write(several.path().join("cost.toml"), "[behaviour.choose]\nb_cost = 0.55\n").expect("written");
    fs::write(&both, format!("extends = [\"{}\", \"cost.toml\"]\n[behaviour.choose]\nb_kin = 0.77\n", small("small.toml"))).expect("written");
    let of_both = several.path().join("out");
    done(&["run", text(&both), "--root", "/", "--out", text(&of_both), "--quiet", "--until", "2005-03"]);
    let keys: Vec<String> = rows(&of_both.join("changes.csv")).iter().map(|c| c["key"].clone()).collect();
    assert_eq!(keys, ["behaviour.choose.b_kin"]);
    // The resolved scenario extends nothing; its page says the same.
    let again = folder();
    done(&["run", text(&out.path().join("scenario.toml")), "--out", text(again.path()), "--quiet"]);
    assert_eq!(html, page_of(again.path()));
    // What somebody changed in it is another scenario, of which the list beside it tells nothing.
    let edited = out.path().join("edited.toml");
    let resolved = fs::read_to_string(out.path().join("scenario.toml")).expect("resolved");
    fs::write(&edited, resolved.replacen("b_cost = 0.55", "b_cost = 0.56", 1)).expect("written");
    let third = folder();
    done(&["run", text(&edited), "--out", text(third.path()), "--quiet", "--until", "2005-03"]);
    assert!(!third.path().join("changes.csv").exists());
    // Another run in its place leaves none of it.
    done(&["run", SMALL, "--out", text(again.path()), "--quiet", "--force"]);
    assert!(!again.path().join("changes.csv").exists());
    assert!(!between(&page_of(again.path()), "<main>", "</main>").contains("What the scenario changes"));
}

#[test]
fn a_calibration_gets_a_page_and_what_it_lacks_is_left_out() {
    let out = folder();
    fs::copy("tests/small/calibration/calibration.json", out.path().join("calibration.json")).expect("copied");
    done(&["report", text(out.path()), "--quiet"]);
    let html = page_of(out.path());
    let sentences = between(&html, "id=\"answer\"", "</section>");
    assert!(sentences.contains("2 of 4 targets are missed; furthest off: Money to UZB &quot;by post&quot; &lt;b&gt;2009&lt;/b&gt;, 2009 (130\u{a0}%)"), "{sentences}");
    assert!(sentences.contains("In 2 steps and 400 runs the mean misfit went from 9.4 to 2.3"));
    let targets: Vec<Value> = data(&html)["study"]["series"].as_array().expect("targets").iter().map(|s| s["target"].clone()).collect();
    assert_eq!(targets, ["M1", "A2", "A1", "S1"], "misses first");
    fs::write(out.path().join("calibration.json"), "{}").expect("written");
    done(&["report", text(out.path()), "--quiet"]);
    fs::write(out.path().join("calibration.json"), "[").expect("written");
    assert_eq!(musafir(&["report", text(out.path())]).status.code(), Some(2));
}
