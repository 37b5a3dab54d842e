//! Every measure as scikit-learn has it: `sklearn/metrics.json`, read whole.

// A test that fails says where.
#![allow(clippy::unwrap_used)]

mod common;

use common::{array, assert_numbers, count, flat, load, number, text};
use eddy_learn::Rows;
use eddy_learn::alignment::Alignment;
use eddy_learn::kmeans::{Distance, Model, Params, Spec};
use eddy_learn::metrics::*;
use serde_json::Value;

#[test]
fn as_scikit_learn_has_them() {
    let file = load("sklearn/metrics.json");
    let mut compared = 0;
    for case in array(&file["cases"]) {
        let measures = match text(&case["kind"]) {
            "points" => points(case),
            "labels" => labels(case),
            "classes" => classes(case),
            "probabilities" => probabilities(case),
            "scores" => vec![("roc_auc_score", vec![auc(case)])],
            "regression" => regression(case),
            other => panic!("{other}"),
        };
        for (name, value) in case["values"].as_object().unwrap() {
            let at = format!("{}, {}, {name}", case["kind"], case["name"]);
            let found = measures.iter().find(|(known, _)| known == name);
            let (_, found) = found.unwrap_or_else(|| panic!("{at} is not measured"));
            check(&at, found, value);
            compared += 1;
        }
    }
    assert_eq!((array(&file["cases"]).len(), compared), (54, 304));
}

/// Compares numbers with a recorded number or table; where scikit-learn refuses, there has to be none but NaN.
fn check(at: &str, found: &[f64], value: &Value) {
    let value = value.get("value").unwrap_or(value);
    if value.get("error").is_some() {
        assert!(
            found.iter().all(|number| number.is_nan()),
            "{at}: {found:?}"
        );
        return;
    }
    let expected = match value.as_array() {
        Some(rows) if rows.iter().all(Value::is_array) => flat(value),
        Some(_) => common::numbers(value),
        None => vec![number(value)],
    };
    assert_numbers(at, found, &expected);
}

type Measures = Vec<(&'static str, Vec<f64>)>;

fn points(case: &Value) -> Measures {
    let points = match case["points"].get("file") {
        Some(file) => {
            let all: Vec<Vec<f64>> = array(&load(text(file))["points"])
                .iter()
                .map(common::numbers)
                .collect();
            let first = if text(file) == "data/blobs2d.json" {
                100
            } else {
                all.len()
            };
            all[..first].to_vec()
        }
        None => array(&case["points"]).iter().map(common::numbers).collect(),
    };
    let data = points.concat();
    let rows = Rows::new(&data, points[0].len()).unwrap();
    let clusters: Vec<u32> = array(&case["labels"])
        .iter()
        .map(|label| (label.as_i64().unwrap() + 1) as u32)
        .collect();
    let one = |measure: Option<f64>| vec![measure.unwrap_or(f64::NAN)];
    let by = Distance::Euclidean;
    vec![
        ("inertia", vec![centers_inertia(case, rows)]),
        (
            "silhouette_score",
            one(mean_silhouette(rows, &clusters, by)),
        ),
        (
            "silhouette_samples",
            silhouettes(rows, &clusters, by).unwrap_or_default(),
        ),
        ("davies_bouldin_score", one(davies_bouldin(rows, &clusters))),
        (
            "calinski_harabasz_score",
            one(calinski_harabasz(rows, &clusters)),
        ),
    ]
}

fn centers_inertia(case: &Value, rows: Rows<'_>) -> f64 {
    let Some(centers) = case.get("centers") else {
        return f64::NAN;
    };
    let (k, dim) = (array(centers).len(), rows.dim());
    let params = Params::new(Spec {
        k,
        dim,
        ..common::SPARK
    })
    .unwrap();
    let model = Model {
        centroids: flat(centers),
        weights: vec![0.0; k],
    };
    inertia(&params, &model, rows)
}

/// The ids in order, so that a label's place is its number.
fn ids(lists: &[&Value]) -> Vec<i64> {
    let all = lists.iter().flat_map(|list| array(list));
    let mut ids: Vec<i64> = all.map(|id| id.as_i64().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn place(ids: &[i64], id: &Value) -> usize {
    ids.binary_search(&id.as_i64().unwrap()).unwrap()
}

fn cells(table: &Confusion, classes: usize, clusters: usize) -> Vec<f64> {
    let cells = (0..classes).flat_map(|class| (0..clusters).map(move |cluster| (class, cluster)));
    cells
        .map(|(class, cluster)| table.count(class, cluster))
        .collect()
}

fn labels(case: &Value) -> Measures {
    let (classes, clusters) = (&case["labels_true"], &case["labels_pred"]);
    let (class_ids, cluster_ids) = (ids(&[classes]), ids(&[clusters]));
    let pairs = array(classes).iter().zip(array(clusters));
    let table: Confusion = pairs
        .map(|(t, p)| (place(&class_ids, t), place(&cluster_ids, p)))
        .collect();
    let best = Alignment::best(&table, 0, 0, None);
    let all = cells(&table, class_ids.len(), cluster_ids.len());
    vec![
        ("contingency_rows_true_columns_pred", all),
        ("adjusted_rand_score", vec![adjusted_rand_index(&table)]),
        ("rand_score", vec![rand_index(&table)]),
        (
            "normalized_mutual_info_score_arithmetic",
            vec![normalized_mutual_information(&table)],
        ),
        ("mutual_info_score", vec![mutual_information(&table)]),
        ("homogeneity_score", vec![homogeneity(&table)]),
        ("completeness_score", vec![completeness(&table)]),
        ("v_measure_score", vec![v_measure(&table)]),
        ("purity", vec![table.purity()]),
        ("assignment_accuracy", vec![accuracy(&table, &best)]),
    ]
}

fn classes(case: &Value) -> Measures {
    let ids = ids(&[&case["y_true"], &case["y_pred"]]);
    let pairs = array(&case["y_true"]).iter().zip(array(&case["y_pred"]));
    let table: Confusion = pairs
        .map(|(t, p)| (place(&ids, t), place(&ids, p)))
        .collect();
    // The labels that are asked for stand first in each case.
    let asked = case
        .get("labels")
        .map_or(ids.len(), |labels| array(labels).len());
    let own = Alignment::identity();
    vec![
        (
            "confusion_matrix_rows_true_columns_pred",
            cells(&table, asked, asked),
        ),
        ("accuracy_score", vec![accuracy(&table, &own)]),
        (
            "balanced_accuracy_score",
            vec![balanced_accuracy(&table, &own)],
        ),
    ]
}

fn probabilities(case: &Value) -> Measures {
    let truth: Vec<usize> = array(&case["y_true"]).iter().map(count).collect();
    let scores = array(&case["scores"]);
    let mut loss = MeanLoss::default();
    let mut brier = MeanLoss::default();
    let mut sum = 0.0;
    for (&class, score) in truth.iter().zip(scores) {
        let own = match (score.as_array(), class) {
            (Some(all), class) => number(&all[class]),
            (None, 1) => number(score),
            (None, _) => 1.0 - number(score),
        };
        loss.add(log_loss(own));
        sum += log_loss(own);
        if score.is_number() {
            brier.add(brier_score(class == 1, number(score)));
        }
    }
    // scikit-learn has to be told the classes where rows are of one only; here they are known.
    let refuses = case["values"]["log_loss"].get("error").is_some();
    let told = |value: f64| vec![if refuses { f64::NAN } else { value }];
    // Of three classes: the mean over the classes, each against the rest.
    let auc = match scores[0].is_array() {
        true => {
            let one = |class: usize| {
                let rows = truth.iter().zip(scores);
                roc_auc(
                    &rows
                        .map(|(&t, s)| (t == class, number(&s[class])))
                        .collect::<Vec<_>>(),
                )
            };
            (one(0) + one(1) + one(2)) / 3.0
        }
        false => auc(case),
    };
    vec![
        ("log_loss", told(loss.mean())),
        ("log_loss_sum", told(sum)),
        ("brier_score_loss", vec![brier.mean()]),
        ("roc_auc_score", vec![auc]),
    ]
}

fn auc(case: &Value) -> f64 {
    let rows = array(&case["y_true"]).iter().zip(array(&case["scores"]));
    roc_auc(
        &rows
            .map(|(class, score)| (count(class) == 1, number(score)))
            .collect::<Vec<_>>(),
    )
}

fn regression(case: &Value) -> Measures {
    let targets = common::numbers(&case["y_true"]);
    let rows: Vec<(f64, f64)> = targets
        .into_iter()
        .zip(common::numbers(&case["y_pred"]))
        .collect();
    let online: Regression = rows.iter().copied().collect();
    vec![
        ("mean_squared_error", vec![online.mse()]),
        ("root_mean_squared_error", vec![online.rmse()]),
        ("mean_absolute_error", vec![online.mae()]),
        ("r2_score", vec![online.r2()]),
        ("median_absolute_error", vec![median_absolute_error(&rows)]),
        ("max_error", vec![max_error(&rows)]),
    ]
}
