//! What is known of a name, as a notebook shows it.
//!
//! Evcxr answers with HTML and with text, in which headings and what follows them run together. So the text is made anew, once plain and
//! once as Markdown, out of the HTML, in which is left out what rustdoc leaves out, too: what only makes an example whole, and fields that
//! are private.

use serde_json::{Value, json};

/// What evcxr calls the crate of the cells, which is nobody's business.
const CRATE: &str = "ctx";

/// Where code begins and ends in HTML.
const CODE: (&str, &str) = ("<pre><code", "</code></pre>");

/// What rust-analyzer says of what it does not find.
const UNKNOWN: &str = "{unknown}";

/// Whether an answer tells something.
pub(super) fn is_found(answer: &Value) -> bool {
    answer["found"] == true && answer["data"]["text/plain"] != UNKNOWN
}

/// The content of the reply to a request for documentation, from what evcxr answered last.
pub(super) fn answer(answer: Option<&Value>) -> Value {
    let found = answer.filter(|answer| is_found(answer));
    let html = found.and_then(|answer| answer["data"]["text/html"].as_str());
    let data = html.map(shown).map_or(json!({}), |html| {
        json!({ "text/plain": text(&html, false), "text/markdown": text(&html, true), "text/html": html })
    });
    json!({ "status": "ok", "found": html.is_some(), "data": data, "metadata": {} })
}

/// The HTML without what is not to be shown.
fn shown(html: &str) -> String {
    let mut kept = String::new();
    let mut is_of_cells = false;
    let mut blocks = 0;
    let mut rest = html;
    while let Some((before, code)) = rest.split_once(CODE.0) {
        kept.push_str(before);
        let (attributes, code) = code.split_once('>').unwrap_or((code, ""));
        let (code, after) = code.split_once(CODE.1).unwrap_or((code, ""));
        let lines: Vec<_> = code.lines().filter_map(line).collect();
        let mut code = lines.join("\n");
        if let Some(place) = in_crate(&code)
            && blocks == 0
        {
            is_of_cells = true;
            code = place.to_owned();
        } else if blocks == 1 && !is_of_cells {
            code = without_private_fields(code);
        }
        if !code.is_empty() {
            kept.push_str(&format!("{}{attributes}>{code}\n{}", CODE.0, CODE.1));
        }
        blocks += 1;
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
fn line(line: &str) -> Option<&str> {
    let code = line.trim_start();
    match code.strip_prefix('#') {
        Some(rest) if rest.is_empty() || rest.starts_with(' ') => None,
        Some(rest) if rest.starts_with('#') => Some(rest),
        _ => Some(line),
    }
}

/// A struct as rustdoc shows it.
fn without_private_fields(code: String) -> String {
    let Some((name, fields)) = code.split_once(" {\n") else {
        return code;
    };
    if !name.starts_with("pub struct ") {
        return code;
    }
    let is_field = |line: &&str| line.starts_with(' ');
    let (public, others): (Vec<_>, Vec<_>) = fields
        .lines()
        .filter(is_field)
        .partition(|line| line.trim_start().starts_with("pub "));
    match (public.as_slice(), others.as_slice()) {
        (_, []) => code,
        ([], _) => format!("{name} {{ /* … */ }}"),
        (public, _) => format!("{name} {{\n{}\n    /* … */\n}}", public.join("\n")),
    }
}

/// HTML as text, with the marks of Markdown or without.
fn text(html: &str, marks: bool) -> String {
    let mut text = String::new();
    let mut links = Vec::new();
    let mut is_code = false;
    let mut rest = html;
    while !rest.is_empty() {
        let (words, tag) = rest.split_once('<').unwrap_or((rest, ""));
        let (tag, after) = tag.split_once('>').unwrap_or((tag, ""));
        rest = after;
        if is_code || !words.trim().is_empty() {
            text.push_str(&unescaped(words));
        }
        let (name, attributes) = tag.split_once([' ', '/']).unwrap_or((tag, ""));
        let name = if name.is_empty() { tag } else { name };
        let mark = match name {
            "pre" | "/pre" => {
                is_code = name == "pre";
                block(&mut text, is_code);
                match (marks, is_code) {
                    (false, _) => "",
                    (true, true) => "```rust\n",
                    (true, false) => "```\n\n",
                }
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                block(&mut text, true);
                if marks { "#### " } else { "" }
            }
            "li" => {
                block(&mut text, false);
                "- "
            }
            "br" => "\n",
            "p" | "/p" | "hr" | "ul" | "ol" | "/ul" | "/ol" | "/h1" | "/h2" | "/h3" | "/h4"
            | "/h5" | "/h6" | "tr" | "blockquote" => {
                if !text.ends_with("- ") {
                    block(&mut text, true);
                }
                if marks && name == "hr" { "---\n\n" } else { "" }
            }
            _ if !marks => "",
            "code" | "/code" if !is_code => "`",
            "em" | "/em" => "*",
            "strong" | "/strong" => "**",
            "a" => {
                links.push(
                    attributes
                        .trim_start_matches("href=\"")
                        .trim_end_matches('"'),
                );
                "["
            }
            "/a" => {
                text.push_str(&format!(
                    "]({})",
                    unescaped(links.pop().unwrap_or_default())
                ));
                ""
            }
            _ => "",
        };
        text.push_str(mark);
    }
    text.trim().to_owned()
}

/// Ends a line, and leaves another one empty before what is a paragraph of its own.
fn block(text: &mut String, is_paragraph: bool) {
    let length = text.trim_end().len();
    text.truncate(length);
    if !text.is_empty() {
        text.push_str(if is_paragraph { "\n\n" } else { "\n" });
    }
}

fn unescaped(words: &str) -> String {
    let signs = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&amp;", "&"),
    ];
    signs.iter().fold(words.to_owned(), |words, (name, sign)| {
        words.replace(name, sign)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(html: &str) -> Value {
        let found = json!({ "found": true, "data": { "text/plain": "a", "text/html": html } });
        answer(Some(&found))["data"].clone()
    }

    #[test]
    fn examples_are_shown_without_what_only_makes_them_whole() {
        let data = data(
            "<pre><code class=\"language-rust\">ctx\n</code></pre>\n<pre><code class=\"language-rust\">fn f() -&gt; u8\n</code></pre>\n<hr />\n<p># One.</p>\n<pre><code># use a::f;\n#\n\n#[b]\n## c\nf();\n</code></pre>\n",
        );
        assert_eq!(
            data["text/html"],
            "<pre><code class=\"language-rust\">fn f() -&gt; u8\n</code></pre>\n<hr />\n<p># One.</p>\n<pre><code>\n#[b]\n# c\nf();\n</code></pre>\n"
        );
        assert_eq!(
            data["text/plain"],
            "fn f() -> u8\n\n# One.\n\n\n#[b]\n# c\nf();"
        );
    }

    #[test]
    fn text_has_the_parts_of_the_html() {
        let data = data(
            "<pre><code>a::b\n</code></pre>\n<hr />\n<p>The <code>x &lt; y</code> of <a href=\"https://z\"><code>z</code></a>,\n<em>one</em> &amp; <strong>two</strong>.</p>\n<h1>Errors</h1>\n<p>None.</p>\n<ul>\n<li>c</li>\n<li>\n<p>d</p>\n</li>\n</ul>\n<p>End.</p>\n",
        );
        assert_eq!(
            data["text/plain"],
            "a::b\n\nThe x < y of z,\none & two.\n\nErrors\n\nNone.\n- c\n- d\n\nEnd."
        );
        assert_eq!(
            data["text/markdown"],
            "```rust\na::b\n```\n\n---\n\nThe `x < y` of [`z`](https://z),\n*one* & **two**.\n\n#### Errors\n\nNone.\n- c\n- d\n\nEnd."
        );
    }

    #[test]
    fn where_a_name_of_the_cells_lies_is_told_without_their_crate() {
        let data = data(
            "<pre><code>ctx::A\n</code></pre>\n<pre><code>pub struct B {\n    c: u8,\n}\n</code></pre>",
        );
        assert_eq!(data["text/plain"], "A\n\npub struct B {\n    c: u8,\n}");
    }

    #[test]
    fn fields_that_nobody_can_use_are_not_shown() {
        let rows = [
            ("pub struct A {\n    b: u8,\n}", "pub struct A { /* … */ }"),
            (
                "pub struct A {\n    pub b: u8,\n    c: u8,\n}",
                "pub struct A {\n    pub b: u8,\n    /* … */\n}",
            ),
            (
                "pub struct A {\n    pub b: u8,\n}",
                "pub struct A {\n    pub b: u8,\n}",
            ),
            ("pub enum A {\n    B,\n}", "pub enum A {\n    B,\n}"),
        ];
        for (code, expected) in rows {
            let html =
                format!("<pre><code>support::a\n</code></pre>\n<pre><code>{code}\n</code></pre>");
            assert_eq!(
                data(&html)["text/plain"],
                format!("support::a\n\n{expected}")
            );
        }
    }

    #[test]
    fn nothing_is_found_where_nobody_was_asked_or_knows() {
        let unknown = json!({ "found": true, "data": { "text/plain": UNKNOWN, "text/html": "" } });
        for asked in [
            None,
            Some(&json!({ "found": false })),
            Some(&json!({ "status": "error" })),
            Some(&unknown),
        ] {
            let answer = answer(asked);
            assert_eq!(
                (&answer["found"], &answer["data"]),
                (&json!(false), &json!({}))
            );
        }
    }
}
