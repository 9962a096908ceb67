//! The answer: three numbers and three sentences, written from the data, in two languages.

use super::{
    folder::{Folder, Kind},
    numbers::{LANGUAGES, Language, amount, decimal},
    strings,
    values::Values,
};
use crate::measure::{
    scope::{ALL_DESTINATIONS, ALL_ORIGINS},
    statistics::ENOUGH,
};

/// One number of the answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// What it is, by language.
    pub label: [String; 2],
    /// The number, by language.
    pub value: [String; 2],
    /// Its interval, or why there is none, by language.
    pub interval: [String; 2],
    /// Whether the interval spans zero, so that the direction is unknown.
    pub unclear: bool,
}

/// The answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// Three numbers, or fewer where there are no data.
    pub numbers: Vec<Number>,
    /// Three sentences by language, or fewer.
    pub sentences: [Vec<String>; 2],
}

/// Writes the answer.
pub fn answer(folder: &Folder, values: &Values, diversion: Option<&Values>) -> Answer {
    match &folder.kind {
        Kind::Run(record) => of_run(values, folder.last_year(), record.replicates),
        Kind::Comparison(record) => of_comparison(values, diversion, folder.last_year(), record.replicates),
        _ => Answer::default(),
    }
}

pub(super) fn both(text: impl Fn(Language) -> String) -> [String; 2] {
    LANGUAGES.map(text)
}

/// Name of a country or group in the language; else the code.
fn name(code: &str, language: Language) -> String {
    strings::place(code, language).unwrap_or(code).to_string()
}

fn interval(low: f64, high: f64, size: f64, unit: &str, replicates: u32) -> [String; 2] {
    both(|l| {
        if low.is_finite() && high.is_finite() {
            let text = format!("{} … {}", amount(low, size, unit, l), amount(high, size, unit, l));
            match (l, replicates < ENOUGH) {
                (Language::English, true) => format!("{text} (range of {replicates} replicates)"),
                (Language::Russian, true) => format!("{text} (размах {replicates} повторов)"),
                (Language::English, false) => format!("{text} (90 % of {replicates} replicates)"),
                (Language::Russian, false) => format!("{text} (90 % из {replicates} повторов)"),
            }
        } else {
            l.pick("one replicate: no interval", "один повтор: интервала нет").to_string()
        }
    })
}

/// A label of a year and a place.
fn labelled(label: [&str; 2], place: &str, year: i32) -> [String; 2] {
    both(|l| l.pick(label[0], label[1]).replace("{year}", &year.to_string()).replace("{place}", &name(place, l)))
}

/// The country where most are in a year: under A in a comparison.
fn foremost(values: &Values, year: i32) -> String {
    let countries = values.series.keys().filter(|k| k[0] == "stock_mean" && k[1] == ALL_ORIGINS && k[2].len() == 3 && k[2] != ALL_DESTINATIONS);
    let stocks = countries.filter_map(|k| Some((values.at(&["stock_mean", ALL_ORIGINS, &k[2]], year)?[0], &k[2])));
    stocks.filter(|(stock, _)| stock.is_finite()).max_by(|a, b| a.0.total_cmp(&b.0)).map_or_else(String::new, |(_, code)| code.clone())
}

/// Mean, low and high of a measure in a year.
fn three(values: &Values, key: [&str; 3], year: i32) -> Option<[f64; 3]> {
    let v = values.at(&key, year)?;
    v[0].is_finite().then(|| [v[0], v[1], v[2]])
}

fn of_run(values: &Values, year: i32, replicates: u32) -> Answer {
    let mut answer = Answer::default();
    let main = &foremost(values, year);
    let wanted = [
        ("stock_mean", ALL_DESTINATIONS, "persons", ["Abroad, mean of {year}", "За рубежом, среднее за {year}"]),
        ("remittances_usd", ALL_DESTINATIONS, "USD", ["Sent home in {year}", "Отправлено домой за {year}"]),
        ("leverage", main, "log earnings", ["Leverage: {place}, {year} (log earnings)", "Рычаг: {place}, {year} (лог. заработка)"]),
    ];
    for (measure, place, unit, label) in wanted {
        if let Some([mean, low, high]) = three(values, [measure, ALL_ORIGINS, place], year) {
            answer.numbers.push(Number {
                label: labelled(label, place, year),
                value: both(|l| amount(mean, mean, unit, l)),
                interval: interval(low, high, mean, unit, replicates),
                unclear: low <= 0.0 && high >= 0.0,
            });
        }
    }
    for (index, language) in LANGUAGES.into_iter().enumerate() {
        answer.sentences[index] = [abroad(values, year, language), money(values, year, language), hold(values, year, language)].into_iter().flatten().collect();
    }
    answer
}

fn abroad(values: &Values, year: i32, l: Language) -> Option<String> {
    let [all, ..] = three(values, ["stock_mean", ALL_ORIGINS, ALL_DESTINATIONS], year)?;
    let main = foremost(values, year);
    let there = three(values, ["stock_mean", ALL_ORIGINS, &main], year).map_or(0.0, |v| v[0]);
    let all_years = &values.get(&["stock_mean", ALL_ORIGINS, ALL_DESTINATIONS])?.columns[0];
    let (peak, most) = values.years.iter().zip(all_years).filter(|(_, v)| v.is_finite()).fold((year, all), |best, (y, v)| if *v > best.1 { (*y, *v) } else { best });
    let (number, share) = (amount(all, all, "persons", l), decimal(100.0 * there / all.max(1.0), 0, l));
    let (peak_text, place) = (amount(most, most, "persons", l), name(&main, l));
    Some(match l {
        Language::English if peak == year => {
            format!("In {year}, {number} citizens of the origins aged 16–64 are abroad in an average month, {share} % of them in {place}; no year before had more.")
        }
        Language::English => {
            format!("In {year}, {number} citizens of the origins aged 16–64 are abroad in an average month, {share} % of them in {place}; the peak was {peak_text} in {peak}.")
        }
        Language::Russian if peak == year => {
            format!(
                "В {year} году в среднем за месяц за рубежом находится {number} граждан стран исхода в возрасте 16–64 лет, из них {share} % – направление «{place}»; больше не было ни в одном году."
            )
        }
        Language::Russian => format!(
            "В {year} году в среднем за месяц за рубежом находится {number} граждан стран исхода в возрасте 16–64 лет, из них {share} % – направление «{place}»; наибольшее число, {peak_text}, было в {peak} году."
        ),
    })
}

fn money(values: &Values, year: i32, l: Language) -> Option<String> {
    let [sent, ..] = three(values, ["remittances_usd", ALL_ORIGINS, ALL_DESTINATIONS], year)?;
    let origins = values.series.keys().filter(|k| k[0] == "remittances_gdp_share" && k[1] != ALL_ORIGINS && k[2] == ALL_DESTINATIONS).map(|k| k[1].as_str());
    let mut shares: Vec<(f64, &str)> = origins.filter_map(|o| three(values, ["remittances_gdp_share", o, ALL_DESTINATIONS], year).map(|v| (v[0], o))).collect();
    shares.sort_by(|a, b| a.0.total_cmp(&b.0));
    let sent = amount(sent, sent, "USD", l);
    let (Some(low), Some(high)) = (shares.first(), shares.last()) else {
        return Some(match l {
            Language::English => format!("They send home {sent} in {year}."),
            Language::Russian => format!("За {year} год они отправляют домой {sent}"),
        });
    };
    let (low, high) = ((amount(low.0, low.0, "share", l), name(low.1, l)), (amount(high.0, high.0, "share", l), name(high.1, l)));
    Some(match l {
        Language::English => format!("They send home {sent}: from {} of GDP ({}) to {} ({}).", low.0, low.1, high.0, high.1),
        Language::Russian => format!("Они отправляют домой {sent}: от {} ВВП ({}) до {} ({}).", low.0, low.1, high.0, high.1),
    })
}

fn hold(values: &Values, year: i32, l: Language) -> Option<String> {
    let mut places: Vec<(f64, &str)> = values
        .series
        .keys()
        .filter(|k| k[0] == "leverage" && k[1] == ALL_ORIGINS && k[2].len() == 3 && k[2] != ALL_DESTINATIONS)
        .filter_map(|k| three(values, ["leverage", ALL_ORIGINS, &k[2]], year).map(|v| (v[0], k[2].as_str())))
        .collect();
    places.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (first, second) = (places.first()?, places.get(1));
    let cut = |x: f64| decimal(100.0 * (1.0 - (-x).exp()), 1, l);
    let cannot = three(values, ["would_go_cannot", ALL_ORIGINS, ALL_DESTINATIONS], year).map(|v| amount(v[0], v[0], "persons", l));
    let mut text = match l {
        Language::English => format!("Losing {} would hurt those at home as much as a pay cut of {} %", name(first.1, l), cut(first.0)),
        Language::Russian => format!("Потеря направления «{}» была бы для остающихся дома равна падению заработка на {} %", name(first.1, l), cut(first.0)),
    };
    if let Some(second) = second {
        let more = match l {
            Language::English => format!(", losing {} {} %", name(second.1, l), cut(second.0)),
            Language::Russian => format!(", направления «{}» – на {} %", name(second.1, l), cut(second.0)),
        };
        text.push_str(&more);
    }
    let more = match (l, cannot) {
        (Language::English, Some(n)) => format!("; {n} persons chose to go in {year} and could not."),
        (Language::Russian, Some(n)) => format!("; {n} человек в {year} году решили уехать и не смогли."),
        _ => ".".to_string(),
    };
    text.push_str(&more);
    Some(text)
}

/// A, B, difference, low, high.
fn five(values: &Values, key: [&str; 3], year: i32) -> Option<[f64; 5]> {
    let v = values.at(&key, year)?;
    (v[0].is_finite() && v[1].is_finite()).then(|| [v[0], v[1], v[2], v[3], v[4]])
}

/// What the replicates say about a direction.
#[derive(Clone, Copy, PartialEq)]
enum Direction {
    Same,
    More,
    Fewer,
    Unclear,
    /// One replicate: the difference, without an interval.
    Single(bool),
}

fn direction([_, _, d, low, high]: [f64; 5]) -> Direction {
    if d == 0.0 && (low == 0.0 || low.is_nan()) && (high == 0.0 || high.is_nan()) {
        Direction::Same
    } else if low.is_nan() || high.is_nan() {
        Direction::Single(d > 0.0)
    } else if low > 0.0 {
        Direction::More
    } else if high < 0.0 {
        Direction::Fewer
    } else {
        Direction::Unclear
    }
}

fn of_comparison(values: &Values, diversion: Option<&Values>, year: i32, replicates: u32) -> Answer {
    let mut answer = Answer::default();
    let main = &foremost(values, year);
    let wanted = [
        ("stock_mean", ALL_DESTINATIONS, "persons", ["Abroad in {year}, B − A", "За рубежом в {year}, B − A"]),
        ("remittances_usd", ALL_DESTINATIONS, "USD", ["Sent home in {year}, B − A", "Отправлено домой за {year}, B − A"]),
        ("leverage", main, "log earnings", ["Leverage: {place}, {year}, B − A", "Рычаг: {place}, {year}, B − A"]),
    ];
    for (measure, place, unit, label) in wanted {
        if let Some(v) = five(values, [measure, ALL_ORIGINS, place], year) {
            let size = if unit == "USD" { v[2] } else { 0.0 };
            let signed = |l: Language| if v[2] > 0.0 { format!("+{}", amount(v[2], size, unit, l)) } else { amount(v[2], size, unit, l) };
            answer.numbers.push(Number {
                label: labelled(label, place, year),
                value: both(signed),
                interval: interval(v[3], v[4], size, unit, replicates),
                unclear: direction(v) == Direction::Unclear,
            });
        }
    }
    for (index, language) in LANGUAGES.into_iter().enumerate() {
        let sentences = [more_or_fewer(values, year, language), whose_money(values, year, language), elsewhere(values, diversion, year, language)];
        answer.sentences[index] = sentences.into_iter().flatten().collect();
    }
    answer
}

fn more_or_fewer(values: &Values, year: i32, l: Language) -> Option<String> {
    let v = five(values, ["stock_mean", ALL_ORIGINS, ALL_DESTINATIONS], year)?;
    let (n, of) = (amount(v[2].abs(), 0.0, "persons", l), amount(v[0], v[0], "persons", l));
    let range = format!("{} … {}", amount(v[3], 0.0, "persons", l), amount(v[4], 0.0, "persons", l));
    Some(match (direction(v), l) {
        (Direction::Same, Language::English) => format!("In {year} as many people are abroad under B as under A ({of})."),
        (Direction::Same, Language::Russian) => format!("В {year} году при B за рубежом столько же людей, сколько при A ({of})."),
        (Direction::More, Language::English) => format!("In {year}, {n} more people are abroad under B than the {of} under A ({range})."),
        (Direction::More, Language::Russian) => format!("В {year} году при B за рубежом на {n} человек больше, чем при A ({of}; {range})."),
        (Direction::Fewer, Language::English) => format!("In {year}, {n} fewer people are abroad under B than the {of} under A ({range})."),
        (Direction::Fewer, Language::Russian) => format!("В {year} году при B за рубежом на {n} человек меньше, чем при A ({of}; {range})."),
        (Direction::Unclear, Language::English) => {
            format!("Whether more or fewer people are abroad under B in {year} cannot be told: the interval {range} spans zero (of {of} under A).")
        }
        (Direction::Unclear, Language::Russian) => {
            format!("Больше или меньше людей за рубежом при B в {year} году, сказать нельзя: интервал {range} содержит ноль (при A – {of}).")
        }
        (Direction::Single(more), Language::English) => {
            format!(
                "In the one replicate, {n} {} people are abroad in {year} under B than the {of} under A; without more replicates this may be chance.",
                if more { "more" } else { "fewer" }
            )
        }
        (Direction::Single(more), Language::Russian) => {
            format!(
                "В единственном повторе при B в {year} году за рубежом на {n} человек {}, чем при A ({of}); без других повторов это может быть случайностью.",
                if more { "больше" } else { "меньше" }
            )
        }
    })
}

fn whose_money(values: &Values, year: i32, l: Language) -> Option<String> {
    let v = five(values, ["remittances_usd", ALL_ORIGINS, ALL_DESTINATIONS], year)?;
    let origins = values.series.keys().filter(|k| k[0] == "remittances_gdp_share" && k[1] != ALL_ORIGINS && k[2] == ALL_DESTINATIONS);
    let most = origins.filter_map(|k| five(values, [&k[0], &k[1], &k[2]], year).map(|v| (v, k[1].as_str()))).max_by(|a, b| a.0[2].abs().total_cmp(&b.0[2].abs()));
    let n = amount(v[2].abs(), v[2], "USD", l);
    let range = format!("{} … {}", amount(v[3], v[2], "USD", l), amount(v[4], v[2], "USD", l));
    let mut text = match (direction(v), l) {
        (Direction::Same, Language::English) => "They send home the same".to_string(),
        (Direction::Same, Language::Russian) => "Домой они отправляют столько же".to_string(),
        (Direction::Unclear, Language::English) => format!("Whether they send home more or less cannot be told ({range})"),
        (Direction::Unclear, Language::Russian) => format!("Больше или меньше они отправляют домой, сказать нельзя ({range})"),
        (d, Language::English) => format!("They send home {n} a year {}", if matches!(d, Direction::More | Direction::Single(true)) { "more" } else { "less" }),
        (d, Language::Russian) => format!("Домой они отправляют на {n} в год {}", if matches!(d, Direction::More | Direction::Single(true)) { "больше" } else { "меньше" }),
    };
    if let Some((share, origin)) = most {
        let points = decimal(share[2] * 100.0, 2, l);
        let before = amount(share[0], share[0], "share", l);
        let more = match (direction(share), l) {
            (Direction::Same, Language::English) => ", and the shares of GDP stay.".to_string(),
            (Direction::Same, Language::Russian) => ", и доли в ВВП те же.".to_string(),
            (Direction::Unclear, Language::English) => format!("; for no origin does the share of GDP move so that replicates agree on the largest change ({}).", name(origin, l)),
            (Direction::Unclear, Language::Russian) => format!("; и наибольшее изменение доли ВВП ({}) в повторах имеет разный знак.", name(origin, l)),
            (_, Language::English) => format!("; the share of GDP moves most for {}: by {points} percentage points from {before}.", name(origin, l)),
            (_, Language::Russian) => format!("; доля в ВВП больше всего меняется у страны {}: на {points} п. п. от {before}.", name(origin, l)),
        };
        text.push_str(&more);
    } else {
        text.push('.');
    }
    Some(text)
}

fn elsewhere(values: &Values, diversion: Option<&Values>, year: i32, l: Language) -> Option<String> {
    let place = |code: &str| match (code, l) {
        ("HOME", _) => l.pick("at home", "дома").to_string(),
        (_, Language::English) => format!("in {}", name(code, l)),
        (_, Language::Russian) => name(code, l),
    };
    let flows = diversion.map(|d| {
        let all = d.series.keys().filter(|k| k[0] == ALL_ORIGINS);
        let mut flows: Vec<(f64, &str, &str)> =
            all.filter_map(|k| d.at(&[&k[0], &k[1], &k[2]], year).map(|v| (v[0], k[1].as_str(), k[2].as_str()))).filter(|f| f.0 > 0.0).collect();
        flows.sort_by(|a, b| b.0.total_cmp(&a.0));
        flows
    });
    if let Some(flows) = flows.filter(|f| !f.is_empty()) {
        let total: f64 = flows.iter().map(|f| f.0).sum();
        let (total, largest) = (amount(total, 0.0, "persons", l), flows[0]);
        // Net of the pair, since both directions hold noise of different lives.
        let back = flows.iter().find(|f| f.1 == largest.2 && f.2 == largest.1).map_or(0.0, |f| f.0);
        let (gross, net) = (amount(largest.0, 0.0, "persons", l), amount(largest.0 - back, 0.0, "persons", l));
        return Some(match l {
            Language::English => format!(
                "At the end of August {year}, {total} persons are in another place than under A; the largest group, {gross}, is {} under A and {} under B ({net} net of the opposite way).",
                place(largest.1),
                place(largest.2)
            ),
            Language::Russian => format!(
                "В конце августа {year} года {total} человек находятся не там, где при A; самая большая группа, {gross}, – при A: {}, при B: {} (за вычетом обратного потока – {net}).",
                place(largest.1),
                place(largest.2)
            ),
        });
    }
    let main = foremost(values, year);
    let v = five(values, ["leverage", ALL_ORIGINS, &main], year)?;
    let main = name(&main, l);
    Some(match (direction(v), l) {
        (Direction::Same, Language::English) => format!("The leverage of {main} is the same."),
        (Direction::Same, Language::Russian) => format!("Рычаг направления «{main}» тот же."),
        (Direction::Unclear, Language::English) => format!("The leverage of {main} does not move in a direction that replicates agree on."),
        (Direction::Unclear, Language::Russian) => format!("Рычаг направления «{main}» не меняется в направлении, общем для повторов."),
        (_, Language::English) => format!("The leverage of {main} moves from {} to {} (log earnings).", decimal(v[0], 3, l), decimal(v[1], 3, l)),
        (_, Language::Russian) => format!("Рычаг направления «{main}» меняется с {} до {} (логарифм заработка).", decimal(v[0], 3, l), decimal(v[1], 3, l)),
    })
}
