//! What can be set, checked once.

use super::ParamError;
use super::distance::Metric;

/// As many subtasks as Flink can run.
pub(super) const MAX_PARALLELISM: usize = 1 << 15;

/// The engine whose results the model repeats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Engine {
    /// `OnlineKMeans` of Flink ML 2.3.
    Flink,
    /// `StreamingKMeans` of Spark MLlib 3.5.
    Spark,
}

impl Engine {
    /// The engine's name, as it is written.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Flink => "Flink",
            Engine::Spark => "Spark",
        }
    }
}

/// The distance by which rows find their cluster; the update is the mean under each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Distance {
    /// The straight line.
    Euclidean,
    /// The sum of the differences, coordinate by coordinate; Flink only.
    Manhattan,
    /// One less the cosine of the angle; Flink only.
    Cosine,
}

impl Distance {
    /// The distance's name, as the engines write it.
    pub fn name(self) -> &'static str {
        match self {
            Distance::Euclidean => "euclidean",
            Distance::Manhattan => "manhattan",
            Distance::Cosine => "cosine",
        }
    }
}

/// What the weights decay with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TimeUnit {
    /// Once a batch.
    Batches,
    /// Once for each row of the batch; Spark only.
    Points,
}

/// How fast the past loses weight.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Decay {
    /// What is left of a weight after one time unit, 0 to 1.
    Factor(f64),
    /// After how many time units a weight is halved, above 0; Spark only.
    HalfLife(f64),
}

/// What is asked for, not yet checked.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Spec {
    /// The engine whose results the model repeats.
    pub engine: Engine,
    /// Clusters: 2 or more for Flink, 1 or more for Spark.
    pub k: usize,
    /// Numbers in a row.
    pub dim: usize,
    /// How fast the past loses weight.
    pub decay: Decay,
    /// What the weights decay with.
    pub time_unit: TimeUnit,
    /// The distance by which rows find their cluster.
    pub distance: Distance,
    /// Flink's subtasks; 1 for Spark.
    pub parallelism: usize,
}

/// Parameters that are valid.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Params {
    spec: Spec,
    decay_factor: f64,
}

impl Params {
    /// Checks what is asked for.
    ///
    /// # Errors
    ///
    /// When the engine would refuse it, or does not have it.
    pub fn new(spec: Spec) -> Result<Self, ParamError> {
        check_sizes(&spec)?;
        match spec.engine {
            Engine::Flink => check_flink(&spec)?,
            Engine::Spark => check_spark(&spec)?,
        }
        let decay_factor = match spec.decay {
            Decay::Factor(factor) if (0.0..=1.0).contains(&factor) => factor,
            Decay::Factor(factor) => return Err(ParamError::DecayFactor(factor)),
            Decay::HalfLife(half_life) if half_life > 0.0 && half_life.is_finite() => {
                libm::exp(libm::log(0.5) / half_life)
            }
            Decay::HalfLife(half_life) => return Err(ParamError::HalfLife(half_life)),
        };
        Ok(Self { spec, decay_factor })
    }

    /// What was asked for.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// The engine whose results the model repeats.
    pub fn engine(&self) -> Engine {
        self.spec.engine
    }

    /// How many clusters there are.
    pub fn k(&self) -> usize {
        self.spec.k
    }

    /// How many numbers a row has.
    pub fn dim(&self) -> usize {
        self.spec.dim
    }

    /// What is left of a weight after one time unit, also where a half-life was given.
    pub fn decay_factor(&self) -> f64 {
        self.decay_factor
    }

    /// What the weights decay with.
    pub fn time_unit(&self) -> TimeUnit {
        self.spec.time_unit
    }

    /// The distance by which rows find their cluster.
    pub fn distance(&self) -> Distance {
        self.spec.distance
    }

    /// Flink's subtasks; 1 for Spark.
    pub fn parallelism(&self) -> usize {
        self.spec.parallelism
    }

    /// Checks the size of Flink's batches by count.
    ///
    /// # Errors
    ///
    /// When a batch of so many rows leaves a subtask without one.
    pub fn check_batch_rows(&self, rows: usize) -> Result<(), ParamError> {
        match rows < self.spec.parallelism {
            true => Err(ParamError::BatchRows {
                least: self.spec.parallelism,
                found: rows,
            }),
            false => Ok(()),
        }
    }

    /// What is left of a weight after a batch of so many rows.
    pub(super) fn discount(&self, rows: usize) -> f64 {
        match self.spec.time_unit {
            TimeUnit::Batches => self.decay_factor,
            TimeUnit::Points => libm::pow(self.decay_factor, rows as f64),
        }
    }

    /// How this engine computes this distance.
    pub(super) fn metric(&self) -> Metric {
        match (self.spec.distance, self.spec.engine) {
            (Distance::Euclidean, Engine::Flink) => Metric::FlinkEuclidean,
            (Distance::Euclidean, Engine::Spark) => Metric::SparkEuclidean,
            (Distance::Manhattan, _) => Metric::Manhattan,
            (Distance::Cosine, _) => Metric::Cosine,
        }
    }
}

fn check_sizes(spec: &Spec) -> Result<(), ParamError> {
    let least = match spec.engine {
        Engine::Flink => 2,
        Engine::Spark => 1,
    };
    if spec.k < least {
        return Err(ParamError::FewClusters {
            least,
            engine: spec.engine.name(),
            found: spec.k,
        });
    }
    if u32::try_from(spec.k).is_err() {
        return Err(ParamError::ManyClusters(spec.k));
    }
    if spec.dim == 0 {
        return Err(ParamError::Dim);
    }
    Ok(())
}

fn check_flink(spec: &Spec) -> Result<(), ParamError> {
    if matches!(spec.decay, Decay::HalfLife(_)) {
        return Err(ParamError::FlinkHalfLife);
    }
    if spec.time_unit == TimeUnit::Points {
        return Err(ParamError::FlinkPoints);
    }
    if !(1..=MAX_PARALLELISM).contains(&spec.parallelism) {
        return Err(ParamError::Parallelism(spec.parallelism));
    }
    Ok(())
}

fn check_spark(spec: &Spec) -> Result<(), ParamError> {
    if spec.distance != Distance::Euclidean {
        return Err(ParamError::SparkDistance(spec.distance.name()));
    }
    if spec.parallelism != 1 {
        return Err(ParamError::SparkParallelism(spec.parallelism));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLINK: Spec = Spec {
        engine: Engine::Flink,
        k: 3,
        dim: 4,
        decay: Decay::Factor(0.0),
        time_unit: TimeUnit::Batches,
        distance: Distance::Euclidean,
        parallelism: 1,
    };
    const SPARK: Spec = Spec {
        engine: Engine::Spark,
        decay: Decay::Factor(1.0),
        ..FLINK
    };

    fn check(spec: Spec, refused: &str) {
        match Params::new(spec) {
            Ok(_) => panic!("{spec:?} is taken, should be: {refused}"),
            Err(error) => assert_eq!(error.to_string(), refused),
        }
    }

    #[test]
    fn refuses_what_the_engine_refuses() {
        check(Spec { k: 1, ..FLINK }, "k is 2 or more for Flink. Now: 1.");
        check(Spec { k: 0, ..SPARK }, "k is 1 or more for Spark. Now: 0.");
        check(
            Spec { dim: 0, ..FLINK },
            "a row has at least one number. Now: 0.",
        );
        for (factor, shown) in [(1.5, "1.5"), (-0.1, "-0.1"), (f64::NAN, "NaN")] {
            let refused = format!("decay factor is 0 to 1. Now: {shown}.");
            check(
                Spec {
                    decay: Decay::Factor(factor),
                    ..FLINK
                },
                &refused,
            );
            check(
                Spec {
                    decay: Decay::Factor(factor),
                    ..SPARK
                },
                &refused,
            );
        }
        for (half_life, shown) in [
            (0.0, "0"),
            (-3.0, "-3"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "inf"),
        ] {
            let refused = format!("half-life is a number above 0. Now: {shown}.");
            check(
                Spec {
                    decay: Decay::HalfLife(half_life),
                    ..SPARK
                },
                &refused,
            );
        }
        check(
            Spec {
                parallelism: 0,
                ..FLINK
            },
            "parallelism is 1 to 32768. Now: 0.",
        );
        check(
            Spec {
                parallelism: 32769,
                ..FLINK
            },
            "parallelism is 1 to 32768. Now: 32769.",
        );
    }

    #[test]
    fn refuses_what_the_engine_does_not_have() {
        let half_life = "half-life is Spark's. Give Flink a decay factor.";
        check(
            Spec {
                decay: Decay::HalfLife(2.0),
                ..FLINK
            },
            half_life,
        );
        let points = "decay per point is Spark's. Flink decays per batch.";
        check(
            Spec {
                time_unit: TimeUnit::Points,
                ..FLINK
            },
            points,
        );
        let cosine = "Spark's distance is euclidean. Now: cosine.";
        check(
            Spec {
                distance: Distance::Cosine,
                ..SPARK
            },
            cosine,
        );
        check(
            Spec {
                parallelism: 2,
                ..SPARK
            },
            "parallelism is Flink's. Spark's is 1. Now: 2.",
        );
    }

    #[test]
    fn takes_the_bounds() {
        for decay in [0.0, 1.0] {
            let params = Params::new(Spec {
                decay: Decay::Factor(decay),
                k: 2,
                ..FLINK
            })
            .unwrap();
            assert_eq!(params.decay_factor(), decay);
        }
        assert!(Params::new(Spec { k: 1, ..SPARK }).is_ok());
    }

    #[test]
    fn a_half_life_halves() {
        let decay = Decay::HalfLife(10.0);
        let params = Params::new(Spec {
            decay,
            time_unit: TimeUnit::Points,
            ..SPARK
        })
        .unwrap();
        assert!((params.discount(10) - 0.5).abs() < 1e-15);
        assert_eq!(params.discount(0), 1.0);
    }

    #[test]
    fn a_batch_has_a_row_for_each_subtask() {
        let params = Params::new(Spec {
            parallelism: 4,
            ..FLINK
        })
        .unwrap();
        assert!(params.check_batch_rows(4).is_ok());
        let refused = params.check_batch_rows(3).unwrap_err().to_string();
        assert_eq!(
            refused,
            "a batch has 4 rows or more, one for each subtask. Now: 3."
        );
        assert!(Params::new(FLINK).unwrap().check_batch_rows(0).is_err());
    }
}
