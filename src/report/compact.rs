//! Series as short texts: whole multiples of a step, each as the difference from the one before, in digits of base 64 with the low ones
//! first (five bits of the number and one that says whether more follow; the lowest bit of the number is its sign). `~` is "no value".
//! `page/runtime.js` reads them.

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A series in multiples of `step`.
pub fn series(values: &[f64], step: f64) -> String {
    let mut out = String::new();
    let mut before = 0;
    for value in values {
        if value.is_finite() {
            let whole = (value / step).round() as i64;
            number(whole.wrapping_sub(before), &mut out);
            before = whole;
        } else {
            out.push('~');
        }
    }
    out
}

fn number(x: i64, out: &mut String) {
    let mut rest = (x.unsigned_abs() << 1) | u64::from(x < 0);
    loop {
        let digit = (rest & 31) as usize;
        rest >>= 5;
        out.push(char::from(DIGITS[digit | if rest > 0 { 32 } else { 0 }]));
        if rest == 0 {
            break;
        }
    }
}

/// Reads what [`series`] wrote.
pub fn read(text: &str, step: f64) -> Vec<f64> {
    let (mut values, mut before, mut magnitude, mut shift) = (Vec::new(), 0i64, 0u64, 0);
    for byte in text.bytes() {
        let Some(digit) = DIGITS.iter().position(|d| *d == byte) else {
            values.push(f64::NAN);
            continue;
        };
        magnitude |= ((digit & 31) as u64) << shift;
        shift += 5;
        if digit & 32 == 0 {
            let size = (magnitude >> 1) as i64;
            before += if magnitude & 1 == 1 { -size } else { size };
            values.push(before as f64 * step);
            (magnitude, shift) = (0, 0);
        }
    }
    values
}

/// The step in which values of a unit are kept: finer than what is shown.
pub fn step(unit: &str) -> f64 {
    match unit {
        "persons" | "bans" => 1.0,
        u if u.starts_with("USD") && !u.contains("month") => 1e3,
        "USD/month" => 1e-2,
        _ => 1e-6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let values = [0.0, 1.0, -1.0, 15.0, 16.0, f64::NAN, 123_456_789.0, -5e9, 0.0];
        let back = read(&series(&values, 1.0), 1.0);
        assert_eq!(back.len(), values.len());
        assert!(back.iter().zip(&values).all(|(a, b)| a == b || (a.is_nan() && b.is_nan())), "{back:?}");
        assert_eq!(series(&[1.0, 2.0, 2.0], 1.0), "CCA");
    }
}
