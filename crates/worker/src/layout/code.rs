//! Lines of programs, and what is typed into a shell.

/// Whether most of these lines are of a program.
pub(crate) fn is_program<'a>(lines: impl Iterator<Item = &'a str>) -> bool {
    let (mut programs, mut all) = (0, 0);
    for line in lines {
        programs += usize::from(is_code(line));
        all += usize::from(line.contains(char::is_alphabetic));
    }
    programs >= 4 && 5 * programs >= 2 * all
}

/// Whether somebody typed commands there.
pub(crate) fn is_terminal<'a>(mut lines: impl Iterator<Item = &'a str>) -> bool {
    lines.any(|line| command(line).is_some())
}

/// What somebody typed behind the prompt of a shell.
pub(crate) fn command(text: &str) -> Option<&str> {
    let typed = |at: &str| {
        let (before, typed) = text.split_once(at)?;
        let is_prompt = before.is_empty()
            || (!before.contains(char::is_whitespace) && before.contains(['@', '~', '/', '\\', ':']))
            || (before.starts_with('[') && before.ends_with(']'))
            || before.starts_with("PS ");
        (is_prompt && typed.starts_with(|c: char| c.is_alphabetic() || matches!(c, '.' | '/' | '~')))
            .then(|| typed.trim())
    };
    ["$ ", "% ", "❯ ", "➜ ", "# "]
        .iter()
        // What begins with a hash is a comment more often than a prompt.
        .filter(|at| **at != "# " || !text.starts_with('#'))
        .find_map(|at| typed(at))
        .or_else(|| (text.starts_with("PS ") || text.get(1..3) == Some(":\\")).then(|| typed("> ")).flatten())
        .filter(|typed| !typed.is_empty())
}

/// What a line of a program begins with.
const KEYWORDS: &str = "import export function const let var def class fn pub return struct impl public private package \
    #include use async type interface enum elif func";

/// Whether this is a line of a program, by its signs.
pub(crate) fn is_code(text: &str) -> bool {
    let text = text.trim();
    let has = |signs: &[&str]| signs.iter().any(|sign| text.contains(sign));
    let ends = text.ends_with([';', '{', '}']) || ["):", "=>", "),"].iter().any(|end| text.ends_with(end));
    let calls = has(&["();", "()", " = ", "=>", "->", "::", "==", "!=", "+=", "&&", "||", "</", "/>"]);
    let says = begins_code(text);
    is_comment(text)
        || (ends && (says || calls || has(&["(", "}", "{"]) || text.ends_with(';')))
        || (says && (calls || has(&["(", "{", "<", ";", "\"", "::"])))
        || (calls && has(&["(", ";", "{", "["]))
}

/// Whether this begins as a line of a program does, which among others it then is.
pub(crate) fn begins_code(text: &str) -> bool {
    let first = text.trim_start_matches(|c: char| c.is_ascii_digit()).split_whitespace().next();
    first.is_some_and(|first| KEYWORDS.split_ascii_whitespace().any(|word| word == first))
}

/// A line of a program without the signs of a comment, or of what follows.
pub(crate) fn bare_code(text: &str) -> &str {
    let text = text.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    let text = if is_comment(text) {
        text.trim_matches(|c: char| matches!(c, '/' | '*' | '#' | '-' | '!' | '<' | '>' | '"' | ' '))
    } else {
        text
    };
    text.trim_end_matches(['{', ' '])
}

/// Whether this is a comment in a program.
pub(crate) fn is_comment(text: &str) -> bool {
    ["// ", "/// ", "/* ", "* ", "/** ", "-- ", "<!-- ", "# ", "//! ", "\"\"\""]
        .iter()
        .any(|sign| text.starts_with(sign))
}

/// Whether a line of a program gives something a name.
pub(crate) fn is_definition(text: &str) -> bool {
    const DEFINING: [&str; 15] = [
        "function",
        "class",
        "def",
        "fn",
        "struct",
        "interface",
        "enum",
        "trait",
        "func",
        "impl",
        "module",
        "type",
        "procedure",
        "CREATE",
        "record",
    ];
    !text.starts_with("import")
        && !text.starts_with("use ")
        && text
            .split(|c: char| !(c.is_alphanumeric() || c == '_'))
            .take(5)
            .any(|word| DEFINING.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_stands_behind_a_prompt() {
        assert_eq!(command("$ cargo build"), Some("cargo build"));
        assert_eq!(command("mia@desk:~/src$ git status"), Some("git status"));
        assert_eq!(command("PS C:\\Users\\mia> Get-Item x"), Some("Get-Item x"));
        assert_eq!(command("It costs 5 $ or so"), None);
        assert_eq!(command("# A heading"), None);
    }

    #[test]
    fn lines_of_programs_are_told_from_prose() {
        for code in [
            "let x = f(1);",
            "def total(items):",
            "// Loads it.",
            "for (const a of b) {",
            "#include <math.h>",
        ] {
            assert!(is_code(code), "{code}");
        }
        assert!(!is_code("Your order (two cakes) is ready.") && !is_code("Export finished"));
        assert_eq!(bare_code("12 // Loads it."), "Loads it.");
        assert!(is_definition("pub fn load(path: &Path)") && !is_definition("return load(path);"));
    }
}
