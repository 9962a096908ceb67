//! Units of measure as types, so that they cannot be mixed. Any module may use this one; it uses none.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A calendar month, counted from January 1900 (range 1900-01 to 7361-04).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Month(pub u16);

impl Month {
    /// A month that never comes: "no date".
    pub const NEVER: Month = Month(u16::MAX);
    /// First month that can be written down.
    pub const FIRST: Month = Month(0);

    /// The month of a calendar year (1900 or later) with `month` from 1 to 12; saturates outside.
    pub fn new(year: i32, month: u32) -> Month {
        let index = (i64::from(year) - 1900) * 12 + i64::from(month) - 1;
        Month(index.clamp(0, i64::from(u16::MAX) - 1) as u16)
    }

    /// Calendar year.
    pub fn year(self) -> i32 {
        1900 + i32::from(self.0) / 12
    }

    /// Month within the year, 0 (January) to 11.
    pub fn of_year(self) -> usize {
        usize::from(self.0) % 12
    }

    /// The month `n` months later; saturates.
    #[must_use]
    pub fn plus(self, n: i32) -> Month {
        Month((i32::from(self.0) + n).clamp(0, i32::from(u16::MAX)) as u16)
    }

    /// Months from `earlier` to this one, negative if it comes first.
    pub fn since(self, earlier: Month) -> i32 {
        i32::from(self.0) - i32::from(earlier.0)
    }

    /// The month from which a change dated `year-month-day` acts: its own if the day is at most 15, else the next (docs/odd.md, I.iii).
    pub fn of_change(year: i32, month: u32, day: u32) -> Month {
        let own = Month::new(year, month);
        if day <= 15 { own } else { own.plus(1) }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.of_year() + 1)
    }
}

impl FromStr for Month {
    type Err = String;
    fn from_str(text: &str) -> Result<Month, String> {
        let wrong = || format!("`{text}` is not a month of the form YYYY-MM from 1900 on");
        let (year, month) = text.split_once('-').ok_or_else(wrong)?;
        let (year, month): (i32, u32) = (year.parse().map_err(|_| wrong())?, month.parse().map_err(|_| wrong())?);
        if (1900..=7000).contains(&year) && (1..=12).contains(&month) { Ok(Month::new(year, month)) } else { Err(wrong()) }
    }
}

impl Serialize for Month {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Month, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Month {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Month".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$", "description": "Month, YYYY-MM"})
    }
}

/// A sum of money in thousandths of a US dollar times the earnings multiplier's unit (1/1024): the only unit in which purses,
/// earnings and remittances are added, so that sums are integers and do not depend on their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Money(pub i64);

/// One, as an earnings multiplier (fixed point).
pub const MULTIPLIER_ONE: u16 = 1024;
/// Thousandths of a dollar in a dollar.
pub const MILLS: f64 = 1000.0;

impl Money {
    /// The nearest sum to an amount in US dollars.
    pub fn from_usd(usd: f64) -> Money {
        Money((usd * MILLS * f64::from(MULTIPLIER_ONE)).round() as i64)
    }

    /// The amount in US dollars.
    pub fn usd(self) -> f64 {
        self.0 as f64 / (MILLS * f64::from(MULTIPLIER_ONE))
    }
}

/// Where the values of a table of a scenario come from. Keys of their own source stand in `sources`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Provenance {
    /// Source of the table's values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Whether the values were checked against the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<bool>,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Source by key, where it is not the table's.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub sources: std::collections::BTreeMap<String, String>,
}
