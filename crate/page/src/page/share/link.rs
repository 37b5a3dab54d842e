//! A lab file in an address: JSON, packed by deflate, as base64 of the alphabet that addresses have. No data is in it.

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use lab::Lab;
use lab::config::LabFile;

/// Longer addresses are cut off by many programs that pass them on.
const CHARS_MOST: usize = 30_000;

/// What an address unpacks to at most.
const BYTES_MOST: u64 = 1 << 20;

/// Packs a lab file.
///
/// # Errors
/// It is none, or too large for an address.
pub fn pack(file: &LabFile) -> Result<String, String> {
    let json = serde_json::to_vec(file).map_err(|error| error.to_string())?;
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    let packed = encoder.write_all(&json).and_then(|()| encoder.finish());
    let packed = URL_SAFE_NO_PAD.encode(packed.map_err(|error| error.to_string())?);
    if packed.len() > CHARS_MOST {
        return Err(
            "This experiment is too large for a link, perhaps because it holds a checkpoint. Share its lab file.".to_owned(),
        );
    }
    Ok(packed)
}

/// Unpacks a lab file, and checks that it can be used.
///
/// # Errors
/// What is wrong with it, and what to do.
pub fn unpack(packed: &str) -> Result<LabFile, String> {
    let damaged = || "The link is damaged or cut off: copy the whole of it again.".to_owned();
    let bytes = URL_SAFE_NO_PAD
        .decode(packed.trim())
        .map_err(|_| damaged())?;
    let mut json = String::new();
    let mut decoder = DeflateDecoder::new(bytes.as_slice()).take(BYTES_MOST);
    decoder.read_to_string(&mut json).map_err(|_| damaged())?;
    if decoder.limit() == 0 {
        return Err("The link holds more than a lab file has.".to_owned());
    }
    check(&json)
}

/// Reads a lab file, and checks that it can be used.
///
/// # Errors
/// What is wrong with it, and where.
pub fn check(json: &str) -> Result<LabFile, String> {
    let file = LabFile::parse(json).map_err(|error| error.to_string())?;
    match Lab::new(file.clone()) {
        Ok(_) => Ok(file),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAB: &str = include_str!("../../../../../www/lab.json");

    #[test]
    fn a_lab_file_comes_out_of_its_link() {
        let file = LabFile::parse(LAB).unwrap();
        let packed = pack(&file).unwrap();
        assert!(packed.len() < 700, "{}", packed.len());
        let plain = |char: char| char.is_ascii_alphanumeric() || char == '-' || char == '_';
        assert!(packed.chars().all(plain), "{packed}");
        assert_eq!(unpack(&packed), Ok(file));
    }

    #[test]
    fn what_is_damaged_or_hostile_is_refused() {
        let packed = pack(&LabFile::parse(LAB).unwrap()).unwrap();
        let cut = unpack(&packed[..packed.len() / 2]).unwrap_err();
        assert!(cut.contains("damaged"), "{cut}");
        for no_link in ["", "%00", "AAAA", "über"] {
            assert!(unpack(no_link).is_err(), "{no_link}");
        }
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&vec![b' '; 8 << 20]).unwrap();
        let bomb = URL_SAFE_NO_PAD.encode(encoder.finish().unwrap());
        assert_eq!(
            unpack(&bomb),
            Err("The link holds more than a lab file has.".to_owned())
        );
    }

    #[test]
    fn what_no_lab_can_be_made_of_is_named() {
        let mut file = LabFile::parse(LAB).unwrap();
        file.features = vec!["petal_width".to_owned()];
        let refused = unpack(&pack(&file).unwrap()).unwrap_err();
        assert!(
            refused.contains("lanes[0].model.initial.centroids"),
            "{refused}"
        );
    }

    #[test]
    fn a_checkpoint_does_not_fit_into_a_link() {
        let mut file = LabFile::parse(LAB).unwrap();
        // What does not pack: as good as random.
        let mut state = 1_u64;
        let noise = std::iter::repeat_with(|| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            char::from(b' ' + (state >> 58) as u8)
        });
        file.lanes[0].name = noise.take(200_000).collect();
        assert!(pack(&file).unwrap_err().contains("too large for a link"));
    }
}
