//! Policy rules: thresholds, what they watch and what follows.

use super::{Ground, Item, Parts, lasts, law, shock::Base};
use crate::{
    behaviour::policy,
    scenario::{
        file::{AnswerItem, Origins, RuleItem},
        finding::{Ledger, did_you_mean, figure, per_cent},
    },
    units::Month,
    world::{
        place::ALL_ORIGINS,
        regime::{Kind, Regime, Terms},
        rule::{Answer, Measure, Over, Rule, Side, Watch},
    },
};

/// Most rules of a scenario: as many names as a column of results has room for.
const MOST: usize = 255;

/// All rules that are right, in the order of the file.
pub fn rules(parts: &Parts, ground: &Ground, base: &Base<'_>, ledger: &mut Ledger) -> Vec<Rule> {
    let items = parts.list::<RuleItem>("rule", ledger, |path, json, ledger| {
        if let Some(does) = json.get("does") {
            law::names(parts, ground, &format!("{path}.does"), does, ledger);
        }
    });
    if items.len() > MOST {
        ledger.error(parts.at("rule"), "rule", format!("there are {} rules", items.len()), format!("at most {MOST} fit"), "");
    }
    items.iter().filter_map(|item| rule(parts, ground, base, item, ledger)).collect()
}

fn rule(parts: &Parts, ground: &Ground, base: &Base<'_>, item: &Item<RuleItem>, ledger: &mut Ledger) -> Option<Rule> {
    let errors = ledger.errors();
    let r = &item.value;
    let watches = watch(parts, ground, item, ledger);
    let side = side(parts, item, ledger);
    let does = answer(parts, ground, item, ledger);
    let (from, until) = (r.from.map_or(Month::FIRST, |d| d.acts), r.until.map_or(Month::NEVER, |d| d.acts));
    if let (Some(from), Some(until)) = (r.from, r.until) {
        lasts(parts, &format!("{}.until", item.path), &format!("the rule `{}`", r.id), from, until, ledger);
    }
    let rule = Rule {
        id: r.id.clone(),
        name: r.name.clone(),
        watches: watches?,
        side: side?,
        probability: r.probability,
        eases_probability: r.eases_probability.unwrap_or(r.probability),
        from,
        until,
        least_months: r.least_months,
        does: does?,
    };
    if ledger.errors() == errors {
        never(parts, base, item, &rule, ledger);
        without_effect(parts, base, item, &rule.does, ledger);
    }
    Some(rule)
}

fn watch(parts: &Parts, ground: &Ground, item: &Item<RuleItem>, ledger: &mut Ledger) -> Option<Watch> {
    let w = &item.value.watches;
    let path = |key: &str| format!("{}.watches.{key}", item.path);
    let codes: Vec<(String, &String)> = match &w.origin {
        Origins::One(code) => vec![(path("origin"), code)],
        Origins::Many(codes) => codes.iter().enumerate().map(|(i, code)| (path(&format!("origin.{i}")), code)).collect(),
    };
    let (named, mut origins) = (!codes.is_empty(), Vec::new());
    for (path, code) in codes {
        match ground.places.origin(code) {
            _ if code == ALL_ORIGINS => origins.extend(0..ground.places.origins.len()),
            Some(origin) => origins.push(origin),
            None if ground.countries_known => {
                let hint = did_you_mean(code, ground.places.origins.iter().map(|c| c.code.as_str()).chain([ALL_ORIGINS]));
                ledger.error(parts.at(&path), &path, format!("`{code}` is not a country of origin"), "persons come from the origins of the table `countries`", hint);
            }
            None => {}
        }
    }
    origins.sort_unstable();
    if origins.windows(2).any(|pair| pair[0] == pair[1]) {
        let path = path("origin");
        ledger.error(parts.at(&path), &path, "an origin stands twice", "origins are named once", "");
    } else if !named {
        let path = path("origin");
        ledger.error(parts.at(&path), &path, "the rule watches nobody", "it names no origin", format!("name origins, or `{ALL_ORIGINS}` for all"));
    }
    let at_home = w.measure == Measure::UnemploymentHome;
    let country = w.country.as_ref().and_then(|code| ground.places.country(code));
    let path = path("country");
    match &w.country {
        Some(_) if at_home => ledger.error(parts.at(&path), &path, "`unemployment_home` is of no country of destination", "it is the rate of the origins", "drop `country`"),
        None if !at_home => ledger.error(parts.at(&path), &path, "`country` is missing", "the measure is of origins in a country of destination", "add `country = ...`"),
        Some(code) if country.is_none() && ground.countries_known => {
            let hint = did_you_mean(code, ground.places.countries.iter().map(|c| c.code.as_str()));
            ledger.error(parts.at(&path), &path, format!("`{code}` is not a country of destination"), "persons go to the destinations of the table `countries`", hint);
        }
        _ => {}
    }
    Some(Watch { measure: w.measure, origins, country: if at_home { 0 } else { country? }, over: w.over })
}

/// One threshold to act, and one to ease that does not lie beyond it.
fn side(parts: &Parts, item: &Item<RuleItem>, ledger: &mut Ledger) -> Option<Side> {
    let r = &item.value;
    let (own, other, act, ease) = match (r.above, r.below) {
        (Some(act), None) => ("eases_below", "eases_above", act, r.eases_below.unwrap_or(act)),
        (None, Some(act)) => ("eases_above", "eases_below", act, r.eases_above.unwrap_or(act)),
        (above, _) => {
            let message = if above.is_some() { "the rule has two thresholds to act" } else { "the rule has no threshold to act" };
            ledger.error(parts.at(&item.path), &item.path, message, "it acts above a value or below one", "say `above = ...` or `below = ...`");
            return None;
        }
    };
    if parts.has(&format!("{}.{other}", item.path)) {
        let path = format!("{}.{other}", item.path);
        let act = if own == "eases_below" { "above" } else { "below" };
        ledger.error(parts.at(&path), &path, format!("`{other}` does not go with `{act}`"), "a rule eases on the other side of its threshold", format!("say `{own}`"));
    }
    let beyond = if own == "eases_below" { ease > act } else { ease < act };
    if beyond {
        let path = format!("{}.{own}", item.path);
        let hint = if own == "eases_below" { format!("at most {act}") } else { format!("at least {act}") };
        ledger.error(parts.at(&path), &path, "the rule would ease where it acts", format!("it acts from {act} on, and {ease} lies beyond"), hint);
    }
    Some(if own == "eases_below" { Side::Above(act, ease) } else { Side::Below(act, ease) })
}

fn answer(parts: &Parts, ground: &Ground, item: &Item<RuleItem>, ledger: &mut Ledger) -> Option<Answer> {
    let a: &AnswerItem = &item.value.does;
    let path = format!("{}.does", item.path);
    let pairs = law::pairs(parts, ground, &path, &a.citizens, &a.country, ledger);
    for (key, kinds, there) in [("success", &[Kind::Visa, Kind::Quota][..], a.terms.success.is_some()), ("places_per_year", &[Kind::Quota][..], a.terms.places_per_year.is_some())]
    {
        if a.kind.is_some_and(|kind| kinds.contains(&kind)) && !there {
            let path = format!("{path}.{key}");
            ledger.error(parts.at(&path), &path, format!("`{key}` is missing"), "the kind of regime that follows needs it", format!("add `{key} = ...`"));
        }
    }
    Some(Answer { origins: pairs.origins.into_iter().map(|o| o.0).collect(), country: pairs.country?, kind: a.kind, terms: a.terms.clone(), entry: a.entry, leave: a.leave })
}

/// Warns of a rule that can never act: out of the run, too short for its measure to have a value, or with a threshold out of reach.
fn never(parts: &Parts, base: &Base<'_>, item: &Item<RuleItem>, rule: &Rule, ledger: &mut Ledger) {
    let Some(run) = base.run else { return };
    let needed = policy::months_needed(&rule.watches);
    let first = run.start.plus(needed as i32);
    if rule.from > run.end || rule.until <= first || first > run.end {
        let key = if rule.from > run.end { "from" } else { "until" };
        let path = format!("{}.{key}", item.path);
        let why = format!("the run goes from {} to {}, and the measure has a value after {needed} months of it", run.start, run.end);
        ledger.warn(parts.at(&path), &path, format!("the rule `{}` can never act", rule.id), why, "");
        return;
    }
    let share = matches!(rule.watches.measure, Measure::UnemploymentHome | Measure::WorkforceAbroad);
    let (key, reached) = match (rule.side, rule.watches.over) {
        (Side::Above(act, _), Over::Value) => ("above", !share || act < 1.0),
        (Side::Below(act, _), Over::Value) => ("below", act > 0.0),
        (Side::Below(act, _), Over::Growth) => ("below", act > -1.0),
        (Side::Above(..), Over::Growth) => ("above", true),
    };
    if let (Measure::RemittancesGdpShare, Side::Above(act, _), Over::Value) = (rule.watches.measure, rule.side, rule.watches.over)
        && act > 1.0
    {
        let path = format!("{}.above", item.path);
        ledger.warn(parts.at(&path), &path, format!("the rule `{}` acts above {} % of output", rule.id, figure(act * 100.0)), "the measure is a share of it", per_cent(act, 0.0));
    }
    if !reached {
        let path = format!("{}.{key}", item.path);
        ledger.warn(parts.at(&path), &path, format!("the rule `{}` can never act", rule.id), "its measure does not reach beyond this value", "");
    }
}

/// Warns of a rule by which nothing changes.
fn without_effect(parts: &Parts, base: &Base<'_>, item: &Item<RuleItem>, does: &Answer, ledger: &mut Ledger) {
    let shut = does.entry.is_some_and(|e| e < 1.0) || does.leave.is_some_and(|l| l < 1.0);
    let changed_by = |does: &Answer| {
        does.origins.iter().flat_map(|o| &base.law.regimes[*o][does.country]).any(|(_, regime)| {
            let mut after = regime.clone();
            does.lay_over(&mut after);
            after.acting() != regime.acting()
        })
    };
    let changes = changed_by(does);
    // What the kind that follows does not use. What a change of kind must say may also say what holds already.
    let needed = |key: &str| match does.kind {
        Some(Kind::Quota) => true,
        Some(Kind::Visa) => key == "success",
        _ => false,
    };
    let with = |terms: Terms| Answer { terms, ..does.clone() };
    let each = [
        ("success", with(Terms { success: None, ..does.terms.clone() })),
        ("places_per_year", with(Terms { places_per_year: None, ..does.terms.clone() })),
        ("days", with(Terms { days: None, ..does.terms.clone() })),
    ];
    for (key, without) in each {
        let path = format!("{}.does.{key}", item.path);
        let same = |regime: &Regime| {
            let (mut with, mut left) = (regime.clone(), regime.clone());
            does.lay_over(&mut with);
            without.lay_over(&mut left);
            with.acting() == left.acting()
        };
        if changes && parts.has(&path) && !needed(key) && does.origins.iter().flat_map(|o| &base.law.regimes[*o][does.country]).all(|(_, regime)| same(regime)) {
            ledger.warn(parts.at(&path), &path, format!("`{key}` has nothing to act on"), "the kind of regime that follows does not use it, or it is the same already", "");
        }
    }
    if !shut && !changes {
        let path = format!("{}.does", item.path);
        let why = "every regime of the pair says the same already, or has no use for it";
        ledger.warn(parts.at(&path), &path, format!("the rule `{}` has nothing to act on", item.value.id), why, "add a key of a regime, or `entry`");
    }
}
