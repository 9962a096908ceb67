#!/usr/bin/env python3
"""The pages of all commands in headless Chromium, driven by chromedriver over plain HTTP, without a network.

usage: report.py MUSAFIR FOLDER [--pictures FOLDER], where FOLDER holds run, compare, evil, validate, sweep, morris, many and calibrate
"""

import base64
import csv
import io
import json
import pathlib
import re
import subprocess
import sys

from driver import Browser

WIDTHS = [400, 1200, 2000]


passed = failed = 0


def check(name, right, detail=""):
    global passed, failed
    passed, failed = passed + bool(right), failed + (not right)
    print(f"{'ok   ' if right else 'FAIL '} {name}{'' if right else ': ' + str(detail)}")


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def loads(browser, name, path):
    # The browser opens with a page of its own.
    browser.call("POST", browser.session + "/url", {"url": "about:blank"})
    browser.log("browser"), browser.log("performance")
    browser.open(path)
    errors = [e["message"] for e in browser.log("browser") if e["level"] in ("SEVERE", "WARNING")]
    check(f"{name}: no errors on the console", not errors, errors)
    asked = [json.loads(e["message"])["message"] for e in browser.log("performance")]
    asked = [m["params"]["request"]["url"] for m in asked if m["method"] == "Network.requestWillBeSent"]
    foreign = [u for u in asked if not u.startswith(("file:", "data:", "blob:"))]
    check(f"{name}: one file is asked for and nothing of a network", not foreign and sum(u.startswith("file:") for u in asked) == 1, asked)
    seconds = browser.run("const n = performance.getEntriesByType('navigation')[0]; return (n.loadEventEnd - n.startTime) / 1000")
    check(f"{name}: opens in under a second ({seconds:.2f} s)", seconds < 1)


ARCS = "return [...document.querySelectorAll('.arcs path')].map(p => p.style.strokeWidth + p.style.display + p.style.stroke)"
MOVE = "const s = document.getElementById('map-slider'); s.value = arguments[0]; s.dispatchEvent(new Event('input', { bubbles: true })); return s.getAttribute('aria-valuetext')"


def map_moves(browser, name):
    before, clock = browser.run(ARCS), browser.run("return document.querySelector('.clock').textContent")
    browser.run(MOVE, 0)
    after, clock_after = browser.run(ARCS), browser.run("return document.querySelector('.clock').textContent")
    check(f"{name}: the slider moves the arcs and the clock", len(before) > 3 and before != after and clock != clock_after, (clock, clock_after))
    position = browser.wait("const done = arguments[0], p = document.getElementById('map-play'); p.click(); setTimeout(() => { p.click(); done(+document.getElementById('map-slider').value) }, 1500)")
    check(f"{name}: play goes on and stops", position > 0 and browser.run("return document.querySelector('.clock').textContent") != clock_after)


def switches(browser, name):
    text = "return document.querySelector('#answer h2 span[lang=' + document.documentElement.lang + ']').textContent + document.querySelector('#c-stock h3').textContent + document.querySelector('.sentences div[lang=' + document.documentElement.lang + ']').offsetHeight"
    english = browser.run(text)
    browser.run("document.getElementById('language').click()")
    russian = browser.run(text)
    hidden = browser.run("return [...document.querySelectorAll('main [lang=en]')].filter(e => e.offsetHeight).length")
    untold = browser.run("return [...document.querySelectorAll('figure text, figure h3, figure .sub, .legend li, #map button')].map(e => e.textContent).filter(t => /^(c|m|q|u|map|phase|place|reason|print|col)\\./.test(t))")
    check(f"{name}: the language switch works", "Ответ" in russian and "За рубежом" in russian and english != russian and not hidden and not untold, (english, russian, hidden, untold))
    browser.run("document.getElementById('language').click()")
    check(f"{name}: and back", browser.run(text) == english)
    colour = "return getComputedStyle(document.body).backgroundColor"
    light = browser.run(colour)
    browser.run("document.getElementById('theme').click()")
    check(f"{name}: the theme switch works", browser.run(colour) != light)
    browser.run("document.getElementById('theme').click()")


KEY = "const s = document.querySelector(arguments[0]); s.focus(); s.dispatchEvent(new KeyboardEvent('keydown', { key: arguments[1], bubbles: true })); const t = document.getElementById('tip'); return t.hidden ? null : [t.querySelector('strong').textContent, [...t.querySelectorAll('tr')].map(r => [r.dataset.key, r.cells[1].querySelector('b').textContent])]"


def tooltips(browser, folder):
    table = {(r["measure"], r["origin"], r["destination"], r["year"]): float(r["mean"]) for r in rows(folder / "summary.csv")}
    shown = {
        "stock": ("stock_mean", lambda key: key.split("|"), lambda v: f"{round(v):,} persons"),
        "remittances": ("remittances_usd", lambda key: key.split("|"), lambda v: f"{round(v / 1e3) / 1e3:,.{3 if abs(v) < 1e8 else 1}f} million USD"),
        "gdp": ("remittances_gdp_share", lambda key: key.split("|"), lambda v: f"{v * 100:.2f} %"),
    }
    for chart, (measure, parts, written) in shown.items():
        for key in ("Home", "End"):
            year, lines = browser.run(KEY, f"#c-{chart} svg.chart", key)
            wrong = [(k, v, written(table[(measure, *parts(k), year)])) for k, v in lines if v.replace("\u00a0", " ").replace("−", "-") != written(table[(measure, *parts(k), year)])]
            # Half a step may round either way.
            wrong = [w for w in wrong if abs(float(w[1].split()[0].replace(",", "")) - float(w[2].split()[0].replace(",", ""))) > (1.01 if measure == "stock_mean" else 0.1001 if measure == "remittances_usd" else 0.0101)]
            check(f"tooltip of {chart} in {year} is that of summary.csv ({len(lines)} values)", lines and not wrong, wrong)


CSVS = """const done = arguments[0], original = URL.createObjectURL, blobs = {}, jobs = [];
HTMLAnchorElement.prototype.click = function () { jobs.push([this.download, this.href]) };
URL.createObjectURL = b => { const key = 'blob:' + Object.keys(blobs).length; blobs[key] = b; return key };
for (const b of document.querySelectorAll('button.csv')) b.click();
Promise.all(jobs.map(async ([name, url]) => [name, await blobs[url].text()])).then(r => done(Object.fromEntries(r)))"""


def downloads(browser, name, folder, charts):
    files = {k: list(csv.DictReader(io.StringIO(v))) for k, v in browser.wait(CSVS).items()}
    missing = [c for c in charts if not files.get(c + ".csv")]
    check(f"{name}: each of {len(files)} drawings gives its data", not missing, missing)
    if "mean" in files["stock.csv"][0]:
        table = {(r["measure"], r["origin"], r["destination"], r["year"]): float(r["mean"]) for r in rows(folder / "summary.csv")}
        wrong = [r for f in ("stock", "flows", "leverage", "wages") for r in files[f + ".csv"] if r["mean"] and abs(float(r["mean"]) - table[(r["measure"], r["origin"], r["destination"], r["year"])]) > 0.51]
    else:
        table = {(r["measure"], r["origin"], r["destination"], r["year"]): float(r["difference"]) for r in rows(folder / "compare.csv")}
        wrong = [r for r in files["difference.csv"] if r["difference"] and abs(float(r["difference"]) - table[(r["measure"], r["origin"], r["destination"], r["year"])]) > 0.51]
        moved = {(r["year"], r["in_a"], r["in_b"]): float(r["persons"]) for r in rows(folder / "diversion.csv") if r["origin"] == "CA3"}
        wrong += [r for r in files["diversion.csv"] if abs(float(r["persons"]) - moved[(r["year"], r["in_a"], r["in_b"])]) > 0.51]
        check(f"{name}: every row of diversion.csv is recoverable", len(files["diversion.csv"]) == sum(round(v) > 0 for v in moved.values()))
    check(f"{name}: they are those of the folder", not wrong, wrong[:3])


def region(browser, name):
    browser.run("document.querySelector('.circles circle.target').dispatchEvent(new MouseEvent('click', { bubbles: true }))")
    check(f"{name}: a click on a region shows its series", browser.run("const p = document.querySelector('.panel'); return !p.hidden && p.querySelectorAll('.line').length > 0 && p.querySelector('h3').textContent.length > 1"))


def widths(browser, name, path, pictures):
    for width in WIDTHS:
        for scheme in ("light", "dark"):
            browser.open(path, width, 900, scheme)
            over = browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
            check(f"{name}: nothing is wider than {width} px ({scheme})", over <= 0, over)
            if pictures:
                browser.picture(pictures / f"{name}-{width}-{scheme}.png")


def number(text):
    """The first number of an English text."""
    found = re.search(r"[−-]?[\d,]*\.?\d+", text)
    return float(found.group().replace(",", "").replace("−", "-"))


FILES = """const done = arguments[0], original = URL.createObjectURL, click = HTMLAnchorElement.prototype.click, blobs = {}, jobs = [];
HTMLAnchorElement.prototype.click = function () { jobs.push([this.download, this.href]) };
URL.createObjectURL = b => { const key = 'blob:' + Object.keys(blobs).length; blobs[key] = b; return key };
for (const b of document.querySelectorAll('button.csv')) b.click();
URL.createObjectURL = original; HTMLAnchorElement.prototype.click = click;
Promise.all(jobs.map(async ([name, url]) => [name, await blobs[url].text()])).then(r => done(Object.fromEntries(r)))"""
ALL = "for (const b of document.querySelectorAll('figure [data-value=all]')) b.click()"
FOCUS = "const g = document.querySelector(arguments[0]); g.focus(); g.dispatchEvent(new FocusEvent('focus')); const t = document.getElementById('tip'); return t.hidden ? null : [t.querySelector('strong').textContent, Object.fromEntries([...t.querySelectorAll('tr')].map(r => [r.dataset.key, r.cells[1].querySelector('b').textContent]))]"


def same(shown, wanted):
    """Whether every row of a file is among the rows of a drawing's data, by the columns that both have."""
    columns = [c for c in wanted[0] if c in shown[0]] if wanted and shown else []
    value = lambda t: f"{float(t):.9g}" if re.fullmatch(r"[−-]?\d+(\.\d+)?([eE]-?\d+)?", t) else t
    have = {tuple(value(r[c]) for c in columns) for r in shown}
    return [r for r in wanted if tuple(value(r[c]) for c in columns) not in have] if columns else wanted


def study(browser, name, folder, charts, tables):
    """A page without a map: all its charts are drawn, all rows of its tables are in them."""
    files = {k: list(csv.DictReader(io.StringIO(v))) for k, v in browser.wait(FILES).items()}
    missing = [c for c in charts if not files.get(c + ".csv")]
    # A card that has nothing to draw says so and gives a header alone.
    others = [f for f in files if f[:-4] not in charts and files[f]]
    check(f"{name}: each of {len(files)} drawings gives its data", not missing and not others, (missing, others))
    empty = browser.run("return [...document.querySelectorAll('#charts figure')].filter(f => !f.querySelector('svg.chart, table, .drawing p')).map(f => f.id)")
    check(f"{name}: nothing is left empty", not empty, empty)
    told = browser.run("return [...document.querySelectorAll('main text, figure h3, figure .sub, .legend li, figure th, figure td, option')].map(e => e.textContent).filter(t => /NaN|undefined|null|Infinity|^(c|m|q|u|v|s|k|bar|naive|aspect|use|col|s\\.index)\\.[a-z_]+/.test(t))")
    check(f"{name}: no text is a key or no number", not told, told[:5])
    for chart, table, rows_of in tables:
        left = same(files[chart + ".csv"], rows_of(rows(folder / table)))
        check(f"{name}: every row of {table} is recoverable from {chart}", not left, left[:2])
    language = "return document.querySelector('#answer h2 span[lang=' + document.documentElement.lang + ']').textContent + document.querySelector('figure h3').textContent"
    english = browser.run(language)
    browser.run("document.getElementById('language').click()")
    check(f"{name}: the language switch works", browser.run(language) != english and "Ответ" in browser.run(language) and not browser.run("return [...document.querySelectorAll('main [lang=en]')].filter(e => e.offsetHeight).length"))
    browser.run("document.getElementById('language').click()")


def studies(browser, work, pictures):
    everything = lambda table: table
    cases = {
        "validate": (["bars", "patterns", "aspects", "fits", "worst", "skill"], [("fits", "fit.csv", everything), ("worst", "validation.csv", lambda t: [r for r in t if r["series"] != "ALL"])]),
        "morris": (["asked", "sensitivity", "morris", "response", "points"], [("sensitivity", "sensitivity.csv", lambda t: [r for r in t if r["outcome"] == "abroad"]), ("response", "response.csv", lambda t: [r for r in t if r["outcome"] == "abroad"]), ("discovery", "discovery.csv", everything), ("points", "points.csv", everything)]),
        "many": (["asked", "sensitivity", "tornado", "response", "discovery", "points"], [("sensitivity", "sensitivity.csv", everything), ("response", "response.csv", everything), ("discovery", "discovery.csv", everything)]),
        "sweep": (["asked", "sensitivity", "tornado", "response", "points"], [("points", "points.csv", everything)]),
        "calibrate": (["targets", "keys", "misfit", "tradeoffs", "unverified", "origins"], []),
    }
    for name, (charts, tables) in cases.items():
        folder = work / name
        page = folder / "report.html"
        loads(browser, name, page)
        browser.run(ALL)
        study(browser, name, folder, charts, tables)
        browser.open(page)
        if name == "validate":
            browser.run(ALL)
            fits, series = rows(folder / "fit.csv"), [r for r in rows(folder / "validation.csv") if r["series"] != "ALL"]
            drawn = browser.run("return document.querySelectorAll('#c-fits .fit').length")
            check("validate: every published row is drawn", drawn == len(fits), (drawn, len(fits)))
            for row in [r for r in series if r["test_mape"]][:3]:
                title, tip = browser.run(FOCUS, f"#c-worst [data-key='{row['series']}']")
                check(f"validate: the tooltip of {row['series']} is that of validation.csv", title == row["title"] and abs(number(tip["test_mape"]) - 100 * float(row["test_mape"])) < 0.051, (title, tip))
        if name == "morris":
            for row in [r for r in rows(folder / "sensitivity.csv") if r["outcome"] == "abroad" and r["index"] == "mu_star"]:
                title, tip = browser.run(FOCUS, f"#c-sensitivity [data-key='{row['factor']}']")
                check(f"morris: the tooltip of {row['factor']} is that of sensitivity.csv", abs(number(tip["mu_star"]) - float(row["value"])) < 0.51, (title, tip, row["value"]))
            before = browser.run("return document.querySelector('#c-response svg').outerHTML")
            browser.run("const s = document.querySelector('#c-sensitivity select'); s.value = '1'; s.dispatchEvent(new Event('change', { bubbles: true }))")
            check("morris: another outcome changes all its charts", browser.run("return document.querySelector('#c-response svg').outerHTML") != before)
        if name == "many":
            first = rows(folder / "discovery.csv")[0]
            title, tip = browser.run(FOCUS, f"#c-discovery [data-key='1|{first['factor']}']")
            check("many: the tooltip of the first box is that of discovery.csv", (first["one_of"] or first["from"])[:4] in tip["from"], (title, tip, first))
        if name == "calibrate":
            title, tip = browser.run(FOCUS, "#c-targets .pair")
            check("calibrate: misses come first, as text", "<b>2009</b>" in title and number(tip["mean"]) == 690000, (title, tip))
        browser.log("browser")
        widths(browser, name, page, pictures)
        errors = [e["message"] for e in browser.log("browser") if e["level"] == "SEVERE"]
        check(f"{name}: still no errors on the console", not errors, errors)
        prints(browser, name, page)


def prints(browser, name, page):
    browser.open(page, 1000)
    pdf = base64.b64decode(browser.cdp("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, printBackground=True)["data"])
    pages = len(re.findall(rb"/Type\s*/Page[^s]", pdf))
    check(f"{name}: it prints ({pages} pages of A4)", pdf[:4] == b"%PDF" and 1 <= pages <= 60)


def main():
    musafir, work = sys.argv[1], pathlib.Path(sys.argv[2])
    run, comparison, evil = work / "run", work / "compare", work / "evil" / "report.html"
    pictures = pathlib.Path(sys.argv[4]) if len(sys.argv) > 4 and sys.argv[3] == "--pictures" else None
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
    for folder in (run, comparison):
        subprocess.run([musafir, "report", folder, "--quiet"], check=True)
    browser = Browser()
    try:
        for name, folder in (("run", run), ("compare", comparison)):
            page = folder / "report.html"
            loads(browser, name, page)
            map_moves(browser, name)
            switches(browser, name)
            region(browser, name)
            if name == "run":
                tooltips(browser, folder)
                downloads(browser, name, folder, ["map", "region", "stock", "flows", "season", "remittances", "gdp", "chord", "blocked", "leverage", "hierarchy", "wages"])
            else:
                arcs = browser.run(ARCS)
                browser.run("document.querySelector('#map [data-value=a]').click()")
                check("compare: the switch A / B / difference changes the map", browser.run(ARCS) != arcs)
                downloads(browser, name, folder, ["map", "difference", "diversion", "stock", "flows", "chord", "hierarchy"])
            browser.log("browser")
            widths(browser, name, page, pictures)
            errors = [e["message"] for e in browser.log("browser") if e["level"] == "SEVERE"]
            check(f"{name}: still no errors on the console", not errors, errors)
            prints(browser, name, page)
        studies(browser, work, pictures)
        browser.open(evil)
        # An alert would make the next command fail.
        title = browser.run("return document.querySelector('h1').textContent")
        check("a title of script is a title", "<script>alert(1)</script>" in title and browser.run("return document.querySelectorAll('script').length") == 2, title)
        browser.run(KEY, "#c-stock svg.chart", "End")
        check("and its page works", browser.run("return document.querySelectorAll('#charts figure svg').length") > 5)
    finally:
        browser.close()
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
