//! A page for a person: what cargo and the notebook say of each cell, side by side, and what the comparison has against it.

use super::cargo::Diagnostic;
use super::compare::{Answer, without_colours};
use super::corpus::Cell;

const STYLE: &str = "body { font-family: sans-serif; margin: 1rem } \
    table { width: 100%; table-layout: fixed; border-collapse: collapse } \
    th, td { vertical-align: top; text-align: left; border: 1px solid #bbb; padding: 0.5rem } \
    pre { overflow-x: auto; margin: 0; font-size: 0.8rem } li { color: #a00 }";

/// The page, with a section for each cell.
pub(crate) fn page<'a>(
    rows: impl Iterator<Item = (&'a Cell, &'a [Diagnostic], &'a Answer, Vec<String>)>,
) -> String {
    let sections: String = rows
        .map(|(cell, said, answer, wrong)| section(cell, said, answer, &wrong))
        .collect();
    format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Compile errors, cargo and notebook</title>\
         <style>{STYLE}</style>\n<h1>Compile errors: cargo left, notebook right</h1>\n{sections}</html>\n"
    )
}

fn section(cell: &Cell, said: &[Diagnostic], answer: &Answer, wrong: &[String]) -> String {
    let cargo: Vec<_> = said.iter().map(|said| said.rendered.trim_end()).collect();
    let numbered: Vec<_> = cell
        .source
        .lines()
        .enumerate()
        .map(|(index, line)| format!("{:>2}  {line}", index + 1))
        .collect();
    let wrong: String = wrong
        .iter()
        .map(|wrong| format!("<li>{}</li>", escaped(wrong)))
        .collect();
    format!(
        "<h2>{}</h2>\n<pre>{}</pre>\n<ul>{wrong}</ul>\n<table><tr><th>cargo</th><th>notebook</th></tr>\n\
         <tr><td><pre>{}</pre></td><td><pre>{}</pre></td></tr></table>\n",
        cell.name,
        escaped(&numbered.join("\n")),
        escaped(&cargo.join("\n\n")),
        escaped(without_colours(&answer.text).trim_end()),
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
