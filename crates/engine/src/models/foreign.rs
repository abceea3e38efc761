//! Files that people take for a GGML model, by their first bytes, and what to do about each.

/// What this file is, if it is one of the usual mistakes.
pub(super) fn recognise(start: &[u8]) -> Option<&'static str> {
    let text = start.trim_ascii_start().to_ascii_lowercase();
    let is = |magic: &[u8]| start.starts_with(magic);
    let is_page = text.starts_with(b"<!doctype") || text.starts_with(b"<html") || text.starts_with(b"<?xml");
    // Eight bytes for the length of a head of JSON, and then that.
    let is_safetensors = start.get(8..10) == Some(b"{\"") && start.get(5..8) == Some(&[0; 3]);
    Some(if is_page {
        "it is a web page that was saved under this name; use the page's download link, or `deskscribe models get`"
    } else if text.starts_with(b"version https://git-lfs") {
        "it only says where the model is, as Git keeps large files; fetch it with `git lfs pull`, or `deskscribe models get`"
    } else if is(b"GGUF") {
        "it is a GGUF file, as language models come in; for speech get a ggml-<name>.bin of whisper.cpp"
    } else if is(b"tjgg") || is(b"fmgg") || is(b"algg") {
        "it is a language model in an old GGML format; for speech get a ggml-<name>.bin of whisper.cpp"
    } else if is(b"PK\x03\x04") {
        "it is a PyTorch checkpoint or another archive; get the ggml-<name>.bin of the same model, or make one with \
         whisper.cpp's models/convert-pt-to-ggml.py"
    } else if is(b"\x80\x02") || is(b"\x80\x04") {
        "it is a PyTorch checkpoint; get the ggml-<name>.bin of the same model, or make one with whisper.cpp's \
         models/convert-pt-to-ggml.py"
    } else if is_safetensors {
        "it is a safetensors file; get the ggml-<name>.bin of the same model, or make one with whisper.cpp's \
         models/convert-h5-to-ggml.py"
    } else if is(b"\x1f\x8b") || is(b"BZh") || is(b"\xfd7zXZ") || is(b"7z\xbc\xaf") || is(b"\x28\xb5\x2f\xfd")
    {
        "it is packed; unpack it and import what is in it"
    } else if is(b"\x89HDF") || is(b"RIFF") || is(b"ID3") {
        "it is no speech model at all; those are called ggml-<name>.bin"
    } else {
        return None;
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_mistakes_are_recognised_and_a_model_is_none() {
        let safetensors = [&[0xa0, 0x12, 0, 0, 0, 0, 0, 0][..], b"{\"__metadata__\""].concat();
        for (start, word) in [
            (b"\n  <!DOCTYPE html><html>".as_slice(), "web page"),
            (b"version https://git-lfs.github.com/spec/v1\noid sha256:", "git lfs pull"),
            (b"GGUF\x03\0\0\0", "GGUF"),
            (b"PK\x03\x04\0\0\x08\x08", "PyTorch"),
            (b"\x80\x02}q\0(X", "PyTorch"),
            (&safetensors, "safetensors"),
            (b"\x1f\x8b\x08\0", "unpack"),
        ] {
            assert!(recognise(start).is_some_and(|what| what.contains(word)), "{start:?}");
        }
        for start in [b"lmgg\x98\xca\0\0\xdc\x05\0\0".as_slice(), b"", b"hello"] {
            assert_eq!(recognise(start), None, "{start:?}");
        }
    }
}
