//! Do exports open in readers of their formats, and do their totals stand in the summary?

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

use calamine::{Data, Reader, Xlsx};
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

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of letters")
}

fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_path(path).expect("a file").deserialize().map(|row| row.expect("a row")).collect()
}

fn number(text: &str) -> f64 {
    text.parse().expect("a number")
}

/// Results of a run with two replicates.
fn results() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    done(&["run", SMALL, "--out", text(folder.path()), "--quiet", "--replicates", "2"]);
    folder
}

/// Means of a measure, all origins and destinations together, by year.
fn totals(summary: &Path, measure: &str) -> BTreeMap<String, f64> {
    let wanted = |r: &BTreeMap<String, String>| r["measure"] == measure && r["origin"] == "CA3" && r["destination"] == "ALL";
    rows(summary).into_iter().filter(wanted).map(|r| (r["year"].clone(), number(&r["mean"]))).collect()
}

fn close(a: &BTreeMap<String, f64>, b: &BTreeMap<String, f64>) {
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (year, value) in a {
        assert!((value - b[year]).abs() <= 1e-6 * value.abs() + 1e-3, "{year}: {value} against {}", b[year]);
    }
}

#[test]
fn an_origin_destination_table_adds_up_to_the_summary() {
    let folder = results();
    done(&["export", text(folder.path()), "--as", "od", "--quiet"]);
    for (file, measure) in [("od.csv", "departures"), ("od-stock.csv", "stock_mean")] {
        let path = folder.path().join("export").join(file);
        assert!(fs::read_to_string(&path).expect("a file").starts_with("orig,dest,flow,"), "what circlize takes comes first");
        let mut sums: BTreeMap<String, f64> = BTreeMap::new();
        let mut pairs = BTreeSet::new();
        for row in rows(&path) {
            *sums.entry(row["year"].clone()).or_default() += number(&row["flow"]);
            assert!(pairs.insert((row["orig"].clone(), row["dest"].clone(), row["year"].clone())), "a pair of a year stands once");
        }
        close(&sums, &totals(&folder.path().join("summary.csv"), measure));
    }
}

#[test]
fn flowmap_files_name_their_locations_and_add_up_to_the_summary() {
    let folder = results();
    let out = folder.path().join("maps");
    done(&["export", text(folder.path()), "--as", "flowmap", "--out", text(&out), "--quiet"]);
    let locations: BTreeMap<String, BTreeMap<String, String>> = rows(&out.join("flowmap-locations.csv")).into_iter().map(|r| (r["id"].clone(), r)).collect();
    for place in locations.values() {
        assert!(number(&place["lat"]).abs() <= 90.0 && number(&place["lon"]).abs() <= 180.0 && !place["name"].is_empty());
    }
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    for flow in rows(&out.join("flowmap-flows.csv")) {
        assert!(locations.contains_key(&flow["origin"]) && locations.contains_key(&flow["dest"]), "{flow:?}");
        assert!(flow["time"].ends_with("-01-01"));
        *sums.entry(flow["time"][..4].to_string()).or_default() += number(&flow["count"]);
    }
    close(&sums, &totals(&folder.path().join("summary.csv"), "departures"));
    // A file of somebody's is not replaced unasked; one's own may stand there.
    let again = |more: &[&str]| musafir(&[&["export", text(folder.path()), "--as", "flowmap", "--out", text(&out), "--quiet"], more].concat()).status.code();
    assert_eq!(again(&[]), Some(0));
    fs::write(out.join("flowmap-flows.csv"), "mine").expect("it is there");
    assert_eq!((again(&[]), fs::read_to_string(out.join("flowmap-flows.csv")).expect("a file").as_str()), (Some(2), "mine"));
    assert_eq!(again(&["--force"]), Some(0));
}

#[test]
fn geojson_holds_regions_flows_and_corridors() {
    let folder = results();
    done(&["export", text(folder.path()), "--as", "geojson", "--quiet"]);
    let bytes = fs::read(folder.path().join("export/flows.geojson")).expect("a file");
    let collection: Value = serde_json::from_slice(&bytes).expect("JSON");
    assert_eq!(collection["type"], "FeatureCollection");
    let features = collection["features"].as_array().expect("features");
    let mut layers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut departures = 0.0;
    for feature in features {
        assert_eq!(feature["type"], "Feature");
        let geometry = &feature["geometry"];
        let points: Vec<&Value> = match geometry["type"].as_str().expect("a type") {
            "Point" => vec![&geometry["coordinates"]],
            "LineString" => geometry["coordinates"].as_array().expect("points").iter().collect(),
            "MultiLineString" => geometry["coordinates"].as_array().expect("lines").iter().flat_map(|l| l.as_array().expect("points")).collect(),
            other => panic!("{other}"),
        };
        for point in points {
            // Longitude first.
            assert!(point[0].as_f64().expect("a longitude").abs() <= 180.0 && point[1].as_f64().expect("a latitude").abs() <= 90.0);
        }
        *layers.entry(feature["properties"]["layer"].as_str().expect("a layer")).or_default() += 1;
        departures += feature["properties"]["departures_2008"].as_f64().unwrap_or(0.0);
    }
    assert_eq!(layers.keys().copied().collect::<Vec<_>>(), ["corridor", "destination", "flow", "home"]);
    let total = totals(&folder.path().join("summary.csv"), "departures")["2008"];
    assert!(total > 0.0 && (departures - total).abs() < 1e-3 + 1e-6 * total);
}

#[test]
fn a_workbook_opens_with_a_cover_of_sources_and_the_tables() {
    let folder = results();
    done(&["export", text(folder.path()), "--as", "xlsx", "--quiet"]);
    let path = folder.path().join("export/results.xlsx");
    let mut book: Xlsx<_> = calamine::open_workbook(&path).expect("a workbook");
    assert_eq!(book.sheet_names(), ["cover", "summary", "regions", "meanings"]);
    let cover = book.worksheet_range("cover").expect("the cover");
    let texts: Vec<String> = cover.cells().map(|(_, _, cell)| cell.to_string()).collect();
    assert!(texts.iter().any(|t| t == "Small world") && texts.iter().any(|t| t == "not verified") && texts.iter().any(|t| t.starts_with("tables.regions")));
    assert!(texts.iter().any(|t| t.contains("flows.parquet")), "tables that are elsewhere are named");
    // The sheet is the file, number by number.
    let sheet = book.worksheet_range("summary").expect("the summary");
    let file = rows(&folder.path().join("summary.csv"));
    assert_eq!(sheet.height(), file.len() + 1);
    for (cells, row) in sheet.rows().skip(1).zip(&file) {
        assert_eq!(cells[1], Data::String(row["measure"].clone()));
        let Data::Float(mean) = cells[4] else { panic!("{:?} is no number", cells[4]) };
        assert_eq!(mean, number(&row["mean"]));
    }
    let regions = book.worksheet_range("regions").expect("the regions");
    let sum: f64 = regions.rows().skip(1).filter(|r| r[0] == Data::Float(2008.0)).map(|r| r[4].to_string().parse::<f64>().unwrap_or(0.0)).sum();
    let total = totals(&folder.path().join("summary.csv"), "departures")["2008"];
    assert!((sum - total).abs() < 1e-6 * total);
    // The same results give the same bytes.
    let first = fs::read(&path).expect("bytes");
    done(&["export", text(folder.path()), "--as", "xlsx", "--quiet"]);
    assert!(first == fs::read(&path).expect("bytes"));
}

#[test]
fn a_comparison_is_exported_side_by_side() {
    let folder = tempfile::tempdir().expect("a folder");
    done(&["compare", SMALL, EAST, "--out", text(folder.path()), "--quiet", "--replicates", "2"]);
    for format in ["od", "flowmap", "geojson", "xlsx"] {
        done(&["export", text(folder.path()), "--as", format, "--quiet"]);
    }
    for side in ["a", "b"] {
        let mut sums: BTreeMap<String, f64> = BTreeMap::new();
        for row in rows(&folder.path().join(format!("export/od-{side}.csv"))) {
            *sums.entry(row["year"].clone()).or_default() += number(&row["flow"]);
        }
        close(&sums, &totals(&folder.path().join(format!("summary-{side}.csv")), "departures"));
        assert!(!rows(&folder.path().join(format!("export/flowmap-flows-{side}.csv"))).is_empty());
    }
    let corridors = |side: &str| {
        let text = fs::read_to_string(folder.path().join(format!("export/flows-{side}.geojson"))).expect("a file");
        text.contains("bosphorus")
    };
    assert!(!corridors("a") && corridors("b"));
    let book: Xlsx<_> = calamine::open_workbook(folder.path().join("export/results.xlsx")).expect("a workbook");
    assert_eq!(book.sheet_names(), ["cover", "compare", "diversion", "summary-a", "summary-b", "meanings"]);
}
