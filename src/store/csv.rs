//! CSV (RFC 4180, UTF-8, header, line feeds), from the same encoded parts as Parquet, and back.

use std::io;

use super::{
    parquet::{self, Part},
    table::{Column, Kind, Layout, Table, Value},
};

/// Writes parts as one CSV file; returns the number of rows.
///
/// # Errors
/// Those of the writer; a part that cannot be decoded.
pub fn write(layout: &Layout, parts: &[&Part], out: &mut dyn io::Write) -> io::Result<u64> {
    let mut writer = ::csv::Writer::from_writer(out);
    writer.write_record(layout.spec.columns.iter().map(|c| c.name))?;
    let mut rows = 0;
    for part in parts {
        write_rows(layout, &parquet::decode(layout, part)?, &mut writer)?;
        rows += part.rows;
    }
    writer.flush()?;
    Ok(rows)
}

/// Reads some columns (indices into the layout) of a file that was written with this layout, as one table of these columns in this order.
///
/// # Errors
/// Content that is not of this layout.
pub fn read_columns(layout: &Layout, bytes: &[u8], columns: &[usize]) -> io::Result<Table> {
    let mut reader = ::csv::Reader::from_reader(bytes);
    let header = reader.headers()?.clone();
    let wanted: Vec<usize> = columns
        .iter()
        .map(|&c| {
            let name = layout.spec.columns[c].name;
            header.iter().position(|h| h == name).ok_or_else(|| io::Error::other(format!("there is no column `{name}`")))
        })
        .collect::<io::Result<_>>()?;
    let kinds: Vec<Kind> = columns.iter().map(|&c| layout.spec.columns[c].kind).collect();
    // Persons come as real ones, as from Parquet.
    let mut table = Table::new(layout.spec);
    table.columns = kinds.iter().map(|kind| if *kind == Kind::Persons { Column::Real(Vec::new()) } else { Column::new(*kind) }).collect();
    let mut record = ::csv::StringRecord::new();
    while reader.read_record(&mut record)? {
        for (k, &at) in wanted.iter().enumerate() {
            let text = record.get(at).unwrap_or_default();
            let number = || text.parse::<f64>().map_err(|_| io::Error::other(format!("`{text}` is no number")));
            let value = match kinds[k] {
                Kind::Name => {
                    let name = layout.names[columns[k]].iter().position(|n| n == text);
                    Value::from(name.ok_or_else(|| io::Error::other(format!("`{text}` is none of the names of its column")))?)
                }
                Kind::Month => Value::from(month(text).ok_or_else(|| io::Error::other(format!("`{text}` is no month")))?),
                Kind::Real if text.is_empty() => Value::Real(f64::NAN),
                _ => Value::Real(number()?),
            };
            table.columns[k].push(value);
        }
    }
    Ok(table)
}

/// Months since January 1900 of a date.
fn month(date: &str) -> Option<u32> {
    let mut parts = date.split('-');
    let (year, month): (u32, u32) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    (year.checked_sub(1900)? * 12 + month).checked_sub(1)
}

fn write_rows<W: io::Write>(layout: &Layout, table: &Table, writer: &mut ::csv::Writer<W>) -> io::Result<()> {
    let mut text = String::new();
    for row in 0..table.rows() {
        for (column, names) in table.columns.iter().zip(&layout.names) {
            text.clear();
            field(column, names, row, &mut text);
            writer.write_field(&text)?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    Ok(())
}

fn field(column: &Column, names: &[String], row: usize, text: &mut String) {
    use std::fmt::Write;
    // Writing to a String cannot fail.
    let _ = match column {
        Column::Name(v) => write!(text, "{}", names.get(usize::from(v[row])).map_or("", String::as_str)),
        Column::Month(v) => write!(text, "{}-{:02}-01", 1900 + v[row] / 12, v[row] % 12 + 1),
        Column::Count(v) | Column::Persons(v) => write!(text, "{}", v[row]),
        Column::Whole(v) => write!(text, "{}", v[row]),
        Column::Real(v) if v[row].is_nan() => Ok(()),
        Column::Real(v) => write!(text, "{}", v[row]),
    };
}
