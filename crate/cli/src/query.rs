//! Values in an address.

/// The text as it stands behind `name=` in an address.
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(byte as char);
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_has_a_meaning_is_encoded() {
        assert_eq!(super::encode("flink.public.t"), "flink.public.t");
        assert_eq!(super::encode("a b&c=ü"), "a%20b%26c%3D%C3%BC");
    }
}
