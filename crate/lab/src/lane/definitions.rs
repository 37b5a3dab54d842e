//! The measures of each kind of model: names, titles, definitions.

use learn::online::Task;

/// A measure, as lines and the page name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// In replay lines.
    pub name: &'static str,
    /// On the page.
    pub title: &'static str,
    /// Its unit; empty where it has none. "target": that of the target, "target²" its square.
    pub unit: &'static str,
    /// What it is, in a sentence or two; `learn::metrics` has the sources.
    pub definition: &'static str,
}

/// Of a clustering: those by labels, then the two that [`BY_LABELS`] does not count.
pub const CLUSTERING: [Definition; 7] = [
    Definition {
        name: "accuracy",
        title: "Accuracy, own ids",
        unit: "",
        definition: "The share of labelled test rows whose cluster is their label: by cluster_labels where the lab file \
                     pins them, else by labels that are written like the engine's ids.",
    },
    Definition {
        name: "accuracy_aligned",
        title: "Accuracy, best assignment",
        unit: "",
        definition: "The same under the one assignment of labels to clusters that has most rows right (Kuhn 1955).",
    },
    Definition {
        name: "adjusted_rand",
        title: "Adjusted Rand index",
        unit: "",
        definition: "On how many pairs of rows clusters and labels agree, adjusted for chance: 1 the same partition, 0 \
                     chance (Hubert and Arabie 1985).",
    },
    Definition {
        name: "nmi",
        title: "Mutual information, normalized",
        unit: "",
        definition: "What clusters tell of labels, by the mean of both entropies: 0 nothing, 1 all (Strehl and Ghosh \
                     2002).",
    },
    Definition {
        name: "purity",
        title: "Purity",
        unit: "",
        definition: "The share of rows that have the commonest label of their cluster (Zhao and Karypis 2001).",
    },
    Definition {
        name: "silhouette",
        title: "Silhouette",
        unit: "",
        definition: "Whether rows are nearer to their own cluster's rows than to the next one's: 1 well inside, 0 between, \
                     below 0 rather the other's (Rousseeuw 1987). Of a random sample of 128 training rows, by this version.",
    },
    Definition {
        name: "silhouette_simplified",
        title: "Silhouette, by centroids",
        unit: "",
        definition: "The same by distances to centroids in place of rows (Hruschka et al. 2004), of the same sample.",
    },
];

/// So many of [`CLUSTERING`] are counted over labelled predictions.
pub const BY_LABELS: usize = 5;

/// Of a regression.
pub const REGRESSION: [Definition; 4] = [
    Definition {
        name: "mse",
        title: "Mean squared error",
        unit: "target²",
        definition: "The mean of the squared differences of target and prediction, each predicted before it was learned.",
    },
    Definition {
        name: "rmse",
        title: "Root mean squared error",
        unit: "target",
        definition: "Its root, in the target's unit.",
    },
    Definition {
        name: "mae",
        title: "Mean absolute error",
        unit: "target",
        definition: "The mean of the absolute differences of target and prediction.",
    },
    Definition {
        name: "r2",
        title: "R²",
        unit: "",
        definition: "1 less the squared errors by the targets' squared differences from their mean: 1 perfect, 0 as good \
                     as the mean, below 0 worse (Wright 1921).",
    },
];

/// Of a classification.
pub const CLASSIFICATION: [Definition; 3] = [
    Definition {
        name: "accuracy",
        title: "Accuracy",
        unit: "",
        definition: "The share of test rows whose predicted class is their own.",
    },
    Definition {
        name: "log_loss",
        title: "Log-loss",
        unit: "nats",
        definition: "The mean of minus the logarithm of the probability that a row's own class was given (Good 1952).",
    },
    Definition {
        name: "auc",
        title: "Area under the ROC curve",
        unit: "",
        definition: "How often a row of class 1 was given a higher probability than one of class 0 (Hanley and McNeil \
                     1982). Of the newest 1,000 predictions at most.",
    },
];

/// The measures of this kind of model, in the order of their values.
pub fn definitions(task: Task) -> &'static [Definition] {
    match task {
        Task::Clustering => &CLUSTERING,
        Task::Regression => &REGRESSION,
        Task::Classification => &CLASSIFICATION,
    }
}
