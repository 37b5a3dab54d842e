//! The answer to GET /metrics.
//!
//! What it has labels for is bounded: protocols, kinds of errors, and at most [`MAX_PARTITIONS`] partitions.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use wire::TopicEnds;

use crate::ingest::Taken;
use crate::metrics::text::{CONTENT_TYPE, Kind, Text};
use crate::metrics::{Protocol, Rejection, SourceFailure};
use crate::shared::Shared;
use crate::state::{self, Look};

/// How many partitions are listed one by one.
const MAX_PARTITIONS: usize = 1000;

/// How long the log may take to say what was posted.
const PATIENCE: Duration = Duration::from_secs(2);

/// Answers with every number there is, always with 200: a source in trouble is a number too.
pub(crate) async fn metrics(State(shared): State<Arc<Shared>>) -> Response {
    let look = state::look(&shared).await;
    let mut text = Text::default();
    bridge(&mut text, &shared);
    source(&mut text, &shared, &look);
    topics(
        &mut text,
        look.hello.as_ref().map_or(&[], |hello| &hello.topics),
    );
    ring(&mut text, &shared);
    sessions(&mut text, &shared);
    sink(&mut text, &shared, &look);
    if let Some(taken) = taken(&shared).await {
        posts(&mut text, taken);
    }
    let headers = [
        (header::CONTENT_TYPE, CONTENT_TYPE),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, text.end()).into_response()
}

fn bridge(text: &mut Text, shared: &Shared) {
    text.metric(
        Kind::Gauge,
        "eddy_build_info",
        "The program's version and its source, as labels.",
    )
    .sample(
        &[
            ("version", &env!("CARGO_PKG_VERSION")),
            ("source", &shared.backend.source.kind()),
        ],
        1,
    );
    text.metric(
        Kind::Gauge,
        "eddy_uptime_seconds",
        "How long the bridge has been serving.",
    )
    .sample(&[], shared.metrics.started.elapsed().as_secs_f64());
}

fn source(text: &mut Text, shared: &Shared, look: &Look) {
    let source = &shared.metrics.source;
    text.metric(
        Kind::Gauge,
        "eddy_source_up",
        "1 where the source can be read, 0 where it is in trouble (/health says why).",
    )
    .sample(&[], u8::from(look.source.error.is_none()));
    text.metric(
        Kind::Counter,
        "eddy_source_records_total",
        "Records that the source told of as new.",
    )
    .sample(&[], source.records.get());
    text.metric(
        Kind::Counter,
        "eddy_source_bytes_total",
        "Bytes of those records in memory: key, value, headers and what holds them.",
    )
    .sample(&[], source.bytes.get());
    text.metric(
        Kind::Counter,
        "eddy_source_gaps_total",
        "Runs of offsets that were removed before they could be relayed.",
    )
    .sample(&[], source.gaps.get());
    text.metric(
        Kind::Counter,
        "eddy_source_gap_records_total",
        "Offsets in those runs.",
    )
    .sample(&[], source.gap_records.get());
    text.metric(Kind::Counter, "eddy_source_starts_total", "How often following the source began: at the start, after trouble, and when the log was made anew or the place in it was lost.")
        .sample(&[], source.starts.get());
    text.metric(
        Kind::Counter,
        "eddy_source_errors_total",
        "Failures of the source, by kind: unreadable, ended and panicked while it was followed, read for a session that is behind.",
    );
    for failure in SourceFailure::ALL {
        text.sample(&[("kind", &failure.name())], source.failures(failure));
    }
    text.metric(
        Kind::Gauge,
        "eddy_source_news_age_seconds",
        "How long ago the source told anything, if only that nothing is new.",
    )
    .sample(&[], source.news_age().as_secs_f64());
    text.metric(
        Kind::Gauge,
        "eddy_source_look_age_seconds",
        "How long ago a look at the source reached the log's end.",
    )
    .sample(&[], source.look_age().as_secs_f64());
}

/// What Debezium Server posted; none with other sources, and while the log cannot say (/health says why).
async fn taken(shared: &Shared) -> Option<Taken> {
    let log = shared.config.ingest.as_ref()?.log.clone();
    let asked = tokio::task::spawn_blocking(move || log.taken());
    tokio::time::timeout(PATIENCE, asked).await.ok()?.ok()?.ok()
}

fn posts(text: &mut Text, taken: Taken) {
    for (name, help, count) in [
        (
            "eddy_debezium_kept_total",
            "Events that were posted to /debezium and are kept, since the log began; the unreadable ones included.",
            taken.kept,
        ),
        (
            "eddy_debezium_unreadable_total",
            "Of those, the ones that cannot be read.",
            taken.unreadable,
        ),
        (
            "eddy_debezium_repeats_total",
            "Events that were posted again and are not kept twice.",
            taken.repeats,
        ),
    ] {
        text.metric(Kind::Counter, name, help).sample(&[], count);
    }
}

fn topics(text: &mut Text, ends: &[TopicEnds]) {
    text.metric(
        Kind::Gauge,
        "eddy_topic_partitions",
        "Partitions of all topics; those beyond 1000 are not listed one by one.",
    )
    .sample(&[], ends.len());
    let listed = &ends[..ends.len().min(MAX_PARTITIONS)];
    text.metric(
        Kind::Gauge,
        "eddy_topic_start_offset",
        "The oldest offset that is there.",
    );
    for ends in listed {
        text.sample(
            &[("topic", &ends.topic), ("partition", &ends.partition)],
            ends.start,
        );
    }
    text.metric(
        Kind::Gauge,
        "eddy_topic_end_offset",
        "The offset behind the newest record.",
    );
    for ends in listed {
        text.sample(
            &[("topic", &ends.topic), ("partition", &ends.partition)],
            ends.end,
        );
    }
}

fn ring(text: &mut Text, shared: &Shared) {
    let held = shared.ring.held();
    text.metric(
        Kind::Gauge,
        "eddy_ring_bytes",
        "Bytes of recent records that are kept for all sessions together.",
    )
    .sample(&[], held.bytes);
    text.metric(
        Kind::Gauge,
        "eddy_ring_limit_bytes",
        "How many bytes may be kept (--ring-bytes).",
    )
    .sample(&[], shared.config.ring_bytes);
    text.metric(
        Kind::Gauge,
        "eddy_ring_items",
        "Records and gaps that are kept.",
    )
    .sample(&[], held.items);
    // Left out where nothing is held: no time would be true.
    if let Some(oldest_ms) = held.oldest_ms {
        text.metric(
            Kind::Gauge,
            "eddy_ring_oldest_timestamp_seconds",
            "The timestamp of the oldest record that is kept, since the epoch.",
        )
        .sample(&[], oldest_ms as f64 / 1000.0);
    }
}

fn sessions(text: &mut Text, shared: &Shared) {
    let sessions = &shared.metrics.sessions;
    let open = Protocol::ALL.map(|protocol| sessions.open(protocol));
    let all = || Protocol::ALL.into_iter().zip(open);
    text.metric(
        Kind::Gauge,
        "eddy_sessions",
        "Sessions that are open, by protocol.",
    );
    for (protocol, open) in all() {
        text.sample(&[("protocol", &protocol.name())], open.sessions);
    }
    text.metric(
        Kind::Gauge,
        "eddy_sessions_limit",
        "How many sessions there may be at a time.",
    )
    .sample(&[], shared.config.max_sessions);
    text.metric(
        Kind::Gauge,
        "eddy_session_lag_records",
        "Records that the session furthest behind has not been sent yet.",
    );
    for (protocol, open) in all() {
        text.sample(&[("protocol", &protocol.name())], open.lag_records);
    }
    text.metric(
        Kind::Counter,
        "eddy_sessions_opened_total",
        "Sessions that were opened.",
    );
    for protocol in Protocol::ALL {
        text.sample(
            &[("protocol", &protocol.name())],
            sessions.totals(protocol).opened.get(),
        );
    }
    text.metric(
        Kind::Counter,
        "eddy_sessions_refused_total",
        "Sessions that found no seat free.",
    )
    .sample(&[], sessions.refused.get());
    text.metric(
        Kind::Counter,
        "eddy_session_records_total",
        "Records that were sent to sessions.",
    );
    for protocol in Protocol::ALL {
        text.sample(
            &[("protocol", &protocol.name())],
            sessions.totals(protocol).records.get(),
        );
    }
    text.metric(
        Kind::Counter,
        "eddy_session_bytes_total",
        "Bytes of those records as they were sent.",
    );
    for protocol in Protocol::ALL {
        text.sample(
            &[("protocol", &protocol.name())],
            sessions.totals(protocol).bytes.get(),
        );
    }
    text.metric(
        Kind::Counter,
        "eddy_session_resubscriptions_total",
        "Subscriptions after a session's first.",
    );
    for protocol in Protocol::ALL {
        text.sample(
            &[("protocol", &protocol.name())],
            sessions.totals(protocol).resubscriptions.get(),
        );
    }
}

fn sink(text: &mut Text, shared: &Shared, look: &Look) {
    let sink = &shared.metrics.sink;
    // Left out where there is no sink: it is neither up nor down.
    if let Some(state) = &look.sink {
        text.metric(
            Kind::Gauge,
            "eddy_sink_up",
            "1 where messages can be published, 0 where the sink is in trouble (/health says why).",
        )
        .sample(&[], u8::from(state.error.is_none()));
    }
    text.metric(Kind::Counter, "eddy_published_total", "Messages that pages asked to have published and that are there now; one that two pages ask for counts twice.")
        .sample(&[], sink.messages_published());
    text.metric(
        Kind::Counter,
        "eddy_publish_rejected_total",
        "Messages that were not published, by reason.",
    );
    for rejection in Rejection::ALL {
        text.sample(
            &[("reason", &rejection.name())],
            sink.messages_rejected(rejection),
        );
    }
    text.metric(
        Kind::Gauge,
        "eddy_publish_calls",
        "Calls of the sink that are under way.",
    )
    .sample(&[], sink.calls_under_way());
}
