//! What came of it, to read and to paste.

use serde_json::{Value, json};

/// A line of the table.
pub(crate) enum Line {
    /// Rows a second; None where that could not be measured.
    Rates {
        name: String,
        native: Option<f64>,
        wasm: Option<f64>,
        wasm_to_native: Option<f64>,
        beside: Vec<Beside>,
    },
    /// A number of another kind, of the native program.
    Number { name: String, number: f64 },
}

/// What somebody else made of the same rows.
pub(crate) struct Beside {
    pub(crate) name: &'static str,
    /// Rows a second.
    pub(crate) rate: f64,
    /// How many times as fast Eddy was.
    pub(crate) times: f64,
}

const HEAD: &str = "\
| rows/s | native | wasm | wasm ÷ native | beside it | Eddy ÷ that |
| --- | ---: | ---: | ---: | --- | ---: |
";

pub(crate) fn markdown(lines: &[Line]) -> String {
    let mut table = HEAD.to_owned();
    for line in lines {
        table += &line.markdown();
    }
    table
}

impl Line {
    pub(crate) fn number(name: String, number: f64) -> Line {
        Line::Number { name, number }
    }

    fn markdown(&self) -> String {
        let optional = |number: Option<f64>, show: fn(f64) -> String| {
            number.map_or_else(|| "–".to_owned(), show)
        };
        match self {
            Line::Number { name, number } => {
                format!("| {name} | {} | | | | |\n", short(*number))
            }
            Line::Rates {
                name,
                native,
                wasm,
                wasm_to_native,
                beside,
            } => {
                let list = |show: &dyn Fn(&Beside) -> String| {
                    beside.iter().map(show).collect::<Vec<_>>().join("; ")
                };
                format!(
                    "| {name} | {} | {} | {} | {} | {} |\n",
                    optional(*native, rate),
                    optional(*wasm, rate),
                    optional(*wasm_to_native, |ratio| format!("{ratio:.2}")),
                    list(&|beside| format!("{} {}", beside.name, rate(beside.rate))),
                    list(&|beside| times(beside.times)),
                )
            }
        }
    }

    pub(crate) fn json(&self) -> Value {
        match self {
            Line::Number { name, number } => json!({ "name": name, "number": number }),
            Line::Rates {
                name,
                native,
                wasm,
                wasm_to_native,
                beside,
            } => {
                let beside: Vec<Value> = beside
                    .iter()
                    .map(|b| json!({ "name": b.name, "rows_per_s": b.rate, "times": b.times }))
                    .collect();
                json!({
                    "name": name, "native_rows_per_s": native, "wasm_rows_per_s": wasm,
                    "wasm_to_native": wasm_to_native, "beside": beside,
                })
            }
        }
    }
}

fn rate(rows_per_s: f64) -> String {
    match rows_per_s {
        large if large >= 1e6 => format!("{} M", short(large / 1e6)),
        large if large >= 1e3 => format!("{} k", short(large / 1e3)),
        small => short(small),
    }
}

fn times(times: f64) -> String {
    format!("{}×", short(times))
}

/// Three digits, or all those before the point; a whole number without a point.
fn short(number: f64) -> String {
    match number {
        whole if whole.fract() == 0.0 => format!("{whole:.0}"),
        large if large >= 100.0 => format!("{large:.0}"),
        middle if middle >= 10.0 => format!("{middle:.1}"),
        small => format!("{small:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Beside, Line, markdown};

    #[test]
    fn lines_are_short_and_say_what_is_missing() {
        let lines = [
            Line::Rates {
                name: "k-means".to_owned(),
                native: Some(36_580_000.0),
                wasm: None,
                wasm_to_native: None,
                beside: vec![
                    Beside {
                        name: "scikit-learn",
                        rate: 89_517.0,
                        times: 408.6,
                    },
                    Beside {
                        name: "River",
                        rate: 950.0,
                        times: 3.456,
                    },
                ],
            },
            Line::number("allocations".to_owned(), 0.0),
            Line::number("bytes".to_owned(), 97.912),
        ];
        let table = markdown(&lines);
        let rows: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(
            rows,
            [
                "| k-means | 36.6 M | – | – | scikit-learn 89.5 k; River 950 | 409×; 3.46× |",
                "| allocations | 0 | | | | |",
                "| bytes | 97.9 | | | | |"
            ]
        );
    }
}
