//! Behaviour: what its schema cannot say.

use super::{Ground, Parts};
use crate::{
    behaviour::{Behaviour, ByCode, choose, consider, remit, traits::MOTIVES},
    population::class,
    scenario::finding::{Ledger, did_you_mean, figure},
    world::place::Country,
};

/// Most bands of age: those that a class code has room for.
const MOST_BANDS: usize = class::BANDS;
/// Most that a constant of the choice can be worth, either way: long before, one alternative takes all or none, which may be wanted.
const MOST_UTILITY: f64 = 1000.0;

/// All parameters; each section is checked by itself, so that a mistake in one does not hide those of another.
pub fn behaviour(parts: &Parts, ground: &Ground, ledger: &mut Ledger) -> Option<Behaviour> {
    let origins = &ground.places.origins;
    if let Some(consider) = parts.section::<consider::Params>("behaviour.consider", ledger) {
        by_code(parts, "behaviour.consider.women", &consider.women, origins, ground.countries_known, ledger);
        homes(parts, ground, &consider, ledger);
        ages(parts, &consider, ledger);
        if consider.k_trip >= consider.cap && consider.k_kin > 1.0 {
            let path = "behaviour.consider.k_kin";
            ledger.warn(parts.at(path), path, "`k_kin` changes nothing for those with experience", "`k_trip` alone reaches `cap`", "raise `cap`");
        }
    }
    if let Some(choose) = parts.section::<choose::Params>("behaviour.choose", ledger) {
        constants(parts, ground, &choose, ledger);
        nests(parts, &choose, ledger);
        let (form, unit) = ("behaviour.choose.wage_form", "behaviour.choose.wage_unit");
        let later = parts.layers.rank(parts.at(unit)) > parts.layers.rank(parts.at(form));
        if choose.wage_form == choose::WageForm::Log && later {
            ledger.warn(parts.at(unit), unit, "`wage_unit` changes nothing", "`wage_form` is \"log\", and the unit is that of the linear form", "set `wage_form = \"linear\"` too");
        }
    }
    if let Some(remit) = parts.section::<remit::Params>("behaviour.remit", ledger) {
        by_code(parts, "behaviour.remit.share", &remit.share, origins, ground.countries_known, ledger);
        if remit.to_purse + remit.invested > 1.0 {
            let path = "behaviour.remit.invested";
            ledger.error(parts.at(path), path, "`to_purse` and `invested` add to more than 1", "both are shares of the same remittances", "");
        }
    }
    if let Some(labour) = parts.section::<crate::world::labour::Params>("behaviour.labour", ledger)
        && !labour.feedback
        && labour.pay_crowding != 0.0
    {
        let path = "behaviour.labour.pay_crowding";
        ledger.warn(parts.at(path), path, "`pay_crowding` has no effect", "`feedback` is false: pay does not follow how many come, nor do jobs", "");
    }
    for path in ["behaviour.consider.deprivation_range", "behaviour.labour.pay_crowding_range", "behaviour.labour.unemployment_range"] {
        let json = path.split('.').try_fold(&parts.json, |json, key| json.get(key));
        let ends: Vec<f64> = json.and_then(|j| j.as_array()).into_iter().flatten().filter_map(serde_json::Value::as_f64).collect();
        if ends.len() == 2 && ends[0] > ends[1] {
            ledger.error(parts.at(path), path, format!("`{path}` is upside down"), "the least value stands first", "");
        }
    }
    parts.section("behaviour", ledger)
}

/// A value for each country, and none for others.
fn by_code(parts: &Parts, path: &str, map: &ByCode, countries: &[Country], known: bool, ledger: &mut Ledger) {
    if !known {
        return;
    }
    unknown(parts, path, map, countries, ledger);
    for country in countries.iter().filter(|c| !map.contains_key(&c.code)) {
        let full = format!("{path}.{}", country.code);
        if parts.has(&full) {
            continue;
        }
        let (at, hint) = parts.lacking(&full, format!("add `{full} = ...`, in this file or in the one that brings the country"));
        ledger.error(at, &full, format!("`{path}` has no value for {}", country.code), format!("{} is in the table `countries`", country.name), hint);
    }
}

fn unknown(parts: &Parts, path: &str, map: &ByCode, countries: &[Country], ledger: &mut Ledger) {
    for code in map.keys().filter(|k| !countries.iter().any(|c| c.code == **k)) {
        let full = format!("{path}.{code}");
        let hint = parts.drop_or(&full, || did_you_mean(code, countries.iter().map(|c| c.code.as_str())));
        ledger.error(parts.key_at(&full), &full, format!("unknown country `{code}`"), format!("`{path}` is by codes of the table `countries`, of the role it is about"), hint);
    }
}

/// Factors of home regions.
fn homes(parts: &Parts, ground: &Ground, consider: &consider::Params, ledger: &mut Ledger) {
    let path = "behaviour.consider.home";
    for (id, factor) in &consider.home {
        let full = format!("{path}.{id}");
        if ground.regions_known && !ground.places.homes.iter().any(|h| h.id == *id) {
            let hint = parts.drop_or(&full, || did_you_mean(id, ground.places.homes.iter().map(|h| h.id.as_str())));
            ledger.error(parts.at(&full), &full, format!("unknown home region `{id}`"), format!("`{path}` is by home regions of the table `regions`"), hint);
        }
        if !(0.0..=100.0).contains(factor) {
            ledger.error(parts.at(&full), &full, format!("`{full}` cannot be {}", figure(*factor)), "it must be from 0 to 100", "1 is like the rest of the country");
        }
    }
}

fn ages(parts: &Parts, consider: &consider::Params, ledger: &mut Ledger) {
    let path = "behaviour.consider.age";
    if consider.age.len() > MOST_BANDS || consider.age.is_empty() {
        ledger.error(parts.at(path), path, format!("there are {} bands of age", consider.age.len()), format!("from 1 to {MOST_BANDS} fit"), "");
    }
    for (i, pair) in consider.age.windows(2).enumerate() {
        if pair[1].from <= pair[0].from {
            let full = format!("{path}.{}.from", i + 1);
            ledger.error(parts.at(&full), &full, "the bands of age are not in order", format!("{} comes after {}", pair[1].from, pair[0].from), "the youngest stands first");
        }
    }
    if consider.age.first().is_some_and(|b| b.from > 16) {
        let full = format!("{path}.0.from");
        ledger.warn(parts.at(&full), &full, "the first band of age begins after 16", "nobody younger weighs leaving", "");
    }
}

/// Constants of the choice by code, within bounds.
fn utilities(parts: &Parts, path: &str, map: &ByCode, ledger: &mut Ledger) {
    for (code, utility) in map.iter().filter(|(_, utility)| utility.abs() > MOST_UTILITY) {
        let full = format!("{path}.{code}");
        ledger.error(parts.at(&full), &full, format!("`{full}` cannot be {}", figure(*utility)), format!("it must be from -{MOST_UTILITY} to {MOST_UTILITY}"), "");
    }
}

fn constants(parts: &Parts, ground: &Ground, choose: &choose::Params, ledger: &mut Ledger) {
    let (origins, countries) = (&ground.places.origins, &ground.places.countries);
    by_code(parts, "behaviour.choose.xi", &choose.xi, countries, ground.countries_known, ledger);
    by_code(parts, "behaviour.choose.origin", &choose.origin, origins, ground.countries_known, ledger);
    utilities(parts, "behaviour.choose.xi", &choose.xi, ledger);
    utilities(parts, "behaviour.choose.origin", &choose.origin, ledger);
    for (code, map) in &choose.xi_origin {
        utilities(parts, &format!("behaviour.choose.xi_origin.{code}"), map, ledger);
    }
    if ground.countries_known {
        for (code, map) in &choose.xi_origin {
            let path = "behaviour.choose.xi_origin";
            if !countries.iter().any(|c| c.code == *code) {
                let full = format!("{path}.{code}");
                let hint = did_you_mean(code, countries.iter().map(|c| c.code.as_str()));
                ledger.error(parts.at(&full), &full, format!("unknown country `{code}`"), "`xi_origin` is by country of destination, then by origin", hint);
            }
            unknown(parts, &format!("{path}.{code}"), map, origins, ledger);
        }
    }
    for (motive, map) in &choose.motive {
        let path = format!("behaviour.choose.motive.{motive}");
        if !MOTIVES.contains(&motive.as_str()) {
            ledger.error(parts.at(&path), &path, format!("unknown motive `{motive}`"), "motives are earn, study, experience, settle", did_you_mean(motive, MOTIVES));
        }
        utilities(parts, &path, map, ledger);
        if ground.countries_known {
            unknown(parts, &path, map, countries, ledger);
        }
    }
}

/// Nest parameters fall towards the leaves; the network's weight stays below that of *go* (or one destination takes all).
fn nests(parts: &Parts, choose: &choose::Params, ledger: &mut Ledger) {
    for (inner, outer, name, of) in [(choose.nest_country, choose.nest_go, "nest_country", "nest_go"), (choose.nest_region, choose.nest_country, "nest_region", "nest_country")] {
        if inner > outer {
            let path = format!("behaviour.choose.{name}");
            ledger.error(
                parts.at(&path),
                &path,
                format!("`{name}` is above `{of}`"),
                format!("{inner} is above {outer}: alternatives of an inner nest are more alike than those of an outer one"),
                format!("at most {outer}"),
            );
        }
    }
    let path = "behaviour.choose.b_net";
    let ratio = choose.b_net / choose.nest_go;
    if ratio >= 1.0 {
        ledger.error(
            parts.at(path),
            path,
            format!("`b_net` is {}, at or above `nest_go` ({})", choose.b_net, choose.nest_go),
            "the pull of the diaspora then runs away: one destination takes all",
            format!("below {}", choose.nest_go),
        );
    } else if ratio > 0.7 {
        ledger.warn(
            parts.at(path),
            path,
            format!("`b_net` is {ratio:.2} of `nest_go`"),
            "above 0.7 of it the pull of the diaspora comes near to running away",
            format!("at most {:.3}", 0.7 * choose.nest_go),
        );
    }
}
