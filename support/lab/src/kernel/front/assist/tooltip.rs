//! What is known of a name, as a notebook shows it.

use serde_json::{Value, json};

/// What evcxr calls the crate of the cells, which is nobody's business.
const CRATE: &str = "ctx";

/// Where code begins and ends in HTML.
const CODE: (&str, &str) = ("<pre><code", "</code></pre>");

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
    let mut paragraphs = lines.join("\n");
    while paragraphs.contains("\n\n\n") {
        paragraphs = paragraphs.replace("\n\n\n", "\n\n");
    }
    match paragraphs.split_once("\n\n") {
        Some((place, rest)) => match in_crate(place) {
            Some("") => rest.to_owned(),
            Some(place) => format!("{place}\n\n{rest}"),
            None => paragraphs,
        },
        None => paragraphs,
    }
}

fn html(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, code)) = rest.split_once(CODE.0) {
        kept.push_str(before);
        let (attributes, code) = code.split_once('>').unwrap_or((code, ""));
        let (code, after) = code.split_once(CODE.1).unwrap_or((code, ""));
        let lines: Vec<_> = code.lines().filter_map(shown).collect();
        let mut code = lines.join("\n");
        if kept.is_empty()
            && let Some(place) = in_crate(&code)
        {
            code = place.to_owned();
        }
        if !code.is_empty() {
            kept.push_str(&format!("{}{attributes}>{code}\n{}", CODE.0, CODE.1));
        }
        rest = if kept.is_empty() {
            after.trim_start()
        } else {
            after
        };
    }
    kept + rest
}

/// The place of a name in the crate of the cells, if it is one of theirs.
fn in_crate(place: &str) -> Option<&str> {
    let rest = place.strip_prefix(CRATE)?;
    if rest.is_empty() {
        Some(rest)
    } else {
        rest.strip_prefix("::")
    }
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
            "text/plain": "ctx\n\nfn f() -> u8\n\n\nOne.\n\n# use a::f;\n#\n#[b]\n## c\nf();",
            "text/html": "<pre><code class=\"language-rust\">ctx\n</code></pre>\n<pre><code class=\"language-rust\">fn f() -&gt; u8\n</code></pre>\n<hr />\n<p># One.</p>\n<pre><code># use a::f;\nf();\n</code></pre>\n",
        }});
        let data = &answer(Some(&found))["data"];
        assert_eq!(
            data["text/plain"],
            "fn f() -> u8\n\nOne.\n\n#[b]\n# c\nf();"
        );
        assert_eq!(
            data["text/html"],
            "<pre><code class=\"language-rust\">fn f() -&gt; u8\n</code></pre>\n<hr />\n<p># One.</p>\n<pre><code>f();\n</code></pre>\n"
        );
    }

    #[test]
    fn where_a_name_of_the_cells_lies_is_told_without_their_crate() {
        let (text, code) = ("ctx::A\n\nb: u8", "<pre><code>ctx::A\n</code></pre>");
        let found = json!({ "found": true, "data": { "text/plain": text, "text/html": code } });
        let data = &answer(Some(&found))["data"];
        assert_eq!(data["text/plain"], "A\n\nb: u8");
        assert_eq!(data["text/html"], "<pre><code>A\n</code></pre>");
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
