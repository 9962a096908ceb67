//! CSV (RFC 4180, UTF-8, header, line feeds), from the same encoded parts as Parquet.

use std::io;

use super::{
    parquet::{self, Part},
    table::{Column, Layout, Table},
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
