//! Predictions as messages for other programs (FORMATS: "Predictions").

use learn::online::Answer;
use wire::{Header, Publication};

use crate::config::{Form, LaneConfig};
use crate::event::PredictionEvent;
use crate::{number, replay};

/// The message for a prediction; None where its lane publishes nothing.
///
/// The key is the row's key. The id (header `eddy.id`) is the same for the same lane configuration, streams,
/// version, topic, partition and offset, whoever asks: so a bridge publishes each prediction once.
pub fn publication(lane: &LaneConfig, prediction: &PredictionEvent) -> Option<Publication> {
    let publish = lane.publish.as_ref()?;
    let mut value = String::new();
    match publish.form {
        Form::Text => write_text(prediction, &mut value),
        Form::Json => replay::write_prediction(prediction, &mut value),
    }
    let source = &prediction.source;
    let place = format!("{}/{}/{}", source.topic, source.partition, source.offset);
    let id = format!("{:016x}/{}/{place}", lane.hash, prediction.version);
    let header = |name: &str, value: &str| Header {
        name: name.to_owned(),
        value: Some(value.as_bytes().to_vec()),
    };
    Some(Publication {
        headers: vec![
            header("eddy.id", &id),
            header("eddy.lane", &prediction.lane_name),
            header("eddy.version", &prediction.version.to_string()),
            header("eddy.source", &place),
        ],
        id,
        topic: publish.topic.clone(),
        key: prediction.key.as_deref().map(<[u8]>::to_vec),
        value: value.into_bytes(),
    })
}

/// `[5.4, 3.7, 1.5, 0.2] is classified as 0`, as the published demo prints it; a number `is predicted as 440.33`.
fn write_text(prediction: &PredictionEvent, out: &mut String) {
    out.push('[');
    for (i, feature) in prediction.features.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        number::write_java(out, *feature);
    }
    match prediction.answer {
        Answer::Cluster(learn::kmeans::Nearest { cluster: class, .. })
        | Answer::Class(learn::Classified { class, .. }) => {
            out.push_str("] is classified as ");
            out.push_str(itoa::Buffer::new().format(class));
        }
        Answer::Number(number) => {
            out.push_str("] is predicted as ");
            number::write_java(out, number);
        }
    }
}
