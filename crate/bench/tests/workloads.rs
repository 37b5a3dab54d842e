//! Every workload works, and what learns or decodes allocates nothing for a row.

use allocation_counter::measure;
use anyhow::Result;
use eddy_bench::{Case, Form, points, values};

const FORMS: [Form; 3] = [Form::Row, Form::RowWithSchema, Form::Envelope];

fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::Kmeans {
            k: 3,
            dim: 4,
            batch: 1024,
        },
        Case::Kmeans {
            k: 16,
            dim: 16,
            batch: 32,
        },
        Case::Regression { dim: 3, batch: 32 },
    ];
    cases.extend(FORMS.map(|form| Case::Decode { form }));
    cases.extend(FORMS.map(|form| Case::Lab { form }));
    cases
}

#[test]
fn workloads_do_the_same_each_time() -> Result<()> {
    for case in cases() {
        let outcome = || -> Result<Vec<f64>> {
            let mut workload = case.workload()?;
            for _ in 0..2 {
                workload.prepare()?;
                assert!(workload.run()? >= 1024, "{case:?}");
            }
            Ok(workload.outcome())
        };
        let first = outcome()?;
        assert!(!first.is_empty() && first.iter().all(|number| number.is_finite()));
        assert_eq!(outcome()?, first, "{case:?}");
    }
    Ok(())
}

#[test]
fn learning_and_decoding_allocate_nothing_for_a_row() -> Result<()> {
    for case in cases() {
        // The summary of a batch is a list of counts.
        let (batches, per_batch) = match case {
            Case::Kmeans { batch, .. } => (8192 / batch, 1),
            Case::Regression { .. } | Case::Decode { .. } => (0, 0),
            Case::Lab { .. } => continue,
        };
        let mut workload = case.workload()?;
        workload.run()?;
        let mut rows = Ok(0);
        let counted = measure(|| rows = workload.run());
        assert!(rows? >= 1024);
        assert_eq!(counted.count_total, batches as u64 * per_batch, "{case:?}");
        assert_eq!(counted.bytes_current, 0, "{case:?}");
    }
    Ok(())
}

#[test]
fn events_are_as_long_as_the_table_says() -> Result<()> {
    for (form, bytes) in FORMS.into_iter().zip([96..=101, 535..=555, 3100..=3200]) {
        for value in values(form)? {
            assert!(bytes.contains(&value.len()), "{form:?}: {}", value.len());
            serde_json::from_slice::<serde_json::Value>(&value)?;
        }
    }
    Ok(())
}

#[test]
fn the_first_points_are_one_of_each_cluster() {
    let points = points(16, 16);
    assert_eq!(points.len(), 8192 * 16);
    // Centres are four times as far from each other as the points of one cluster.
    let squared = |a: usize, b: usize| -> f64 {
        let (a, b) = (&points[a * 16..][..16], &points[b * 16..][..16]);
        a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
    };
    for other in 1..16 {
        assert!(squared(0, 16) < squared(0, other), "{other}");
    }
}
