//! The page: answer, map, charts, fine print, in one file without any address of a network.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    answer::{Answer, Number},
    changes::Change,
    data,
    fine_print::fine_print,
    folder::{Folder, Kind},
    numbers::{LANGUAGES, Language},
    strings,
};

/// What all pages have in their heads, by which they are known.
pub(super) const GENERATOR: &str = "<meta name=\"generator\" content=\"musafir ";

const STYLE: &str = include_str!("page/style.css");
/// The page's scripts, in their order.
pub(super) const SCRIPTS: [&str; 9] = [
    include_str!("page/runtime.js"),
    include_str!("page/lines.js"),
    include_str!("page/shapes.js"),
    include_str!("page/ranges.js"),
    include_str!("page/map.js"),
    include_str!("page/validation.js"),
    include_str!("page/sweep.js"),
    include_str!("page/calibration.js"),
    include_str!("page/main.js"),
];
/// Nothing may be loaded from anywhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// A fixed text in both languages; the style shows one.
pub(super) fn both(key: &str) -> Markup {
    texts(&LANGUAGES.map(|l| strings::text(key, l).to_string()))
}

/// A text in both languages.
pub(super) fn texts(pair: &[String; 2]) -> Markup {
    html! { @for (text, language) in pair.iter().zip(LANGUAGES) { span lang=(language.code()) { (text) } } }
}

/// A title and its description; the direction of its letters is the text's own.
fn title(folder: &Folder) -> Markup {
    let (kicker, description) = match &folder.kind {
        Kind::Run(_) => ("kind.run", folder.first().map_or("", |s| &s.description)),
        Kind::Comparison(_) => ("kind.compare", folder.played.last().map_or("", |b| &b.scenario.description)),
        Kind::Validation(_) => ("kind.validate", ""),
        Kind::Sweep(record) => ("kind.sweep", record.description.as_str()),
        Kind::Calibration(_) => ("kind.calibrate", ""),
    };
    html! {
        p.kicker { (both(kicker)) }
        @if let Kind::Comparison(_) = folder.kind {
            h1 {
                @for (letter, one) in ["a", "b"].iter().zip(&folder.played) {
                    span.side { span class={ "letter " (letter) } { (letter.to_uppercase()) } " " bdi { (one.scenario.title) } }
                }
            }
        } @else { h1 dir="auto" { (folder.title()) } }
        @if !description.is_empty() { p.lead dir="auto" { (description) } }
    }
}

fn number(n: &Number) -> Markup {
    html! {
        div.number {
            p.label { (texts(&n.label)) }
            p class=(if n.unclear { "figure unclear" } else { "figure" }) { (texts(&n.value)) }
            p.interval {
                (texts(&n.interval))
                @if n.unclear { br; strong { (texts(&["spans zero: the direction cannot be told".to_string(), "содержит ноль: знак неизвестен".to_string()])) } }
            }
        }
    }
}

fn answered(folder: &Folder, answer: &Answer) -> Markup {
    let note = match &folder.kind {
        Kind::Run(record) if record.ensemble_hash.is_some() => "note.model.members",
        Kind::Comparison(record) if record.ensemble_hash.is_some() => "note.model.members",
        Kind::Run(_) | Kind::Comparison(_) => "note.model",
        Kind::Validation(record) if record.ensemble_hash.is_some() => "note.validate.members",
        Kind::Validation(_) => "note.validate",
        Kind::Sweep(_) => "note.sweep",
        Kind::Calibration(_) => "note.calibrate",
    };
    html! {
        section #answer aria-labelledby="answer-title" {
            h2 #answer-title { (both("nav.answer")) }
            div.answer {
                div.sentences {
                    @for (sentences, language) in answer.sentences.iter().zip(LANGUAGES) {
                        div lang=(language.code()) { @for sentence in sentences { p { (sentence) } } }
                    }
                }
                div.numbers { @for n in &answer.numbers { (number(n)) } }
            }
            p.note { (both(note)) @if mapped(folder) && folder.replicates() == 1 { " " (both("note.one")) } }
        }
    }
}

/// Whether the page has a map: results of runs have one, studies of many runs do not.
fn mapped(folder: &Folder) -> bool {
    matches!(folder.kind, Kind::Run(_) | Kind::Comparison(_))
}

/// The whole page; `changes` are those of a run's scenario to the one that it extends.
pub fn page(folder: &Folder, answer: &Answer, data: &serde_json::Value, changes: Option<&[Change]>) -> String {
    let name = folder.title();
    let mapped = mapped(folder);
    let parts = ["answer", "map", "charts", "print"].into_iter().filter(|part| mapped || *part != "map");
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="color-scheme" content="light dark";
                meta name="generator" content={ "musafir " (env!("CARGO_PKG_VERSION")) };
                link rel="icon" href="data:,";
                title { (name) " – musafir" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#answer" { (both("skip")) }
                header.top {
                    a.brand href="#" { "musafir" }
                    nav {
                        @for part in parts { a href={ "#" (part) } { (both(&format!("nav.{part}"))) } }
                    }
                    div.switches {
                        button #language type="button" { (both("lang")) }
                        button #theme type="button" aria-label=(strings::text("theme", Language::English)) title=(strings::text("theme", Language::English)) { span aria-hidden="true" { "◐" } }
                    }
                }
                main {
                    div.head { (title(folder)) }
                    (answered(folder, answer))
                    noscript { p.note { (both("noscript")) } }
                    @if mapped { section #map aria-labelledby="map-title" { h2 #map-title { (both("map.title")) } div #map-host {} } }
                    section #charts aria-labelledby="charts-title" { h2 #charts-title { (both("nav.charts")) } div #charts-host {} }
                    (fine_print(folder, data["observed"].as_array().is_some_and(|points| !points.is_empty()), changes))
                }
                footer { p { (both("note.names")) @if mapped { " " (both("map.credit")) } } }
                div #tip role="status" aria-live="polite" hidden {}
                script #data type="application/json" { (PreEscaped(data::embeddable(data))) }
                script { (PreEscaped("\"use strict\";\n(function () {\n")) @for script in SCRIPTS { (PreEscaped(script)) } (PreEscaped("})();\n")) }
            }
        }
    };
    markup.into_string() + "\n"
}
