// Which charts there are, and the switches of the page.

const seriesRows = (measure, keys) => {
  const rows = [["year", "measure", "origin", "destination", ...(COMPARE ? ["a", "b", "difference", "low", "high"] : ["mean", "p05", "p95"]), "unit"]];
  for (const [o, d] of keys) {
    const s = series(measure, o, d);
    if (s) YEARS.forEach((y, i) => rows.push([y, measure, o, d, ...(COMPARE ? [s.a[i], s.b[i], s.d[i], s.low && s.low[i], s.high && s.high[i]] : [s.a[i], s.low && s.low[i], s.high && s.high[i]]), s.unit]));
  }
  return rows;
};
const originChoice = (state, c) => segments(T("origin"), [...ORIGINS, "CA3"].filter(o => series("stock_mean", o, "ALL")).map(o => [o, placeName(o)]), state.origin, v => { state.origin = v; pressed(c, v); c.draw(); });

// Lines of one measure for some pairs; in a comparison A is dashed and B is not.
function measureLines(measure, keys, nameOf) {
  const list = [];
  for (const [o, d, code, index] of keys) {
    const s = series(measure, o, d);
    if (!s || s.a.every(v => v === null)) continue;
    const base = { name: nameOf(o, d), base: nameOf(o, d), key: o + "|" + d, colour: colour(code, index) };
    if (COMPARE) list.push({ ...base, name: base.name + " A", key: base.key + "|a", values: s.a, dash: "4 4", thin: true }, { ...base, name: base.name + " B", key: base.key + "|b", values: s.b });
    else list.push({ ...base, values: s.a, low: s.low, high: s.high });
  }
  return list;
}
// The destinations that matter most to all origins together.
const SHOWN = ["RUS", "KAZ", "MIDDLE-EAST"];
const destinationKeys = (measure, o, all) => [...(all ? [[o, "ALL", "ALL"]] : []), ...["RUS", "KAZ", "MIDDLE-EAST", "KOR", "CHN"].filter(d => series(measure, o, d)).map(d => [o, d, d])];
const withBand = items => {
  if (!COMPARE) return D.replicates > 1 ? [...items, { name: T("band") }] : items;
  // The same name stands for A and for B.
  return [...items.filter(i => !i.dash).map(i => ({ ...i, name: i.base || i.name })), { name: "A", colour: "var(--ink-3)", dash: "4 4" }, { name: "B", colour: "var(--ink-3)" }];
};

// Observed points of a measure for some pairs, within the years of the run.
const observed = (measure, keys) => keys.flatMap(([o, d, code, index]) => D.observed.filter(p => p[0] === measure && p[1] === o && p[2] === d && p[3] >= YEARS[0] - 0.5 && p[3] <= YEARS[YEARS.length - 1])
  .map(p => ({ key: o + "|" + d, colour: colour(code, index), time: p[3], value: p[4], low: p[5], high: p[6], factor: p[7], title: p[8] || T("m." + measure), scope: p[9], source: p[10], verified: p[11], use: p[12] })));

function lineCard(id, measure, keysOf, nameOf, more) {
  const state = { origin: "CA3" };
  return card({
    id, title: () => T("c." + id), sub: () => T("c." + id + ".sub"),
    controls: more && more.byOrigin ? c => [originChoice(state, c)] : null,
    draw: (host, width) => withBand(lineChart(host, width, measureLines(measure, keysOf(state.origin), nameOf), { unit: unitOf(measure), label: T("c." + id), observed: observed(measure, keysOf(state.origin)) })),
    rows: () => seriesRows(measure, keysOf(state.origin)),
  });
}

function buildCards() {
  const list = [];
  const byDestination = (o, d) => placeName(d), byOrigin = o => placeName(o);
  const origins = d => ORIGINS.map(o => [o, d, o]);
  if (COMPARE) list.push(...comparisonCards());
  list.push(lineCard("stock", "stock_mean", o => destinationKeys("stock_mean", o, true).filter(k => k[1] === "ALL" || SHOWN.includes(k[1])), byDestination, { byOrigin: true }));
  list.push(flowsCard());
  if (D.monthly) list.push(seasonCard());
  list.push(lineCard("remittances", "remittances_usd", () => origins("ALL"), byOrigin));
  list.push(lineCard("gdp", "remittances_gdp_share", () => origins("ALL"), byOrigin));
  list.push(chordCard());
  list.push(blockedCard());
  list.push(lineCard("leverage", "leverage", o => destinationKeys("leverage", o, false), byDestination, { byOrigin: true }));
  list.push(hierarchyCard());
  list.push(wagesCard());
  return list;
}

function flowsCard() {
  const state = { origin: "CA3" }, shown = [["departures", "c-blue"], ["returns", "c-amber"], ["removed", "c-red"], ["naturalised", "c-green"]];
  return card({
    id: "flows", title: () => T("c.flows"), sub: () => T("c.flows.sub"), controls: c => [originChoice(state, c)],
    draw: (host, width) => {
      const lines = [];
      for (const [m, c] of shown) {
        const s = series(m, state.origin, "ALL"), base = { name: T("m." + m), base: T("m." + m), key: m, colour: "var(--" + c + ")" };
        if (!s) continue;
        if (COMPARE) lines.push({ ...base, name: base.name + " A", key: m + "|a", values: s.a, dash: "4 4", thin: true }, { ...base, name: base.name + " B", key: m + "|b", values: s.b });
        else lines.push({ ...base, values: s.a, low: s.low, high: s.high });
      }
      const points = shown.flatMap(([m, c]) => observed(m, [[state.origin, "ALL", "ALL"]]).map(p => ({ ...p, colour: "var(--" + c + ")" })));
      return withBand(lineChart(host, width, lines, { unit: "persons", label: T("c.flows"), observed: points }));
    },
    rows: () => shown.flatMap(([m], i) => seriesRows(m, [[state.origin, "ALL"]]).slice(i ? 1 : 0)),
  });
}

function seasonCard() {
  const state = { origin: "CA3" };
  const sums = (list, by) => {
    const out = new Array(D.months).fill(0);
    for (const row of list) if (state.origin === "CA3" || D.places.origins[row[0]].code === state.origin) unpack(row[2], 1).forEach((v, t) => { out[t] += v; });
    return out;
  };
  const grid = v => YEARS.map(y => Array.from({ length: 12 }, (_, k) => { const t = (y - D.start[0]) * 12 + k - D.start[1]; return t >= 0 && t < D.months ? v[t] : null; }));
  let departures, returns;
  return card({
    id: "season", title: () => T("c.season"), sub: () => T("c.season.sub"), controls: c => [originChoice(state, c)],
    draw: (host, width) => {
      departures = grid(sums(D.monthly.departures)); returns = grid(sums(D.monthly.returns));
      shadeChart(host, width, departures, { label: T("c.season"), rows: (i, k) => [["departures", departures], ["returns", returns]].map(([name, g]) => ({ name: T("q." + name), key: name, raw: g[i][k], value: exact(g[i][k], "persons") })) });
    },
    rows: () => [["month", "origin", "departures", "returns"], ...YEARS.flatMap((y, i) => departures[i].map((v, k) => v === null ? null : [y + "-" + String(k + 1).padStart(2, "0"), state.origin, v, returns[i][k]]).filter(Boolean))],
  });
}

function chordCard() {
  const state = { year: D.last, side: COMPARE ? "b" : "a" };
  const flows = () => {
    const i = YEARS.indexOf(state.year), out = [];
    for (const o of ORIGINS) for (const d of COUNTRIES) { const s = series("stock_mean", o, d); if (s && s[state.side][i] > 0) out.push({ from: o, to: d, value: s[state.side][i] }); }
    return out;
  };
  return card({
    id: "chord", title: () => T("c.chord"), sub: () => T("c.chord.sub"),
    controls: c => [...(COMPARE ? [segments(T("side.note"), [["a", "A"], ["b", "B"]], state.side, v => { state.side = v; pressed(c, v); c.draw(); })] : []),
      slider(T("year"), YEARS[0], YEARS[YEARS.length - 1], state.year, String, v => { state.year = v; c.draw(); })],
    draw: (host, width) => chordChart(host, width, flows(), { from: ORIGINS, to: [...COUNTRIES], year: String(state.year), label: T("c.chord") }),
    rows: () => [["orig", "dest", "flow", "year"], ...flows().map(f => [f.from, f.to, f.value, state.year])],
  });
}

function blockedCard() {
  const state = { origin: "CA3" };
  if (!D.monthly) return lineCardNamed("blocked", "c.blocked.sub.compare", "would_go_cannot");
  const colours = ["c-amber", "c-blue", "c-red", "c-violet", "c-green"];
  const list = () => D.monthly.reasons.map((reason, k) => {
    const values = YEARS.map(() => 0);
    for (const [o, r, text] of D.monthly.blocked) if (r === k && (state.origin === "CA3" || D.places.origins[o].code === state.origin)) unpack(text, 1).forEach((v, i) => { values[i] += v; });
    return { name: T("reason." + reason), key: reason, colour: "var(--" + colours[k % colours.length] + ")", values };
  }).filter(s => s.values.some(v => v));
  return card({
    id: "blocked", title: () => T("c.blocked"), sub: () => T("c.blocked.sub"), controls: c => [originChoice(state, c)],
    draw: (host, width) => stackChart(host, width, list(), null, { years: YEARS, unit: "persons", label: T("c.blocked") }),
    rows: () => [["year", "origin", "reason", "persons"], ...list().flatMap(s => YEARS.map((y, i) => [y, state.origin, s.key, s.values[i]]))],
  });
}
function lineCardNamed(id, sub, measure) {
  const state = { origin: "CA3" }, keys = () => destinationKeys(measure, state.origin, true).filter(k => k[1] === "ALL" || SHOWN.includes(k[1]));
  return card({ id, title: () => T("c." + id), sub: () => T(sub), controls: c => [originChoice(state, c)],
    draw: (host, width) => withBand(lineChart(host, width, measureLines(measure, keys(), (o, d) => placeName(d)), { unit: unitOf(measure), label: T("c." + id) })), rows: () => seriesRows(measure, keys()) });
}

function hierarchyCard() {
  const first = Math.max(0, YEARS.findIndex((y, i) => { const s = series("centrality", ORIGINS[0], "ALL"); return s && s.a[i] !== null; })), last = YEARS.indexOf(D.last);
  const rows = () => [...ORIGINS, ...COUNTRIES].map(code => {
    const s = series("centrality", code, "ALL");
    if (!s) return null;
    return { name: placeName(code), key: code, before: s.a[COMPARE ? last : first], after: (COMPARE ? s.b : s.a)[last] };
  }).filter(r => r && r.before !== null && r.after !== null).sort((a, b) => b.after - a.after).slice(0, 14);
  const names = () => COMPARE ? ["A " + D.last, "B " + D.last] : [String(YEARS[first]), String(D.last)];
  return card({ id: "hierarchy", title: () => T("c.hierarchy"), sub: () => T("c.hierarchy.sub"),
    draw: (host, width) => pairChart(host, width, rows(), { unit: "share", before: names()[0], after: names()[1], label: T("c.hierarchy") }),
    rows: () => [["country", ...names()], ...rows().map(r => [r.key, r.before, r.after])] });
}

function wagesCard() {
  const keys = () => [...ORIGINS, "RUS", "KAZ", "TUR"].filter(c => series("mean_wage_usd", c, "ALL")).map((c, i) => [c, "ALL", c, i]);
  const dashes = { KGZ: "2 3", TJK: "2 3", UZB: "2 3" };
  return card({ id: "wages", title: () => T("c.wages"), sub: () => T("c.wages.sub"),
    draw: (host, width) => withBand(lineChart(host, width, measureLines("mean_wage_usd", keys(), o => placeName(o)).map(s => COMPARE ? s : { ...s, dash: dashes[s.key.slice(0, 3)] }), { unit: "USD/month", label: T("c.wages") })),
    rows: () => seriesRows("mean_wage_usd", keys()) });
}

function comparisonCards() {
  const list = [];
  const difference = { origin: "CA3", measure: "stock_mean" };
  const measures = ["stock_mean", "stock_august", "departures", "remittances_usd", "would_go_cannot", "leverage"].filter(m => D.measures[m]);
  const keys = () => destinationKeys(difference.measure, difference.origin, true);
  list.push(card({
    id: "difference", title: () => T("c.difference"), sub: () => T("c.difference.sub") + (D.replicates > 1 ? "; " + T("band") : ""),
    controls: c => [choice(T("measure"), measures.map(m => [m, T("m." + m)]), difference.measure, v => { difference.measure = v; c.draw(); }), originChoice(difference, c)],
    draw: (host, width) => lineChart(host, width, keys().map(([o, d, code]) => { const s = series(difference.measure, o, d); return { name: placeName(d), key: o + "|" + d, colour: colour(code), values: s.d, low: s.low, high: s.high }; }), { unit: unitOf(difference.measure), label: T("c.difference"), sign: true }),
    rows: () => seriesRows(difference.measure, keys()),
  }));
  if (D.attribution) {
    const A = D.attribution, state = { measure: A.rows.some(r => r[0] === "stock_mean") ? "stock_mean" : A.rows[0][0], destination: "ALL" };
    const shown = [...new Set(A.rows.map(r => r[0]))], places = [...new Set(A.rows.map(r => r[2]))];
    const rows = () => A.rows.filter(r => r[0] === state.measure && r[1] === "CA3" && r[2] === state.destination);
    const step = () => (D.measures[state.measure] || { step: 1 }).step;
    list.push(card({
      id: "attribution", title: () => T("c.attribution"), sub: () => T("c.attribution.sub"),
      controls: c => [choice(T("measure"), shown.map(m => [m, T("m." + m)]), state.measure, v => { state.measure = v; c.draw(); }), choice(T("series"), places.map(p => [p, placeName(p)]), state.destination, v => { state.destination = v; c.draw(); })],
      draw: (host, width) => {
        const all = rows(), total = all.find(r => r[3] === "total");
        const bars = all.filter(r => r[3] !== "total").map((r, i) => ({ name: r[3], key: r[3], colour: "var(--" + CYCLE[i % CYCLE.length] + ")", values: unpack(r[4], step()) }));
        return stackChart(host, width, bars, total ? unpack(total[4], step()) : null, { years: A.years, unit: unitOf(state.measure), label: T("c.attribution"), sign: true });
      },
      rows: () => [["year", "measure", "origin", "destination", "channel", "share", "low", "high"], ...rows().flatMap(r => { const [v, l, h] = [4, 5, 6].map(k => unpack(r[k], step())); return A.years.map((y, i) => [y, r[0], r[1], r[2], r[3], v[i], l[i], h[i]]); })],
    }));
  }
  if (D.diversion) {
    const V = D.diversion, state = { year: V.years.includes(D.last) ? D.last : V.years[V.years.length - 1], origin: "CA3" };
    const all = () => { const i = V.years.indexOf(state.year); return V.rows.filter(r => r[0] === state.origin).map(r => { const [v, l, h] = [3, 4, 5].map(k => unpack(r[k], 1)); return { from: r[1], to: r[2], value: v[i] || 0, low: l[i], high: h[i] }; }).filter(f => f.value > 0).sort((a, b) => b.value - a.value); };
    list.push(card({
      id: "diversion", wide: true, title: () => T("c.diversion"), sub: () => T("c.diversion.sub"),
      controls: c => [originChoice(state, c), slider(T("year"), V.years[0], V.years[V.years.length - 1], state.year, String, v => { state.year = v; c.draw(); })],
      draw: (host, width) => alluvialChart(host, width, all().slice(0, 24), { year: String(state.year), label: T("c.diversion") }),
      rows: () => [["year", "origin", "in_a", "in_b", "persons", "low", "high"], ...V.years.flatMap((y, i) => V.rows.filter(r => r[0] === state.origin).map(r => { const [v, l, h] = [3, 4, 5].map(k => unpack(r[k], 1)); return v[i] ? [y, r[0], r[1], r[2], v[i], l[i], h[i]] : null; }).filter(Boolean))],
    }));
  }
  return list;
}

const root = document.documentElement;
const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
document.getElementById("theme").addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; });
document.addEventListener("keydown", ev => { if (ev.key === "Escape") hideTip(); });

const theMap = STUDY ? { draw() {}, resize() {} } : mapSection(document.getElementById("map-host"));
const chartsHost = document.getElementById("charts-host");
const STUDIES = { validate: validationCards, sweep: sweepCards, calibrate: calibrationCards };
(STUDY ? STUDIES[D.kind] : buildCards)().forEach(c => chartsHost.append(c.figure));
for (const c of cards) c.draw();

function setLanguage(lang) {
  S.lang = lang;
  root.lang = lang;
  const button = document.getElementById("theme");
  button.title = T("theme");
  button.setAttribute("aria-label", T("theme"));
  hideTip();
  theMap.draw();
  for (const c of cards) c.redraw();
}
document.getElementById("language").addEventListener("click", () => setLanguage(S.lang === "en" ? "ru" : "en"));
if ((navigator.language || "").toLowerCase().startsWith("ru")) setLanguage("ru");

let resizing;
addEventListener("resize", () => { clearTimeout(resizing); resizing = setTimeout(() => { theMap.resize(); for (const c of cards) if (Math.abs(c.host.clientWidth - c.width) > 4) c.draw(); }, 120); });
// Before printing everything is as wide as the page lets it be, and open.
addEventListener("beforeprint", () => { for (const d of document.querySelectorAll("#print > details")) if (d.querySelectorAll("tr").length < 60) d.open = true; });
