//! An Excel workbook: a cover that says what it is and where the values come from, and a sheet a table. A table that is longer than a sheet
//! should be stands on the cover with its file.

use std::{fs, io, path::Path};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::unmade;
use crate::{
    measure::{columns, record::FileEntry},
    report::{
        folder::{Folder, Kind},
        months,
        values::{self, Values},
    },
    store::StoreError,
};

/// Rows beyond which a table is left in its file.
const MOST_ROWS: u64 = 200_000;
const NAME: &str = "results.xlsx";

fn failed(error: XlsxError) -> StoreError {
    unmade(NAME)(io::Error::other(error))
}

/// The bytes of the workbook.
pub fn workbook(folder: &Folder) -> Result<Vec<u8>, StoreError> {
    let mut book = Workbook::new();
    // Without a clock the same results give the same bytes.
    let day = ExcelDateTime::from_ymd(2000, 1, 1).map_err(failed)?;
    let title: String = folder.played.iter().map(|p| p.scenario.title.as_str()).collect::<Vec<_>>().join(" / ").chars().take(200).collect();
    book.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&day));
    let files: &[FileEntry] = match &folder.kind {
        Kind::Run(record) => &record.files,
        Kind::Comparison(record) => &record.files,
        _ => &[],
    };
    let whole = |f: &&FileEntry| Path::new(&f.name).extension().is_some_and(|e| e == "csv") && f.rows.is_some_and(|rows| rows <= MOST_ROWS);
    cover(book.add_worksheet(), folder, files).map_err(failed)?;
    for file in files.iter().filter(whole) {
        let path = folder.file(&file.name);
        let bytes = fs::read(&path).map_err(StoreError::io("read", &path))?;
        let sheet = book.add_worksheet().set_name(file.name.trim_end_matches(".csv")).map_err(failed)?;
        table(sheet, &bytes)?;
    }
    if matches!(folder.kind, Kind::Run(_)) {
        let years = Values::read(&folder.file("summary.csv"), values::SUMMARY)?.years;
        if let Some(sums) = months::by_regions(folder, &years)? {
            regions(book.add_worksheet(), folder, &years, &sums).map_err(failed)?;
        }
    }
    meanings(book.add_worksheet()).map_err(failed)?;
    book.save_to_buffer().map_err(failed)
}

fn cover(sheet: &mut Worksheet, folder: &Folder, files: &[FileEntry]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    sheet.set_name("cover")?;
    sheet.set_column_width(0, 26)?.set_column_width(1, 44)?.set_column_width(2, 90)?;
    let mut row = 0;
    let mut line = |sheet: &mut Worksheet, cells: [&str; 3], head: bool| -> Result<(), XlsxError> {
        for (column, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            // A cell holds at most 32,767 characters.
            let text: String = text.chars().take(32_000).collect();
            if head {
                sheet.write_string_with_format(row, column as u16, text, &bold)?
            } else {
                sheet.write_string(row, column as u16, text)?
            };
        }
        row += 1;
        Ok(())
    };
    let (kind, seed, replicates) = match &folder.kind {
        Kind::Run(r) => ("Results of musafir run", r.seed, r.replicates),
        Kind::Comparison(r) => ("Results of musafir compare", r.seed, r.replicates),
        _ => ("", 0, 0),
    };
    line(sheet, [kind, concat!("musafir ", env!("CARGO_PKG_VERSION")), ""], true)?;
    for played in &folder.played {
        line(sheet, [played.file, &played.scenario.title, &played.scenario.description], false)?;
        line(sheet, ["scenario_hash", &played.scenario.hash, ""], false)?;
    }
    line(sheet, ["seed", &seed.to_string(), ""], false)?;
    line(sheet, ["replicates", &replicates.to_string(), ""], false)?;
    line(sheet, ["sample", &folder.first().map_or_else(String::new, |s| s.run.sample.to_string()), ""], false)?;
    line(sheet, ["", "", ""], false)?;
    line(sheet, ["Table", "Rows", "Where"], true)?;
    for f in files.iter().filter(|f| f.rows.is_some()) {
        let rows = f.rows.unwrap_or(0);
        let here = f.name.strip_suffix(".csv").filter(|_| rows <= MOST_ROWS);
        let place = here.map_or_else(|| format!("{} in the folder of results", f.name), |name| format!("sheet {name}"));
        line(sheet, [&f.name, &rows.to_string(), &place], false)?;
    }
    line(sheet, ["", "", ""], false)?;
    line(sheet, ["Value", "Verified", "Source"], true)?;
    let Some(last) = folder.played.last() else { return Ok(()) };
    let flag = |verified: Option<bool>| match verified {
        Some(true) => "verified",
        Some(false) => "not verified",
        None => "not stated",
    };
    let mut before = (String::new(), String::new());
    for entry in last.inventory.entries.iter().filter(|e| !e.source.is_empty()) {
        // Values of one part with one source stand together.
        let part = entry.key.rsplit_once('.').map_or(entry.key.as_str(), |p| p.0).to_string();
        if (part.clone(), entry.source.clone()) != before {
            line(sheet, [&part, flag(entry.verified), &entry.source], false)?;
            before = (part, entry.source.clone());
        }
    }
    for t in &last.inventory.tables {
        let mut sources: Vec<(&str, bool)> = t.rows.iter().map(|r| (r.source.as_str(), r.verified)).collect();
        sources.sort_unstable();
        sources.dedup();
        for (source, verified) in sources {
            line(sheet, [&format!("tables.{}", t.name), flag(Some(verified)), source], false)?;
        }
    }
    Ok(())
}

/// A CSV file as a sheet: numbers as numbers, the header frozen.
fn table(sheet: &mut Worksheet, bytes: &[u8]) -> Result<(), StoreError> {
    let wrong = |e: csv::Error| unmade(NAME)(io::Error::other(e));
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    let bold = Format::new().set_bold();
    for (row, record) in reader.records().enumerate() {
        let record = record.map_err(wrong)?;
        for (column, text) in record.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            let (row, column) = (row as u32, column as u16);
            let written = match text.parse::<f64>() {
                _ if row == 0 => sheet.write_string_with_format(row, column, text, &bold),
                Ok(number) if number.is_finite() => sheet.write_number(row, column, number),
                _ => sheet.write_string(row, column, text),
            };
            written.map_err(failed)?;
        }
    }
    sheet.set_freeze_panes(1, 0).map_err(failed)?;
    Ok(())
}

fn regions(sheet: &mut Worksheet, folder: &Folder, years: &[i32], [stock, departures]: &[months::Sums; 2]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    sheet.set_name("regions")?;
    for (column, head) in ["year", "home", "destination", "stock_mean", "departures"].into_iter().enumerate() {
        sheet.write_string_with_format(0, column as u16, head, &bold)?;
    }
    let Some(places) = folder.first().map(|s| &s.world.places) else { return Ok(()) };
    let mut line = 1;
    for (row, (home, destination)) in places.homes.iter().flat_map(|h| places.destinations.iter().map(move |d| (h, d))).enumerate() {
        for (index, year) in years.iter().enumerate() {
            let (persons, left) = (stock.row(row)[index], departures.row(row)[index]);
            if persons > 0.0 || left > 0.0 {
                sheet.write_number(line, 0, f64::from(*year))?.write_string(line, 1, &home.id)?.write_string(line, 2, &destination.id)?;
                sheet.write_number(line, 3, persons)?.write_number(line, 4, left)?;
                line += 1;
            }
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

fn meanings(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    sheet.set_name("meanings")?;
    sheet.set_column_width(0, 28)?.set_column_width(1, 18)?.set_column_width(2, 110)?;
    for (column, head) in ["measure", "unit", "meaning"].into_iter().enumerate() {
        sheet.write_string_with_format(0, column as u16, head, &bold)?;
    }
    for (row, (name, unit, meaning)) in columns::MEASURES.iter().enumerate() {
        let row = row as u32 + 1;
        sheet.write_string(row, 0, *name)?.write_string(row, 1, *unit)?.write_string(row, 2, *meaning)?;
    }
    Ok(())
}
