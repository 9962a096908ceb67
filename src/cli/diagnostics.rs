//! Findings as text: file, line, the place underlined, why, and the likely fix. Used by the commands that read scenarios.

use std::io::{self, IsTerminal, Write};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::scenario::{Finding, Findings, Severity};

/// All findings as text, with a line at the end that counts them.
pub fn render(list: &[Finding], colours: bool) -> String {
    let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
    let mut out = String::new();
    for finding in list {
        out.push_str(&renderer.render(&[group(finding)]));
        out.push_str("\n\n");
    }
    let count = |severity: Severity, name: &str| match list.iter().filter(|f| f.severity == severity).count() {
        0 => None,
        1 => Some(format!("1 {name}")),
        n => Some(format!("{n} {name}s")),
    };
    let counts: Vec<String> = [count(Severity::Error, "error"), count(Severity::Warning, "warning")].into_iter().flatten().collect();
    if !counts.is_empty() {
        out.push_str(&counts.join(", "));
        out.push('\n');
    }
    out
}

fn group(finding: &Finding) -> Group<'_> {
    let level = if finding.severity == Severity::Error { Level::ERROR } else { Level::WARNING };
    let mut group = level.primary_title(finding.message.as_str()).elements(std::iter::empty::<annotate_snippets::Element>());
    match &finding.excerpt {
        Some(excerpt) => {
            // An empty line has nothing to underline.
            let text = if excerpt.text.is_empty() { " " } else { excerpt.text.as_str() };
            let mark = AnnotationKind::Primary.span(excerpt.span.clone()).label(finding.reason.as_str());
            group = group.element(Snippet::source(text).line_start(finding.line).path(finding.file.as_str()).annotation(mark));
        }
        None if !finding.reason.is_empty() => group = group.element(Level::NOTE.message(finding.reason.as_str())),
        None => {}
    }
    if !finding.hint.is_empty() {
        group = group.element(Level::HELP.message(finding.hint.as_str()));
    }
    group
}

/// Prints findings to standard error.
pub fn print(findings: &Findings) {
    print_list(&findings.list);
}

/// Prints a list of findings, warnings perhaps, to standard error.
pub fn print_list(list: &[Finding]) {
    let stderr = io::stderr();
    let colours = stderr.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let _ = stderr.lock().write_all(render(list, colours).as_bytes());
}
