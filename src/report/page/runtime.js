// Data, texts, numbers, elements, tooltips, downloads.

const D = JSON.parse(document.getElementById("data").textContent);
const COMPARE = D.kind === "compare";
const YEARS = D.years || [];
// What a study found; a run and a comparison have a map instead.
const STUDY = D.study;
if (STUDY) D.places = { origins: [], countries: [] };
const S = { lang: "en", origin: "CA3", side: COMPARE ? "d" : "a", year: D.last };

const T = key => D.strings[S.lang][key] ?? key;
const PLACES = new Map();
for (const c of [...D.places.origins, ...D.places.countries]) PLACES.set(c.code, c.name);
const placeName = code => D.strings[S.lang]["place." + code] ?? PLACES.get(code) ?? code;
const ORIGINS = D.places.origins.map(o => o.code);
const COUNTRIES = D.places.countries.map(c => c.code);

// Series as written by compact.rs.
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const VALUE_OF = new Map([...DIGITS].map((c, i) => [c, i]));
const decoded = new Map();
function unpack(text, step) {
  if (text === undefined) return undefined;
  const key = step + text;
  if (decoded.has(key)) return decoded.get(key);
  const out = [];
  let before = 0, size = 0, factor = 1;
  for (const c of text) {
    const digit = VALUE_OF.get(c);
    if (digit === undefined) { out.push(null); continue; }
    size += (digit & 31) * factor; // beyond 32 bits
    factor *= 32;
    if (digit & 32) continue;
    const magnitude = Math.floor(size / 2);
    before += size % 2 ? -magnitude : magnitude;
    out.push(step < 1 ? before / Math.round(1 / step) : before * step);
    size = 0; factor = 1;
  }
  decoded.set(key, out);
  return out;
}

// One series of a measure: mean and band; of a comparison also A, B and the difference.
function series(measure, origin, destination) {
  const m = D.measures[measure];
  const texts = m && m.rows[origin + "|" + destination];
  if (!texts) return null;
  const c = texts.map(t => unpack(t, m.step));
  return COMPARE ? { a: c[0], b: c[1], d: c[2], low: c[3], high: c[4], unit: m.unit } : { a: c[0], low: c[1], high: c[2], unit: m.unit };
}
const unitOf = measure => (D.measures[measure] || { unit: "persons" }).unit;

// Numbers.
const formats = new Map();
function plain(x, digits) {
  const key = S.lang + digits;
  if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(S.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits }));
  return formats.get(key).format(x).replace("-", "−");
}
// With its unit, as exact as the data are.
function exact(x, unit) {
  if (x === null || x === undefined) return "–";
  switch (unit) {
    case "persons": case "bans": return plain(Math.round(x), 0) + " " + T("u.persons");
    case "USD": case "USD of 2015": return plain(x / 1e6, Math.abs(x) < 1e8 ? 3 : 1) + " " + T("u.million_usd");
    case "share": return plain(x * 100, 2) + " %";
    case "USD/month": return plain(x, 0) + " " + T("u.usd_month");
    case "log earnings": return plain(x, 4) + " " + T("u.log");
    default: return plain(x, 4);
  }
}
// About four digits of a number of any size, with its unit.
function any(x, unit) {
  if (x === null || x === undefined || !Number.isFinite(+x)) return "–";
  if (["persons", "USD", "USD of 2015", "USD/month", "share"].includes(unit)) return exact(x, unit);
  const size = Math.abs(x), digits = size >= 1000 || size === 0 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 0.1 ? 3 : 5;
  return plain(x, digits) + (unit && unit !== "ratio" && unit !== "-" ? " " + unit : "");
}
const percent = (x, digits) => x === null || x === undefined ? "–" : plain(100 * x, digits || 0) + " %";
const signed = (x, unit) => (x > 0 ? "+" : "") + exact(x, unit);
// How an axis up to `most` is labelled: divisor, decimals for a step, name.
function scaleOf(unit, most) {
  const by = unit.startsWith("USD") && unit !== "USD/month"
    ? (most >= 1e9 ? [1e9, T("u.billion_usd")] : [1e6, T("u.million_usd")])
    : unit === "share" ? [0.01, "%"]
    : unit === "persons" || unit === "bans" ? (most >= 1.5e6 ? [1e6, T("u.million") + " " + T("u.persons")] : most >= 2e4 ? [1e3, T("u.thousand") + " " + T("u.persons")] : [1, T("u.persons")])
    : unit === "USD/month" ? [1, T("u.usd_month")] : unit === "log earnings" ? [1, T("u.log")] : unit === "index" ? [1, T("u.share")] : most >= 1e9 ? [1e9, "10⁹ " + unit] : most >= 1e6 ? [1e6, T("u.million") + " " + unit] : [1, unit];
  // As many decimals as the step has.
  const digits = s => [0, 1, 2, 3, 4, 5].find(d => Math.abs(s * 10 ** d - Math.round(s * 10 ** d)) < 1e-6 && Math.round(s * 10 ** d) > 0) ?? 5;
  return { divisor: by[0], name: by[1], text: (x, step) => plain(x / by[0], digits(step / by[0])) };
}
function ticks(low, high, count) {
  if (!(high > low)) return { step: 1, values: [low] };
  const raw = (high - low) / count, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map(k => k * power).find(s => s >= raw - 1e-12);
  const values = [];
  for (let v = Math.ceil(low / step - 1e-9) * step; v <= high + step * 1e-6; v += step) values.push(Math.abs(v) < step * 1e-9 ? 0 : v);
  return { step, values };
}

// Elements. Texts go in as text, never as markup.
const NS = "http://www.w3.org/2000/svg";
function make(namespace, tag, attributes, children) {
  const e = namespace ? document.createElementNS(NS, tag) : document.createElement(tag);
  for (const [k, v] of Object.entries(attributes || {})) {
    if (v === null || v === undefined || v === false) continue;
    if (k === "on") for (const [name, f] of Object.entries(v)) e.addEventListener(name, f);
    else e.setAttribute(k, v === true ? "" : v);
  }
  for (const c of (Array.isArray(children) ? children : children === undefined ? [] : [children])) if (c !== null && c !== undefined) e.append(c);
  return e;
}
const el = (tag, attributes, children) => make(false, tag, attributes, children);
const sv = (tag, attributes, children) => make(true, tag, attributes, children);
const round = x => Math.round(x * 10) / 10;

// Colours stand in the style, by name, so that the theme changes them.
const COLOURS = { RUS: "c-blue", KAZ: "c-amber", "MIDDLE-EAST": "c-green", TUR: "c-green", ARE: "c-teal", SAU: "c-teal", QAT: "c-teal", IRN: "c-lime", KOR: "c-pink", CHN: "c-red", USA: "c-violet", DEU: "c-violet", POL: "c-violet", GBR: "c-violet",
  others: "c-grey", ALL: "c-ink", CA3: "c-ink", KGZ: "c-amber", TJK: "c-green", UZB: "c-blue", HOME: "c-grey" };
const CYCLE = ["c-blue", "c-amber", "c-green", "c-pink", "c-red", "c-teal", "c-violet", "c-lime"];
const colour = (code, index) => "var(--" + (COLOURS[code] || CYCLE[(index || 0) % CYCLE.length]) + ")";

// Tooltip: a title and rows of name, value and, where there is one, a colour.
const tip = document.getElementById("tip");
function showTip(at, title, rows) {
  tip.replaceChildren(el("strong", { dir: "auto" }, title), el("table", {}, rows.map(r => el("tr", { "data-key": r.key, "data-value": r.raw }, [
    el("td", {}, [r.colour ? el("i", { style: "background:" + r.colour }) : null, el("span", { dir: "auto" }, r.name)]),
    el("td", {}, [el("b", {}, r.value), r.extra ? el("small", {}, " " + r.extra) : null]),
  ]))));
  tip.hidden = false;
  const box = tip.getBoundingClientRect(), w = document.documentElement.clientWidth, h = window.innerHeight;
  let x = at.x + 16, y = at.y + 14;
  if (x + box.width > w - 8) x = Math.max(8, at.x - box.width - 16);
  if (y + box.height > h - 8) y = Math.max(8, at.y - box.height - 14);
  tip.style.transform = "translate(" + Math.round(x) + "px," + Math.round(y) + "px)";
}
const hideTip = () => { tip.hidden = true; };
// Shows `content()` while an element is under the pointer or has the focus.
function tipped(e, content) {
  const show = ev => {
    ev.stopPropagation();
    const box = e.getBoundingClientRect();
    const at = ev.type === "focus" ? { x: box.x + box.width / 2, y: box.y + box.height / 2 } : { x: ev.clientX, y: ev.clientY };
    const [title, rows] = content();
    showTip(at, title, rows);
  };
  e.addEventListener("pointermove", show);
  e.addEventListener("pointerleave", hideTip);
  e.addEventListener("focus", show);
  e.addEventListener("blur", hideTip);
  return e;
}

// Downloads.
function csvText(rows) {
  const field = v => { const t = v === null || v === undefined ? "" : String(v); return /[",\r\n]/.test(t) ? '"' + t.replaceAll('"', '""') + '"' : t; };
  return rows.map(r => r.map(field).join(",")).join("\r\n") + "\r\n";
}
function download(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const a = el("a", { href: url, download: name });
  document.body.append(a);
  a.click();
  a.remove();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

// Controls.
function choice(label, options, value, change) {
  return el("label", { class: "choice" }, [el("span", {}, label), el("select", { on: { change: ev => change(ev.target.value) } },
    options.map(([v, text]) => el("option", { value: v, selected: v === value }, text)))]);
}
function segments(label, options, value, change) {
  return el("div", { class: "segments", role: "group", "aria-label": label }, options.map(([v, text]) =>
    el("button", { type: "button", "aria-pressed": String(v === value), "data-value": v, on: { click: () => change(v) } }, text)));
}
function slider(label, low, high, value, text, change) {
  const out = el("output", {}, text(value));
  const input = el("input", { type: "range", min: low, max: high, step: 1, value, "aria-label": label, "aria-valuetext": text(value),
    on: { input: ev => { out.textContent = text(+ev.target.value); ev.target.setAttribute("aria-valuetext", out.textContent); change(+ev.target.value); } } });
  return el("label", { class: "slider" }, [el("span", {}, label), input, out]);
}

// A card: title, controls, drawing, legend, download. Redrawn when the language, its controls or its width change.
const cards = [];
function card(spec) {
  const host = el("div", { class: "drawing" }), controls = el("div", { class: "controls" }), legend = el("ul", { class: "legend" });
  const h = el("h3", { id: "t-" + spec.id }), sub = el("p", { class: "sub" });
  const button = el("button", { type: "button", class: "csv", on: { click: () => download(spec.id + ".csv", csvText(spec.rows())) } });
  const figure = el("figure", { class: "card" + (spec.wide ? " wide" : ""), id: "c-" + spec.id, "aria-labelledby": "t-" + spec.id }, [
    el("div", { class: "cardhead" }, [el("div", {}, [h, sub]), button]), controls, host, legend]);
  const c = {
    spec, figure, host, width: 0,
    draw() {
      h.textContent = spec.title();
      sub.textContent = spec.sub();
      button.textContent = "↓ " + T("csv");
      button.setAttribute("aria-label", T("csv.long") + ": " + h.textContent);
      button.title = T("csv.long");
      // A control that is held keeps its place.
      if (!controls.contains(document.activeElement) || c.stale) { controls.replaceChildren(...(spec.controls ? spec.controls(c) : [])); c.stale = false; }
      controls.hidden = !controls.children.length;
      c.width = Math.max(260, Math.floor(host.clientWidth));
      host.replaceChildren();
      const items = spec.draw(host, c.width, c) || [];
      legend.replaceChildren(...items.map(i => el("li", {}, [i.dash ? sv("svg", { width: 22, height: 8, "aria-hidden": "true" }, sv("line", { x1: 0, x2: 22, y1: 4, y2: 4, style: "stroke:" + i.colour, "stroke-width": 2.5, "stroke-dasharray": i.dash })) : i.ring || i.disc ? el("i", { style: i.ring ? "border-color:" + i.ring : "border-color:" + i.disc + ";background:" + i.disc, class: "disc" }) : i.colour ? el("i", { style: "background:" + i.colour, class: i.square ? "square" : "" }) : null, i.name])));
      legend.hidden = !items.length;
    },
    redraw() { c.stale = true; c.draw(); },
  };
  cards.push(c);
  return c;
}
const pressed = (c, v) => { for (const b of c.figure.querySelectorAll(".segments button")) b.setAttribute("aria-pressed", String(b.dataset.value === v)); };
