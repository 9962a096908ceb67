//! Columns of all result tables: name, type, unit, meaning. The Parquet metadata and `docs/columns.md` are made from these constants.

use crate::store::table::{ColumnSpec, Kind, TableSpec};

const fn column(name: &'static str, kind: Kind, unit: &'static str, meaning: &'static str) -> ColumnSpec {
    ColumnSpec { name, kind, unit, meaning }
}

const REPLICATE: ColumnSpec = column("replicate", Kind::Count, "number", "Replicate, from 1.");
const MONTH: ColumnSpec = column("month", Kind::Month, "date", "Month, as the date of its first day.");
const HOME: ColumnSpec = column("home", Kind::Name, "id", "Home region.");
const DESTINATION: ColumnSpec = column("destination", Kind::Name, "id", "Region of destination.");
const SEX: ColumnSpec = column("sex", Kind::Name, "category", "men or women.");
const EDUCATION: ColumnSpec = column("education", Kind::Name, "category", "basic, secondary or tertiary.");
const MOTIVE: ColumnSpec = column("motive", Kind::Name, "category", "earn, study, experience or settle.");
const STATUS: ColumnSpec = column("status", Kind::Name, "category", "Legal status: documented, undocumented or naturalised.");
const SECTOR: ColumnSpec = column("sector", Kind::Name, "category", "Sector of work abroad: construction, services, industry or agriculture.");

/// The place of those at home, where countries are named.
pub const AT_HOME: &str = "HOME";

/// Moves of a month.
pub const FLOWS: TableSpec = TableSpec {
    name: "flows",
    meaning: "Persons whose place changed in a month, by home region, region of destination and kind of person. Cells in which nothing happened are left out.",
    columns: &[
        REPLICATE,
        MONTH,
        HOME,
        DESTINATION,
        SECTOR,
        SEX,
        EDUCATION,
        MOTIVE,
        STATUS,
        column("departures", Kind::Persons, "persons", "Left home for the destination."),
        column("returns", Kind::Persons, "persons", "Came home from the destination of their own accord, all causes."),
        column("onward_in", Kind::Persons, "persons", "Arrived from another country of destination."),
        column("onward_out", Kind::Persons, "persons", "Left for another country of destination."),
        column("removed", Kind::Persons, "persons", "Found without papers and sent home."),
        column("naturalised", Kind::Persons, "persons", "Became citizens of the country; the status is the one before."),
        column("deaths", Kind::Persons, "persons", "Died at the destination."),
        column("aged_out", Kind::Persons, "persons", "Turned 65 at the destination."),
        column("returns_season_ended", Kind::Persons, "persons", "Returns at the end of a season."),
        column("returns_family", Kind::Persons, "persons", "Returns for the family and the like."),
        column("returns_goal_reached", Kind::Persons, "persons", "Returns with the savings aimed at."),
        column("returns_job_lost", Kind::Persons, "persons", "Returns for want of work: employment below that of a market with as many jobs as migrants."),
        column("returns_wage_fallen", Kind::Persons, "persons", "Returns because pay abroad net of the permit, or that over pay at home, fell below its remembered peak."),
        column("returns_age", Kind::Persons, "persons", "Returns for age."),
    ],
};

/// Persons abroad at the end of a month.
pub const STOCKS: TableSpec = TableSpec {
    name: "stocks",
    meaning: "Persons aged 16-64 abroad at the end of a month. The stock of foreign citizens is the sum without the naturalised. Empty cells are left out. Sectors stand in the table labour, education in the table flows.",
    columns: &[
        REPLICATE,
        MONTH,
        HOME,
        DESTINATION,
        SEX,
        MOTIVE,
        STATUS,
        column("stay", Kind::Name, "category", "Kind of stay: seasonal, open-ended or settled."),
        column("persons", Kind::Persons, "persons", "Persons abroad at the end of the month."),
    ],
};

/// Money of a month.
pub const REMITTANCES: TableSpec = TableSpec {
    name: "remittances",
    meaning: "Money of a month of those abroad, the naturalised included: earned = fees + spent + saved + remitted, up to rounding to whole dollars.",
    columns: &[
        REPLICATE,
        MONTH,
        HOME,
        DESTINATION,
        column("persons", Kind::Persons, "persons", "Persons abroad at the end of the month, the naturalised included."),
        column("earned_usd", Kind::Whole, "USD", "Pay."),
        column("fees_usd", Kind::Whole, "USD", "Permit fees."),
        column("spent_usd", Kind::Whole, "USD", "Living cost and other spending abroad."),
        column("saved_usd", Kind::Whole, "USD", "Saved abroad for the household's purse."),
        column("remitted_usd", Kind::Whole, "USD", "Sent home."),
        column("to_purse_usd", Kind::Whole, "USD", "Part of what was sent that pays debt or is saved."),
        column("invested_usd", Kind::Whole, "USD", "Part of what was sent that is invested."),
    ],
};

/// Labour markets of a month.
pub const LABOUR: TableSpec = TableSpec {
    name: "labour",
    meaning: "Labour markets of a month: home regions (sector `all`) and the migrants' segment of regions of destination by sector.",
    columns: &[
        REPLICATE,
        MONTH,
        column("place", Kind::Name, "id", "Home region or region of destination."),
        column("country", Kind::Name, "ISO 3166", "Its country."),
        column("sector", Kind::Name, "category", "Sector, or `all` at home."),
        column("wage_usd", Kind::Real, "USD/month", "At home the mean wage; abroad the pay of a documented man of secondary education and mean skill."),
        column(
            "unemployment",
            Kind::Real,
            "share",
            "At home the unemployment rate, abroad one less expected employment of migrants, as the month found them (from the end of the month before).",
        ),
        column("jobs", Kind::Real, "persons", "Jobs for migrants; empty at home."),
        column(
            "persons",
            Kind::Real,
            "persons",
            "At home residents aged 16-64 at the end of the month; abroad migrants at work or seeking it at the end of the month before, on which the month's pay rests.",
        ),
    ],
};

/// Indices of dependence.
pub const HIERARCHY: TableSpec = TableSpec {
    name: "hierarchy",
    meaning: "Indices of who depends on whom in the last month of each year, one value a row.",
    columns: &[
        REPLICATE,
        MONTH,
        column("measure", Kind::Name, "name", "Which index, see the list below."),
        column("origin", Kind::Name, "ISO 3166", "Country of origin, CA3 for all of them, or another country for measures of countries."),
        column("destination", Kind::Name, "ISO 3166", "Country of destination, a group of them, or ALL."),
        column("value", Kind::Real, "see measure", "The value."),
    ],
};

/// Would go, cannot.
pub const BLOCKED: TableSpec = TableSpec {
    name: "blocked",
    meaning: "Persons who chose to go and could not (involuntary immobility), by reason.",
    columns: &[
        REPLICATE,
        MONTH,
        HOME,
        column("destination", Kind::Name, "id", "Region of destination wished for."),
        column("reason", Kind::Name, "category", "money, regime, ban, closed-border or quota."),
        column("attempts", Kind::Persons, "attempts", "Attempts that failed in the month."),
        column(
            "persons",
            Kind::Persons,
            "persons",
            "Of them, persons whose first such attempt (same destination, same reason) of the calendar year this is: sums over the months of a year count persons once.",
        ),
    ],
};

/// Policy rules.
pub const POLICY: TableSpec = TableSpec {
    name: "policy",
    meaning: "Policy rules of the scenario by month, whether in force or not; without rules the table is empty.",
    columns: &[
        REPLICATE,
        MONTH,
        column("rule", Kind::Name, "id", "Id of the rule."),
        column("in_force", Kind::Count, "0 or 1", "Whether it is in force in the month."),
        column("watched", Kind::Real, "see the rule", "The value that it looked at: the measure at the end of the month before, or its growth; empty where there is none yet."),
    ],
};

/// Age and sex.
pub const AGES: TableSpec = TableSpec {
    name: "ages",
    meaning: "Persons aged 16-64 by age and sex at the start of the last month of each year, before those who come of age, turn 65 or die in it, and moves of the year, one row for each place where somebody is. The emigration rate by age and sex is departures over persons in the rows of HOME.",
    columns: &[
        REPLICATE,
        MONTH,
        HOME,
        column("place", Kind::Name, "ISO 3166", "Country where they are, or HOME."),
        SEX,
        column("age", Kind::Name, "years", "Age group."),
        column("persons", Kind::Persons, "persons", "Foreign citizens in the country, without the naturalised; at HOME residents."),
        column("departures", Kind::Persons, "persons", "Left home for the country in the year, by age then; at HOME for all countries."),
        column("returns", Kind::Persons, "persons", "Came home from the country in the year, or were sent; at HOME from all countries."),
    ],
};

/// All tables, in the order of the documentation.
pub const TABLES: [&TableSpec; 8] = [&FLOWS, &STOCKS, &REMITTANCES, &LABOUR, &HIERARCHY, &BLOCKED, &POLICY, &AGES];

/// Columns of `summary.csv`.
pub const SUMMARY: TableSpec = TableSpec {
    name: "summary",
    meaning: "One value a year, measure, origin and destination (always CSV). Intervals are blank for a single replicate.",
    columns: &[
        column("year", Kind::Whole, "year", "Calendar year."),
        column("measure", Kind::Name, "name", "What is measured, see the list below."),
        column("origin", Kind::Name, "ISO 3166", "Country of origin, CA3 for all of them, or another country for measures of countries."),
        column("destination", Kind::Name, "ISO 3166", "Country of destination, group of countries (column `groups` of the table `countries`) or ALL."),
        column("mean", Kind::Real, "see unit", "Mean over replicates."),
        column("mean_low", Kind::Real, "see unit", "Lower end of the 90 % interval of the mean, not below what the measure can be."),
        column("mean_high", Kind::Real, "see unit", "Upper end of the 90 % interval of the mean, not above what the measure can be."),
        column("p05", Kind::Real, "see unit", "Quantile 0.05 over replicates."),
        column("p95", Kind::Real, "see unit", "Quantile 0.95 over replicates."),
        column("unit", Kind::Name, "unit", "Unit of the value."),
    ],
};

const LOW: ColumnSpec = column("low", Kind::Real, "see unit", "Quantile 0.05 over replicates of the paired difference; blank for one replicate.");
const HIGH: ColumnSpec = column("high", Kind::Real, "see unit", "Quantile 0.95, likewise.");

/// Columns of `compare.csv`.
pub const COMPARE: TableSpec = TableSpec {
    name: "compare",
    meaning: "One difference between two scenarios a year, measure, origin and destination (always CSV). The measures are those of the summary.",
    columns: &[
        column("year", Kind::Whole, "year", "Calendar year."),
        column("measure", Kind::Name, "name", "What is measured."),
        column("origin", Kind::Name, "ISO 3166", "As in the summary."),
        column("destination", Kind::Name, "ISO 3166", "As in the summary."),
        column("a", Kind::Real, "see unit", "Mean in A over the replicates in which both have a value."),
        column("b", Kind::Real, "see unit", "Mean over the same replicates in B."),
        column("difference", Kind::Real, "see unit", "Mean of the paired differences B - A."),
        LOW,
        HIGH,
        column("unit", Kind::Name, "unit", "Unit of the values."),
    ],
};

/// Columns of `diversion.csv`.
pub const DIVERSION: TableSpec = TableSpec {
    name: "diversion",
    meaning: "Persons aged 16-64 who are in one place in A and in another in B at the end of August, from the year on in which the scenarios part (always CSV). Pairs of places between which nobody differs are left out.",
    columns: &[
        column("year", Kind::Whole, "year", "Calendar year."),
        column("origin", Kind::Name, "ISO 3166", "Country of origin, or CA3 for all of them."),
        column("in_a", Kind::Name, "ISO 3166", "Country where they are in A, or HOME."),
        column("in_b", Kind::Name, "ISO 3166", "Country where they are in B, or HOME."),
        column("persons", Kind::Real, "persons", "Mean over replicates, the naturalised included."),
        column("low", Kind::Real, "persons", "Quantile 0.05 over replicates; blank for one replicate."),
        column("high", Kind::Real, "persons", "Quantile 0.95, likewise."),
    ],
};

/// Columns of `attribution.csv`.
pub const ATTRIBUTION: TableSpec = TableSpec {
    name: "attribution",
    meaning: "Shapley shares of groups of changes in the difference B - A, from the year on in which the scenarios part (always CSV).",
    columns: &[
        column("measure", Kind::Name, "name", "What is measured, some of the measures of the summary."),
        column("origin", Kind::Name, "ISO 3166", "As in the summary."),
        column("destination", Kind::Name, "ISO 3166", "As in the summary."),
        column("year", Kind::Whole, "year", "Calendar year."),
        column("channel", Kind::Name, "name", "Group of changes, or `total`: the whole difference, to which the shares of the groups add."),
        column("share", Kind::Real, "see unit", "Mean over replicates."),
        column("low", Kind::Real, "see unit", "Quantile 0.05 over replicates; blank for one replicate."),
        column("high", Kind::Real, "see unit", "Quantile 0.95, likewise."),
        column("unit", Kind::Name, "unit", "Unit of the share."),
    ],
};

/// Columns of `validation.csv`.
pub const VALIDATION: TableSpec = TableSpec {
    name: "validation",
    meaning: "How well a scenario meets the published past: one series of targets a row, worst first, then one row for each aspect (always CSV). Blank where there is nothing to score.",
    columns: &[
        column("series", Kind::Name, "id", "Id of the series, or ALL for all series of the aspect."),
        column("aspect", Kind::Name, "category", "totals, corridors, origin-shares, destination-shares, timing or composition."),
        column("unit", Kind::Name, "unit", "Unit of the series."),
        column("fit_rows", Kind::Count, "rows", "Rows that may be fitted and are scored."),
        column("test_rows", Kind::Count, "rows", "Rows that are held out and are scored."),
        column("fit_mape", Kind::Real, "share", "Mean absolute percentage error of the fitted rows, as a share."),
        column("test_mape", Kind::Real, "share", "The same of the held-out rows."),
        column("fit_relative", Kind::Real, "share", "Average relative difference of the fitted rows: numerator over denominator."),
        column("fit_numerator", Kind::Real, "see unit", "Sum of absolute errors; relative ones for an aspect of several units."),
        column("fit_denominator", Kind::Real, "see unit", "Sum of published values; number of rows for an aspect of several units."),
        column("test_relative", Kind::Real, "share", "Average relative difference of the held-out rows."),
        column("test_numerator", Kind::Real, "see unit", "Sum of absolute errors, likewise."),
        column("test_denominator", Kind::Real, "see unit", "Sum of published values, likewise."),
        column(
            "fit_mase",
            Kind::Real,
            "ratio",
            "Mean absolute error of the fitted rows over the mean change between published values up to the cut; for an aspect the median over series.",
        ),
        column("test_mase", Kind::Real, "ratio", "The same of the held-out rows."),
        column("fit_within", Kind::Real, "share", "Share of fitted rows whose mean prediction is within low and high."),
        column("test_within", Kind::Real, "share", "The same of the held-out rows."),
        column(
            "coverage_50",
            Kind::Real,
            "share",
            "Share of the held-out rows (of the fitted ones, if none is held out) within the 50 % interval over replicates and observation error; with an ensemble, replicates are members and parameters are in it.",
        ),
        column("coverage_90", Kind::Real, "share", "The same for the 90 % interval."),
        column("interval_score", Kind::Real, "ratio", "Mean interval score (90 %) of the same rows over their mean published value; smaller is better."),
        column("skill_persistence", Kind::Real, "ratio", "1 less the error over that of persistence, on the same held-out rows; below 0 the naive forecast wins."),
        column("skill_mean", Kind::Real, "ratio", "The same against the historical mean."),
        column("skill_drift", Kind::Real, "ratio", "The same against the line through the first and the last value."),
        column("skill_gravity", Kind::Real, "ratio", "The same against a gravity regression; levels only."),
        column("title", Kind::Name, "text", "The series in a few words; of an aspect its name."),
    ],
};

/// Columns of `fit.csv`.
pub const FIT: TableSpec = TableSpec {
    name: "fit",
    meaning: "Published and predicted values: one row of the targets a row (always CSV).",
    columns: &[
        column("series", Kind::Name, "id", "Id of the series."),
        column("row", Kind::Name, "id", "Label of the row, if it has one."),
        column("period", Kind::Name, "period", "Year, month, or from one to another."),
        column("use", Kind::Name, "category", "fit or test."),
        column("unit", Kind::Name, "unit", "Unit of the values."),
        column("observed", Kind::Real, "see unit", "Published value; blank where only a bound is known."),
        column("low", Kind::Real, "see unit", "Least credible value."),
        column("high", Kind::Real, "see unit", "Largest credible value."),
        column("predicted", Kind::Real, "see unit", "Mean over replicates in the publisher's scope; blank if the run does not tell it."),
        column("predicted_low", Kind::Real, "see unit", "Lower end of the 90 % interval over replicates, observation error and, with an ensemble, what the model misses."),
        column("predicted_p25", Kind::Real, "see unit", "Lower end of the 50 % interval."),
        column("predicted_p75", Kind::Real, "see unit", "Upper end of the 50 % interval."),
        column("predicted_high", Kind::Real, "see unit", "Upper end of the 90 % interval."),
        column("adjustment", Kind::Real, "factor", "By which the prediction carries on the last misses of its series; 1 but in forecasts with an ensemble."),
        column("error", Kind::Real, "see unit", "Predicted less published, or less the bound that is missed."),
        column("within", Kind::Name, "yes or no", "Whether the prediction is within low and high."),
        column("scored", Kind::Name, "yes or no", "Whether the row counts: predicted, and by enough simulated persons."),
        column("verified", Kind::Name, "yes or no", "Whether the published value was checked against its source."),
        column("error_persistence", Kind::Real, "see unit", "Error of the last published value before; blank for fitted rows."),
        column("error_mean", Kind::Real, "see unit", "Error of the mean of the published values before."),
        column("error_drift", Kind::Real, "see unit", "Error of the line through the first and the last of them."),
        column("error_gravity", Kind::Real, "see unit", "Error of the gravity regression."),
    ],
};

/// Columns of `posterior.csv`.
pub const POSTERIOR: TableSpec = TableSpec {
    name: "posterior",
    meaning: "Uncertain keys before and after a calibration: one row a parameter (always CSV).",
    columns: &[
        column("parameter", Kind::Name, "id", "Id of the parameter."),
        column("key", Kind::Name, "key", "Keys of the scenario that get its value."),
        column("unit", Kind::Name, "unit", "Unit of the values."),
        column("prior_low", Kind::Real, "see unit", "Least value before; flat up to the greatest."),
        column("prior_high", Kind::Real, "see unit", "Greatest value before."),
        column("mean", Kind::Real, "see unit", "Mean over members."),
        column("p05", Kind::Real, "see unit", "Quantile 0.05."),
        column("p50", Kind::Real, "see unit", "Median."),
        column("p95", Kind::Real, "see unit", "Quantile 0.95."),
        column(
            "held",
            Kind::Real,
            "ratio",
            "Standard deviation after over before, on the scale on which the prior is normal: below 0.5 the data decide, above 0.8 the prior does.",
        ),
        column("fitted", Kind::Name, "yes or no", "Whether it was fitted; otherwise members have draws from the prior."),
    ],
};

/// Columns of `origins.csv`.
pub const ORIGINS: TableSpec = TableSpec {
    name: "origins",
    meaning: "Forecasts from earlier ends of the fitted past: one row a target row and origin (always CSV).",
    columns: &[
        column("origin", Kind::Name, "month", "Last month of the past that was fitted."),
        column("series", Kind::Name, "id", "Id of the series."),
        column("period", Kind::Name, "period", "Year, month, or from one to another."),
        column("observed", Kind::Real, "unit of the series", "Published value."),
        column("model", Kind::Real, "unit of the series", "Mean over members."),
        column("forecast", Kind::Real, "unit of the series", "The same with the last misses of the series carried on."),
        column("low", Kind::Real, "unit of the series", "Lower end of the 90 % interval: parameters, runs, what the model misses, published error."),
        column("high", Kind::Real, "unit of the series", "Upper end."),
        column("no_change", Kind::Real, "unit of the series", "The last published value up to the origin."),
        column("scale", Kind::Real, "unit of the series", "Mean absolute change from one published value to the next up to the origin."),
    ],
};

/// Columns of `recovery.csv`.
pub const RECOVERY: TableSpec = TableSpec {
    name: "recovery",
    meaning: "Known values and what fits say of them: one row a parameter and case (always CSV).",
    columns: &[
        column("case", Kind::Count, "number", "Case, from 1."),
        column("parameter", Kind::Name, "id", "Id of the parameter."),
        column("truth", Kind::Real, "unit of the parameter", "The value that was to be found."),
        column("mean", Kind::Real, "unit of the parameter", "Mean over members."),
        column("p05", Kind::Real, "unit of the parameter", "Quantile 0.05."),
        column("p50", Kind::Real, "unit of the parameter", "Median."),
        column("p95", Kind::Real, "unit of the parameter", "Quantile 0.95."),
        column("held", Kind::Real, "ratio", "Standard deviation after over before, on the scale on which the prior is normal."),
    ],
};

/// Index, unit and meaning.
pub type MeasureSpec = (&'static str, &'static str, &'static str);

/// Measures of `hierarchy`.
pub const INDICES: [MeasureSpec; 11] = [
    (
        "dependence",
        "share",
        "Remittances from the destination, twelve times the month's, over the GDP of that month, a year; `remittances_gdp_share` of the summary is the year's over the year's.",
    ),
    ("workforce_abroad", "share", "Foreign citizens aged 16-64 at the destination over all citizens aged 16-64 at home and abroad."),
    (
        "leverage",
        "log earnings",
        "Fall of the log-sum of those at home when the destination is removed, over the weight of earnings: the pay cut that would hurt as much. A destination counts as far as it lets people in (visas granted, places of a quota given this year and the year before, closures, least education).",
    ),
    (
        "loss_abroad",
        "log earnings",
        "Log ratio of mean net pay at the destination to mean earnings at home of the region, over those who are there, the naturalised included; empty where nobody is.",
    ),
    ("concentration_hhi", "index 0-1", "Herfindahl-Hirschman index of the stock over countries of destination."),
    (
        "centrality",
        "share",
        "Weighted PageRank of the country (column origin) in the network of stocks between all countries: simulated pairs at the end of the month, the others at the published values of the table outside.",
    ),
    ("centrality_remittances", "share", "The same in the network of remittances, from receivers to senders; simulated pairs at twelve times the month's."),
    ("wage_gap", "log earnings", "Log ratio of migrants' pay at the destination to the wage at home."),
    ("gini_countries", "index 0-1", "Gini coefficient of mean wages between origins and destinations, each country counted once."),
    (
        "gini_households",
        "index 0-1",
        "Gini coefficient of households' income per adult at home, households counted once: expected earnings of members at home and remittances of members abroad over members aged 16-64 at home. Households without any are left out.",
    ),
    ("household_income_ratio", "ratio", "Mean of that income over households with a member abroad, over the mean of those without."),
];

/// Shares of the stock by motive, in the order of codes.
pub const MOTIVE_SHARES: [&str; 4] = ["motive_earn_share", "motive_study_share", "motive_experience_share", "motive_settle_share"];

/// Shares of the stock by age, in the order of classes.
pub const AGE_SHARES: [&str; 4] = ["age_under_30_share", "age_30_39_share", "age_40_49_share", "age_50_over_share"];

/// Measures of `summary.csv`.
pub const MEASURES: [MeasureSpec; 45] = [
    ("stock_august", "persons", "Foreign citizens aged 16-64 abroad at the end of August, without the naturalised."),
    ("stock_february", "persons", "The same at the end of February."),
    ("stock_mean", "persons", "The same, mean of the month ends of the year."),
    ("departures", "persons", "Left home in the year."),
    ("returns", "persons", "Came home of their own accord."),
    ("onward", "persons", "Arrived from another country of destination."),
    ("onward_out", "persons", "Left for another country of destination."),
    ("removed", "persons", "Found without papers and sent home."),
    ("naturalised", "persons", "Became citizens of the country in the year."),
    ("naturalised_cumulative", "persons", "Became citizens since the start of the run."),
    ("deaths_abroad", "persons", "Foreign citizens who died abroad at 16-64; `flows` has the naturalised too."),
    ("aged_out_abroad", "persons", "Foreign citizens who turned 65 abroad; `flows` has the naturalised too."),
    ("remittances_usd", "USD", "Sent home in the year, by the naturalised too."),
    ("remittances_gdp_share", "share", "The same over the origin's GDP."),
    ("remittances_usd_2015", "USD of 2015", "The same in dollars of 2015 (US consumer prices)."),
    ("earnings_usd", "USD", "Pay earned abroad in the year."),
    ("invested_usd", "USD", "Part of remittances that was invested at home."),
    ("would_go_cannot", "persons", "Distinct persons of whom an attempt to go there failed in the year, whether or not they left later."),
    ("undocumented_share", "share", "Share without papers of the mean stock."),
    ("male_share", "share", "Share of men of the mean stock."),
    (MOTIVE_SHARES[0], "share", "Share of the mean stock whose motive is to earn."),
    (MOTIVE_SHARES[1], "share", "Share of the mean stock whose motive is to study."),
    (MOTIVE_SHARES[2], "share", "Share of the mean stock whose motive is to gain experience."),
    (MOTIVE_SHARES[3], "share", "Share of the mean stock whose motive is to settle."),
    ("trips", "trips", "Trips made so far, mean of those who returned in the year."),
    ("spell_months", "months", "Length of the stay that ended, mean of those who returned in the year."),
    ("net_migration", "persons", "Returns and removals less departures."),
    ("emigration_rate", "share", "Mean stock over citizens aged 16-64 at home and abroad."),
    ("leverage", "log earnings", "As in the table hierarchy, last month of the year."),
    ("bans_in_force", "bans", "Entry bans in force at the end of December."),
    ("population_home", "persons", "Residents aged 16-64 at home, mean of month ends."),
    (
        "mean_wage_usd",
        "USD/month",
        "At home the wage, weighted by residents; of destinations (in the column origin) the pay of a documented man of secondary education and mean skill, weighted by migrants.",
    ),
    ("unemployment_rate", "share", "At home, weighted by residents; of destinations (in the column origin) that of migrants."),
    ("concentration_hhi", "index 0-1", "As in the table hierarchy, of the mean stock."),
    ("gini_households", "index 0-1", "As in the table hierarchy, last month of the year."),
    ("household_income_ratio", "ratio", "As in the table hierarchy, last month of the year."),
    ("debt_usd", "USD", "Debt of households with a member of 16-64 at the end of December."),
    ("centrality", "share", "As in the table hierarchy, last month of the year; the country stands in the column origin."),
    ("transit_income_usd", "USD", "Income from goods in transit by open corridors."),
    ("rules_in_force", "rules", "Policy rules in force against citizens of the origin, by the country or countries whose rules they are, mean of the months of the year."),
    (AGE_SHARES[0], "share", "Share of foreign citizens aged 16-29, start of the last month of the year."),
    (AGE_SHARES[1], "share", "Share of those aged 30-39, likewise."),
    (AGE_SHARES[2], "share", "Share of those aged 40-49, likewise."),
    (AGE_SHARES[3], "share", "Share of those aged 50-64, likewise."),
    ("households_left_behind_share", "share", "Households of which a member is abroad over all with a member at home, persons aged 16-64, start of the last month of the year."),
];

/// Measures that may be below 0.
const SIGNED: [&str; 1] = ["net_migration"];

/// Shares of something that they are not a part of.
const UNBOUNDED: [&str; 1] = ["remittances_gdp_share"];

/// Least and largest value that a measure of [`MEASURES`] can have.
pub fn limits(code: u8) -> (f64, f64) {
    let (measure, unit, _) = MEASURES[usize::from(code)];
    let part = ["share", "index 0-1"].contains(&unit) && !UNBOUNDED.contains(&measure);
    (if SIGNED.contains(&measure) { f64::NEG_INFINITY } else { 0.0 }, if part { 1.0 } else { f64::INFINITY })
}

/// Code of a measure of `summary.csv`; `None` if there is none of that name.
pub fn measure(name: &str) -> Option<u8> {
    MEASURES.iter().position(|m| m.0 == name).map(|p| p as u8)
}

/// The page of the documentation.
pub fn page() -> String {
    let list = |measures: &[MeasureSpec]| {
        let rows: Vec<String> = measures.iter().map(|(name, unit, meaning)| format!("| `{name}` | {unit} | {meaning} |\n")).collect();
        format!("\n| measure | unit | meaning |\n| --- | --- | --- |\n{}", rows.concat())
    };
    let mut text = String::from(
        "# Columns of the results\n\nAll numbers are real persons (simulated ones divided by the sample) and current US dollars unless they say otherwise.\nThe same units and meanings stand in the metadata of the Parquet files. This page is made by `musafir::measure::columns::page`.\n\n",
    );
    text += &SUMMARY.markdown();
    text += &list(&MEASURES);
    for table in TABLES {
        text += "\n";
        text += &table.markdown();
        if table.name == "hierarchy" {
            text += &list(&INDICES);
        }
    }
    for table in [&COMPARE, &DIVERSION, &ATTRIBUTION, &VALIDATION, &FIT, &POSTERIOR, &ORIGINS, &RECOVERY] {
        text += "\n";
        text += &table.markdown();
    }
    text
}
