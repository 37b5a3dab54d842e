//! Which rows went where: true classes against clusters, or against predicted classes.

use serde::{Deserialize, Serialize};

use super::Tally;

/// A table of classes by clusters, counted up row by row.
///
/// Classes and clusters are counted from 0; the table has room for the largest of each, so the caller numbers them without
/// large gaps. A row counts 1, and less once it has been faded. All clustering and class measures are read off this table.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confusion {
    /// By class, then by cluster; what is missing is 0.
    cells: Vec<Vec<Cell>>,
}

/// The rows of one class in one cluster.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Cell {
    /// The sum of their weights: how many they are while none has faded.
    pub(super) weight: f64,
    /// The sum of their squared weights; with it pairs of rows can be counted.
    pub(super) squares: f64,
}

impl Cell {
    pub(super) fn plus(self, other: Cell) -> Cell {
        Cell {
            weight: self.weight + other.weight,
            squares: self.squares + other.squares,
        }
    }
}

impl Confusion {
    /// A table without rows.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts a row of a class in a cluster.
    pub fn add(&mut self, class: usize, cluster: usize) {
        let cell = self.cell_mut(class, cluster);
        *cell = cell.plus(Cell {
            weight: 1.0,
            squares: 1.0,
        });
    }

    /// Takes a row out again; false, and nothing done, where none is left there. For tables that have not been faded.
    pub fn remove(&mut self, class: usize, cluster: usize) -> bool {
        if self.count(class, cluster) < 1.0 {
            return false;
        }
        let cell = self.cell_mut(class, cluster);
        cell.weight -= 1.0;
        cell.squares -= 1.0;
        true
    }

    /// Adds another table's rows.
    pub fn merge(&mut self, other: &Confusion) {
        for (class, cells) in other.cells.iter().enumerate() {
            for (cluster, &from) in cells.iter().enumerate() {
                let cell = self.cell_mut(class, cluster);
                *cell = cell.plus(from);
            }
        }
    }

    /// Multiplies the weight of every row so far.
    pub fn fade(&mut self, factor: f64) {
        for cell in self.cells.iter_mut().flatten() {
            cell.weight *= factor;
            cell.squares *= factor * factor;
        }
    }

    /// How many rows there are; after fading, the sum of their weights.
    pub fn rows(&self) -> f64 {
        self.class_cells()
            .iter()
            .fold(0.0, |sum, cell| sum + cell.weight)
    }

    /// How many rows of a class are in a cluster.
    pub fn count(&self, class: usize, cluster: usize) -> f64 {
        let cells = self.cells.get(class);
        cells
            .and_then(|cells| cells.get(cluster))
            .map_or(0.0, |cell| cell.weight)
    }

    /// How many classes there is room for: the largest so far, and 1.
    pub fn classes(&self) -> usize {
        self.cells.len()
    }

    /// How many clusters there is room for: the largest so far, and 1.
    pub fn clusters(&self) -> usize {
        self.cells.iter().map(Vec::len).max().unwrap_or(0)
    }

    /// How many rows each class has.
    pub fn class_counts(&self) -> Vec<f64> {
        self.class_cells().iter().map(|cell| cell.weight).collect()
    }

    /// How many rows each cluster has.
    pub fn cluster_counts(&self) -> Vec<f64> {
        self.cluster_cells()
            .iter()
            .map(|cell| cell.weight)
            .collect()
    }

    /// Purity: the share of rows that are of the largest class in their cluster; NaN without rows.
    ///
    /// Zhao and Karypis, "Criterion functions for document clustering" (2001). A cluster for each row has purity 1.
    pub fn purity(&self) -> f64 {
        let mut largest = vec![0.0; self.clusters()];
        for (_, cluster, cell) in self.filled() {
            largest[cluster] = f64::max(largest[cluster], cell.weight);
        }
        largest.iter().fold(0.0, |sum, most| sum + most) / self.rows()
    }

    /// The cells that hold rows, by class and then by cluster.
    pub(super) fn filled(&self) -> impl Iterator<Item = (usize, usize, Cell)> {
        self.cells.iter().enumerate().flat_map(|(class, cells)| {
            let filled = cells
                .iter()
                .enumerate()
                .filter(|(_, cell)| cell.weight > 0.0);
            filled.map(move |(cluster, &cell)| (class, cluster, cell))
        })
    }

    /// The sum of each class's cells.
    pub(super) fn class_cells(&self) -> Vec<Cell> {
        let mut sums = vec![Cell::default(); self.classes()];
        for (class, _, cell) in self.filled() {
            sums[class] = sums[class].plus(cell);
        }
        sums
    }

    /// The sum of each cluster's cells.
    pub(super) fn cluster_cells(&self) -> Vec<Cell> {
        let mut sums = vec![Cell::default(); self.clusters()];
        for (_, cluster, cell) in self.filled() {
            sums[cluster] = sums[cluster].plus(cell);
        }
        sums
    }

    fn cell_mut(&mut self, class: usize, cluster: usize) -> &mut Cell {
        if self.cells.len() <= class {
            self.cells.resize(class + 1, Vec::new());
        }
        let cells = &mut self.cells[class];
        if cells.len() <= cluster {
            cells.resize(cluster + 1, Cell::default());
        }
        &mut cells[cluster]
    }
}

impl Tally for Confusion {
    /// A class and a cluster.
    type Row = (usize, usize);

    fn add(&mut self, (class, cluster): (usize, usize)) {
        Confusion::add(self, class, cluster);
    }

    fn fade(&mut self, factor: f64) {
        Confusion::fade(self, factor);
    }
}

impl FromIterator<(usize, usize)> for Confusion {
    fn from_iter<I: IntoIterator<Item = (usize, usize)>>(rows: I) -> Self {
        let mut confusion = Confusion::new();
        for (class, cluster) in rows {
            confusion.add(class, cluster);
        }
        confusion
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_takes_out() {
        let mut table = Confusion::from_iter([(0, 2), (1, 0), (0, 2)]);
        assert_eq!(
            (table.classes(), table.clusters(), table.rows()),
            (2, 3, 3.0)
        );
        assert_eq!(
            (table.count(0, 2), table.count(1, 2), table.count(9, 9)),
            (2.0, 0.0, 0.0)
        );
        assert_eq!(
            (table.class_counts(), table.cluster_counts()),
            (vec![2.0, 1.0], vec![1.0, 0.0, 2.0])
        );
        assert!(table.remove(0, 2) && table.remove(0, 2));
        assert!(!table.remove(0, 2) && !table.remove(7, 7));
        assert_eq!((table.classes(), table.rows()), (2, 1.0));
    }

    #[test]
    fn merges_as_if_counted_in_one() {
        let mut first = Confusion::from_iter([(0, 0), (2, 1)]);
        first.merge(&Confusion::from_iter([(0, 0), (1, 3)]));
        assert_eq!(
            first,
            Confusion::from_iter([(0, 0), (2, 1), (0, 0), (1, 3)])
        );
    }

    #[test]
    fn without_rows_there_is_no_purity() {
        assert!(Confusion::new().purity().is_nan());
        assert_eq!(
            Confusion::from_iter([(0, 4), (1, 4), (1, 4), (1, 0)]).purity(),
            0.75
        );
    }
}
