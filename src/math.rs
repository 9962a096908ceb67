//! `exp` and `ln` without branches or library calls: loops over arrays become vector instructions, and results have the same bits on
//! every platform. Relative error below 2e-15 on the ranges stated. May be used by `draw` and everything right of it.

const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// Natural exponential; the argument is held within -700 and 700.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    const SHIFT: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52: adding it rounds to an integer in the low bits
    let x = x.clamp(-700.0, 700.0);
    let shifted = x * std::f64::consts::LOG2_E + SHIFT;
    let n = shifted - SHIFT;
    let r = (x - n * LN2_HIGH) - n * LN2_LOW;
    // Taylor to the 13th power on |r| <= ln(2)/2.
    let mut p = 1.0 / 6_227_020_800.0;
    p = p * r + 1.0 / 479_001_600.0;
    p = p * r + 1.0 / 39_916_800.0;
    p = p * r + 1.0 / 3_628_800.0;
    p = p * r + 1.0 / 362_880.0;
    p = p * r + 1.0 / 40_320.0;
    p = p * r + 1.0 / 5_040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = p * r + 1.0;
    p = p * r + 1.0;
    // The low bits of `shifted` hold n: moved into the exponent they are 2^n.
    let scale = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
    p * scale
}

/// Natural logarithm of a positive normal number.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    // x = 2^k m with m in [sqrt(1/2), sqrt(2)).
    let bits = x.to_bits();
    let offset = bits.wrapping_sub(0x3fe6_a09e_667f_3bcd);
    let k = ((offset as i64) >> 52) as i32 as f64;
    let m = f64::from_bits(bits.wrapping_sub(offset & 0xfff0_0000_0000_0000));
    // ln m = 2 atanh(s), s = (m - 1)/(m + 1), |s| <= 0.1716.
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    let mut p = 1.0 / 23.0;
    p = p * z + 1.0 / 21.0;
    p = p * z + 1.0 / 19.0;
    p = p * z + 1.0 / 17.0;
    p = p * z + 1.0 / 15.0;
    p = p * z + 1.0 / 13.0;
    p = p * z + 1.0 / 11.0;
    p = p * z + 1.0 / 9.0;
    p = p * z + 1.0 / 7.0;
    p = p * z + 1.0 / 5.0;
    p = p * z + 1.0 / 3.0;
    let tail = p * z * s;
    k * LN2_HIGH + (2.0 * s + (2.0 * tail + k * LN2_LOW))
}

#[cfg(test)]
mod tests {
    #[test]
    fn agrees_with_the_library() {
        let mut x = -600.0;
        while x < 600.0 {
            let (own, library): (f64, f64) = (super::exp(x), x.exp());
            assert!((own / library - 1.0).abs() < 1e-14, "exp({x})");
            x += 0.137;
        }
        for i in 1..20_000 {
            let x = f64::from(i) * f64::from(i) * 1.37e-7;
            assert!((super::ln(x) - x.ln()).abs() <= 4e-15 * x.ln().abs().max(1e-1), "ln({x})");
        }
        assert_eq!(super::ln(1.0).to_bits(), 0f64.to_bits());
        assert_eq!(super::exp(0.0).to_bits(), 1f64.to_bits());
    }
}
