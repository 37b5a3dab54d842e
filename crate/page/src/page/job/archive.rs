//! A job's files as one.

use std::io::{Cursor, Write};

use export::Job;
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, result::ZipError};

/// A zip archive of the files, in a folder of this name; they are small and not packed.
///
/// # Errors
/// Two files are called alike, in words.
pub fn pack(job: &Job, folder: &str) -> Result<Vec<u8>, String> {
    let all = || -> Result<Vec<u8>, ZipError> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for file in &job.files {
            archive.start_file(format!("{folder}/{}", file.path), options)?;
            archive.write_all(file.text.as_bytes())?;
        }
        Ok(archive.finish()?.into_inner())
    };
    all().map_err(|error| format!("The files cannot be packed: {error}"))
}

#[cfg(test)]
mod tests {
    use export::JobFile;

    use super::*;

    #[test]
    fn every_file_is_there_with_its_text() {
        let files = vec![
            JobFile::new("README.md", "# Täglich\n"),
            JobFile::new("src/main/Job.java", "class Job {}\n"),
        ];
        let job = Job {
            files: files.clone(),
            left_out: Vec::new(),
            model_topic: String::new(),
        };
        let bytes = pack(&job, "iris-job").unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(archive.len(), files.len());
        for file in files {
            let inside = archive.by_name(&format!("iris-job/{}", file.path)).unwrap();
            assert_eq!(std::io::read_to_string(inside).unwrap(), file.text);
        }
    }
}
