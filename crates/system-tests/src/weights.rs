//! Files that have the form of a Whisper model and hear nothing, and lists of models that name them.

#![expect(clippy::unwrap_used, reason = "this runs in tests alone, where a panic is a failed test")]

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

/// The size of the vocabulary of a model for English, and of one for all languages.
const VOCABULARIES: (u32, u32) = (51_864, 51_865);
/// A name of four letters.
const NAME: u32 = u32::from_le_bytes(*b"name");

/// A model of one layer that hears and one that writes, with this byte for a weight, of so many bytes (5,000 at least).
pub fn weights(multilingual: bool, weight: u8, bytes: usize) -> Vec<u8> {
    let vocabulary = if multilingual { VOCABULARIES.1 } else { VOCABULARIES.0 };
    let mut file = b"lmgg".to_vec();
    // One filter of two numbers follows the head, and a vocabulary of one word.
    add(&mut file, &[vocabulary, 1500, 64, 1, 1, 448, 64, 1, 1, 80, 1, 1, 2, 0, 0, 1, 4, 0]);
    // All tensors but the last have one weight of 16 bits each.
    for _ in 0..49 {
        add(&mut file, &[1, 4, 1, 1, NAME]);
        file.extend([weight; 2]);
    }
    let left = bytes - file.len() - 20;
    add(&mut file, &[1, 4, 1, u32::try_from(left / 2).unwrap(), NAME]);
    file.extend(vec![weight; left / 2 * 2]);
    assert_eq!(file.len(), bytes, "the number of bytes must be even");
    file
}

fn add(file: &mut Vec<u8>, numbers: &[u32]) {
    file.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
}

/// The SHA-256 of these bytes.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Adds these models to the manifest in a folder, which is made if there is none: each with its name, its bytes and the
/// memory that it needs.
pub fn list_models(folder: &Path, models: &[(&str, &[u8], u64)]) {
    fs::create_dir_all(folder).unwrap();
    let path = folder.join("manifest.toml");
    let mut manifest = fs::read_to_string(&path).unwrap_or_else(|_| "artefact = []\n".to_owned());
    // A name that no server has: whoever asks it in a test asks in vain.
    manifest += "[[repository]]\nname = \"r\"\npage = \"https://models.invalid\"\nrevision = \"1\"\n\
                 url = \"https://models.invalid/\"\n";
    for (id, bytes, memory) in models {
        let languages = if id.ends_with(".en") { "en" } else { "all" };
        manifest += &format!(
            "[[speech]]\nid = \"{id}\"\nfile = \"ggml-{id}.bin\"\nsha256 = \"{}\"\nbytes = {}\nmemory = {memory}\n\
             languages = \"{languages}\"\nlicence = \"MIT\"\nrepository = \"r\"\n",
            sha256(bytes),
            bytes.len()
        );
    }
    fs::write(path, manifest).unwrap();
}
