//! Times as the reader's clock shows them.

use js_sys::Date;
use wasm_bindgen::JsValue;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// "21 Nov 05:46:52.580"
pub fn shown(ms: i64) -> String {
    let date = Date::new(&JsValue::from_f64(ms as f64));
    let month = MONTHS.get(date.get_month() as usize).unwrap_or(&"");
    format!(
        "{} {month} {:02}:{:02}:{:02}.{:03}",
        date.get_date(),
        date.get_hours(),
        date.get_minutes(),
        date.get_seconds(),
        date.get_milliseconds()
    )
}

/// The moment that a text says, ms since the epoch; a time of day is of the same day as `near_ms`.
pub fn read(text: &str, near_ms: i64) -> Option<i64> {
    let text = text.trim();
    if let Some((seconds, fraction)) = of_day(text) {
        let date = Date::new(&JsValue::from_f64(near_ms as f64));
        date.set_hours(seconds / 3600);
        date.set_minutes(seconds / 60 % 60);
        date.set_seconds(seconds % 60);
        date.set_milliseconds(fraction);
        return Some(date.get_time() as i64);
    }
    let ms = Date::parse(text);
    ms.is_finite().then_some(ms as i64)
}

/// Seconds and milliseconds of "14:05", "14:05:30" or "14:05:30.250".
fn of_day(text: &str) -> Option<(u32, u32)> {
    let (time, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let parts: Option<Vec<u32>> = time.split(':').map(|part| part.parse().ok()).collect();
    let (hours, minutes, seconds) = match parts?.as_slice() {
        [hours, minutes] => (*hours, *minutes, 0),
        [hours, minutes, seconds] => (*hours, *minutes, *seconds),
        _ => return None,
    };
    let ms: u32 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    (hours < 24 && minutes < 60 && seconds < 60)
        .then_some((hours * 3600 + minutes * 60 + seconds, ms))
}

#[cfg(test)]
mod tests {
    use super::of_day;

    #[test]
    fn times_of_day_are_read() {
        assert_eq!(of_day("05:46:52.58"), Some((20_812, 580)));
        assert_eq!(of_day("14:05"), Some((50_700, 0)));
        assert_eq!(
            (of_day("24:00"), of_day("5"), of_day("a:b")),
            (None, None, None)
        );
    }
}
