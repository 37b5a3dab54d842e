//! The dialog.

use export::{Engine, Job};
use gloo::events::EventListener;
use lab::positions::Position;
use wasm_bindgen::JsValue;
use web_sys::{Element, HtmlDialogElement};

use super::JobMsg;
use crate::page::app::Sender;
use crate::page::dom::{self, Shown, Slot};
use crate::page::msg::Msg;
use crate::page::numbers;
use crate::page::view::Cx;
use crate::protocol::Exported;

/// Positions that are written out; of a topic with more partitions only how many there are.
const POSITIONS_MOST: usize = 6;

/// The dialog.
#[derive(Debug)]
pub struct JobDialog {
    dialog: HtmlDialogElement,
    engines: [(Engine, Element); 2],
    of: Slot,
    from: Slot,
    body: Element,
    left_out: Element,
    files: Element,
    topic: Slot,
    follow: Element,
    error: Slot,
    edition: Shown<u64>,
    _listeners: Vec<EventListener>,
}

impl JobDialog {
    /// The dialog of index.html.
    ///
    /// # Errors
    /// An element is missing.
    pub fn new(sender: &Sender) -> Result<JobDialog, JsValue> {
        let mut listeners = Vec::new();
        for (id, msg) in [
            ("job-close", Msg::Close),
            ("job-spark", Msg::Job(JobMsg::To(Engine::Spark))),
            ("job-flink", Msg::Job(JobMsg::To(Engine::Flink))),
            ("job-save", Msg::Job(JobMsg::Save)),
            ("job-follow", Msg::Job(JobMsg::Follow)),
            ("share-job", Msg::Job(JobMsg::Open(None))),
        ] {
            let (sender, button) = (sender.clone(), dom::by_id::<Element>(id)?);
            listeners.push(dom::on_click(&button, move || sender.send(msg.clone())));
        }
        Ok(JobDialog {
            dialog: dom::by_id("job-dialog")?,
            engines: [
                (Engine::Spark, dom::by_id("job-spark")?),
                (Engine::Flink, dom::by_id("job-flink")?),
            ],
            of: Slot::by_id("job-of")?,
            from: Slot::by_id("job-from")?,
            body: dom::by_id("job-body")?,
            left_out: dom::by_id("job-left-out")?,
            files: dom::by_id("job-files")?,
            topic: Slot::by_id("job-topic")?,
            follow: dom::by_id("job-follow")?,
            error: Slot::by_id("job-error")?,
            edition: Shown::default(),
            _listeners: listeners,
        })
    }

    /// Draws what changed.
    ///
    /// # Errors
    /// The browser refused an element.
    pub fn draw(&mut self, cx: &Cx<'_>) -> Result<(), JsValue> {
        if !self.dialog.open() {
            return Ok(());
        }
        let job = &cx.state.job;
        if let Some((lane, version, engine)) = job.asked {
            let name = cx.state.update.snapshot.lanes.get(lane);
            let name = name.map_or("", |lane| lane.name.as_str());
            self.of.set(&format!(
                "Lane {name}, from version {}",
                numbers::count(version)
            ));
            for (of, button) in &self.engines {
                let is_it = if *of == engine { "true" } else { "false" };
                dom::set_attribute(button, "aria-pressed", is_it);
            }
        }
        dom::enable(&self.follow, super::follower(cx.state).is_some());
        if !self.edition.change(job.edition) {
            return Ok(());
        }
        let error = match &job.told {
            Some(Err(why)) => why.as_str(),
            _ => "",
        };
        self.error.set_or_hide(error);
        dom::show(&self.body, matches!(job.told, Some(Ok(_))));
        match &job.told {
            Some(Ok(told)) => self.fill(told),
            _ => {
                self.from.set("");
                Ok(())
            }
        }
    }

    fn fill(&mut self, told: &Exported) -> Result<(), JsValue> {
        self.from.set(&reads_on(&told.positions));
        self.topic.set(&told.job.model_topic);
        self.fill_left_out(&told.job)?;
        self.files.set_text_content(None);
        for file in &told.job.files {
            let details = dom::child(&self.files, "details", "job-file", "")?;
            let summary = dom::child(&details, "summary", "", "")?;
            dom::child(&summary, "code", "", &file.path)?;
            let lines = numbers::count(file.text.lines().count() as u64);
            dom::child(&summary, "span", "quiet", &format!("{lines} lines"))?;
            let text = dom::child(&details, "pre", "", &file.text)?;
            // It scrolls: the keyboard has to reach it.
            for (name, value) in [
                ("tabindex", "0"),
                ("role", "region"),
                ("aria-label", &file.path),
            ] {
                dom::set_attribute(&text, name, value);
            }
        }
        Ok(())
    }

    fn fill_left_out(&self, job: &Job) -> Result<(), JsValue> {
        self.left_out.set_text_content(None);
        if job.left_out.is_empty() {
            dom::child(
                &self.left_out,
                "li",
                "",
                "Nothing: all that the lane does, the job does too.",
            )?;
        }
        for item in &job.left_out {
            let line = dom::child(&self.left_out, "li", "", "")?;
            dom::child(&line, "b", "", &format!("The lane {}. ", item.what))?;
            dom::child(&line, "span", "", &item.instead)?;
        }
        Ok(())
    }
}

/// Where the job begins to read, in words.
fn reads_on(positions: &[Position]) -> String {
    let place = |at: &Position| {
        let offset = numbers::count(at.next_offset.unsigned_abs());
        format!("{}/{} at {offset}", at.topic, at.partition)
    };
    match positions.len() {
        0 => "It reads its topics from where the lab file says.".to_owned(),
        n if n <= POSITIONS_MOST => {
            let places: Vec<String> = positions.iter().map(place).collect();
            format!("It reads on from {}.", places.join(", "))
        }
        n => format!(
            "It reads on from {} and {} more partitions.",
            place(&positions[0]),
            n - 1
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_written_out_while_they_are_few() {
        assert!(reads_on(&[]).contains("lab file"));
        let at = |partition| Position {
            topic: "t".to_owned(),
            partition,
            next_offset: 1_234,
        };
        assert_eq!(
            reads_on(&[at(0), at(1)]),
            "It reads on from t/0 at 1,234, t/1 at 1,234."
        );
        let many: Vec<Position> = (0..9).map(at).collect();
        assert_eq!(
            reads_on(&many),
            "It reads on from t/0 at 1,234 and 8 more partitions."
        );
    }
}
