//! What does a file change in those that it extends, and what is it told of that?

mod small;

use std::{fs, path::Path};

use musafir::scenario::{
    Inventory, Overrides, Scenario,
    inventory::{Field, differing},
};

#[test]
fn a_later_file_replaces_regimes_from_its_own_date_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::write(at("parent.toml"), small::scenario(&[]).resolved).expect("written");
    let child = "extends = \"parent.toml\"\nremove = [\"tur-shut\"]\n[[regime]]\nid = \"own\"\ncitizens = [\"UZB\"]\ncountry = \"TUR\"\nfrom = 2007-03-20\nkind = \"free-movement\"\n[[regime]]\nid = \"rus-uzb-2007\"\nburden = 0.9\n";
    fs::write(at("child.toml"), child).expect("written");
    let scenario = Scenario::load(&at("child.toml"), &Overrides::default()).unwrap_or_else(|findings| panic!("{findings}"));
    let law = &scenario.world.law;
    let ids = |o: usize, c: usize| law.regimes[o][c].iter().map(|r| r.1.id.as_str()).collect::<Vec<_>>();
    assert_eq!(ids(1, 1), ["tur-visa", "own"], "the parent's later regime of the pair is gone");
    assert_eq!(ids(0, 1), ["tur-kgz-quota"], "other pairs are as they were");
    assert_eq!(law.regimes[1][1][1].0.to_string(), "2007-04", "day 20 acts from the next month");
    assert!((law.regimes[1][1][1].1.burden - 0.8).abs() < 1e-12, "what it does not say it takes from the one before");
    assert!(law.regimes[1][1][1].1.papers_log_odds.is_none());
    assert!((law.regimes[1][0][1].1.burden - 0.9).abs() < 1e-12, "an item of the same id is changed key by key");
    assert_eq!(law.closures.len(), 1, "removed by id");
    let inventory = Inventory::load(&at("child.toml"), &Overrides::default()).unwrap_or_else(|findings| panic!("{findings}"));
    let gone: Vec<(&str, &str)> = inventory.entries.iter().filter(|e| e.key.ends_with(".replaced")).map(|e| (e.key.as_str(), e.value.as_str())).collect();
    assert_eq!(gone, [("regime.tur-uzb-2008.replaced", "[\"UZB\"]")], "what does not act any more is told where values are listed");
    fs::write(at("again.toml"), &scenario.resolved).expect("written");
    assert_eq!(Scenario::load(&at("again.toml"), &Overrides::default()).expect("right").hash, scenario.hash);
}

#[test]
fn what_a_file_says_in_vain_or_against_those_it_extends_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::write(at("parent.toml"), small::scenario(&[]).resolved).expect("written");
    let link = "links = [{ from = \"Osh\", to = \"Moscow\", mode = \"air\", km = 3000.0, hours = 5.0, passengers = false }]";
    let corridor = |id: &str, more: &str| format!("[[corridor]]\nid = \"{id}\"\nname = \"n\"\nopens = 2008-01-01\n{more}\nsource = \"t\"\nverified = false\n");
    let regime = |id: &str, more: &str| format!("[[regime]]\nid = \"{id}\"\ncitizens = [\"UZB\"]\ncountry = \"RUS\"\n{more}\nsource = \"t\"\nverified = false\n");
    let tur = |id: &str, from: &str, kind: &str| {
        format!("[[regime]]\nid = \"{id}\"\ncitizens = [\"UZB\"]\ncountry = \"TUR\"\nfrom = {from}\nkind = \"{kind}\"\nsource = \"t\"\nverified = false\n")
    };
    let trend = |id: &str| format!("[[trend]]\nid = \"{id}\"\nseries = \"wage_usd\"\nplaces = [\"RUS\"]\ngrowth = 0.01\nsource = \"t\"\nverified = false\n");
    let cases = [
        (corridor("mute", link), Some("the corridor `mute` does nothing")),
        (corridor("", link), Some("`` cannot be an id")),
        (corridor("a.b:c d", link), Some("for example `a-b-c-d`")),
        (corridor("travell", &format!("channels = {{ travell = true }}\n{link}")), Some("did you mean `travel`?")),
        (regime("early", "from = 2006-06-01\nkind = \"closed\""), Some("`early` takes the place of `rus-uzb-2007` for UZB in RUS")),
        // A country that is closed from the start needs no burden, but the regime that opens it does.
        (format!("remove = [\"tur-visa\", \"tur-uzb-2008\", \"tur-shut\"]\n{}", tur("a", "2000-01-01", "closed")), None),
        (format!("remove = [\"tur-visa\", \"tur-uzb-2008\", \"tur-shut\"]\n{}{}", tur("a", "2000-01-01", "closed"), tur("b", "2007-01-01", "free-movement")), Some("`burden` is missing")),
        // What the file speaks of stays.
        (regime("early", "from = 2006-06-01\nkind = \"closed\"") + "[[regime]]\nid = \"rus-uzb-2007\"\nburden = 0.9\n", None),
        (regime("bans", "from = 2009-01-01\nkind = \"free-movement\"\nban_documented = 1.0\nban_months = 0"), Some("`ban_documented` has nothing to act on")),
        (trend("first") + &trend("second"), Some("two trends of `wage_usd` in RUS")),
        ("[[closure]]\nid = \"short\"\ncitizens = [\"UZB\"]\ncountry = \"RUS\"\nfrom = 2008-01-16\nuntil = 2008-02-14\nentry = 0.0\nleave = 0.0\nsource = \"t\"\nverified = false\n".into(), Some("is too short to act")),
        ("[[shock]]\nid = \"short\"\nseries = \"wage_usd\"\nplaces = [\"RUS\"]\nfactor = 0.5\nfrom = 2008-01-16\nuntil = 2008-02-14\nsource = \"t\"\nverified = false\n".into(), Some("is too short to act")),
    ];
    for (text, wanted) in cases {
        fs::write(at("child.toml"), format!("extends = \"parent.toml\"\n{text}")).expect("written");
        let told = Scenario::load(&at("child.toml"), &Overrides::default())
            .map_or_else(|findings| findings.to_string(), |scenario| scenario.warnings.iter().map(|w| w.message.as_str()).collect::<Vec<_>>().join("\n"));
        match wanted {
            Some(wanted) => assert!(told.contains(wanted), "`{wanted}` is not told of\n{text}\n{told}"),
            None => assert!(!told.contains("takes the place") && !told.contains("is missing"), "{told}"),
        }
    }
}

#[test]
fn what_inherited_shocks_do_to_ones_law_and_what_may_be_meant_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let rules = Scenario::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/small/rules.toml"), &Overrides::default()).unwrap_or_else(|findings| panic!("{findings}"));
    fs::write(at("parent.toml"), rules.resolved).expect("written");
    let law = |more: &str| {
        format!("[[regime]]\nid = \"own\"\ncitizens = [\"UZB\"]\ncountry = \"RUS\"\nfrom = 2006-06-01\nkind = \"free-movement\"\n{more}\nsource = \"t\"\nverified = false\n")
    };
    let links = |id: &str| format!("[[shock]]\nid = \"x\"\nlinks = [\"{id}\"]\nfare_factor = 1.5\nfrom = 2008-01-01\nsource = \"t\"\nverified = false\n");
    let rule = |side: &str| {
        let does = "does = { citizens = [\"UZB\"], country = \"RUS\", entry = 0.2 }";
        let watches = "watches = { measure = \"remittances_gdp_share\", origin = \"UZB\", country = \"RUS\" }";
        format!("[[rule]]\nid = \"x\"\n{watches}\n{side}\nprobability = 1.0\neases_probability = 1.0\nfrom = 2006-01-01\n{does}\nsource = \"t\"\nverified = false\n")
    };
    let changed = "`burden` is not what acts: the shock `raids` changes it";
    let cases = [
        (law("burden = 0.2"), changed, true),
        // Who speaks of the shock knows of it, and what a regime does not say is not its own.
        (law("burden = 0.2") + "[[shock]]\nid = \"raids\"\nnote = \"kept\"\n", changed, false),
        (law(""), changed, false),
        ("[[shock]]\nid = \"raid\"\nburden_add = 0.1\n".into(), "or is `raids` meant?", true),
        // What lacks one thing may be wrong in another.
        ("[[shock]]\nid = \"x\"\nseries = \"wage_us\"\nplaces = [\"RUS\"]\nfactor = 2.0\n".into(), "did you mean `wage_usd`?", true),
        ("[[shock]]\nid = \"x\"\ncitizens = [\"UZ\"]\nburden_add = 0.1\nfrom = 2008-01-01\n".into(), "`UZ` is not a country of origin", true),
        ("[[amnesty]]\nid = \"x\"\ncitizens = [\"UZ\"]\non = 2008-01-01\nshare = 0.5\n".into(), "`UZ` is not a country of origin", true),
        ("[cells.series.wage_usd-RUS-2031]\nvalue = 900.0\n".into(), "`wage_usd-RUS` has the years", true),
        // The train to Moscow is cheaper than the plane, whatever the plane costs; the one to Novosibirsk has no rival.
        (links("air-osh-moscow"), "the shock `x` changes no journey", true),
        (links("rail-almaty-novosibirsk"), "changes no journey", false),
        (rule("above = 20.0\neases_below = 15.0"), "acts above 2000 % of output", true),
        (rule("above = 0.2\neases_below = 0.15"), "of output", false),
        ("population = 22\n".into(), "`population` is far from what the tables have", true),
        ("population = 3000\n".into(), "far from", false),
    ];
    for (text, wanted, told) in cases {
        fs::write(at("child.toml"), format!("extends = \"parent.toml\"\n{text}")).expect("written");
        let said = Scenario::load(&at("child.toml"), &Overrides::default())
            .map_or_else(|findings| findings.to_string(), |scenario| scenario.warnings.iter().map(|w| w.message.as_str()).collect::<Vec<_>>().join("\n"));
        assert_eq!(said.contains(wanted), told, "`{wanted}`\n{text}\n{said}");
    }
    // A shock whose change is none changes nobody's law.
    for (burden, told) in [("0.0", false), ("0.1", true)] {
        fs::write(at("between.toml"), format!("extends = \"parent.toml\"\n[[shock]]\nid = \"raids\"\nburden_add = {burden}\n")).expect("written");
        fs::write(at("child.toml"), format!("extends = \"between.toml\"\n{}", law("burden = 0.2"))).expect("written");
        let scenario = Scenario::load(&at("child.toml"), &Overrides::default()).unwrap_or_else(|findings| panic!("{findings}"));
        assert_eq!(scenario.warnings.iter().any(|w| w.message == changed), told, "{:?}", scenario.warnings);
    }
}

#[test]
fn a_source_does_not_speak_for_what_another_file_changed() {
    let set = [("cells.jobs.RUS.jobs_2013", "300"), ("regime.tur-visa.success", "0.9")];
    let overrides = Overrides { set: set.map(|(k, v)| (k.to_string(), v.to_string())).to_vec(), ..Overrides::default() };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/small/small.toml");
    let [before, after] = [&Overrides::default(), &overrides].map(|o| Inventory::load(&path, o).unwrap_or_else(|findings| panic!("{findings}")));
    let jobs = |of: &Inventory| of.tables.iter().position(|t| t.name == "jobs").expect("it is there");
    let row = after.tables[jobs(&after)].rows.iter().find(|row| row.values[0] == "RUS").expect("it is there");
    assert_eq!((row.source.as_str(), row.verified, row.place.as_str()), ("set by cells.jobs.RUS", false, "command line"));
    let fields = differing(Some(&before.tables[jobs(&before)]), Some(&after.tables[jobs(&after)]));
    let told = |f: &Field<'_>| (f.key.clone(), f.before.map(|b| b.0.to_string()), f.after.map(|a| a.0.to_string()));
    assert_eq!(fields.iter().map(told).collect::<Vec<_>>(), [("tables.jobs RUS jobs_2013".to_string(), Some("420".to_string()), Some("300".to_string()))]);
    let resolved = Scenario::load(&path, &overrides).unwrap_or_else(|findings| panic!("{findings}")).resolved;
    let of_visa = resolved.split("id = \"tur-visa\"").nth(1).and_then(|rest| rest.split("[[").next()).expect("it is written");
    assert!(of_visa.contains("assumption: test world; not of what other files say: success\"") && of_visa.contains("verified = false"), "{of_visa}");
    assert!(resolved.contains("RUS,300,1.44,0.012,0.05,set by cells.jobs.RUS,no"));
}
