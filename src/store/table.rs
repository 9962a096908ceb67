//! Tables as typed columns. A column's name, unit and meaning stand in one constant, from which the Parquet metadata and the page of the
//! documentation are made.

use serde::{Deserialize, Serialize};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One of at most 256 names; text in files.
    Name,
    /// A month; the date of its first day in files.
    Month,
    /// A whole number from 0 on.
    Count,
    /// A whole number.
    Whole,
    /// A number; NaN is "no value".
    Real,
    /// Simulated persons in memory, real persons (divided by the sample) in files.
    Persons,
}

/// Description of a column.
#[derive(Clone, Copy, Debug)]
pub struct ColumnSpec {
    /// Name in the header.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Unit.
    pub unit: &'static str,
    /// Meaning in one sentence.
    pub meaning: &'static str,
}

/// Description of a table.
#[derive(Clone, Copy, Debug)]
pub struct TableSpec {
    /// Name of the file without extension.
    pub name: &'static str,
    /// What one row is.
    pub meaning: &'static str,
    /// Its columns, in order.
    pub columns: &'static [ColumnSpec],
}

impl TableSpec {
    /// The table as a Markdown section.
    pub fn markdown(&self) -> String {
        use std::fmt::Write;
        let mut text = format!("## {}\n\n{}\n\n| column | type | unit | meaning |\n| --- | --- | --- | --- |\n", self.name, self.meaning);
        for column in self.columns {
            let kind = match column.kind {
                Kind::Name => "text",
                Kind::Month => "date",
                Kind::Count | Kind::Whole => "whole number",
                Kind::Real | Kind::Persons => "number",
            };
            let _ = writeln!(text, "| `{}` | {kind} | {} | {} |", column.name, column.unit, column.meaning);
        }
        text
    }
}

/// Values of a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Column {
    /// [`Kind::Name`]: codes, indices into the names of the table's [`Layout`].
    Name(Vec<u8>),
    /// [`Kind::Month`]: months since January 1900.
    Month(Vec<u16>),
    /// [`Kind::Count`].
    Count(Vec<u32>),
    /// [`Kind::Whole`].
    Whole(Vec<i64>),
    /// [`Kind::Real`].
    Real(Vec<f64>),
    /// [`Kind::Persons`]: simulated persons.
    Persons(Vec<u32>),
}

impl Column {
    fn new(kind: Kind) -> Column {
        match kind {
            Kind::Name => Column::Name(Vec::new()),
            Kind::Month => Column::Month(Vec::new()),
            Kind::Count => Column::Count(Vec::new()),
            Kind::Whole => Column::Whole(Vec::new()),
            Kind::Real => Column::Real(Vec::new()),
            Kind::Persons => Column::Persons(Vec::new()),
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Column::Name(v) => v.len(),
            Column::Month(v) => v.len(),
            Column::Count(v) | Column::Persons(v) => v.len(),
            Column::Whole(v) => v.len(),
            Column::Real(v) => v.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn clear(&mut self) {
        match self {
            Column::Name(v) => v.clear(),
            Column::Month(v) => v.clear(),
            Column::Count(v) | Column::Persons(v) => v.clear(),
            Column::Whole(v) => v.clear(),
            Column::Real(v) => v.clear(),
        }
    }

    /// Adds whole numbers, which are brought to the column's type (saturating): a column of many rows at once.
    pub fn extend(&mut self, values: impl Iterator<Item = u32>) {
        match self {
            Column::Name(v) => v.extend(values.map(|x| x.min(255) as u8)),
            Column::Month(v) => v.extend(values.map(|x| x.min(65_535) as u16)),
            Column::Count(v) | Column::Persons(v) => v.extend(values),
            Column::Whole(v) => v.extend(values.map(i64::from)),
            Column::Real(v) => v.extend(values.map(f64::from)),
        }
    }

    /// Adds the values of a column of the same kind.
    fn append(&mut self, other: &Column) {
        match (self, other) {
            (Column::Name(v), Column::Name(w)) => v.extend_from_slice(w),
            (Column::Month(v), Column::Month(w)) => v.extend_from_slice(w),
            (Column::Count(v), Column::Count(w)) | (Column::Persons(v), Column::Persons(w)) => v.extend_from_slice(w),
            (Column::Whole(v), Column::Whole(w)) => v.extend_from_slice(w),
            (Column::Real(v), Column::Real(w)) => v.extend_from_slice(w),
            _ => debug_assert!(false, "columns of one table are of one kind"),
        }
    }

    /// Adds a value, which is brought to the column's type (saturating).
    #[inline]
    pub fn push(&mut self, value: Value) {
        match (self, value) {
            (Column::Name(v), value) => v.push(value.whole().clamp(0, 255) as u8),
            (Column::Month(v), value) => v.push(value.whole().clamp(0, 65_535) as u16),
            (Column::Count(v) | Column::Persons(v), value) => v.push(value.whole().clamp(0, i64::from(u32::MAX)) as u32),
            (Column::Whole(v), value) => v.push(value.whole()),
            (Column::Real(v), Value::Real(x)) => v.push(x),
            (Column::Real(v), Value::Whole(x)) => v.push(x as f64),
        }
    }
}

/// A value on its way into a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// A whole number, code or month.
    Whole(i64),
    /// A number.
    Real(f64),
}

impl Value {
    fn whole(self) -> i64 {
        match self {
            Value::Whole(x) => x,
            Value::Real(x) => x.round() as i64,
        }
    }
}

impl From<usize> for Value {
    fn from(x: usize) -> Value {
        Value::Whole(x as i64)
    }
}
impl From<u32> for Value {
    fn from(x: u32) -> Value {
        Value::Whole(i64::from(x))
    }
}
impl From<i64> for Value {
    fn from(x: i64) -> Value {
        Value::Whole(x)
    }
}
impl From<f64> for Value {
    fn from(x: f64) -> Value {
        Value::Real(x)
    }
}

/// What is needed, beside the values, to write a table: its description, the names behind codes, the weight of a simulated person.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Description.
    pub spec: &'static TableSpec,
    /// Names of each column of [`Kind::Name`]; empty for the others. One entry a column.
    pub names: Vec<Vec<String>>,
    /// Real persons a simulated one stands for.
    pub weight: f64,
}

impl Layout {
    /// A layout with `names` given by column name.
    pub fn new(spec: &'static TableSpec, names: &[(&str, &[String])], weight: f64) -> Layout {
        let of = |c: &ColumnSpec| names.iter().find(|n| n.0 == c.name).map_or_else(Vec::new, |n| n.1.to_vec());
        Layout { spec, names: spec.columns.iter().map(of).collect(), weight }
    }
}

/// Values of a table: columns of equal length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// In the order of the description.
    pub columns: Vec<Column>,
}

impl Table {
    /// No rows.
    pub fn new(spec: &TableSpec) -> Table {
        Table { columns: spec.columns.iter().map(|c| Column::new(c.kind)).collect() }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, Column::len)
    }

    /// Removes all rows, keeps the memory.
    pub fn clear(&mut self) {
        self.columns.iter_mut().for_each(Column::clear);
    }

    /// Adds the rows of a table of the same description.
    pub fn append(&mut self, other: &Table) {
        for (column, more) in self.columns.iter_mut().zip(&other.columns) {
            column.append(more);
        }
    }

    /// Adds a whole number `rows` times to a column.
    pub fn repeat(&mut self, column: usize, value: u32, rows: usize) {
        self.columns[column].extend(std::iter::repeat_n(value, rows));
    }

    /// Adds a row; `values` in the order of columns.
    #[inline]
    pub fn push<const N: usize>(&mut self, values: [Value; N]) {
        debug_assert_eq!(N, self.columns.len());
        for (column, value) in self.columns.iter_mut().zip(values) {
            column.push(value);
        }
    }
}
