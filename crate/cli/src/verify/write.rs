//! The lines of `eddy verify`, as text and as JSON.

use std::fmt::Write;

use lab::follow::difference::SAME;
use lab::follow::told::{Compared, Followed};
use lab::follow::verify::{Found, Summary};
use serde_json::Value;

/// Appends what there is to say of a version.
pub(super) fn found(found: &Found, as_json: bool, out: &mut String) {
    let Found::Version {
        lane,
        version,
        rows,
        followed,
    } = found
    else {
        return;
    };
    match as_json {
        true => lab::replay::write_verified(lane, *version, *rows, followed, out),
        false => version_text(lane, *version, *rows, followed, out),
    }
    out.push('\n');
}

fn version_text(lane: &str, version: u64, rows: u64, followed: &Followed, out: &mut String) {
    let _ = write!(out, "{lane} version {version}: ");
    // Writing to a text cannot fail, here and below.
    let _ = match &followed.compared {
        Compared::Begins => write!(out, "begins with it"),
        Compared::By { difference, .. } if *difference <= SAME => {
            write!(
                out,
                "{}, difference {}",
                counted(rows, "row"),
                short(*difference)
            )
        }
        Compared::By { difference, place } => {
            let rows = counted(rows, "row");
            write!(
                out,
                "{rows}, NOT THE SAME: difference {} ({place})",
                short(*difference)
            )
        }
        Compared::Not { reason } => {
            write!(out, "{}, not compared: {reason}", counted(rows, "row"))
        }
    };
    for remark in &followed.remarks {
        let _ = write!(out, "\n  {remark}");
    }
}

/// Appends what came out for a lane.
pub(super) fn summary(summary: &Summary, as_json: bool, out: &mut String) {
    match as_json {
        true => summary_json(summary, out),
        false => summary_text(summary, out),
    }
}

fn summary_text(summary: &Summary, out: &mut String) {
    let Summary { lane, versions, .. } = summary;
    let (versions, rows) = (counted(*versions, "version"), counted(summary.rows, "row"));
    let _ = match (summary.is_same(), &summary.largest) {
        (true, Some((0.0, ..))) => {
            writeln!(out, "{lane}: the same: {versions}, {rows}; no difference")
        }
        (true, Some((largest, version, place))) => writeln!(
            out,
            "{lane}: the same: {versions}, {rows}; largest difference {} at version {version} ({place})",
            short(*largest)
        ),
        (true, None) => writeln!(
            out,
            "{lane}: nothing to compare: no version behind the first"
        ),
        (false, _) => writeln!(out, "{lane}: not the same: {versions}, {rows}"),
    };
    if let Some((version, difference, place)) = &summary.apart {
        let difference = short(*difference);
        let _ = writeln!(
            out,
            "  from version {version} on: difference {difference} ({place})"
        );
    }
    if let Some((version, reason)) = &summary.first_not_compared {
        let not = counted(summary.not_compared, "version");
        let _ = writeln!(
            out,
            "  {not} not compared, the first version {version}: {reason}"
        );
    }
    for (version, remark) in &summary.remarks {
        let _ = writeln!(out, "  version {version}: {remark}");
    }
    let named: Vec<u64> = summary
        .remarks
        .iter()
        .map(|(version, _)| *version)
        .collect();
    let of_named = named
        .iter()
        .zip(named.iter().skip(1))
        .filter(|(a, b)| a != b);
    let of_named = of_named.count() as u64 + u64::from(!named.is_empty());
    if summary.remarked > of_named {
        let more = counted(summary.remarked - of_named, "more version");
        let _ = writeln!(out, "  and {more} with remarks");
    }
    if summary.rejected > 0 {
        let records = counted(summary.rejected, "model record");
        let _ = writeln!(out, "  {records} could not be used");
    }
    if summary.waiting > 0 {
        let rows = counted(summary.waiting, "row");
        let _ = writeln!(out, "  {rows} of the events learned by no version yet");
    }
}

fn summary_json(summary: &Summary, out: &mut String) {
    let text = |text: &str| Value::from(text).to_string();
    let maybe =
        |version: Option<u64>| version.map_or("null".to_owned(), |version| version.to_string());
    let (largest, apart) = (summary.largest.as_ref(), summary.apart.as_ref());
    let _ = write!(
        out,
        "{{\"event\":\"summary\",\"lane\":{},\"same\":{},\"from\":{},\"versions\":{},\"rows\":{},\"difference\":",
        text(&summary.lane),
        summary.is_same(),
        maybe(summary.from),
        summary.versions,
        summary.rows
    );
    match largest {
        Some((largest, ..)) => lab::number::write(out, *largest),
        None => out.push_str("null"),
    }
    let Summary {
        not_compared,
        lost,
        twice,
        remarked,
        rejected,
        waiting,
        ..
    } = summary;
    let _ = writeln!(
        out,
        ",\"version\":{},\"at\":{},\"apart_from\":{},\"not_compared\":{not_compared},\"lost\":{lost},\"twice\":{twice},\
         \"remarked\":{remarked},\"rejected\":{rejected},\"waiting\":{waiting}}}",
        maybe(largest.map(|(_, version, _)| *version)),
        largest.map_or("null".to_owned(), |(.., place)| text(place)),
        maybe(apart.map(|(version, ..)| *version)),
    );
}

/// "3.1e-16", "0"
fn short(difference: f64) -> String {
    match difference == 0.0 || !difference.is_finite() {
        true => difference.to_string(),
        false => format!("{difference:.1e}"),
    }
}

/// "6,250 versions", "1 row"
fn counted(count: u64, what: &str) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    let plural = if count == 1 { "" } else { "s" };
    format!("{text} {what}{plural}")
}
