//! What is known of a name, as a notebook shows it.

use serde_json::{Value, json};

/// What evcxr calls the crate of the cells, which is nobody's business.
const CRATE: &str = "ctx";

/// Where code begins and ends in HTML.
const CODE: (&str, &str) = ("<pre><code class=\"language-rust", "</code></pre>");

/// The content of the reply to a request for documentation, from what evcxr answered last.
pub(super) fn answer(answer: Option<&Value>) -> Value {
    let found = answer.filter(|answer| answer["found"] == true);
    let mut data = json!({});
    for (mime, change) in [
        ("text/plain", plain as fn(&str) -> String),
        ("text/html", html),
    ] {
        let text = found.and_then(|answer| answer["data"][mime].as_str());
        if let Some(text) = text {
            data[mime] = change(text).into();
        }
    }
    json!({ "status": "ok", "found": found.is_some(), "data": data, "metadata": {} })
}

fn plain(text: &str) -> String {
    let lines: Vec<_> = text.lines().filter_map(shown).collect();
    let text = lines.join("\n");
    let named = text
        .strip_prefix(CRATE)
        .filter(|rest| rest.starts_with("\n\n"));
    named.unwrap_or(&text).trim().to_owned()
}

fn html(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, code)) = rest.split_once(CODE.0) {
        kept.push_str(before);
        let (attributes, code) = code.split_once('>').unwrap_or((code, ""));
        let (code, after) = code.split_once(CODE.1).unwrap_or((code, ""));
        let lines: Vec<_> = code.lines().filter_map(shown).collect();
        if !(kept.is_empty() && lines == [CRATE]) {
            let code = lines.join("\n");
            kept.push_str(&format!("{}{attributes}>{code}\n{}", CODE.0, CODE.1));
        }
        rest = after;
    }
    kept + rest
}

/// A line of an example as rustdoc shows it, if it does: what begins with `#` only makes the example whole.
fn shown(line: &str) -> Option<&str> {
    let code = line.trim_start();
    match code.strip_prefix('#') {
        Some(rest) if rest.is_empty() || rest.starts_with(' ') => None,
        Some(rest) if rest.starts_with('#') => Some(rest),
        _ => Some(line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_shown_without_what_only_makes_them_whole() {
        let found = json!({ "found": true, "data": {
            "text/plain": "ctx\n\nfn f() -> u8\n\nOne.\n\n# use a::f;\n#\n#[b]\n## c\nf();",
            "text/html": "<pre><code class=\"language-rust\">ctx\n</code></pre>\n<pre><code class=\"language-rust\">fn f() -&gt; u8\n</code></pre>\n<hr />\n<p># One.</p>\n<pre><code class=\"language-rust,no_run\"># use a::f;\nf();\n</code></pre>\n",
        }});
        let data = &answer(Some(&found))["data"];
        assert_eq!(
            data["text/plain"],
            "fn f() -> u8\n\nOne.\n\n#[b]\n# c\nf();"
        );
        assert_eq!(
            data["text/html"],
            "\n<pre><code class=\"language-rust\">fn f() -&gt; u8\n</code></pre>\n<hr />\n<p># One.</p>\n<pre><code class=\"language-rust,no_run\">f();\n</code></pre>\n"
        );
    }

    #[test]
    fn nothing_is_found_where_nobody_was_asked_or_knows() {
        for asked in [
            None,
            Some(&json!({ "found": false })),
            Some(&json!({ "status": "error" })),
        ] {
            let answer = answer(asked);
            assert_eq!(
                (&answer["found"], &answer["data"]),
                (&json!(false), &json!({}))
            );
        }
    }
}
