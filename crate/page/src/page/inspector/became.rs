//! What became of a record, in words with links.

use lab::config::Policy;
use lab::snapshot::{Snapshot, Task, Trained, Why, WhyAnswer, WhyLinear};

use super::parts::{Block, Go, Part};
use crate::page::predictions::cluster;
use crate::page::stage::says::class_probability;
use crate::page::{names, numbers};
use crate::protocol::Form;

/// What became of it, in lines.
pub fn blocks(snapshot: &Snapshot, why: &Why, forms: &[Form]) -> Vec<Block> {
    let mut blocks = Vec::new();
    if !why.left_out.is_empty() {
        blocks.push(Block {
            main: vec![Part::Bold(why.left_out.clone())],
            more: said(why),
        });
    } else if !why.note.is_empty() {
        blocks.push(Block {
            main: vec![Part::Text(capital(&why.note))],
            more: Vec::new(),
        });
    }
    blocks.extend(why.trained.map(batch));
    if why.waits {
        blocks.push(Block {
            main: vec![Part::Bold("Waits".to_owned()), text(" to be answered")],
            more: vec![text("within a window, training comes first")],
        });
    }
    if let Some(answer) = &why.answer {
        blocks.push(match &answer.linear {
            Some(linear) => of_linear(snapshot, answer, linear),
            None => of_cluster(snapshot, answer),
        });
        blocks.extend(moved(snapshot, answer));
    }
    blocks.extend(forms_of(why, forms));
    blocks
}

/// What the lane does with a change that is no insert, and what else it could do.
pub fn policy(why: &Why) -> Option<Block> {
    if !matches!(why.op, 'u' | 'd') {
        return None;
    }
    let known = Policy::of_word(&why.policy);
    let is = match (known, why.op) {
        (Some(Policy::AsRows), 'u') => format!(
            "{} learns the new values as one more row, as the engines do behind the unwrap step.",
            why.lane
        ),
        (Some(Policy::AsRows), _) => {
            format!(
                "{} learns no deletes: what it has learned of the row stays.",
                why.lane
            )
        }
        (Some(Policy::InsertsOnly), _) => {
            format!(
                "{} takes inserts only: other changes are shown, not learned.",
                why.lane
            )
        }
        (Some(Policy::Corrected), _) => {
            format!(
                "{} corrects: the old row is taken out of the batch that held it.",
                why.lane
            )
        }
        (None, _) => format!(
            "{} treats updates and deletes each in its own way.",
            why.lane
        ),
    };
    let mut main = vec![Part::Text(is)];
    for policy in Policy::ALL {
        if known != Some(policy) {
            let words = match policy {
                Policy::AsRows => "Learn updates as rows",
                Policy::InsertsOnly => "Ignore updates",
                Policy::Corrected => "Correct old rows",
            };
            main.extend([text(" "), Part::Link(words.to_owned(), Go::Policy(policy))]);
        }
    }
    Some(Block {
        main,
        more: Vec::new(),
    })
}

fn text(text: &str) -> Part {
    Part::Text(text.to_owned())
}

/// What was said of a record that is left out, unless that is all.
fn said(why: &Why) -> Vec<Part> {
    match why.note.as_str() {
        "" => Vec::new(),
        note => vec![Part::Text(note.to_owned())],
    }
}

fn capital(note: &str) -> String {
    let mut letters = note.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

fn version(version: u64, to_record: u64) -> Part {
    Part::Link(format!("v{version}"), Go::Seek(to_record))
}

fn batch(trained: Trained) -> Block {
    let of = trained
        .size
        .filter(|_| trained.version.is_none())
        .unwrap_or(trained.rows);
    let place = match trained.row {
        0 => format!(", one of {}", numbers::counted(of, "row")),
        row => format!(", row {} of {}", numbers::count(row), numbers::count(of)),
    };
    let missing = trained.size.map(|size| size.saturating_sub(trained.rows));
    Block {
        main: vec![
            Part::Bold(format!("Batch {}", numbers::count(trained.batch))),
            Part::Text(place),
        ],
        more: match (trained.version, missing) {
            (Some(made), _) => vec![text("learned: it is in "), version(made, trained.to_record)],
            (None, Some(0)) | (None, None) => vec![text("learned when the batch ends")],
            (None, Some(1)) => vec![text("learned when one more row arrives")],
            (None, Some(more)) => {
                vec![Part::Text(format!(
                    "learned when {} more rows arrive",
                    numbers::count(more)
                ))]
            }
        },
    }
}

fn by(answer: &WhyAnswer) -> Vec<Part> {
    vec![
        text("by "),
        Part::Link(
            format!("version {}", answer.version),
            Go::Seek(answer.to_record),
        ),
    ]
}

fn of_cluster(snapshot: &Snapshot, answer: &WhyAnswer) -> Block {
    let badge = |id: u32| {
        let (color, name) = cluster(snapshot, id);
        Part::Cluster(id, color, name)
    };
    let verb = if answer.given { "Given" } else { "Nearest" };
    let mut main = vec![Part::Text(verb.to_owned()), badge(answer.cluster)];
    let nearest = answer
        .distances
        .first()
        .filter(|first| first.0 == answer.cluster);
    if let Some((_, distance)) = nearest {
        main.push(Part::Text(format!("at {}", numbers::distance(*distance))));
    }
    match (answer.right, &answer.label) {
        (Some(false), Some(label)) => main.push(Part::Bold(format!(", wrong: {label}"))),
        (Some(true), _) => main.push(text(", right")),
        _ => {}
    }
    let mut more = Vec::new();
    if let Some((next, distance)) = answer
        .distances
        .iter()
        .find(|other| other.0 != answer.cluster)
    {
        let (_, name) = cluster(snapshot, *next);
        let margin = numbers::distance(answer.margin);
        more.push(Part::Text(format!(
            "next {name} at {}, {margin} further, ",
            numbers::distance(*distance)
        )));
    }
    more.extend(by(answer));
    if answer.let_go {
        more.push(text(": its model is no longer kept"));
    }
    if answer.scaled_since {
        more.push(text("; the scaler has moved on since"));
    }
    Block { main, more }
}

fn of_linear(snapshot: &Snapshot, answer: &WhyAnswer, linear: &WhyLinear) -> Block {
    let verb = if answer.given {
        "Predicted"
    } else {
        "Would be"
    };
    let mut main = vec![Part::Text(verb.to_owned())];
    let mut more = Vec::new();
    if snapshot.task == Task::Classification {
        let (color, name) = cluster(snapshot, answer.cluster);
        main.push(Part::Cluster(answer.cluster, color, name));
        let probability = class_probability(answer.cluster as usize, linear.predicted);
        main.push(Part::Text(format!("p {}", numbers::fixed(probability, 3))));
        match answer.right {
            Some(false) => main.push(Part::Bold(", wrong".to_owned())),
            Some(true) => main.push(text(", right")),
            None => {}
        }
        let margin = numbers::fixed((linear.predicted - 0.5).abs(), 3);
        more.push(Part::Text(format!(
            "{margin} from p 0.5, where the answer changes, "
        )));
    } else {
        let value = |value: f64| numbers::significant(value, 5);
        main.push(text(" "));
        main.push(Part::Bold(value(linear.predicted)));
        if linear.target.is_finite() {
            let error = linear.target - linear.predicted;
            let error = numbers::signed(error, numbers::decimals_of(linear.target, 5));
            main.push(Part::Text(format!(
                ": {} is {}, error {error}",
                snapshot.target,
                value(linear.target)
            )));
        }
    }
    more.extend(by(answer));
    if linear.differs {
        more.push(text(": the engine keeps answering with its first coefficients, so the sum below is not what it answered with"));
    }
    Block { main, more }
}

fn moved(snapshot: &Snapshot, answer: &WhyAnswer) -> Option<Block> {
    let name = cluster(snapshot, answer.cluster).1;
    if answer.linear.is_some() || snapshot.task != Task::Clustering {
        return None;
    }
    let life = Part::Link(
        format!("Centroid {}", answer.cluster),
        Go::Centroid(answer.cluster),
    );
    let Some(moved) = answer.moved else {
        return Some(Block {
            main: vec![life, Part::Text(format!("{name}: no batch had moved it"))],
            more: Vec::new(),
        });
    };
    Some(Block {
        main: vec![
            life,
            Part::Text(format!(
                "last moved by batch {}",
                numbers::count(moved.batch)
            )),
        ],
        more: vec![
            Part::Text(format!(
                "{} of it, shift {}: ",
                numbers::counted(moved.rows, "row"),
                numbers::fixed(moved.shift, 3)
            )),
            version(moved.version, moved.to_record),
        ],
    })
}

/// The other events of the same row: the oldest first, as its first form.
fn forms_of(why: &Why, forms: &[Form]) -> Option<Block> {
    let (first, rest) = forms.split_last()?;
    let link = |form: &Form| Part::Link(format!("offset {}", form.offset), Go::Record(form.record));
    let mut main = match first.record < why.record {
        true => vec![text("Its first form, "), link(first)],
        false => vec![
            Part::Text(format!("{} later, ", capital(word(first)))),
            link(first),
        ],
    };
    main.extend(fate(first, ", is in "));
    let mut more = Vec::new();
    for form in rest.iter().rev() {
        let comma = if more.is_empty() { "" } else { "; " };
        more.push(Part::Text(format!("{comma}{} as ", word(form))));
        more.push(link(form));
        more.extend(fate(form, ": in "));
    }
    Some(Block { main, more })
}

fn word(form: &Form) -> &'static str {
    match (form.again, form.op) {
        (true, _) => "came again",
        (_, 'u') => "updated",
        (_, 'd') => "deleted",
        (_, '0') => "tombstone",
        (_, 'r') => "read in a snapshot",
        (_, '!') => "rejected",
        _ => "inserted",
    }
}

fn fate(form: &Form, before: &str) -> Option<Part> {
    let fate = match (form.version, form.batch) {
        (Some(version), _) => format!("v{version}"),
        (None, Some(batch)) => format!("batch {batch}"),
        (None, None) => return None,
    };
    Some(Part::Text(format!("{before}{fate}")))
}

/// What the event is called in the list: "train 277".
pub fn title(why: &Why, prefix: &str) -> String {
    format!("{} {}", names::short_topic(&why.topic, prefix), why.offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lab::snapshot::Moved;

    fn told(parts: &[Part]) -> String {
        let words = parts.iter().map(|part| match part {
            Part::Text(text) | Part::Bold(text) => text.clone(),
            Part::Cluster(id, _, name) => format!(" ({id}) {name} "),
            Part::Link(text, go) => format!("[{text} > {}]", go.word()),
        });
        words.collect()
    }

    fn lines(snapshot: &Snapshot, why: &Why, forms: &[Form]) -> Vec<String> {
        let blocks = blocks(snapshot, why, forms);
        let lines = blocks
            .iter()
            .map(|block| format!("{} | {}", told(&block.main), told(&block.more)));
        lines.collect()
    }

    fn snapshot() -> Snapshot {
        Snapshot {
            labels: ["setosa", "versicolor", "virginica"]
                .map(str::to_owned)
                .to_vec(),
            cluster_labels: vec![0, 1, 2],
            ..Snapshot::default()
        }
    }

    #[test]
    fn a_row_in_an_open_batch_says_when_it_is_learned() {
        let why = Why {
            record: 312,
            trained: Some(Trained {
                batch: 9,
                row: 22,
                rows: 22,
                size: Some(32),
                ..Trained::default()
            }),
            answer: Some(WhyAnswer {
                version: 9,
                to_record: 288,
                cluster: 1,
                distances: vec![(1, 1.391), (0, 2.07), (2, 2.5)],
                margin: 0.679,
                moved: Some(Moved {
                    batch: 8,
                    version: 9,
                    to_record: 288,
                    rows: 12,
                    shift: 0.7881,
                }),
                ..WhyAnswer::default()
            }),
            ..Why::default()
        };
        let form = |record, offset, op, batch, version| Form {
            record,
            offset,
            op,
            batch,
            version,
            ..Form::default()
        };
        let forms = [
            form(300, 271, 'c', Some(9), None),
            form(150, 133, 'c', Some(5), Some(6)),
        ];
        assert_eq!(
            lines(&snapshot(), &why, &forms),
            [
                "Batch 9, row 22 of 32 | learned when 10 more rows arrive",
                "Nearest (1) versicolor at 1.39 | next setosa at 2.07, 0.68 further, by [version 9 > seek 288]",
                "[Centroid 1 > centroid 1]last moved by batch 8 | 12 rows of it, shift 0.788: [v9 > seek 288]",
                "Its first form, [offset 133 > record 150], is in v6 | inserted as [offset 271 > record 300]: in batch 9",
            ]
        );
        let one = Why {
            op: 'u',
            policy: "as_rows".to_owned(),
            lane: "Flink".to_owned(),
            ..why
        };
        let said = told(&policy(&one).unwrap().main);
        assert!(
            said.contains("[Ignore updates > policy inserts_only]"),
            "{said}"
        );
        assert!(!said.contains("Learn updates as rows"), "{said}");
    }

    #[test]
    fn a_wrong_prediction_says_what_it_should_have_been() {
        let why = Why {
            answer: Some(WhyAnswer {
                version: 9,
                to_record: 288,
                given: true,
                right: Some(false),
                label: Some("versicolor".to_owned()),
                cluster: 2,
                distances: vec![(2, 0.74), (1, 1.12)],
                margin: 0.38,
                ..WhyAnswer::default()
            }),
            ..Why::default()
        };
        assert_eq!(
            lines(&snapshot(), &why, &[])[0],
            "Given (2) virginica at 0.74, wrong: versicolor | next versicolor at 1.12, 0.38 further, by [version 9 > seek 288]"
        );
    }

    #[test]
    fn what_is_left_out_says_why() {
        let why = Why {
            left_out: "Rejected: nothing is learned from it.".to_owned(),
            note: "petal_width is null".to_owned(),
            ..Why::default()
        };
        assert_eq!(
            lines(&snapshot(), &why, &[]),
            ["Rejected: nothing is learned from it. | petal_width is null"]
        );
    }
}
