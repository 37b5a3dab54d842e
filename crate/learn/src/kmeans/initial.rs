//! Initial models: random, k-means++, and the best of several.

use super::{Distance, Engine, InitialError, Model, Params, squared_difference};
use crate::Rows;
use crate::metrics::inertia;
use crate::random::Random;

/// Cosine distances below this are rounding: the rows have one direction.
const PARALLEL: f64 = 4.0 * f64::EPSILON;

/// A start that waits for rows.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Awaited {
    /// So many.
    pub rows: usize,
    /// How centroids are drawn.
    pub draw: Draw,
    /// Seed of the first draw; the others have those after it.
    pub seed: u64,
    /// Weight of each centroid.
    pub weight: f64,
    /// So often they are drawn, 1 or more.
    pub restarts: usize,
}

/// How centroids are drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Draw {
    /// As [`random`] does.
    Random,
    /// As [`plus_plus`] does.
    PlusPlus,
}

impl Awaited {
    /// The start of the least inertia on these rows; the first of equal ones.
    ///
    /// # Errors
    ///
    /// As for [`plus_plus`], of the first draw.
    pub fn best(&self, params: &Params, rows: Rows<'_>) -> Result<Model, InitialError> {
        let draw = |seed| match self.draw {
            Draw::Random => random(params, self.weight, seed),
            Draw::PlusPlus => plus_plus(params, rows, self.weight, seed),
        };
        let mut best = draw(self.seed)?;
        let mut least = inertia(params, &best, rows);
        for restart in 1..self.restarts as u64 {
            let model = draw(self.seed.wrapping_add(restart))?;
            let found = inertia(params, &model, rows);
            if found < least {
                (best, least) = (model, found);
            }
        }
        Ok(best)
    }
}

/// Draws centroids at random, each with this weight, knowing nothing of rows.
///
/// For Spark every number is of the standard normal distribution, as `StreamingKMeans.setRandomCenters(dim, weight, seed)`
/// draws it; for Flink it is uniform from 0 to 1, as `KMeansModelData.generateRandomModelData(tEnv, k, dim, weight, seed)`
/// does. The distributions are the engines', their generators' bits are not: the same seed gives other numbers there.
///
/// # Errors
///
/// When the weight is below 0 or not finite.
pub fn random(params: &Params, weight: f64, seed: u64) -> Result<Model, InitialError> {
    let weights = weights(params, weight)?;
    let mut random = Random::new(seed);
    let draw = || match params.engine() {
        Engine::Flink => random.uniform(),
        Engine::Spark => random.normal(),
    };
    let centroids = std::iter::repeat_with(draw).take(params.k() * params.dim());
    Ok(Model {
        centroids: centroids.collect(),
        weights,
    })
}

/// Chooses centroids among rows by k-means++, each with this weight.
///
/// Arthur and Vassilvitskii, "k-means++: the advantages of careful seeding" (2007): the first is any row, each other one a
/// row with a probability in proportion to the square of its distance from the nearest centroid so far. The distance is
/// the model's own; the square of the cosine distance is, as for vectors of length 1, the distance itself, twice. Neither
/// engine's online k-means starts so by itself.
///
/// # Errors
///
/// When the rows are of another width, fewer of them than clusters differ, a number or distance is not finite, a row is
/// zero under cosine, or the weight is below 0 or not finite.
pub fn plus_plus(
    params: &Params,
    rows: Rows<'_>,
    weight: f64,
    seed: u64,
) -> Result<Model, InitialError> {
    let weights = weights(params, weight)?;
    let (k, by) = (params.k(), params.distance());
    check_rows(params, rows)?;
    if rows.is_empty() {
        let (rows, distinct) = (0, 0);
        return Err(InitialError::FewRows { k, rows, distinct });
    }
    let mut random = Random::new(seed);
    let mut chosen = rows.row(random.below(rows.len() as u64) as usize);
    let mut centroids = chosen.to_vec();
    let mut nearest = vec![f64::INFINITY; rows.len()];
    for distinct in 1..k {
        for (least, row) in nearest.iter_mut().zip(rows) {
            *least = least.min(squared(by, row, chosen));
        }
        chosen = match draw(&nearest, random.uniform())? {
            Some(place) => rows.row(place),
            None => {
                let rows = rows.len();
                return Err(InitialError::FewRows { k, rows, distinct });
            }
        };
        centroids.extend_from_slice(chosen);
    }
    Ok(Model { centroids, weights })
}

fn weights(params: &Params, weight: f64) -> Result<Vec<f64>, InitialError> {
    match weight >= 0.0 && weight.is_finite() {
        true => Ok(vec![weight; params.k()]),
        false => Err(InitialError::Weight(weight)),
    }
}

fn check_rows(params: &Params, rows: Rows<'_>) -> Result<(), InitialError> {
    if rows.dim() != params.dim() {
        return Err(InitialError::Width {
            dim: params.dim(),
            found: rows.dim(),
        });
    }
    let finite = |row: &[f64]| row.iter().all(|number| number.is_finite());
    if let Some(row) = rows.iter().position(|row| !finite(row)) {
        return Err(InitialError::Number { row });
    }
    let zero = |row: &[f64]| row.iter().all(|&number| number == 0.0);
    match (params.distance(), rows.iter().position(zero)) {
        (Distance::Cosine, Some(row)) => Err(InitialError::ZeroRow { row }),
        _ => Ok(()),
    }
}

/// What a row's probability is in proportion to; 0 exactly where it is at the centroid's place.
fn squared(by: Distance, row: &[f64], centroid: &[f64]) -> f64 {
    let fold = |of: fn(f64, f64) -> f64| {
        let pairs = row.iter().zip(centroid);
        pairs.fold(0.0, |sum, (&x, &c)| sum + of(x, c))
    };
    match by {
        Distance::Euclidean => squared_difference(row, centroid),
        Distance::Manhattan => {
            let sum = fold(|x, c| (x - c).abs());
            sum * sum
        }
        Distance::Cosine => {
            let lengths = fold(|x, _| x * x).sqrt() * fold(|_, c| c * c).sqrt();
            let distance = 1.0 - fold(|x, c| x * c) / lengths;
            if distance < PARALLEL { 0.0 } else { distance }
        }
    }
}

/// The place at which a share of the sum of all is reached; None where all are 0.
fn draw(squares: &[f64], share: f64) -> Result<Option<usize>, InitialError> {
    let mut sum = 0.0;
    for (row, square) in squares.iter().enumerate() {
        sum += square;
        if !sum.is_finite() {
            return Err(InitialError::Number { row });
        }
    }
    let mut left = share * sum;
    let mut last = None;
    for (place, &square) in squares
        .iter()
        .enumerate()
        .filter(|(_, square)| **square > 0.0)
    {
        last = Some(place);
        if left < square {
            break;
        }
        left -= square;
    }
    // Where rounding leaves something over, it is the last one's.
    Ok(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kmeans::{Decay, Kmeans, Spec, TimeUnit};

    fn params(engine: Engine, k: usize, dim: usize, distance: Distance) -> Params {
        Params::new(Spec {
            engine,
            k,
            dim,
            decay: Decay::Factor(1.0),
            time_unit: TimeUnit::Batches,
            distance,
            parallelism: 1,
        })
        .unwrap()
    }

    #[test]
    fn draws_from_the_engines_distribution() {
        let spark = params(Engine::Spark, 100, 100, Distance::Euclidean);
        let model = random(&spark, 0.5, 7).unwrap();
        assert_eq!(model, random(&spark, 0.5, 7).unwrap());
        assert_ne!(model, random(&spark, 0.5, 8).unwrap());
        assert_eq!(model.weights, [0.5; 100]);
        let mean = |of: &dyn Fn(f64) -> f64, model: &Model| {
            model.centroids.iter().map(|&x| of(x)).sum::<f64>() / 1e4
        };
        assert!(mean(&|x| x, &model).abs() < 0.05);
        assert!((mean(&|x| x * x, &model) - 1.0).abs() < 0.07);
        let flink = params(Engine::Flink, 100, 100, Distance::Cosine);
        let model = random(&flink, 0.0, 7).unwrap();
        assert!(model.centroids.iter().all(|x| (0.0..1.0).contains(x)));
        assert!((mean(&|x| x, &model) - 0.5).abs() < 0.02);
        assert!(Kmeans::new(flink, model).is_ok());
        let refused = random(&flink, -1.0, 7).unwrap_err().to_string();
        assert_eq!(
            refused,
            "an initial weight is 0 or more and finite. Now: -1."
        );
    }

    #[test]
    fn chooses_rows_by_squared_distance() {
        let data = [0.0, 1.0, 10.0];
        let rows = Rows::new(&data, 1).unwrap();
        let params = params(Engine::Flink, 2, 1, Distance::Manhattan);
        let mut first = [0_u32; 3];
        let (mut after_0, mut far) = (0_u32, 0_u32);
        for seed in 0..9000 {
            let model = plus_plus(&params, rows, 0.0, seed).unwrap();
            let [one, two] = model.centroids[..] else {
                panic!()
            };
            first[data.iter().position(|&x| x == one).unwrap()] += 1;
            if one == 0.0 {
                after_0 += 1;
                far += u32::from(two == 10.0);
            }
        }
        assert!(first.iter().all(|n| (2800..3200).contains(n)), "{first:?}");
        // 100 / 101 of them.
        let share = f64::from(far) / f64::from(after_0);
        assert!((share - 100.0 / 101.0).abs() < 0.008, "{share}");
    }

    #[test]
    fn no_place_is_chosen_twice() {
        // Three places, two directions.
        let data = [1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 0.1, 0.7, 1.0, 1.0, 0.1, 0.7];
        let rows = Rows::new(&data, 2).unwrap();
        for (distance, distinct) in [
            (Distance::Euclidean, 3),
            (Distance::Manhattan, 3),
            (Distance::Cosine, 2),
        ] {
            for seed in 0..50 {
                let enough = params(Engine::Flink, distinct, 2, distance);
                let model = plus_plus(&enough, rows, 0.0, seed).unwrap();
                assert!(Kmeans::new(enough, model).is_ok());
                let short = params(Engine::Flink, distinct + 1, 2, distance);
                let refused = plus_plus(&short, rows, 0.0, seed).unwrap_err();
                let k = distinct + 1;
                assert_eq!(
                    refused,
                    InitialError::FewRows {
                        k,
                        rows: 6,
                        distinct
                    }
                );
            }
        }
    }

    #[test]
    fn keeps_the_draw_of_the_least_inertia() {
        let data: Vec<f64> = (0..60)
            .flat_map(|i| {
                [
                    f64::from(i % 3) * 10.0 + f64::from(i) / 60.0,
                    f64::from(i % 7),
                ]
            })
            .collect();
        let rows = Rows::new(&data, 2).unwrap();
        let params = params(Engine::Flink, 3, 2, Distance::Euclidean);
        for draw in [Draw::Random, Draw::PlusPlus] {
            let of = |seed, restarts| {
                let start = Awaited {
                    rows: 60,
                    draw,
                    seed,
                    weight: 0.5,
                    restarts,
                };
                let model = start.best(&params, rows).unwrap();
                (inertia(&params, &model, rows), model)
            };
            let singles: Vec<_> = (7..17).map(|seed| of(seed, 1)).collect();
            let least = singles
                .iter()
                .map(|one| one.0)
                .fold(f64::INFINITY, f64::min);
            let (found, model) = of(7, 10);
            assert_eq!(found, least);
            assert!(least < singles[0].0 && model.weights == [0.5; 3]);
            assert_eq!(of(7, 10).1, model);
        }
    }

    #[test]
    fn says_what_it_cannot_take() {
        let refuse = |data: &[f64], dim, distance| {
            let rows = Rows::new(data, dim).unwrap();
            let made = plus_plus(&params(Engine::Flink, 2, 2, distance), rows, 0.0, 1);
            made.unwrap_err().to_string()
        };
        let far = [1e300, 0.0, -1e300, 0.0];
        let (nan, zero) = ([1.0, 2.0, f64::NAN, 1.0], [1.0, 1.0, 0.0, 0.0]);
        let finite = "k-means++ takes rows of finite numbers and distances. Now: row";
        assert!(refuse(&far, 2, Distance::Euclidean).starts_with(finite));
        assert_eq!(
            refuse(&nan, 2, Distance::Euclidean),
            format!("{finite} 1, from 0, is not.")
        );
        assert_eq!(
            refuse(&zero, 2, Distance::Cosine),
            "cosine distance has no zero vectors. Now: row 1, from 0, is one."
        );
        assert_eq!(
            refuse(&[1.0], 1, Distance::Euclidean),
            "k-means++ takes rows of 2 numbers. Now: 1."
        );
        assert_eq!(
            refuse(&[1.0; 6], 2, Distance::Euclidean),
            "k-means++ takes 2 rows that differ, one for each cluster. Now: 1 of 3 rows differ. Give it more rows, or make k \
             smaller."
        );
        let none = refuse(&[], 2, Distance::Euclidean);
        assert!(none.contains("Now: 0 of 0 rows differ."), "{none}");
    }
}
