//! What the fields of a made-up stream say.

use generate::{Form, Kind, Settings};

/// A field of the dialog: a name as in [`Settings`], how its numbers stand to the setting's, and what it says of itself.
pub struct Field {
    /// The setting.
    pub name: &'static str,
    /// The setting is the field's number divided by this: shares are typed in percent.
    pub per: f64,
    /// Whether it is a whole number.
    pub is_whole: bool,
}

/// The fields with a number, in their order.
pub const FIELDS: [Field; 10] = [
    whole("seed"),
    whole("rows"),
    number("rate_per_s", 1.0),
    whole("dims"),
    whole("clusters"),
    number("drift", 1.0),
    number("noise", 100.0),
    number("label_noise", 100.0),
    number("updates", 100.0),
    number("deletes", 100.0),
];

const fn whole(name: &'static str) -> Field {
    Field {
        name,
        per: 1.0,
        is_whole: true,
    }
}

const fn number(name: &'static str, per: f64) -> Field {
    Field {
        name,
        per,
        is_whole: false,
    }
}

/// The element of a field.
pub fn id(name: &str) -> String {
    format!("made-{}", name.replace('_', "-"))
}

/// What a field shows of these settings.
pub fn shown(settings: &Settings, field: &Field) -> String {
    let setting = match field.name {
        "seed" => return settings.seed.to_string(),
        "rows" => settings.rows as f64,
        "rate_per_s" => settings.rate_per_s,
        "dims" => settings.dims as f64,
        "clusters" => settings.clusters as f64,
        "drift" => settings.drift,
        "noise" => settings.noise,
        "label_noise" => settings.label_noise,
        "updates" => settings.updates,
        _ => settings.deletes,
    };
    (setting * field.per).to_string()
}

/// The settings that the fields say.
///
/// # Errors
/// The name of a field that holds no number, and what is wrong with it.
pub fn read(
    kind: &str,
    is_unwrapped: bool,
    typed: impl Fn(&str) -> String,
) -> Result<Settings, (&'static str, String)> {
    let kind = Kind::named(kind).unwrap_or_default();
    let mut settings = Settings::of(kind);
    if is_unwrapped {
        settings.form = Form::Unwrapped;
    }
    for field in &FIELDS {
        // A plane has neither.
        if kind.is_regression() && matches!(field.name, "clusters" | "label_noise") {
            continue;
        }
        let text = typed(field.name);
        let text = text.trim();
        let wrong = |what: &str| (field.name, format!("is {text:?}, not {what}"));
        if field.is_whole {
            let number: u64 = text.parse().map_err(|_| wrong("a whole number"))?;
            let size = usize::try_from(number).unwrap_or(usize::MAX);
            match field.name {
                "seed" => settings.seed = number,
                "rows" => settings.rows = number,
                "dims" => settings.dims = size,
                _ => settings.clusters = size,
            }
            continue;
        }
        let number: f64 = text.parse().map_err(|_| wrong("a number"))?;
        let number = number / field.per;
        match field.name {
            "rate_per_s" => settings.rate_per_s = number,
            "drift" => settings.drift = number,
            "noise" => settings.noise = number,
            "label_noise" => settings.label_noise = number,
            "updates" => settings.updates = number,
            _ => settings.deletes = number,
        }
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_say_the_settings_and_back() {
        for kind in Kind::ALL {
            let mut settings = Settings::of(kind);
            settings.noise = 0.05;
            let typed = |name: &str| {
                let field = FIELDS.iter().find(|field| field.name == name);
                shown(&settings, field.unwrap())
            };
            assert_eq!(typed("noise"), "5");
            assert_eq!(read(kind.name(), false, typed), Ok(settings.clone()));
        }
    }

    #[test]
    fn what_is_no_number_names_its_field() {
        let typed = |name: &str| match name {
            "dims" => "two".to_owned(),
            _ => "1".to_owned(),
        };
        let error = read("blobs", false, typed).unwrap_err();
        assert_eq!(error, ("dims", "is \"two\", not a whole number".to_owned()));
    }
}
