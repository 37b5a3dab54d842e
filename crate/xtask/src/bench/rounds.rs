//! Asks all in turn, round after round, so that what slows the machine down slows all of them down.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::args::Args;
use super::asked::Asked;
use super::cases::{Case, Place};
use super::prepare::All;
use super::table::{Beside, Line};

/// Refuses to measure what does not compute the same natively and in the page.
pub(crate) fn check(all: &mut All, cases: &[Case]) -> Result<()> {
    let Some(page) = &mut all.page else {
        return Ok(());
    };
    for case in cases {
        let question = with(&case.question, "pieces", 2);
        let native = outcome(&all.native.ask(&question)?)?;
        let wasm = outcome(&page.ask(&question)?)?;
        ensure!(
            native == wasm,
            "{}: native and wasm differ: {native:?} and {wasm:?}",
            case.name
        );
    }
    Ok(())
}

/// The numbers that came of it: JavaScript writes 65 for 65.0.
fn outcome(answer: &Value) -> Result<Vec<Option<f64>>> {
    let numbers = answer["outcome"].as_array();
    let numbers = numbers.with_context(|| answer.to_string())?;
    Ok(numbers.iter().map(Value::as_f64).collect())
}

/// Measures one case.
pub(crate) fn measure(all: &mut All, case: &Case, args: &Args) -> Result<Line> {
    let mut native = Vec::new();
    let mut wasm = Vec::new();
    let mut others = vec![Vec::new(); case.others.len()];
    // The first round is for caches and for the browser's compiler, and does not count.
    for round in 0..=args.rounds {
        let ms = if round == 0 { 10 * args.ms } else { args.ms };
        let note = |rates: &mut Vec<f64>, rate: Option<f64>| {
            rates.extend(rate.filter(|_| round > 0));
        };
        note(
            &mut native,
            Some(rate(&mut all.native, &case.question, ms)?),
        );
        note(&mut wasm, optional(&mut all.page, &case.question, ms)?);
        for (other, rates) in case.others.iter().zip(&mut others) {
            let asked = match other.place {
                Place::Machine => &mut all.python,
                Place::Page => &mut all.page,
            };
            note(rates, optional(asked, &other.question, ms)?);
        }
    }
    let beside = case
        .others
        .iter()
        .zip(&others)
        .filter_map(|(other, rates)| {
            let own = match other.place {
                Place::Machine => &native,
                Place::Page => &wasm,
            };
            Some(Beside {
                name: other.name,
                rate: median(rates)?,
                times: ratio(own, rates)?,
            })
        });
    Ok(Line::Rates {
        name: case.name.clone(),
        native: median(&native),
        wasm: median(&wasm),
        wasm_to_native: ratio(&wasm, &native),
        beside: beside.collect(),
    })
}

fn optional(asked: &mut Option<Asked>, question: &Value, ms: u64) -> Result<Option<f64>> {
    asked
        .as_mut()
        .map(|asked| rate(asked, question, ms))
        .transpose()
}

/// Rows a second.
fn rate(asked: &mut Asked, question: &Value, ms: u64) -> Result<f64> {
    let answer = asked.ask(&with(question, "ms", ms))?;
    let number = |name: &str| answer[name].as_f64().with_context(|| answer.to_string());
    Ok(number("rows")? / number("s")?)
}

fn with(question: &Value, name: &str, value: u64) -> Value {
    let mut question = question.clone();
    question[name] = json!(value);
    question
}

/// The median of the ratios round by round.
fn ratio(of: &[f64], to: &[f64]) -> Option<f64> {
    let ratios: Vec<f64> = of.iter().zip(to).map(|(of, to)| of / to).collect();
    median(&ratios)
}

fn median(numbers: &[f64]) -> Option<f64> {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() % 2 {
        1 => Some(sorted[middle]),
        _ if middle == 0 => None,
        _ => Some((sorted[middle - 1] + sorted[middle]) / 2.0),
    }
}

#[cfg(test)]
mod tests {
    use super::{median, ratio};

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }

    #[test]
    fn ratios_are_those_of_rounds() {
        // A slow round slows both down: the ratio stays.
        assert_eq!(ratio(&[2.0, 20.0, 200.0], &[1.0, 10.0, 50.0]), Some(2.0));
        assert_eq!(ratio(&[2.0], &[]), None);
    }
}
