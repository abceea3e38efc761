//! JSON as small models write it: in a fence, with prose around it, with commas too many or too few, with line breaks
//! in strings, cut off in the middle.

use std::iter::Peekable;
use std::str::Chars;

use serde_json::{Map, Value};

/// Deeper than this nothing is looked at.
const DEEPEST: usize = 16;
/// The most objects of one answer that are looked at.
const MOST: usize = 64;

/// The objects that stand in a text, in order. Whatever an unfinished one holds counts.
pub(super) fn objects(text: &str) -> Vec<Map<String, Value>> {
    let mut objects = Vec::new();
    let mut rest = text;
    while let Some(begin) = rest.find('{')
        && objects.len() < MOST
    {
        rest = &rest[begin..];
        // As it should be, or else as far as it can be made out.
        let mut strict = serde_json::Deserializer::from_str(rest).into_iter::<Map<String, Value>>();
        if let Some(Ok(object)) = strict.next() {
            rest = &rest[strict.byte_offset()..];
            objects.push(object);
            continue;
        }
        let mut reader = Reader { rest: rest.chars().peekable() };
        if let Value::Object(object) = reader.value(0) {
            objects.push(object);
        }
        let left = reader.rest.collect::<String>().len();
        rest = &rest[rest.len() - left..];
    }
    objects
}

/// Takes what it can get, to the end of the text at the latest, and a character at least with each step.
struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Value {
        self.skip(|c| c.is_whitespace());
        match self.rest.peek() {
            Some('{') if depth < DEEPEST => self.object(depth),
            Some('[') if depth < DEEPEST => self.array(depth),
            Some(quote @ ('"' | '\'' | '“' | '”')) => {
                let quote = *quote;
                Value::String(self.string(quote))
            }
            _ => self.word(),
        }
    }

    fn object(&mut self, depth: usize) -> Value {
        let mut object = Map::new();
        self.rest.next();
        loop {
            self.skip(|c| c.is_whitespace() || c == ',');
            let key = match self.rest.peek() {
                None => break,
                Some('}') => {
                    self.rest.next();
                    break;
                }
                Some(_) => match self.value(DEEPEST) {
                    Value::String(key) => key,
                    other => other.to_string(),
                },
            };
            self.skip(char::is_whitespace);
            if self.rest.next_if(|c| matches!(c, ':' | '：' | '=')).is_some() {
                let value = self.value(depth + 1);
                object.insert(key, value);
            } else {
                // What is no key is passed over, with the bracket it may have ended at.
                self.rest.next_if(|c| !matches!(c, '}' | ',' | '"'));
            }
        }
        Value::Object(object)
    }

    fn array(&mut self, depth: usize) -> Value {
        let mut array = Vec::new();
        self.rest.next();
        loop {
            self.skip(|c| c.is_whitespace() || c == ',');
            match self.rest.peek() {
                None => break,
                Some(']') => {
                    self.rest.next();
                    break;
                }
                // Its own end was forgotten.
                Some('}') => break,
                Some(_) => array.push(self.value(depth + 1)),
            }
        }
        Value::Array(array)
    }

    fn string(&mut self, quote: char) -> String {
        let closes = |c: char| c == quote || quote == '“' && c == '”';
        let mut text = String::new();
        self.rest.next();
        while let Some(c) = self.rest.next() {
            match c {
                '\\' => match self.rest.next() {
                    Some('n' | 'r' | 't' | 'b' | 'f') => text.push(' '),
                    Some('u') => text.extend(self.code()),
                    Some(other) => text.push(other),
                    None => {}
                },
                // A quotation mark within a text ends it only where something follows that may follow a text.
                _ if closes(c) => {
                    let mut ahead = self.rest.clone();
                    match ahead.find(|c| !c.is_whitespace()) {
                        None | Some(',' | '}' | ']' | ':' | '：' | '=' | '"') => break,
                        Some(_) if self.rest.peek() == Some(&'\n') => break,
                        Some(_) => text.push(c),
                    }
                }
                _ => text.push(c),
            }
        }
        text
    }

    /// What stands behind `\u`, and a second half behind the first.
    fn code(&mut self) -> Option<char> {
        let first = self.four()?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first);
        }
        let mut ahead = self.rest.clone();
        if ahead.next() != Some('\\') || ahead.next() != Some('u') {
            return None;
        }
        self.rest.nth(1);
        let second = self.four()?.checked_sub(0xdc00).filter(|second| *second < 0x400)?;
        char::from_u32(0x10000 + ((first - 0xd800) << 10) + second)
    }

    /// Four digits.
    fn four(&mut self) -> Option<u32> {
        let digits: String = (0..4).map_while(|_| self.rest.next_if(char::is_ascii_hexdigit)).collect();
        u32::from_str_radix(&digits, 16).ok()
    }

    /// A number, a word without quotation marks, or whatever it is.
    fn word(&mut self) -> Value {
        let mut word = String::new();
        while let Some(c) = self.rest.next_if(|c| !matches!(c, ',' | '}' | ']' | ':' | '：' | '=' | '\n')) {
            word.push(c);
        }
        let word = word.trim();
        if word.is_empty() {
            // At a mark that does not belong here: it is passed over, unless it ends something.
            self.rest.next_if(|c| !matches!(c, '}' | ']'));
            return Value::Null;
        }
        serde_json::from_str(word).unwrap_or_else(|_| Value::String(word.to_owned()))
    }

    fn skip(&mut self, which: impl Fn(char) -> bool) {
        while self.rest.next_if(|c| which(*c)).is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn assert_read(text: &str, expected: Value) {
        let objects: Vec<Value> = objects(text).into_iter().map(Value::Object).collect();
        assert_eq!(Value::Array(objects), expected, "{text}");
    }

    #[test]
    fn what_small_models_write_is_read() {
        for text in [
            r#"{"a": "x", "b": ["y", "z"]}"#,
            "Sure! Here it is:\n```json\n{\"a\": \"x\", \"b\": [\"y\", \"z\"]}\n```\nAnything else?",
            r#"{"a": "x", "b": ["y", "z",],}"#,
            r#"{"a": "x" "b": ["y" "z"]}"#,
            r#"{a: "x", b: ["y", "z"]}"#,
            r#"{'a': 'x', 'b': ['y', 'z']}"#,
            r#"{“a”: “x”, “b”: [“y”, “z”]}"#,
            r#"{"a": x, "b": [y, z]}"#,
            r#"{"a": "x", "b": ["y", "z""#,
            r#"{"a": "x", "b": ["y", "z"}"#,
            r#"{"a" = "x", "b": ["y", "z"]}"#,
        ] {
            assert_read(text, json!([{"a": "x", "b": ["y", "z"]}]));
        }
    }

    #[test]
    fn texts_keep_what_stands_in_them() {
        assert_read("{\"a\": \"two\nlines\",}", json!([{"a": "two\nlines"}]));
        assert_read(r#"{"a": "he said "no" to it",}"#, json!([{"a": "he said \"no\" to it"}]));
        assert_read(r#"{"a": "caf\u00e9 \ud83d\ude42 \ud83d \x", }"#, json!([{"a": "café 🙂  x"}]));
        assert_read(
            r#"{"a": 12.5, "b": null, "c": true, "d": -}"#,
            json!([{"a": 12.5, "b": null, "c": true, "d": "-"}]),
        );
        assert_read(r#"{"a": "cut off in the mid"#, json!([{"a": "cut off in the mid"}]));
        assert_read(r#"first {"a": 1} then {"b": {"c": [{}]},}"#, json!([{"a": 1}, {"b": {"c": [{}]}}]));
        assert_read("no object", json!([]));
        assert_read("{", json!([{}]));
    }

    #[test]
    fn nothing_is_too_deep_or_too_much() {
        for text in ["{\"a\":".repeat(5000), "[{".repeat(5000), "{".repeat(5000), "{} ".repeat(5000)] {
            assert!(objects(&text).len() <= MOST);
        }
    }

    proptest! {
        #[test]
        fn anything_is_read_to_its_end(text in "[{}\\[\\]:,\"'\\\\a1u“” \n-]{0,200}") {
            objects(&text);
        }
    }
}
