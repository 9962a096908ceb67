//! Parquet by the low-level writers: codes and counts as indices into a dictionary (`pages`), other numbers with zstd; one row group a
//! part. A part (a year of one replicate) is encoded when it ends, its columns in parallel, each as a small file of one column; at the end
//! the column chunks are copied without decoding. So the bytes of the whole depend on the parts alone, not on threads or on checkpoints
//! between them.

use std::{borrow::Cow, io, sync::Arc};

use ::parquet::{
    basic::{Compression, Encoding, LogicalType, Repetition, Type as Physical, ZstdLevel},
    column::{
        page::{Page, PageReader},
        reader::ColumnReader,
        writer::ColumnCloseResult,
    },
    data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type},
    errors::ParquetError,
    file::{
        metadata::KeyValue,
        properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr, WriterVersion},
        reader::{FileReader, SerializedFileReader},
        statistics::Statistics,
        writer::{SerializedColumnWriter, SerializedFileWriter},
    },
    schema::types::{ColumnDescPtr, Type, TypePtr},
};
use bytes::Bytes;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    pages,
    table::{Column, ColumnSpec, Kind, Layout, Table},
};

/// Days from 1970-01-01 to the first day of a month counted from January 1900.
pub(super) fn first_day(month: u16) -> i32 {
    let (year, of_year) = (1900 + i32::from(month) / 12, i32::from(month) % 12);
    // Days from civil (proleptic Gregorian), March as the first month.
    let (y, m) = if of_year < 2 { (year - 1, of_year + 10) } else { (year, of_year - 2) };
    365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 - 719_468
}

/// The month of a first day.
fn month_of(day: i32) -> u16 {
    let guess = (f64::from(day + 25_567) / 30.436_875).round() as i32;
    let guess = guess.clamp(0, i32::from(u16::MAX)) as u16;
    (guess.saturating_sub(1)..=guess.saturating_add(1)).find(|&m| first_day(m) == day).unwrap_or(guess)
}

/// An encoded part of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Number of rows.
    pub rows: u64,
    /// One file of one column each.
    columns: Vec<Vec<u8>>,
}

fn wrong(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(io) => *io,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}

fn column_type(spec: &ColumnSpec) -> Result<TypePtr, ParquetError> {
    let (physical, logical) = match spec.kind {
        Kind::Name => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Month => (Physical::INT32, Some(LogicalType::Date)),
        Kind::Count | Kind::Whole => (Physical::INT64, None),
        Kind::Real | Kind::Persons => (Physical::DOUBLE, None),
    };
    let repetition = if spec.kind == Kind::Real { Repetition::OPTIONAL } else { Repetition::REQUIRED };
    Type::primitive_type_builder(spec.name, physical).with_logical_type(logical).with_repetition(repetition).build().map(Arc::new)
}

fn schema(specs: &[ColumnSpec]) -> Result<TypePtr, ParquetError> {
    let fields = specs.iter().map(column_type).collect::<Result<_, _>>()?;
    Type::group_type_builder("schema").with_fields(fields).build().map(Arc::new)
}

/// Zstandard, no dictionaries: columns that have few values come here only if there are too many of them.
fn properties(kind: Option<Kind>, metadata: Option<Vec<KeyValue>>) -> Result<WriterPropertiesPtr, ParquetError> {
    let mut properties = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_created_by(concat!("musafir ", env!("CARGO_PKG_VERSION")).to_string())
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_dictionary_enabled(false)
        .set_data_page_row_count_limit(1 << 20)
        .set_key_value_metadata(metadata);
    if matches!(kind, Some(Kind::Whole | Kind::Count)) {
        properties = properties.set_encoding(Encoding::DELTA_BINARY_PACKED);
    }
    Ok(Arc::new(properties.build()))
}

/// Numbers as indices: the distinct ones in order, and the place of each row's number among them. None where numbers are so many or so large
/// that a dictionary does not pay.
fn ranked(numbers: impl Iterator<Item = u32> + Clone) -> Option<(Vec<u32>, Vec<u32>)> {
    const LARGEST: u32 = 1 << 20;
    let (mut largest, mut rows) = (0, 0);
    for number in numbers.clone() {
        largest = largest.max(number);
        rows += 1;
    }
    if rows == 0 || largest > LARGEST {
        return None;
    }
    let mut ranks = vec![0u32; largest as usize + 1];
    numbers.clone().for_each(|number| ranks[number as usize] = 1);
    let mut distinct = Vec::new();
    for (number, rank) in ranks.iter_mut().enumerate().filter(|(_, there)| **there == 1) {
        *rank = distinct.len() as u32;
        distinct.push(number as u32);
    }
    (distinct.len() <= 1 + rows / 2).then(|| (distinct, numbers.map(|number| ranks[number as usize]).collect()))
}

/// A column by its dictionary, where it has one that pays.
fn by_dictionary(schema: ColumnDescPtr, column: &Column, names: &[String], weight: f64) -> Result<Option<(Bytes, ColumnCloseResult)>, ParquetError> {
    let ranks = match column {
        Column::Name(codes) => ranked(codes.iter().map(|&c| u32::from(c))),
        Column::Month(months) => ranked(months.iter().map(|&m| u32::from(m))),
        Column::Count(numbers) | Column::Persons(numbers) => ranked(numbers.iter().copied()),
        Column::Whole(_) | Column::Real(_) => None,
    };
    let Some((distinct, indices)) = ranks else { return Ok(None) };
    let ends = distinct.first().zip(distinct.last());
    let mut bytes = Vec::new();
    let mut statistics = None;
    match column {
        Column::Name(_) => {
            for &code in &distinct {
                let name = names.get(code as usize).map_or("", String::as_str);
                bytes.extend_from_slice(&(name.len() as u32).to_le_bytes());
                bytes.extend_from_slice(name.as_bytes());
            }
        }
        Column::Month(_) => {
            for &m in &distinct {
                bytes.extend_from_slice(&first_day(m as u16).to_le_bytes());
            }
            statistics = ends.map(|(&low, &high)| Statistics::int32(Some(first_day(low as u16)), Some(first_day(high as u16)), None, Some(0), false));
        }
        Column::Count(_) => {
            for &n in &distinct {
                bytes.extend_from_slice(&i64::from(n).to_le_bytes());
            }
            statistics = ends.map(|(&low, &high)| Statistics::int64(Some(i64::from(low)), Some(i64::from(high)), None, Some(0), false));
        }
        _ => {
            let real = |n: u32| f64::from(n) * weight;
            for &n in &distinct {
                bytes.extend_from_slice(&real(n).to_le_bytes());
            }
            statistics = ends.map(|(&low, &high)| Statistics::double(Some(real(low)), Some(real(high)), None, Some(0), false));
        }
    }
    let dictionary = pages::Dictionary { bytes, values: distinct.len() };
    pages::chunk(schema, dictionary, &indices, statistics).map(Some)
}

fn write_column(writer: &mut SerializedColumnWriter<'_>, column: &Column, names: &[String], weight: f64) -> Result<(), ParquetError> {
    match column {
        Column::Name(codes) => {
            let names: Vec<ByteArray> = names.iter().map(|n| ByteArray::from(n.as_str())).collect();
            let missing = ByteArray::from("");
            let values: Vec<ByteArray> = codes.iter().map(|&c| names.get(usize::from(c)).unwrap_or(&missing).clone()).collect();
            writer.typed::<ByteArrayType>().write_batch(&values, None, None)?;
        }
        Column::Month(months) => {
            let values: Vec<i32> = months.iter().map(|&m| first_day(m)).collect();
            writer.typed::<Int32Type>().write_batch(&values, None, None)?;
        }
        Column::Count(counts) => {
            let values: Vec<i64> = counts.iter().map(|&c| i64::from(c)).collect();
            writer.typed::<Int64Type>().write_batch(&values, None, None)?;
        }
        Column::Whole(values) => {
            writer.typed::<Int64Type>().write_batch(values, None, None)?;
        }
        Column::Persons(counts) => {
            let values: Vec<f64> = counts.iter().map(|&c| f64::from(c) * weight).collect();
            writer.typed::<DoubleType>().write_batch(&values, None, None)?;
        }
        Column::Real(values) => {
            let present: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
            let levels: Vec<i16> = values.iter().map(|v| i16::from(!v.is_nan())).collect();
            writer.typed::<DoubleType>().write_batch(&present, Some(&levels), None)?;
        }
    }
    Ok(())
}

fn encode_column(layout: &Layout, index: usize, column: &Column) -> Result<Vec<u8>, ParquetError> {
    let schema = schema(&layout.spec.columns[index..=index])?;
    let mut file = SerializedFileWriter::new(Vec::new(), schema, properties(Some(layout.spec.columns[index].kind), None)?)?;
    let chunk = by_dictionary(file.schema_descr().column(0), column, &layout.names[index], layout.weight)?;
    let mut group = file.next_row_group()?;
    if let Some((bytes, close)) = chunk {
        group.append_column(&bytes, close)?;
    } else if let Some(mut writer) = group.next_column()? {
        write_column(&mut writer, column, &layout.names[index], layout.weight)?;
        writer.close()?;
    }
    group.close()?;
    file.into_inner()
}

/// Encodes a part, its columns in parallel.
///
/// # Errors
/// Those of the Parquet encoder.
pub fn encode(layout: &Layout, table: &Table) -> io::Result<Part> {
    let columns: Result<Vec<_>, ParquetError> = table.columns.par_iter().enumerate().map(|(index, column)| encode_column(layout, index, column)).collect();
    Ok(Part { rows: table.rows() as u64, columns: columns.map_err(wrong)? })
}

fn metadata(layout: &Layout) -> Vec<KeyValue> {
    let mut pairs = vec![KeyValue::new("table".to_string(), layout.spec.meaning.to_string())];
    for column in layout.spec.columns {
        pairs.push(KeyValue::new(format!("{}.unit", column.name), column.unit.to_string()));
        pairs.push(KeyValue::new(format!("{}.meaning", column.name), column.meaning.to_string()));
    }
    pairs
}

/// Writes parts as one file; returns the number of rows.
///
/// # Errors
/// Those of the writer; a part that cannot be read.
pub fn write<W: io::Write + Send>(layout: &Layout, parts: &[&Part], out: W) -> io::Result<u64> {
    write_parts(layout, parts.iter().map(|p| Ok(Cow::Borrowed(*p))), out).map_err(wrong)
}

/// Writes parts as one file, each made when it is its turn; returns the number of rows.
///
/// # Errors
/// Those of the writer and of the parts.
pub fn write_each<W: io::Write + Send>(layout: &Layout, parts: &mut dyn Iterator<Item = io::Result<Part>>, out: W) -> io::Result<u64> {
    write_parts(layout, parts.map(|p| p.map(Cow::Owned)), out).map_err(wrong)
}

fn write_parts<'p, W: io::Write + Send>(layout: &Layout, parts: impl Iterator<Item = io::Result<Cow<'p, Part>>>, out: W) -> Result<u64, ParquetError> {
    let mut file = SerializedFileWriter::new(out, schema(layout.spec.columns)?, properties(None, Some(metadata(layout)))?)?;
    let mut rows = 0;
    for part in parts {
        let part = part?;
        if part.rows == 0 {
            continue;
        }
        let mut group = file.next_row_group()?;
        for column in &part.columns {
            let bytes = Bytes::from(column.clone());
            let reader = SerializedFileReader::new(bytes.clone())?;
            let group_metadata = reader.metadata().row_group(0);
            let close = ColumnCloseResult {
                bytes_written: group_metadata.column(0).compressed_size() as u64,
                rows_written: part.rows,
                metadata: group_metadata.column(0).clone(),
                bloom_filter: None,
                column_index: None,
                offset_index: None,
            };
            group.append_column(&bytes, close)?;
        }
        group.close()?;
        rows += part.rows;
    }
    file.close()?;
    Ok(rows)
}

/// Decodes a part. Persons come back as real ones ([`Column::Real`]), names as codes in the order of the layout.
///
/// # Errors
/// A part that is not of this layout.
pub fn decode(layout: &Layout, part: &Part) -> io::Result<Table> {
    let columns = part.columns.iter().enumerate().map(|(index, bytes)| {
        let reader = SerializedFileReader::new(Bytes::from(bytes.clone()))?;
        let reader = reader.get_row_group(0)?.get_column_reader(0)?;
        read_column(reader, layout, index, part.rows as usize)
    });
    Ok(Table { columns: columns.collect::<Result<_, ParquetError>>().map_err(wrong)? })
}

/// Reads a whole file that was written with this layout.
///
/// # Errors
/// Content that is not of this layout.
pub fn read(layout: &Layout, bytes: Bytes) -> io::Result<Vec<Table>> {
    let all: Vec<usize> = (0..layout.spec.columns.len()).collect();
    read_columns(layout, bytes, &all, Ok)
}

/// Reads some columns (indices into the layout) of a file, one row group after the other, each handed on as a table of these columns in
/// this order. Groups are read in parallel; results stand in the order of the groups.
///
/// # Errors
/// Content that is not of this layout; those of `each`.
pub fn read_columns<T: Send>(layout: &Layout, bytes: Bytes, columns: &[usize], each: impl Fn(Table) -> io::Result<T> + Sync) -> io::Result<Vec<T>> {
    let reader = SerializedFileReader::new(bytes).map_err(wrong)?;
    let group = |g: usize| -> Result<Table, ParquetError> {
        let group = reader.get_row_group(g)?;
        let rows = group.metadata().num_rows() as usize;
        let columns = columns.iter().map(|&c| {
            let required = group.metadata().column(c).column_descr().max_def_level() == 0;
            let coded = if layout.spec.columns[c].kind == Kind::Name && required { coded_names(group.get_column_page_reader(c)?, &layout.names[c], rows)? } else { None };
            coded.map_or_else(|| read_column(group.get_column_reader(c)?, layout, c, rows), |codes| Ok(Column::Name(codes)))
        });
        Ok(Table { columns: columns.collect::<Result<_, _>>()? })
    };
    let count = reader.metadata().num_row_groups();
    (0..count).into_par_iter().map(|g| group(g).map_err(wrong).and_then(&each)).collect()
}

/// Codes of a column of names whose pages are all indices into its dictionary, without making a text of each row; none if they are not.
fn coded_names(mut pages: Box<dyn PageReader>, names: &[String], rows: usize) -> Result<Option<Vec<u8>>, ParquetError> {
    let (mut dictionary, mut codes) = (Vec::new(), Vec::with_capacity(rows));
    while let Some(page) = pages.get_next_page()? {
        match page {
            Page::DictionaryPage { buf, encoding: Encoding::PLAIN | Encoding::PLAIN_DICTIONARY, .. } => {
                let Some(texts) = pages::texts(&buf) else { return Ok(None) };
                dictionary = texts.into_iter().map(|text| names.iter().position(|n| n.as_bytes() == text).map_or(u8::MAX, |p| p as u8)).collect();
            }
            Page::DataPage { buf, num_values, encoding: Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY, .. } => {
                let known = pages::indices(&buf, num_values as usize, &mut |index, times| {
                    let code = dictionary.get(index as usize).copied();
                    codes.extend(std::iter::repeat_n(code.unwrap_or(u8::MAX), times));
                    code.is_some()
                });
                if !known {
                    return Ok(None);
                }
            }
            _ => return Ok(None),
        }
    }
    Ok((codes.len() == rows).then_some(codes))
}

fn read_column(reader: ColumnReader, layout: &Layout, index: usize, rows: usize) -> Result<Column, ParquetError> {
    let kind = layout.spec.columns[index].kind;
    let column = match (kind, reader) {
        (Kind::Name, ColumnReader::ByteArrayColumnReader(mut reader)) => {
            let mut values = Vec::with_capacity(rows);
            reader.read_records(rows, None, None, &mut values)?;
            let names = &layout.names[index];
            let code = |v: &ByteArray| names.iter().position(|n| n.as_bytes() == v.data()).map_or(u8::MAX, |p| p as u8);
            // Values of a dictionary share their bytes, and equal ones often follow each other.
            let mut last: Option<(&ByteArray, u8)> = None;
            let mut again = |v| match last {
                Some((same, code)) if std::ptr::eq(ByteArray::data(same), ByteArray::data(v)) => code,
                _ => last.insert((v, code(v))).1,
            };
            Column::Name(values.iter().map(&mut again).collect())
        }
        (Kind::Month, ColumnReader::Int32ColumnReader(mut reader)) => {
            let mut values = Vec::with_capacity(rows);
            reader.read_records(rows, None, None, &mut values)?;
            Column::Month(values.into_iter().map(month_of).collect())
        }
        (Kind::Count | Kind::Whole, ColumnReader::Int64ColumnReader(mut reader)) => {
            let mut values = Vec::with_capacity(rows);
            reader.read_records(rows, None, None, &mut values)?;
            Column::Whole(values)
        }
        (Kind::Persons, ColumnReader::DoubleColumnReader(mut reader)) => {
            let mut values = Vec::with_capacity(rows);
            reader.read_records(rows, None, None, &mut values)?;
            Column::Real(values)
        }
        (Kind::Real, ColumnReader::DoubleColumnReader(mut reader)) => {
            let (mut values, mut levels) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
            reader.read_records(rows, Some(&mut levels), None, &mut values)?;
            let mut present = values.into_iter();
            Column::Real(levels.iter().map(|&l| if l == 1 { present.next().unwrap_or(f64::NAN) } else { f64::NAN }).collect())
        }
        _ => return Err(ParquetError::General(format!("column `{}` is not of the type it should be", layout.spec.columns[index].name))),
    };
    if column.len() == rows { Ok(column) } else { Err(ParquetError::General("a column is shorter than the table".to_string())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_days_are_those_of_the_calendar() {
        assert_eq!(first_day(70 * 12), 0);
        assert_eq!(first_day(0), -25_567);
        assert_eq!(first_day(105 * 12), 12_784); // 2005-01-01
        assert_eq!(first_day(100 * 12 + 2), 11_017); // 2000-03-01
        for month in 0..3000 {
            assert_eq!(month_of(first_day(month)), month);
        }
    }
}
