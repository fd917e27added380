//! Terraform numbers: exact decimals, never rounded through floating point.
//!
//! Terraform compares what a provider answers with what it sent, and sends 0.1
//! as the text "0.1": a detour through `f64` would be a different number.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use bigdecimal::{BigDecimal, ToPrimitive, Zero};

/// The longest text accepted and the longest plain form produced. Terraform's
/// own numbers have 512 bits; the smallest `f64` needs 1076 digits. Without a
/// bound, ten bytes like `1e999999999` would ask for a gigabyte.
const MAX_DIGITS: u64 = 4096;

/// The name under which a number crosses `serde` with every digit.
pub(crate) const NUMBER: &str = "$cloister::number";

/// An exact decimal number, compared by value.
#[derive(Clone)]
pub struct Number(BigDecimal);

/// Why something is not a [`Number`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    #[error("not a decimal number")]
    Malformed,
    #[error("not a finite number")]
    NotFinite,
    #[error("a number of more than {MAX_DIGITS} digits")]
    TooLong,
}

/// A number in the form that Terraform's msgpack encoding wants it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Encoded {
    Int(i64),
    Float(f64),
    Text(String),
}

impl Number {
    /// The number as `i64`, if it is exactly one.
    pub fn to_i64(&self) -> Option<i64> {
        if self.is_integer() {
            self.0.to_i64()
        } else {
            None
        }
    }

    /// The number as `u64`, if it is exactly one.
    pub fn to_u64(&self) -> Option<u64> {
        if self.is_integer() {
            self.0.to_u64()
        } else {
            None
        }
    }

    /// The nearest `f64`.
    pub fn to_f64(&self) -> f64 {
        // A bounded decimal text always parses; what is out of range becomes infinite.
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    pub fn is_integer(&self) -> bool {
        self.0.is_integer()
    }

    /// The exact value of a finite float.
    pub fn from_f64(float: f64) -> Result<Self, NumberError> {
        if !float.is_finite() {
            return Err(NumberError::NotFinite);
        }
        bounded(&BigDecimal::try_from(float).map_err(|_| NumberError::NotFinite)?)
    }

    /// Integer if exact, else float if exact and fractional, else text: the
    /// same choice Terraform makes, so that an echoed value is the same bytes.
    pub(crate) fn encoded(&self) -> Encoded {
        if let Some(int) = self.to_i64() {
            return Encoded::Int(int);
        }
        let float = self.to_f64();
        if !self.is_integer() && Self::from_f64(float).is_ok_and(|exact| exact == *self) {
            return Encoded::Float(float);
        }
        Encoded::Text(self.to_string())
    }
}

fn bounded(number: &BigDecimal) -> Result<Number, NumberError> {
    if number.is_zero() {
        return Ok(Number(BigDecimal::zero()));
    }
    let number = number.normalized();
    let scale = number.fractional_digit_count();
    if number.digits().saturating_add(scale.unsigned_abs()) > MAX_DIGITS {
        return Err(NumberError::TooLong);
    }
    Ok(Number(number))
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        if text.len() as u64 > MAX_DIGITS {
            return Err(NumberError::TooLong);
        }
        if !is_decimal(text) {
            return Err(NumberError::Malformed);
        }
        // The syntax is known to be right: what is left is an exponent too big to hold.
        bounded(&BigDecimal::from_str(text).map_err(|_| NumberError::TooLong)?)
    }
}

/// `[+-] digits [. digits] [e [+-] digits]`, with a digit before or after the point.
fn is_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let exponent_holds = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent_holds
}

/// Prints the shortest exact decimal text, without an exponent.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_plain_string())
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Number({self})")
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

macro_rules! from_integers {
    ($($integer:ty),*) => {$(
        impl From<$integer> for Number {
            fn from(integer: $integer) -> Self {
                Self(BigDecimal::from(integer).normalized())
            }
        }
    )*};
}

from_integers!(i32, i64, u32, u64, i128, u128);

impl serde::Serialize for Number {
    /// As text: the only form that every format keeps exactly.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Number {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }

            fn visit_i64<E: serde::de::Error>(self, integer: i64) -> Result<Number, E> {
                Ok(integer.into())
            }

            fn visit_u64<E: serde::de::Error>(self, integer: u64) -> Result<Number, E> {
                Ok(integer.into())
            }

            fn visit_f64<E: serde::de::Error>(self, float: f64) -> Result<Number, E> {
                // The shortest text of the float is what was written; its exact value is not.
                float.to_string().parse().map_err(E::custom)
            }

            fn visit_newtype_struct<D: serde::Deserializer<'de>>(
                self,
                deserializer: D,
            ) -> Result<Number, D::Error> {
                deserializer.deserialize_any(self)
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Number, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_newtype_struct(NUMBER, Visitor)
    }
}

impl schemars::JsonSchema for Number {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Number".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "number" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_prints_as_the_shortest_exact_decimal() {
        let cases = [
            ("0", "0"),
            ("-0.000", "0"),
            ("0e99999999", "0"),
            ("0.1", "0.1"),
            ("1.500", "1.5"),
            ("1e3", "1000"),
            ("+12E-1", "1.2"),
            (".5", "0.5"),
            ("7.", "7"),
            (
                "123456789012345678901234567890.5",
                "123456789012345678901234567890.5",
            ),
            ("-18446744073709551616", "-18446744073709551616"),
        ];
        for (text, expected) in cases {
            assert_eq!(
                text.parse::<Number>().map(|n| n.to_string()),
                Ok(expected.to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn hostile_and_malformed_texts_are_errors() {
        for text in [
            "1e999999999",
            "1e-999999999",
            "-1e5000",
            "1e99999999999999999999999999",
        ] {
            assert_eq!(text.parse::<Number>(), Err(NumberError::TooLong), "{text}");
        }
        for text in [
            "", "-", ".", "e5", "1e", "0x10", "1_000", "1 ", "inf", "NaN", "1.2.3", "--1", "1e5e5",
            "1e1.5",
        ] {
            assert_eq!(
                text.parse::<Number>(),
                Err(NumberError::Malformed),
                "{text}"
            );
        }
        assert_eq!(
            "9".repeat(5000).parse::<Number>(),
            Err(NumberError::TooLong)
        );
        assert_eq!(Number::from_f64(f64::INFINITY), Err(NumberError::NotFinite));
    }

    #[test]
    fn numbers_encode_as_terraform_chooses() {
        let text = |text: &str| Encoded::Text(text.to_owned());
        let cases = [
            ("1", Encoded::Int(1)),
            ("-9223372036854775808", Encoded::Int(i64::MIN)),
            ("9223372036854775808", text("9223372036854775808")),
            ("0.5", Encoded::Float(0.5)),
            ("0.1", text("0.1")),
            ("1e300", text(&format!("1{}", "0".repeat(300)))),
        ];
        for (number, expected) in cases {
            assert_eq!(
                number.parse::<Number>().expect("a number").encoded(),
                expected,
                "{number}"
            );
        }
    }

    #[test]
    fn floats_keep_their_exact_value() {
        for float in [0.1, 5e-324, f64::MAX, -2.5, 1.0 / 3.0] {
            let number = Number::from_f64(float).expect("finite");
            assert_eq!(number.to_f64().to_bits(), float.to_bits(), "{float}");
        }
    }
}
