// Lines with bands, stacked bars, a table of shades.

const MARGIN = { left: 50, right: 18, top: 26, bottom: 26 };

// The frame of a chart over years: scales, grid, labels.
function frame(host, width, height, years, low, high, unit, label, bars) {
  const m = MARGIN, w = width - m.left - m.right, h = height - m.top - m.bottom;
  // Bars stand in the middle of their year, lines begin and end at the sides.
  const step = w / Math.max(1, bars ? years.length : years.length - 1), inset = bars ? step / 2 : 0;
  const y = ticks(low, high, Math.max(3, Math.round(h / 48)));
  const bottom = Math.min(low, y.values[0]), top = Math.max(high + (high - low) * 0.03, y.values[y.values.length - 1]);
  const X = i => m.left + inset + i * step, Y = v => m.top + h * (1 - (v - bottom) / (top - bottom || 1));
  const scale = scaleOf(unit, Math.max(Math.abs(top), Math.abs(bottom)));
  const svg = sv("svg", { viewBox: "0 0 " + width + " " + height, width, height, role: "img", "aria-label": label, tabindex: 0, class: "chart" });
  svg.append(sv("text", { x: 0, y: 12, class: "unit" }, scale.name));
  for (const v of y.values) {
    svg.append(sv("line", { x1: m.left, x2: width - m.right, y1: round(Y(v)), y2: round(Y(v)), class: v === 0 ? "zero" : "grid" }));
    svg.append(sv("text", { x: m.left - 8, y: round(Y(v)) + 4, class: "tick", "text-anchor": "end" }, scale.text(v, y.step)));
  }
  const every = [1, 2, 5, 10].find(k => (years.length / k) * 44 < w) || 10;
  years.forEach((year, i) => {
    if (year % every === 0 || years.length === 1) svg.append(sv("text", { x: round(X(i)), y: height - 7, class: "tick", "text-anchor": "middle" }, year));
  });
  const fork = COMPARE && D.fork ? years.indexOf(+D.fork.slice(0, 4)) : -1;
  if (fork > 0) {
    svg.append(sv("line", { x1: round(X(fork)), x2: round(X(fork)), y1: m.top, y2: height - m.bottom, class: "fork" }));
    const flip = X(fork) > width * 0.6;
    svg.append(sv("text", { x: round(X(fork)) + (flip ? -5 : 5), y: m.top + 8, class: "forktext", "text-anchor": flip ? "end" : "start" }, T("fork") + " " + D.fork));
  }
  host.append(svg);
  return { svg, X, Y, m, w, h, step, inset, bottom, top };
}

// A line that follows the pointer or the arrow keys, and a tooltip of the year.
function crosshair(f, years, width, height, rowsOf) {
  const line = sv("line", { y1: f.m.top, y2: height - f.m.bottom, class: "cross", visibility: "hidden" });
  const dots = sv("g", {});
  f.svg.append(line, dots);
  let at = years.length - 1;
  const show = (i, point) => {
    at = Math.max(0, Math.min(years.length - 1, i));
    const rows = rowsOf(at);
    line.setAttribute("x1", f.X(at)); line.setAttribute("x2", f.X(at)); line.setAttribute("visibility", "visible");
    dots.replaceChildren(...rows.filter(r => r.dot !== undefined && r.dot !== null).map(r => sv("circle", { cx: f.X(at), cy: f.Y(r.dot), r: 4, class: "dot", style: "fill:" + r.colour })));
    const box = f.svg.getBoundingClientRect();
    showTip(point || { x: box.x + f.X(at) * box.width / width, y: box.y + f.m.top }, String(years[at]), rows);
  };
  const hide = () => { line.setAttribute("visibility", "hidden"); dots.replaceChildren(); hideTip(); };
  f.svg.addEventListener("pointermove", ev => {
    const box = f.svg.getBoundingClientRect();
    show(Math.round(((ev.clientX - box.x) * width / box.width - f.m.left - f.inset) / f.step), { x: ev.clientX, y: ev.clientY });
  });
  f.svg.addEventListener("pointerleave", hide);
  f.svg.addEventListener("blur", hide);
  f.svg.addEventListener("keydown", ev => {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageDown: -5, PageUp: 5, Home: -1e6, End: 1e6 }[ev.key];
    if (by) { ev.preventDefault(); show(at + by); } else if (ev.key === "Escape") hide();
  });
}

function pathOf(values, X, Y) {
  let d = "", pen = false;
  values.forEach((v, i) => { if (v === null || v === undefined) { pen = false; return; } d += (pen ? "L" : "M") + round(X(i)) + " " + round(Y(v)); pen = true; });
  return d;
}

// Lines: [{ name, key, colour, values, low, high, dash, thin }].
function lineChart(host, width, list, options) {
  const years = options.years || YEARS, height = options.height || Math.round(Math.max(230, Math.min(340, width * 0.52)));
  const all = list.flatMap(s => [...s.values, ...(s.low || []), ...(s.high || [])]).filter(v => v !== null && v !== undefined);
  const seen = options.observed || [];
  for (const p of seen) all.push(p.value);
  let low = Math.min(0, ...all), high = Math.max(0, ...all);
  if (options.tight && all.length) { low = Math.min(...all); high = Math.max(...all); const pad = (high - low) * 0.08 || 1; low -= pad; high += pad; }
  if (low === high) high = low + 1;
  const f = frame(host, width, height, years, low, high, options.unit, options.label);
  for (const s of list) {
    if (s.low && s.high) {
      const there = s.low.map((v, i) => i).filter(i => s.low[i] !== null && s.high[i] !== null);
      if (there.length > 1) {
        const d = "M" + there.map(i => round(f.X(i)) + " " + round(f.Y(s.high[i]))).join("L") + "L" + there.reverse().map(i => round(f.X(i)) + " " + round(f.Y(s.low[i]))).join("L") + "Z";
        f.svg.append(sv("path", { d, class: "band", style: "fill:" + s.colour }));
      }
    }
  }
  for (const s of list) f.svg.append(sv("path", { d: pathOf(s.values, f.X, f.Y), class: "line" + (s.thin ? " thin" : ""), style: "stroke:" + s.colour, "stroke-dasharray": s.dash, "data-key": s.key }));
  crosshair(f, years, width, height, i => list.map(s => ({ name: s.name, key: s.key, colour: s.colour, raw: s.values[i], dot: s.values[i], value: options.sign ? signed(s.values[i], options.unit) : exact(s.values[i], options.unit),
    extra: s.low && s.low[i] !== null && s.low[i] !== undefined ? "(" + exact(s.low[i], options.unit).replace(/[^\d.,\s−]+$/, "").trim() + " … " + exact(s.high[i], options.unit) + ")" : null })));
  for (const p of seen) {
    const x = f.X(p.time - years[0]);
    const g = sv("g", { class: "observed", tabindex: 0, "aria-label": p.title + ": " + exact(p.value, options.unit) });
    if (p.low !== null && p.high !== null) g.append(sv("line", { x1: round(x), x2: round(x), y1: round(f.Y(p.low)), y2: round(f.Y(p.high)), style: "stroke:" + p.colour }));
    g.append(sv("circle", { cx: round(x), cy: round(f.Y(p.value)), r: 3.6, style: "stroke:" + p.colour + (p.use === "test" ? ";fill:" + p.colour : "") }));
    f.svg.append(tipped(g, () => [p.title + ", " + (Number.isInteger(p.time) ? p.time : monthName(Math.round((p.time + 0.5) % 1 * 12 + 11) % 12) + " " + Math.floor(p.time + 0.5 - 1e-9)), [
      { name: T("observed") + (p.use ? ", " + T("use." + p.use) : "") + (p.verified ? "" : " (" + T("print.unverified") + ")"), key: p.key, raw: p.value, value: exact(p.value, options.unit) },
      ...(p.factor === 1 ? [] : [{ name: T("factor"), value: plain(p.factor, 2) }]),
      ...[p.scope, p.source].filter(Boolean).map(t => ({ name: t, value: "" }))]]));
  }
  return [...list.map(s => ({ name: s.name, base: s.base, colour: s.colour, dash: s.dash })), ...(seen.some(p => p.use !== "test") ? [{ name: T("observed") + ", " + T("use.fit"), ring: "var(--ink-2)" }] : []), ...(seen.some(p => p.use === "test") ? [{ name: T("observed") + ", " + T("use.test"), disc: "var(--ink-2)" }] : [])];
}

// Stacked bars by year, negative ones downwards, and a line for the whole: [{ name, key, colour, values }].
function stackChart(host, width, list, total, options) {
  const years = options.years, height = options.height || Math.round(Math.max(240, Math.min(340, width * 0.52)));
  const sum = (i, sign) => list.reduce((s, one) => s + (Math.sign(one.values[i] || 0) === sign ? one.values[i] : 0), 0);
  const tops = years.map((_, i) => sum(i, 1)), lows = years.map((_, i) => sum(i, -1));
  let low = Math.min(0, ...lows, ...(total || []).map(v => v || 0)), high = Math.max(0, ...tops, ...(total || []).map(v => v || 0));
  if (low === high) high = low + 1;
  const f = frame(host, width, height, years, low, high, options.unit, options.label, true);
  const bar = Math.min(34, Math.max(3, f.step * 0.72));
  years.forEach((_, i) => {
    let up = 0, down = 0;
    for (const s of list) {
      const v = s.values[i];
      if (!v) continue;
      const [from, to] = v > 0 ? [up, up + v] : [down, down + v];
      if (v > 0) up = to; else down = to;
      f.svg.append(sv("rect", { x: round(f.X(i) - bar / 2), width: round(bar), y: round(Math.min(f.Y(from), f.Y(to))), height: Math.max(0.3, round(Math.abs(f.Y(from) - f.Y(to)))), style: "fill:" + s.colour, class: "bar" }));
    }
  });
  if (total) f.svg.append(sv("path", { d: pathOf(total, f.X, f.Y), class: "line halo" }), sv("path", { d: pathOf(total, f.X, f.Y), class: "line", style: "stroke:var(--ink)" }));
  const show = options.sign ? signed : exact;
  crosshair(f, years, width, height, i => [...list.map(s => ({ name: s.name, key: s.key, colour: s.colour, raw: s.values[i], value: show(s.values[i], options.unit) })),
    ...(total ? [{ name: T("total"), key: "total", colour: "var(--ink)", raw: total[i], dot: total[i], value: show(total[i], options.unit) }] : [])]);
  return [...list.map(s => ({ name: s.name, colour: s.colour, square: true })), ...(total ? [{ name: T("total"), colour: "var(--ink)" }] : [])];
}

const monthName = (i, form) => new Intl.DateTimeFormat(S.lang, { month: form || "short", timeZone: "UTC" }).format(new Date(Date.UTC(2001, i, 1)));

// A table of shades: months down, years across.
function shadeChart(host, width, grid, options) {
  const m = { left: 44, right: 16, top: 6, bottom: 24 }, years = YEARS, w = (width - m.left - m.right) / years.length, h = 19, height = m.top + 12 * h + m.bottom;
  const most = Math.max(1, ...grid.flat().filter(v => v !== null));
  const svg = sv("svg", { viewBox: "0 0 " + width + " " + height, width, height, role: "img", "aria-label": options.label, tabindex: 0, class: "chart" });
  const every = [1, 2, 5, 10].find(k => (years.length / k) * 40 < width - m.left) || 10;
  for (let k = 0; k < 12; k++) svg.append(sv("text", { x: m.left - 8, y: m.top + k * h + 13, class: "tick", "text-anchor": "end" }, monthName(k)));
  years.forEach((year, i) => {
    if (year % every === 0) svg.append(sv("text", { x: round(m.left + (i + 0.5) * w), y: height - 7, class: "tick", "text-anchor": "middle" }, year));
    for (let k = 0; k < 12; k++) {
      const v = grid[i][k];
      if (v === null) continue;
      svg.append(sv("rect", { x: round(m.left + i * w), y: m.top + k * h, width: round(w - 1), height: h - 1, rx: 2, class: "shade", style: "fill-opacity:" + Math.round((0.04 + 0.96 * Math.sqrt(v / most)) * 100) / 100 }));
    }
  });
  const mark = sv("rect", { width: round(w - 1), height: h - 1, rx: 2, class: "marked", visibility: "hidden" });
  svg.append(mark);
  let at = [years.length - 1, 0];
  const show = (i, k, point) => {
    at = [Math.max(0, Math.min(years.length - 1, i)), Math.max(0, Math.min(11, k))];
    mark.setAttribute("x", round(m.left + at[0] * w)); mark.setAttribute("y", m.top + at[1] * h); mark.setAttribute("visibility", "visible");
    const box = svg.getBoundingClientRect();
    showTip(point || { x: box.x + (m.left + at[0] * w) * box.width / width, y: box.y + at[1] * h }, monthName(at[1], "long") + " " + years[at[0]], options.rows(at[0], at[1]));
  };
  svg.addEventListener("pointermove", ev => { const b = svg.getBoundingClientRect(); show(Math.floor(((ev.clientX - b.x) * width / b.width - m.left) / w), Math.floor(((ev.clientY - b.y) * width / b.width - m.top) / h), { x: ev.clientX, y: ev.clientY }); });
  svg.addEventListener("keydown", ev => { const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[ev.key]; if (by) { ev.preventDefault(); show(at[0] + by[0], at[1] + by[1]); } });
  for (const name of ["pointerleave", "blur"]) svg.addEventListener(name, () => { mark.setAttribute("visibility", "hidden"); hideTip(); });
  host.append(svg);
}
