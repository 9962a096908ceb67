//! Numbers for people, in two languages.

/// Language of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Russian.
    Russian,
}

/// In the order of all pairs of texts.
pub const LANGUAGES: [Language; 2] = [Language::English, Language::Russian];

impl Language {
    /// The code of the attribute `lang`.
    pub fn code(self) -> &'static str {
        ["en", "ru"][self as usize]
    }

    /// One of two texts.
    pub fn pick<'t>(self, english: &'t str, russian: &'t str) -> &'t str {
        [english, russian][self as usize]
    }
}

/// A number with `digits` decimals and separated thousands.
pub fn decimal(x: f64, digits: usize, language: Language) -> String {
    if !x.is_finite() {
        return "–".to_string();
    }
    let text = format!("{:.digits$}", x.abs());
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    if x < 0.0 && text.bytes().any(|b| b.is_ascii_digit() && b != b'0') {
        out.push('−');
    }
    for (i, digit) in whole.chars().enumerate() {
        // Russian separates from five digits on.
        if i > 0 && (whole.len() - i) % 3 == 0 && (language == Language::English || whole.len() > 4) {
            out.push(if language == Language::English { ',' } else { '\u{a0}' });
        }
        out.push(digit);
    }
    if !part.is_empty() {
        out.push(if language == Language::English { '.' } else { ',' });
        out.push_str(part);
    }
    out
}

/// Three significant digits and a unit that suits the size; `size` decides for numbers that stand together.
pub fn amount(x: f64, size: f64, unit: &str, language: Language) -> String {
    let size = size.abs();
    let digits = |scaled: f64| {
        if scaled >= 100.0 {
            0
        } else if scaled >= 10.0 {
            1
        } else {
            2
        }
    };
    let in_units = |divisor: f64, name: &str| {
        let text = decimal(x / divisor, digits(size / divisor), language);
        if name.is_empty() { text } else { format!("{text}\u{a0}{name}") }
    };
    match unit {
        "persons" | "bans" if size >= 1e6 => in_units(1e6, language.pick("million", "млн")),
        "persons" | "bans" => decimal(x, 0, language),
        "USD" | "USD of 2015" if size >= 1e9 => in_units(1e9, language.pick("billion USD", "млрд долл.")),
        "USD" | "USD of 2015" => in_units(1e6, language.pick("million USD", "млн долл.")),
        "share" => {
            let percent = size * 100.0;
            format!("{}\u{a0}%", decimal(x * 100.0, if percent >= 10.0 { 1 } else { 2 }, language))
        }
        _ => short(x, language),
    }
}

/// About four significant digits.
pub fn short(x: f64, language: Language) -> String {
    let size = x.abs();
    let digits = match size {
        s if s >= 1000.0 || s == 0.0 => 0,
        s if s >= 100.0 => 1,
        s if s >= 10.0 => 2,
        s if s >= 0.1 => 3,
        _ => 5,
    };
    decimal(x, digits, language)
}

/// As [`short`], without zeros at the end.
pub fn brief(x: f64, language: Language) -> String {
    let (text, point) = (short(x, language), if language == Language::English { '.' } else { ',' });
    let plain = x.abs() < 1000.0 && text.contains(point);
    if plain { text.trim_end_matches('0').trim_end_matches(point).to_string() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_in_the_language() {
        assert_eq!(decimal(1_234_567.891, 1, Language::English), "1,234,567.9");
        assert_eq!(decimal(1_234_567.891, 1, Language::Russian), "1\u{a0}234\u{a0}567,9");
        assert_eq!(decimal(1234.0, 0, Language::Russian), "1234");
        assert_eq!(decimal(-0.2, 0, Language::English), "0");
        assert_eq!(decimal(-1500.0, 0, Language::English), "−1,500");
        assert_eq!(amount(3_456_789.0, 3_456_789.0, "persons", Language::English), "3.46\u{a0}million");
        assert_eq!(amount(12.3e9, 12.3e9, "USD", Language::Russian), "12,3\u{a0}млрд долл.");
        assert_eq!(amount(0.1234, 0.1234, "share", Language::English), "12.3\u{a0}%");
        assert_eq!((brief(0.3, Language::Russian), brief(160.0, Language::English), brief(1200.0, Language::English)), ("0,3".to_string(), "160".to_string(), "1,200".to_string()));
        assert_eq!(decimal(f64::NAN, 1, Language::English), "–");
    }
}
