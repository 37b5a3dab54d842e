//! PEM, as it comes in one line of a properties file.

/// Puts each mark on a line of its own and its base64 into lines, as OpenSSL wants them.
///
/// Kafka's Java clients take PEM with blanks in place of line ends. None where there is no whole block.
pub(super) fn normal(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((_, block)) = rest.split_once("-----BEGIN ") {
        let (label, block) = block.split_once("-----")?;
        let (body, after) = block.split_once(&format!("-----END {label}-----"))?;
        out.push_str(&format!("-----BEGIN {label}-----\n"));
        out.push_str(&lines(body));
        out.push_str(&format!("-----END {label}-----\n"));
        rest = after;
    }
    (!out.is_empty()).then_some(out)
}

/// The base64 in lines of 64; headers such as `Proc-Type: 4,ENCRYPTED` need their own lines and are left as they are.
fn lines(body: &str) -> String {
    if body.contains(':') {
        return format!("{}\n", body.trim());
    }
    let base64: Vec<char> = body.chars().filter(|c| !c.is_whitespace()).collect();
    base64
        .chunks(64)
        .map(|line| line.iter().collect::<String>() + "\n")
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_becomes_many() {
        let whole = format!(
            "-----BEGIN CERTIFICATE-----\n{}\nAAAA\n-----END CERTIFICATE-----\n",
            "A".repeat(64)
        );
        assert_eq!(normal(&whole).as_deref(), Some(whole.as_str()));
        assert_eq!(
            normal(&whole.replace('\n', " ")).as_deref(),
            Some(whole.as_str())
        );
        let two = format!("{whole}{whole}");
        assert_eq!(
            normal(&two.replace('\n', "")).as_deref(),
            Some(two.as_str())
        );
    }

    #[test]
    fn what_is_no_pem() {
        for bad in ["", "AAAA", "-----BEGIN X-----\nAAAA\n", "-----BEGIN X"] {
            assert_eq!(normal(bad), None, "{bad}");
        }
    }
}
