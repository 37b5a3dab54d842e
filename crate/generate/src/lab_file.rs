//! The experiment that fits a made-up stream.

use crate::Stream;

impl Stream {
    /// A lab file for the stream: two lanes side by side, of which one forgets and one does not.
    pub fn lab(&self) -> String {
        let [train, test] = self.topics();
        let features = self.features().join("\", \"");
        let (truth, lanes) = match self.settings().kind.is_regression() {
            true => ("target", self.regressions()),
            false => ("label", self.clusterings()),
        };
        format!(
            "{{\n  \"eddy\": 1,\n  \"streams\": [\n    {{\"topic\": \"{train}\", \"role\": \"train\"}},\n    \
             {{\"topic\": \"{test}\", \"role\": \"classify\"}}\n  ],\n  \"features\": [\"{features}\"],\n  \
             \"{truth}\": \"{}\",\n  \"lanes\": [\n{lanes}\n  ]\n}}\n",
            self.truth()
        )
    }

    fn clusterings(&self) -> String {
        let seed = self.settings().seed;
        // Both engines want two clusters or more.
        let k = self.settings().clusters.max(2);
        let lane = |name: &str, engine: &str, batch: &str| {
            format!(
                "    {{\n      \"name\": \"{name}\",\n      \
                 \"model\": {{\"kind\": \"kmeans\", \"engine\": \"{engine}\", \"k\": {k}, \
                 \"initial\": {{\"kmeans++\": {{\"seed\": {seed}, \"rows\": 32}}}}}},\n      \
                 \"batch\": {batch}\n    }}"
            )
        };
        [
            lane("Flink", "flink", r#"{"by": "count", "rows": 32}"#),
            lane("Spark", "spark", r#"{"by": "interval", "ms": 5000}"#),
        ]
        .join(",\n")
    }

    fn regressions(&self) -> String {
        let lane = |name: &str, forgetting: f64| {
            format!(
                "    {{\n      \"name\": \"{name}\",\n      \"model\": {{\"kind\": \"linear_regression\", \
                 \"solver\": \"rls\", \"forgetting\": {forgetting}}},\n      \
                 \"batch\": {{\"by\": \"count\", \"rows\": 10}}\n    }}"
            )
        };
        [lane("Forgets", 0.97), lane("Keeps all", 1.0)].join(",\n")
    }
}

#[cfg(test)]
mod tests {
    use lab::LabFile;
    use lab::replay::Replay;

    use crate::{Form, Kind, Settings, Stream};

    #[test]
    fn every_kind_learns_and_is_measured() {
        for kind in Kind::ALL {
            for form in [Form::Envelope, Form::Unwrapped] {
                let settings = Settings {
                    form,
                    updates: 0.05,
                    deletes: 0.05,
                    ..Settings::of(kind)
                };
                let stream = Stream::new(settings).expect("settings");
                let mut out = String::new();
                let lab = LabFile::parse(&stream.lab()).expect("a lab file");
                let mut replay = Replay::new(lab, &mut out).expect("a lab");
                for line in stream.ndjson().lines() {
                    replay.line(line, &mut out).expect("a line");
                }
                assert_eq!(replay.foreign, 0, "{kind:?}");
                replay.finish(&mut out);
                let count = |event: &str| {
                    let mark = format!("\"event\":\"{event}\"");
                    out.lines().filter(|line| line.contains(&mark)).count()
                };
                assert!(count("version") > 30, "{kind:?} {}", count("version"));
                assert!(count("prediction") > 300, "{kind:?}");
                assert_eq!(count("rejected"), 0, "{kind:?}");
            }
        }
    }
}
