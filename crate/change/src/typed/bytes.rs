//! Bytes that are written in a text.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use crate::types::Encoding;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const OF_TEXTS: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const OF_ADDRESSES: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// The bytes of a text; `None` where it is not so written.
pub(crate) fn decode(text: &str, encoding: Encoding) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Base64 => from_base64(text),
        Encoding::Hex => from_hex(text),
        Encoding::Guess if looks_like_hex(text) => from_hex(text),
        Encoding::Guess => from_base64(text),
    }
}

/// The bytes of base64 in either alphabet, with or without padding.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let engine = if text.contains(['-', '_']) {
        &OF_ADDRESSES
    } else {
        &OF_TEXTS
    };
    engine.decode(text).ok()
}

/// The bytes of base64 exactly as Java writes it: so few other texts are taken for it.
pub(crate) fn canonical(text: &str) -> Option<Vec<u8>> {
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

/// Base64 of bytes.
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The bytes of pairs of hexadecimal digits.
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs
        .iter()
        .map(|[high, low]| u8::try_from(digit(*high)? << 4 | digit(*low)?).ok());
    if rest.is_empty() {
        bytes.collect()
    } else {
        None
    }
}

/// Base64 of three bytes looks like this once in 256 times, longer ones hardly ever.
fn looks_like_hex(text: &str) -> bool {
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len().is_multiple_of(2) && text.bytes().all(digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_bytes() {
        use Encoding::{Base64, Guess, Hex};
        for (text, encoding, wanted) in [
            ("APv//g==", Base64, Some(&[0, 0xfb, 0xff, 0xfe][..])),
            ("APv__g==", Base64, Some(&[0, 0xfb, 0xff, 0xfe])),
            ("APv//g", Guess, Some(&[0, 0xfb, 0xff, 0xfe])),
            ("00fbfffe", Guess, Some(&[0, 0xfb, 0xff, 0xfe])),
            ("00FBFFFE", Hex, Some(&[0, 0xfb, 0xff, 0xfe])),
            ("00ff", Base64, Some(&[0xd3, 0x47, 0xdf])),
            ("", Guess, Some(&[])),
            ("00f", Hex, None),
            ("é0", Hex, None),
            ("a b", Base64, None),
            ("A", Base64, None),
        ] {
            assert_eq!(decode(text, encoding).as_deref(), wanted, "{text}");
        }
    }
}
