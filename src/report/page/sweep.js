// A sweep: what the outcomes depend on.

function sweepCards() {
  const W = STUDY, state = { asked: Math.max(0, W.asked.findIndex(a => a.holds !== null)), index: null, factor: null };
  if (!W.asked.length) return [];
  const asked = () => W.asked[state.asked], unit = () => asked().unit || "", of = list => list.filter(r => r[0] === asked().outcome && r[1] === asked().at);
  const factor = new Map(W.factors.map(f => [f.id, f]));
  const name = a => a.outcome + (a.at ? " [" + a.at + "]" : "");
  const list = [], own = [];
  // One choice for all cards.
  const which = () => W.asked.length > 1 ? [choice(T("s.outcome"), W.asked.map((a, i) => [String(i), name(a)]), String(state.asked), v => { state.asked = +v; for (const c of own) c.redraw(); })] : [];
  const add = spec => { const c = card({ ...spec, title: () => T("c." + spec.id), sub: () => T("c." + spec.id + ".sub") + (spec.plain ? "" : ": " + what()), controls: c => [...(spec.plain ? [] : which()), ...(spec.more ? spec.more(c) : [])] }); if (!spec.plain) own.push(c); list.push(c); };
  const what = () => asked().text + (asked().difference ? " (" + asked().difference[1] + " − " + asked().difference[0] + ")" : "");
  const ordered = () => { const swing = of(W.sensitivity).filter(r => r[3] === leading()).sort((a, b) => b[4] - a[4]).map(r => r[2]); return [...swing, ...new Set(of(W.response).map(r => r[2]).filter(f => !swing.includes(f)))]; };
  const leading = () => ["total", "mu_star", "swing"].find(k => of(W.sensitivity).some(r => r[3] === k)) || "swing";
  const sizeless = index => ["total", "first", "rank"].includes(index);
  const both = r => r[5] === null ? T("s.no-interval") : any(r[5], "") + " … " + any(r[6], "");

  add({
    id: "asked", plain: true, wide: true,
    draw: host => {
      tableOf(host, T("c.asked"), [T("col.outcome"), T("col.unit"), T("col.points"), T("col.least"), T("col.mean"), T("col.greatest"), T("col.holds")],
        W.asked.map(a => [el("span", {}, [el("b", {}, name(a)), " ", a.text, a.difference ? " (" + a.difference[1] + " − " + a.difference[0] + ")" : ""]), a.unit, plain(a.points, 0), any(a.least, ""), any(a.mean, ""), any(a.greatest, ""), a.holds === null ? "–" : plain(a.holds, 0) + " (" + percent(a.holds / a.points) + ")"]));
      return [];
    },
    rows: () => [["outcome", "at", "text", "unit", "points", "least", "mean", "greatest", "holds"], ...W.asked.map(a => [a.outcome, a.at, a.text, a.unit, a.points, a.least, a.mean, a.greatest, a.holds])],
  });

  const indices = () => [...new Set(of(W.sensitivity).map(r => r[3]))];
  const shown = () => indices().includes(state.index) ? state.index : leading();
  add({
    id: "sensitivity",
    more: c => [choice(T("s.index"), indices().map(i => [i, T("s.index." + i)]), shown(), v => { state.index = v; c.draw(); })],
    draw: (host, width) => {
      const index = shown(), u = sizeless(index) ? "index" : unit(), other = index === "total" ? of(W.sensitivity).filter(r => r[3] === "first") : [];
      // The interval of a swing is where the mean moves, which the next chart shows.
      const rows = of(W.sensitivity).filter(r => r[3] === index && r[4] !== null).sort((a, b) => Math.abs(b[4]) - Math.abs(a[4])).map(r => ({
        name: r[2], key: r[2], marks: [{ to: r[4], colour: r[4] < 0 ? "var(--fewer)" : "var(--c-blue)", kind: "bar" }, ...other.filter(o => o[2] === r[2]).map(o => ({ to: o[4], colour: "var(--c-amber)", kind: "dot" })), ...(r[5] === null || index === "swing" ? [] : [{ from: r[5], to: r[6], colour: "var(--ink-2)", kind: "whisker" }])],
        tip: () => [{ name: T("s.index." + index), key: index, raw: r[4], value: any(r[4], u === "index" ? "" : u) }, ...(index === "swing" ? [] : [{ name: T("interval.90"), value: both(r) }]), ...other.filter(o => o[2] === r[2]).map(o => ({ name: T("s.index.first"), key: "first", raw: o[4], value: any(o[4], ""), colour: "var(--c-amber)" })), ...keysOf(r[2])],
      }));
      const all = rows.flatMap(r => r.marks.flatMap(k => [k.from ?? 0, k.to]));
      rowChart(host, width, rows, { low: Math.min(0, ...all), high: Math.max(0, ...all) || 1, unit: u, axis: sizeless(index) ? T("s.index." + index) : null, label: T("c.sensitivity") });
      return [{ name: T("s.index." + index), colour: "var(--c-blue)", square: true }, ...(other.length ? [{ name: T("s.index.first"), disc: "var(--c-amber)" }] : []), ...(index === "swing" ? [] : [{ name: T("interval.90"), colour: "var(--ink-2)" }])];
    },
    rows: () => [["outcome", "at", "factor", "index", "value", "low", "high"], ...of(W.sensitivity)],
  });
  const keysOf = id => { const f = factor.get(id); return f && f.keys.length ? [{ name: f.keys.join(", "), value: "" }] : []; };

  if (W.sensitivity.some(r => r[3] === "mu_star")) add({
    id: "morris",
    draw: (host, width) => {
      const sigma = new Map(of(W.sensitivity).filter(r => r[3] === "sigma").map(r => [r[2], r[4]]));
      const points = of(W.sensitivity).filter(r => r[3] === "mu_star").map(r => ({ name: r[2], key: r[2], x: r[4], y: sigma.get(r[2]), colour: "var(--c-blue)", tip: () => [{ name: "μ*", key: "mu_star", raw: r[4], value: any(r[4], unit()) }, { name: T("interval.90"), value: both(r) }, { name: "σ", key: "sigma", raw: sigma.get(r[2]), value: any(sigma.get(r[2]), unit()) }, ...keysOf(r[2])] }));
      scatterChart(host, width, points, { label: T("c.morris"), xlabel: "μ*", ylabel: "σ", xunit: unit(), yunit: unit(), diagonal: true, zero: true, names: 10 });
      return [];
    },
    rows: () => [["outcome", "at", "factor", "index", "value", "low", "high"], ...of(W.sensitivity).filter(r => ["mu_star", "mu", "sigma"].includes(r[3]))],
  });

  // Along a path of elementary effects the other factors are not spread evenly, so that such a mean would say little.
  if (W.design !== "morris") add({
    id: "tornado",
    draw: (host, width) => {
      const rows = of(W.sensitivity).filter(r => r[3] === "swing" && r[5] !== null).sort((a, b) => b[4] - a[4]);
      const centre = asked().mean ?? 0, all = [...rows.flatMap(r => [r[5], r[6]]), centre], pad = (Math.max(...all) - Math.min(...all)) * 0.05 || 1;
      // Which side the factor's least value stands on tells the direction.
      const ends = id => { const curve = of(W.response).filter(r => r[2] === id && r[6] !== null); return curve.length ? [curve[0], curve[curve.length - 1]] : null; };
      rowChart(host, width, rows.map(r => { const e = ends(r[2]), rising = !e || e[1][6] >= e[0][6]; return {
        name: r[2], key: r[2], marks: [{ from: r[5], to: centre, colour: rising ? "var(--fewer)" : "var(--more)", kind: "bar" }, { from: centre, to: r[6], colour: rising ? "var(--more)" : "var(--fewer)", kind: "bar" }],
        tip: () => [{ name: T("col.least"), key: "low", raw: r[5], value: any(r[5], unit()) }, { name: T("col.greatest"), key: "high", raw: r[6], value: any(r[6], unit()) }, { name: T("s.index.swing"), key: "swing", raw: r[4], value: any(r[4], unit()) }, ...(e ? [{ name: e[0][3] + " … " + e[0][4], value: any(e[0][6], unit()) }, { name: e[1][3] + " … " + e[1][4], value: any(e[1][6], unit()) }] : []), ...keysOf(r[2])],
      }; }), { low: Math.min(...all) - pad, high: Math.max(...all) + pad, tight: true, origin: centre, unit: unit(), label: T("c.tornado") });
      return [{ name: T("col.factor") + " ↓", colour: "var(--fewer)", square: true }, { name: T("col.factor") + " ↑", colour: "var(--more)", square: true }];
    },
    rows: () => [["outcome", "at", "factor", "least", "greatest", "swing"], ...of(W.sensitivity).filter(r => r[3] === "swing").map(r => [r[0], r[1], r[2], r[5], r[6], r[4]])],
  });

  const curves = { show: "few" }, FEW = 12;
  add({
    id: "response", wide: true,
    more: c => ordered().length > FEW ? [segments(T("show"), [["few", String(FEW)], ["all", T("all") + " " + ordered().length]], curves.show, v => { curves.show = v; pressed(c, v); c.draw(); })] : [],
    draw: (host, width) => {
      const ids = curves.show === "all" ? ordered() : ordered().slice(0, FEW), columns = Math.max(1, Math.min(ids.length, Math.floor((width + 18) / 290))), each = Math.floor((width - 18 * (columns - 1)) / columns);
      const grid = el("div", { class: "multiples", style: "grid-template-columns:repeat(" + columns + ",minmax(0,1fr))" }), rows = of(W.response).filter(r => r[6] !== null);
      host.append(grid);
      const drawn = rows.filter(r => ids.includes(r[2])), all = drawn.flatMap(r => [r[6], r[7] ?? r[6], r[8] ?? r[6]]);
      for (const id of ids) {
        const cell = el("div", { class: "multiple" }, [el("h4", {}, id), el("p", { class: "sub" }, factor.get(id) ? [factor.get(id).keys.join(", "), factor.get(id).unit ? ", " + (factor.get(id).multiplies ? "× " : "") + factor.get(id).unit : ""].join("") : "")]);
        responseChart(cell, each, rows.filter(r => r[2] === id), [Math.min(...all), Math.max(...all)], unit(), id);
        grid.append(cell);
      }
      return [];
    },
    rows: () => [["outcome", "at", "factor", "from", "to", "points", "mean", "low", "high"], ...of(W.response)],
  });

  if (W.asked.some(a => a.holds !== null)) add({
    id: "discovery", wide: true,
    draw: (host, width) => {
      const rows = of(W.discovery), boxes = [...new Set(rows.map(r => r[2]))];
      if (!boxes.length) host.append(el("p", { class: "sub" }, T("s.nobox")));
      for (const box of boxes) {
        const sides = rows.filter(r => r[2] === box), [, , , , , , , coverage, density, mass] = sides[0];
        host.append(el("h4", { class: "box" }, [T("s.box") + " " + box, el("span", {}, [T("s.coverage") + " " + percent(coverage), " · ", T("s.density") + " " + percent(density), " · ", T("s.mass") + " " + percent(mass)])]));
        withinChart(host, width, sides.map(r => side(r)), { label: T("s.box") + " " + box });
      }
      return [];
    },
    rows: () => [["outcome", "at", "box", "factor", "from", "to", "one_of", "coverage", "density", "mass"], ...of(W.discovery)],
  });
  function side(r) {
    const [, , box, id, from, to, oneOf] = r, f = factor.get(id) || { names: [], range: null }, tip = () => [{ name: oneOf ? "" : T("col.least"), key: "from", raw: from, value: oneOf || written(from) }, ...(oneOf ? [] : [{ name: T("col.greatest"), key: "to", raw: to, value: written(to) }]), ...keysOf(id)];
    if (oneOf) {
      const on = oneOf.split(" or "), names = f.names.length ? f.names : on;
      return { name: id, key: box + "|" + id, steps: names.map((n, i) => ({ name: n, from: i / names.length, to: (i + 1) / names.length, on: on.includes(n) })), tip };
    }
    const curve = of(W.response).filter(x => x[2] === id), ends = f.range || [curve.length ? curve[0][3] : from, curve.length ? curve[curve.length - 1][4] : to], [low, high] = ends.map(placeOf), at = v => (placeOf(v) - low) / (high - low || 1);
    return { name: id, key: box + "|" + id, from: at(from), to: at(to), ends: ends.map(written), marked: [[at(from), written(from)], ...(at(to) - at(from) > 0.12 ? [[at(to), written(to)]] : [])], tip };
  }

  if (W.rows.length) {
    const column = k => W.columns.indexOf(k), points = { factor: null };
    const drawn = () => ordered().includes(points.factor) ? points.factor : ordered()[0];
    add({
      id: "points",
      more: c => [choice(T("col.factor"), ordered().map(f => [f, f]), drawn(), v => { points.factor = v; c.draw(); })],
      draw: (host, width) => {
        const x = column(drawn()), y = column("outcome:" + asked().outcome), names = [...new Set(W.rows.map(r => r[x]))], words = names.some(n => placeOf(n) === null), dates = names.some(n => /^\d{4}-\d\d$/.test(n));
        const at = asked().at ? asked().at.split(" ").map(p => p.split("=")) : [];
        const rows = W.rows.filter(r => at.every(([k, v]) => column(k) < 0 || r[column(k)] === v) && (!asked().difference || !W.factors.some(f => f.crossed && f.names.includes(asked().difference[1]) && f.names.includes(asked().difference[0]) && r[column(f.id)] !== asked().difference[1])));
        const partner = difference(rows);
        const list = rows.map((r, i) => ({ name: "№ " + r[column("point")], key: r[column("point")], x: words ? names.indexOf(r[x]) : placeOf(r[x]), y: partner ? partner[i] : r[y] === "" ? NaN : +r[y], colour: "var(--c-blue)", tip: () => [{ name: asked().outcome, key: "y", raw: partner ? partner[i] : r[y], value: any(partner ? partner[i] : +r[y], unit()) }, ...W.factors.map(f => ({ name: f.id, key: f.id, raw: r[column(f.id)], value: written(r[column(f.id)]) }))] }));
        scatterChart(host, width, list, { label: T("c.points"), xlabel: drawn(), ylabel: asked().outcome, yunit: unit(), radius: list.length > 300 ? 3 : 4, xtext: words ? v => cut(names[v] || "", 90) : dates ? v => monthOf(v) : null });
        return [];
      },
      rows: () => [W.columns, ...W.rows],
    });
    // The difference to the point that has the other value of the crossed factor.
    function difference(rows) {
      const d = asked().difference, f = d && W.factors.find(f => f.crossed && f.names.includes(d[0]) && f.names.includes(d[1]));
      if (!f) return null;
      const y = column("outcome:" + asked().outcome), row = column("row"), rest = r => W.factors.filter(g => g.id !== f.id).map(g => r[column(g.id)]).join("|");
      return rows.map(r => { const q = W.rows.find(o => o[row] === r[row] && o[column(f.id)] === d[0] && rest(o) === rest(r)); return q && q[y] !== "" && r[y] !== "" ? r[y] - q[y] : NaN; });
    }
  }
  return list;
}

// Where a value of a table stands on a line: the number, or the month; null for a word.
const placeOf = t => { const m = /^(\d{4})-(\d\d)$/.exec(t); return m ? m[1] * 12 + +m[2] - 1 : t === "" || Number.isNaN(+t) ? null : +t; };
const monthOf = v => Math.floor(v / 12) + "-" + String(Math.round(v % 12) + 1).padStart(2, "0");
const written = t => /^\d{4}-\d\d$/.test(t) || placeOf(t) === null ? t : brief(+t);
const brief = x => new Intl.NumberFormat(S.lang, { maximumSignificantDigits: 4 }).format(x).replace("-", "−");

// The mean along a factor: a line with its band, or dots for alternatives.
function responseChart(host, width, rows, [low, high], unit, label) {
  const m = { left: 52, right: 12, top: 20, bottom: 22 }, height = 160, w = width - m.left - m.right, h = height - m.top - m.bottom;
  const pad = (high - low) * 0.06 || 1, Y = v => m.top + h * (1 - (v - low + pad) / (high - low + 2 * pad)), words = rows.some(r => placeOf(r[3]) === null), dates = rows.some(r => /^\d{4}-\d\d$/.test(r[3]));
  const at = r => words ? rows.indexOf(r) : (placeOf(r[3]) + placeOf(r[4])) / 2, xs = rows.map(at), xl = Math.min(...xs), xh = Math.max(...xs);
  const X = v => words ? m.left + w * (v + 0.5) / rows.length : m.left + w * (xh > xl ? (v - xl) / (xh - xl) : 0.5);
  const scale = scaleOf(unit, Math.max(Math.abs(low), Math.abs(high))), y = ticks(low - pad, high + pad, 3);
  const svg = sv("svg", { viewBox: "0 0 " + width + " " + height, width, height, role: "group", "aria-label": label, class: "chart" });
  svg.append(sv("text", { x: 0, y: 11, class: "unit" }, scale.name));
  for (const v of y.values) if (v <= high + pad) svg.append(sv("line", { x1: m.left, x2: width - m.right, y1: round(Y(v)), y2: round(Y(v)), class: v === 0 ? "zero" : "grid" }), sv("text", { x: m.left - 6, y: round(Y(v)) + 4, class: "tick", "text-anchor": "end" }, scale.text(v, y.step)));
  const banded = rows.filter(r => r[7] !== null && r[8] !== null);
  if (!words && banded.length > 1) svg.append(sv("path", { d: "M" + banded.map(r => round(X(at(r))) + " " + round(Y(r[8]))).join("L") + "L" + [...banded].reverse().map(r => round(X(at(r))) + " " + round(Y(r[7]))).join("L") + "Z", class: "band", style: "fill:var(--c-blue)" }));
  if (!words) svg.append(sv("path", { d: "M" + rows.map(r => round(X(at(r))) + " " + round(Y(r[6]))).join("L"), class: "line thin", style: "stroke:var(--c-blue)" }));
  const mid = Math.floor((rows.length - 1) / 2);
  rows.forEach((r, i) => {
    const x = X(at(r)), g = sv("g", { tabindex: 0, class: "fit", "data-key": r[3] + "|" + r[4], "aria-label": r[3] + " … " + r[4] + ": " + any(r[6], unit) });
    g.append(sv("rect", { x: round(x - Math.max(6, w / rows.length / 2)), y: m.top, width: Math.max(12, round(w / rows.length)), height: h, class: "hit" }));
    if (words && r[7] !== null) g.append(sv("line", { x1: round(x), x2: round(x), y1: round(Y(r[7])), y2: round(Y(r[8])), class: "whisker", style: "stroke:var(--c-blue)" }));
    g.append(sv("circle", { cx: round(x), cy: round(Y(r[6])), r: words ? 4.2 : 2.8, class: "dot", style: "fill:var(--c-blue)" }));
    if (words ? true : i === 0 || i === rows.length - 1 || (i === mid && rows.length > 4 && !dates)) svg.append(sv("text", { x: round(x), y: height - 6, class: "tick", "text-anchor": words ? "middle" : i === 0 ? "start" : i === rows.length - 1 ? "end" : "middle" }, words ? cut(r[3], w / rows.length) : dates ? monthOf(Math.round(at(r))) : brief(at(r))));
    svg.append(tipped(g, () => [label + ": " + (r[3] === r[4] ? written(r[3]) : written(r[3]) + " … " + written(r[4])), [{ name: T("col.mean"), key: "mean", raw: r[6], value: any(r[6], unit) }, ...(r[7] === null ? [] : [{ name: T("interval.90"), value: any(r[7], unit) + " … " + any(r[8], unit) }]), { name: T("col.points"), value: plain(r[5], 0) }]]));
  });
  host.append(svg);
}
