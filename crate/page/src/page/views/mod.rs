//! What the stage shows rows as: a scatter plot, parallel coordinates, a scatter matrix; and what lies under them.
//!
//! - [`menu`]: the View button and its sheet
//! - [`rows`](mod@rows): the newest rows with all their features
//! - [`parallel`]: a line for each row, across all features; [`matrix`]: each feature over each other one
//! - [`many`]: the canvas of both, and what it shows in words

pub mod many;
pub mod matrix;
pub mod menu;
pub mod parallel;
pub mod rows;

use lab::snapshot::{Snapshot, Task};

use super::msg::Effect;
use super::state::State;
use crate::protocol::Command;

/// So many of the newest rows are drawn with all their features, one by one.
pub const ROWS: usize = 300;

/// What the stage shows rows as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Two axes.
    #[default]
    Scatter,
    /// A line for each row, across all features.
    Parallel,
    /// Each feature over each other one.
    Matrix,
}

/// The reader's choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Views {
    /// What rows are shown as.
    pub kind: Kind,
    /// Whether regions are tinted.
    pub regions: bool,
    /// Whether the paths of centroids are drawn.
    pub paths: bool,
    /// Whether the menu is open.
    pub open: bool,
}

/// Something happened to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewsMsg {
    /// Open the menu and go there.
    Open,
    /// The menu was opened or closed.
    Opened(bool),
    /// Show rows as this.
    Show(Kind),
    /// Tint regions, or do not.
    Regions(bool),
    /// Draw paths, or do not.
    Paths(bool),
}

impl Default for Views {
    fn default() -> Self {
        Views {
            kind: Kind::Scatter,
            regions: true,
            paths: true,
            open: false,
        }
    }
}

impl Views {
    /// What is shown of this picture: only rows of three features and more need another view than a scatter plot.
    pub fn shown(&self, snapshot: &Snapshot) -> Kind {
        match has_many(snapshot) {
            true => self.kind,
            false => Kind::Scatter,
        }
    }
}

/// What the stage shows; lanes side by side are scatter plots.
pub fn shown(state: &State) -> Kind {
    match state.compare {
        true => Kind::Scatter,
        false => state.views.shown(&state.update.snapshot),
    }
}

/// Whether the stage has anything to choose: not side by side with others, nor of a regression.
pub fn has_menu(state: &State) -> bool {
    !state.compare && state.update.snapshot.task != Task::Regression
}

/// Whether there are other views of the shown lane's rows than a scatter plot.
pub fn has_many(snapshot: &Snapshot) -> bool {
    snapshot.features.len() > 2 && snapshot.task != Task::Regression
}

/// One step: something happened to the views.
pub fn update(views: &mut Views, msg: ViewsMsg, out: &mut Vec<Effect>) {
    match msg {
        ViewsMsg::Open => {
            views.open = true;
            out.push(Effect::Focus(menu::id(views.kind)));
        }
        ViewsMsg::Opened(open) => views.open = open,
        ViewsMsg::Show(kind) => {
            views.kind = kind;
            let most = if kind == Kind::Scatter { 0 } else { ROWS };
            out.push(Effect::Send(Command::Values { most }));
        }
        ViewsMsg::Regions(regions) => views.regions = regions,
        ViewsMsg::Paths(paths) => views.paths = paths,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_with_all_their_features_only_while_they_are_shown() {
        let mut views = Views::default();
        for (kind, most) in [
            (Kind::Parallel, ROWS),
            (Kind::Matrix, ROWS),
            (Kind::Scatter, 0),
        ] {
            let mut out = Vec::new();
            update(&mut views, ViewsMsg::Show(kind), &mut out);
            assert_eq!(out, [Effect::Send(Command::Values { most })]);
            assert_eq!(views.kind, kind);
        }
    }

    #[test]
    fn two_features_are_a_scatter_plot_whatever_was_chosen() {
        let views = Views {
            kind: Kind::Parallel,
            ..Views::default()
        };
        let mut snapshot = Snapshot {
            features: vec![String::new(); 3],
            ..Snapshot::default()
        };
        assert_eq!(views.shown(&snapshot), Kind::Parallel);
        snapshot.features.pop();
        assert_eq!(views.shown(&snapshot), Kind::Scatter);
        snapshot.features = vec![String::new(); 3];
        snapshot.task = Task::Regression;
        assert_eq!(views.shown(&snapshot), Kind::Scatter);
    }
}
