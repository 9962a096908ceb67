// A validation, worst first.

function validationCards(given) {
  const V = given || STUDY, FEW = 24, colours = ["var(--c-blue)", "var(--c-amber)", "var(--c-green)", "var(--c-pink)"];
  const bad = s => s.error[1] ?? s.error[0], beaten = s => s.skill.some(k => k !== null && k < 0);
  const scored = V.series.filter(s => bad(s) !== null), both = x => percent(x[0]) + ", " + percent(x[1]);
  const fitsOf = V.series.map(() => []);
  for (const f of V.fits) if (f[0] !== null) fitsOf[f[0]].push(f);
  const head = ["series", "title", "aspect", "unit", "fit_rows", "test_rows", "fit_mape", "test_mape", "fit_within", "test_within", "coverage_50", "coverage_90", ...V.forecasts.map(f => "skill_" + f)];
  const line = s => [s.id, s.title, s.aspect, s.unit, ...s.rows, ...s.error, ...s.within, ...s.coverage, ...s.skill];
  const fewOrAll = (state, c, n) => n > FEW ? [segments(T("show"), [["few", T("worst") + " " + FEW], ["all", T("all") + " " + n]], state.show, v => { state.show = v; pressed(c, v); c.draw(); })] : [];
  const list = [];

  if (V.bars.length) list.push(card({
    id: "bars", wide: true, title: () => T("c.bars"), sub: () => T("c.bars.sub"),
    draw: host => { tableOf(host, T("c.bars"), [T("col.bar"), T("col.reached"), T("col.wanted"), T("col.counted"), ""], V.bars.map(b => [T("bar." + b.bar), b.reached === null ? "–" : plain(b.reached, 2), wantedText(b.wanted), plain(b.counted, 0), el("span", { class: b.met ? "yes" : "no" }, (b.met ? "✓ " : "✗ ") + T(b.met ? "v.met" : "v.missed"))])); return []; },
    rows: () => [["bar", "reached", "wanted", "counted", "met"], ...V.bars.map(b => [b.bar, b.reached, b.wanted, b.counted, b.met])],
  }));
  if (V.patterns.length) list.push(card({
    id: "patterns", wide: true, title: () => T("c.patterns"), sub: () => T("c.patterns.sub"),
    draw: host => {
      tableOf(host, T("c.patterns"), [T("col.pattern"), T("col.predicted"), T("col.wanted"), T("col.use"), ""], V.patterns.map(p => [el("span", { dir: "auto" }, p.says), p.predicted.map(v => v[1] === null ? "–" : plain(v[1], v[1] < 100 ? 3 : 0)).join("; "), wantedText(p.wanted), T("use." + p.use), el("span", { class: p.seen ? "yes" : "no" }, (p.seen ? "✓ " : "✗ ") + T(p.seen ? "v.seen" : "v.unseen"))]));
      return [];
    },
    rows: () => [["pattern", "of", "predicted", "wanted", "use", "seen"], ...V.patterns.flatMap(p => p.predicted.map(v => [p.says, v[0], v[1], p.wanted, p.use, p.seen]))],
  }));
  list.push(card({
    id: "aspects", wide: true, title: () => T("c.aspects"), sub: () => T("c.aspects.sub"),
    draw: host => {
      tableOf(host, T("c.aspects"), [T("aspect"), T("rows") + ": " + T("use.fit"), T("use.test"), T("col.error") + ": " + T("use.fit"), T("use.test"), T("col.within"), T("col.interval"), ...V.forecasts.map(f => T("col.skill") + " " + T("naive." + f))],
        V.aspects.map(s => [T("aspect." + s.aspect), plain(s.rows[0], 0), plain(s.rows[1], 0), percent(s.error[0]), percent(s.error[1]), both(s.within), both(s.coverage), ...s.skill.map(k => k === null ? "–" : el("span", { class: k < 0 ? "no" : "yes" }, plain(k, 2)))]));
      return [];
    },
    rows: () => [head, ...V.aspects.map(line)],
  }));

  const fits = { show: "few", aspect: "all" };
  const shown = () => { const all = V.series.map((s, i) => [s, i]).filter(([s, i]) => fitsOf[i].length && (fits.aspect === "all" || s.aspect === fits.aspect)); return fits.show === "all" ? all : all.slice(0, FEW / 2); };
  list.push(card({
    id: "fits", wide: true, title: () => T("c.fits"), sub: () => T("c.fits.sub"),
    controls: c => [segments(T("show"), [["few", T("worst") + " " + FEW / 2], ["all", T("all") + " " + V.series.length]], fits.show, v => { fits.show = v; pressed(c, v); c.draw(); }),
      choice(T("aspect"), [["all", T("all")], ...V.aspects.map(a => [a.aspect, T("aspect." + a.aspect)])], fits.aspect, v => { fits.aspect = v; c.draw(); })],
    draw: (host, width) => {
      const columns = Math.max(1, Math.floor((width + 18) / 310)), each = Math.floor((width - 18 * (columns - 1)) / columns);
      const grid = el("div", { class: "multiples", style: "grid-template-columns:repeat(" + columns + ",minmax(0,1fr))" });
      host.append(grid);
      for (const [s, i] of shown()) {
        const cell = el("div", { class: "multiple" }, [el("h4", { dir: "auto" }, s.title), el("p", { class: "sub" }, [bad(s) === null ? T("v.unscored") : T("col.error") + " " + percent(bad(s)), beaten(s) ? el("span", { class: "no" }, " · " + T("v.beaten")) : null])]);
        fitChart(cell, each, fitsOf[i], s);
        grid.append(cell);
      }
      return [{ name: T("published") + ", " + T("use.fit"), ring: "var(--ink)" }, { name: T("published") + ", " + T("use.test"), disc: "var(--ink)" }, { name: T("predicted") + ", " + T("band.50") + " / " + T("band.90"), colour: "var(--c-blue)", square: true }];
    },
    rows: () => [["series", "title", "row", "period", "use", "unit", "observed", "low", "high", "predicted", "predicted_low", "predicted_p25", "predicted_p75", "predicted_high", "within", "scored", "verified", ...V.forecasts.map(f => "error_" + f)],
      ...V.series.flatMap((s, i) => fitsOf[i].map(f => [s.id, s.title, f[1], f[2], f[4], s.unit, f[5], f[6], f[7], f[8], ...f[9], f[10] ? "yes" : "no", f[11] ? "yes" : "no", f[12] ? "yes" : "no", ...f[13]]))],
  }));

  const worst = { show: "few" };
  list.push(card({
    id: "worst", wide: true, title: () => T("c.worst"), sub: () => T("c.worst.sub"), controls: c => fewOrAll(worst, c, scored.length),
    draw: (host, width) => {
      const rows = (worst.show === "all" ? scored : scored.slice(0, FEW)).map(s => ({
        name: s.title, key: s.id, note: percent(bad(s)), flag: beaten(s) ? "var(--more)" : null,
        marks: [{ to: s.error[0], colour: "var(--c-grey)", kind: "pale" }, { to: s.error[1], colour: beaten(s) ? "var(--more)" : "var(--c-blue)", kind: "bar" }],
        tip: () => [{ name: T("use.test") + ", " + plain(s.rows[1], 0) + " " + T("rows"), key: "test_mape", raw: s.error[1], value: percent(s.error[1], 1) }, { name: T("use.fit") + ", " + plain(s.rows[0], 0) + " " + T("rows"), key: "fit_mape", raw: s.error[0], value: percent(s.error[0], 1) },
          { name: T("col.within"), value: both(s.within) }, { name: T("col.interval"), value: both(s.coverage) }, ...[s.scope, s.source].filter(Boolean).map(t => ({ name: t, value: "" }))],
      }));
      // A few that are far off must not hide the others.
      const far = scored.map(bad).sort((a, b) => a - b), most = far[Math.floor(far.length * 0.95)] || 1;
      rowChart(host, width, rows, { low: 0, high: Math.max(0.2, Math.min(most, 1.5)), unit: "share", label: T("c.worst"), right: 62 });
      return [{ name: T("use.test"), colour: "var(--c-blue)", square: true }, { name: T("use.test") + ", " + T("v.beaten"), colour: "var(--more)", square: true }, { name: T("use.fit"), colour: "var(--c-grey)", square: true }];
    },
    rows: () => [head, ...V.series.map(line)],
  }));

  const skilled = V.series.filter(s => s.skill.some(k => k !== null)).sort((a, b) => Math.min(...a.skill.filter(k => k !== null)) - Math.min(...b.skill.filter(k => k !== null))), skill = { show: "few" };
  if (skilled.length) list.push(card({
    id: "skill", wide: true, title: () => T("c.skill"), sub: () => T("c.skill.sub"), controls: c => fewOrAll(skill, c, skilled.length),
    draw: (host, width) => {
      const rows = (skill.show === "all" ? skilled : skilled.slice(0, FEW)).map(s => ({
        name: s.title, key: s.id, marks: s.skill.map((k, n) => ({ to: k, colour: colours[n], kind: "dot" })),
        tip: () => V.forecasts.map((f, n) => ({ name: T("naive." + f), key: f, raw: s.skill[n], colour: colours[n], value: s.skill[n] === null ? "–" : plain(s.skill[n], 2) })),
      }));
      rowChart(host, width, rows, { low: -1.5, high: 1, tight: true, unit: "", label: T("c.skill"), ends: [T("v.naive.better"), T("v.better")] });
      return V.forecasts.map((f, n) => ({ name: T("naive." + f), disc: colours[n] }));
    },
    rows: () => [["series", "title", ...V.forecasts], ...skilled.map(s => [s.id, s.title, ...s.skill])],
  }));
  return list;
}

const wantedText = t => S.lang === "en" ? t : t.replace("in this order", "в таком порядке").replace("above", "больше").replace("below", "меньше").replace("at least", "не менее").replace("at most", "не более").replace(" to ", " – ").replaceAll(".", ",");

// Published values with bounds, predictions with intervals, over time.
function fitChart(host, width, fits, s) {
  const m = { left: 54, right: 12, top: 20, bottom: 20 }, height = 150, w = width - m.left - m.right, h = height - m.top - m.bottom;
  const values = fits.flatMap(f => [f[5], f[6], f[7], f[8], ...f[9]]).filter(v => v !== null);
  let high = Math.max(...values, 0), low = Math.min(0, ...values);
  if (!(high > low)) high = low + 1;
  const times = fits.filter(f => f[3]).flatMap(f => f[3]);
  let from = Math.floor(Math.min(...times)), to = Math.ceil(Math.max(...times));
  if (to - from < 3) { from -= 1; to += 1; }
  const y = ticks(low, high, 3), top = Math.max(high, y.values[y.values.length - 1]), X = t => m.left + w * (t - from) / (to - from), Y = v => m.top + h * (1 - (v - low) / (top - low)), scale = scaleOf(s.unit, top);
  const svg = sv("svg", { viewBox: "0 0 " + width + " " + height, width, height, role: "group", "aria-label": s.title, class: "chart" });
  svg.append(sv("text", { x: 0, y: 11, class: "unit" }, scale.name));
  for (const v of y.values) svg.append(sv("line", { x1: m.left, x2: width - m.right, y1: round(Y(v)), y2: round(Y(v)), class: v === 0 ? "zero" : "grid" }), sv("text", { x: m.left - 6, y: round(Y(v)) + 4, class: "tick", "text-anchor": "end" }, scale.text(v, y.step)));
  const every = Math.max(1, Math.ceil((to - from) / Math.max(1, Math.floor(w / 58))));
  for (let t = from; t <= to; t++) if ((t - from) % every === 0) svg.append(sv("text", { x: round(X(t)), y: height - 5, class: "tick", "text-anchor": t === to ? "end" : "middle" }, t));
  const middle = f => (f[3][0] + f[3][1]) / 2;
  const dated = fits.filter(f => f[3]).sort((a, b) => middle(a) - middle(b));
  const line = dated.filter(f => f[8] !== null);
  if (line.length > 1) svg.append(sv("path", { d: "M" + line.map(f => round(X(middle(f))) + " " + round(Y(f[8]))).join("L"), class: "line thin soft", style: "stroke:var(--c-blue)" }));
  for (const f of dated) {
    const x = X(middle(f)), [l90, l50, h50, h90] = f[9], g = sv("g", { tabindex: 0, class: "fit", "data-key": f[1] || f[2], "aria-label": f[2] + ": " + any(f[5], s.unit) + ", " + T("predicted") + " " + any(f[8], s.unit) });
    g.append(sv("rect", { x: round(x - 7), y: m.top, width: 14, height: h, class: "hit" }));
    for (const [a, b, half, kind] of [[l90, h90, 4, "outer"], [l50, h50, 4, "inner"]]) if (a !== null && b !== null) g.append(sv("rect", { x: round(x - half), y: round(Y(b)), width: 2 * half, height: Math.max(1, round(Y(a) - Y(b))), class: kind }));
    if (f[8] !== null) g.append(sv("line", { x1: round(x - 6), x2: round(x + 6), y1: round(Y(f[8])), y2: round(Y(f[8])), class: "told" }));
    const bound = v => v === null ? null : Y(v);
    if (f[6] !== null || f[7] !== null) g.append(sv("line", { x1: round(x), x2: round(x), y1: round(bound(f[6]) ?? m.top + h), y2: round(bound(f[7]) ?? m.top), class: "bounds" }));
    if (f[5] !== null) g.append(sv("circle", { cx: round(x), cy: round(Y(f[5])), r: 3.6, class: f[4] === "fit" ? "seen ring" : "seen" }));
    svg.append(tipped(g, () => [s.title + ", " + f[2], [
      { name: T("published") + ", " + T("use." + f[4]) + (f[12] ? "" : " (" + T("print.unverified") + ")"), key: "observed", raw: f[5], value: any(f[5], s.unit) },
      ...(f[6] !== null || f[7] !== null ? [{ name: T("bounds"), value: (f[6] === null ? "–" : any(f[6], s.unit)) + " … " + (f[7] === null ? "–" : any(f[7], s.unit)) }] : []),
      { name: T("predicted"), key: "predicted", raw: f[8], value: f[8] === null ? T("v.untold") : any(f[8], s.unit), colour: "var(--c-blue)" },
      ...(l90 === null ? [] : [{ name: T("interval.90"), value: any(l90, s.unit) + " … " + any(h90, s.unit) }]),
      ...(f[11] ? [] : [{ name: T("v.unscored"), value: "" }]), ...[s.scope, s.source].filter(Boolean).map(t => ({ name: t, value: "" }))]]));
  }
  host.append(svg);
}
