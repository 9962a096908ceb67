// Horizontal bars with intervals, scatter, ranges within ranges, tables.

// Room for names at the left; on a narrow screen they stand above their row.
function nameRoom(width, names) {
  if (width < 520) return 0;
  const longest = Math.max(0, ...names.map(n => n.length));
  return Math.round(Math.min(width * 0.42, longest * 6.9 + 16, 420));
}
const cut = (text, room) => { const most = Math.max(6, Math.floor(room / 6.7)); return text.length > most ? text.slice(0, most - 1) + "…" : text; };

// Rows on one axis. Row: { name, key, tip, marks } where marks are { from, to, colour, kind } with kind bar, pale, whisker, dot, ring, block; the axis reaches
// from `low` to `high`, beyond which marks end in an arrow.
function rowChart(host, width, rows, options) {
  const side = options.above ? 0 : nameRoom(width, rows.map(r => r.name)), above = side === 0, h = above ? 36 : options.row || 23;
  const m = { left: above ? 4 : side, right: options.right || 18, top: 30, bottom: 24 }, height = m.top + rows.length * h + m.bottom;
  const y = ticks(options.low, options.high, Math.max(2, Math.min(6, Math.round((width - m.left) / 95))));
  const low = options.low, high = Math.max(options.high, options.tight ? options.high : y.values[y.values.length - 1] || options.high), w = width - m.left - m.right;
  const clamp = v => Math.max(low, Math.min(high, v)), X = v => m.left + w * (clamp(v) - low) / (high - low || 1);
  const scale = scaleOf(options.unit || "", Math.max(Math.abs(low), Math.abs(high)));
  const svg = sv("svg", { viewBox: "0 0 " + width + " " + height, width, height, role: "group", "aria-label": options.label, class: "chart" });
  svg.append(sv("text", { x: m.left, y: 12, class: "unit" }, options.axis || scale.name));
  if (options.ends) { const z = X(0); svg.append(sv("text", { x: round(z - 8), y: 12, class: "unit", "text-anchor": "end" }, "← " + options.ends[0]), sv("text", { x: round(z + 8), y: 12, class: "unit" }, options.ends[1] + " →")); svg.querySelector(".unit").remove(); }
  for (const v of y.values) {
    if (v < low || v > high) continue;
    svg.append(sv("line", { x1: round(X(v)), x2: round(X(v)), y1: m.top - 8, y2: height - m.bottom, class: v === (options.origin || 0) ? "zero" : "grid" }));
    svg.append(sv("text", { x: round(X(v)), y: height - 7, class: "tick", "text-anchor": "middle" }, scale.text(v, y.step)));
  }
  rows.forEach((r, i) => {
    const top = m.top + i * h, yy = above ? top + 25 : top + h / 2;
    const g = sv("g", { tabindex: 0, class: "pair", "data-key": r.key, "aria-label": r.name + ": " + r.tip().map(t => (t.name ? t.name + " " : "") + t.value).join(", ") });
    g.append(sv("rect", { x: 0, y: top, width, height: h, class: "hit" }));
    g.append(sv("text", { x: above ? 4 : m.left - 10, y: above ? top + 13 : yy + 4, class: "label", "text-anchor": above ? "start" : "end", direction: "auto" }, cut(r.name, above ? width - 60 : side - 12)));
    if (r.flag) g.append(sv("circle", { cx: above ? width - 8 : m.left - 4, cy: above ? top + 9 : yy, r: 3, style: "fill:" + r.flag }));
    for (const k of r.marks) {
      if (k.to === null || k.to === undefined || Number.isNaN(k.to)) continue;
      const from = k.from === undefined || k.from === null ? (options.origin || 0) : k.from, a = X(Math.min(from, k.to)), b = X(Math.max(from, k.to)), style = "fill:" + k.colour;
      if (k.kind === "bar" || k.kind === "pale" || k.kind === "block") {
        const t = k.kind === "block" ? 6 : k.kind === "pale" ? 4 : 5;
        g.append(sv("rect", { x: round(a), y: yy - t, width: Math.max(1, round(b - a)), height: 2 * t, rx: 1.5, style, class: k.kind }));
      } else if (k.kind === "whisker") {
        g.append(sv("line", { x1: round(a), x2: round(b), y1: yy, y2: yy, class: "whisker", style: "stroke:" + k.colour }));
        for (const end of [a, b]) g.append(sv("line", { x1: round(end), x2: round(end), y1: yy - 4, y2: yy + 4, class: "whisker", style: "stroke:" + k.colour }));
      } else g.append(sv("circle", { cx: round(X(k.to)), cy: yy, r: k.kind === "ring" ? 4 : 4.4, class: k.kind, style: k.kind === "ring" ? "stroke:" + k.colour : style }));
      // What lies beyond the axis is marked at its end.
      if (k.to > high || k.to < low) g.append(sv("text", { x: k.to > high ? width - m.right + 3 : m.left - 3, y: yy + 4, class: "beyond", style, "text-anchor": k.to > high ? "start" : "end" }, k.to > high ? "▸" : "◂"));
    }
    if (r.note) { const most = Math.max(...r.marks.map(k => k.to || 0)); g.append(sv("text", { x: round(X(most) + (most > high ? 14 : 7)), y: yy + 4, class: "note" }, r.note)); }
    svg.append(tipped(g, () => [r.title || r.name, r.tip()]));
  });
  host.append(svg);
}

// Points: { name, key, x, y, colour, tip }; options.diagonal draws y = x.
function scatterChart(host, width, points, options) {
  const m = { left: 58, right: 18, top: 26, bottom: 40 }, height = Math.round(Math.max(260, Math.min(440, width * 0.62)));
  const w = width - m.left - m.right, h = height - m.top - m.bottom;
  const reach = (axis, zero) => { const v = points.map(p => p[axis]).filter(Number.isFinite); let low = Math.min(...v, zero ? 0 : Infinity), high = Math.max(...v, zero ? 0 : -Infinity); if (!(high > low)) { low -= 0.5; high += 0.5; } return [low, high + (high - low) * 0.04]; };
  const [xl, xh] = reach("x", options.zero), [yl, yh] = reach("y", options.zero);
  const X = v => m.left + w * (v - xl) / (xh - xl), Y = v => m.top + h * (1 - (v - yl) / (yh - yl));
  const svg = sv("svg", { viewBox: "0 0 " + width + " " + height, width, height, role: "group", "aria-label": options.label, class: "chart" });
  const tx = ticks(xl, xh, Math.round(w / 90)), ty = ticks(yl, yh, Math.round(h / 50)), sx = scaleOf(options.xunit || "", Math.max(Math.abs(xl), Math.abs(xh))), sy = scaleOf(options.yunit || "", Math.max(Math.abs(yl), Math.abs(yh)));
  for (const v of ty.values) if (v <= yh) svg.append(sv("line", { x1: m.left, x2: width - m.right, y1: round(Y(v)), y2: round(Y(v)), class: v === 0 ? "zero" : "grid" }), sv("text", { x: m.left - 8, y: round(Y(v)) + 4, class: "tick", "text-anchor": "end" }, sy.text(v, ty.step)));
  for (const v of tx.values) if (v <= xh) svg.append(sv("line", { x1: round(X(v)), x2: round(X(v)), y1: m.top, y2: height - m.bottom, class: v === 0 ? "zero" : "grid" }), sv("text", { x: round(X(v)), y: height - m.bottom + 16, class: "tick", "text-anchor": "middle" }, options.xtext ? options.xtext(v) : sx.text(v, tx.step)));
  svg.append(sv("text", { x: 0, y: 12, class: "unit" }, options.ylabel + (sy.name && sy.name !== options.yunit ? ", " + sy.name : "")), sv("text", { x: width - m.right, y: height - 4, class: "unit", "text-anchor": "end" }, options.xlabel + (sx.name && sx.name !== options.xunit ? ", " + sx.name : "")));
  if (options.diagonal) { const e = Math.min(xh, yh); svg.append(sv("line", { x1: round(X(Math.max(0, xl))), y1: round(Y(Math.max(0, xl))), x2: round(X(e)), y2: round(Y(e)), class: "diagonal" })); }
  const taken = [];
  const list = points.filter(p => Number.isFinite(p.x) && Number.isFinite(p.y));
  list.forEach(p => svg.append(tipped(sv("circle", { cx: round(X(p.x)), cy: round(Y(p.y)), r: options.radius || 5, class: "point", tabindex: 0, style: "fill:" + p.colour, "data-key": p.key, "aria-label": p.name + ": " + p.tip().map(t => t.name + " " + t.value).join(", ") }), () => [p.name, p.tip()])));
  if (options.names) for (const p of [...list].sort((a, b) => b.x - a.x).slice(0, options.names)) {
    const size = p.name.length * 6.6, right = X(p.x) + 9 + size < width, x = right ? X(p.x) + 8 : X(p.x) - 8, box = [right ? x : x - size, Y(p.y) - 8, right ? x + size : x, Y(p.y) + 6];
    if (taken.some(b => box[0] < b[2] && box[2] > b[0] && box[1] < b[3] && box[3] > b[1])) continue;
    taken.push(box);
    svg.append(sv("text", { x: round(x), y: round(Y(p.y)) + 4, class: "label small", "text-anchor": right ? "start" : "end" }, p.name));
  }
  host.append(svg);
}

// Each row has a scale of its own, whose ends are written at its sides: { name, key, low, high, from, to, at, ends, tip }, all places from 0 to 1.
function withinChart(host, width, rows, options) {
  const side = nameRoom(width, rows.map(r => r.name)), above = side === 0, h = above ? 44 : 30, m = { left: above ? 4 : side, right: 10, top: 6 }, height = m.top + rows.length * h + 4, w = width - m.left - m.right;
  const svg = sv("svg", { viewBox: "0 0 " + width + " " + height, width, height, role: "group", "aria-label": options.label, class: "chart" });
  rows.forEach((r, i) => {
    const top = m.top + i * h, yy = top + (above ? 25 : 11), X = v => m.left + w * Math.max(0, Math.min(1, v));
    const g = sv("g", { tabindex: 0, class: "pair", "data-key": r.key, "aria-label": r.name + ": " + r.tip().map(t => t.name + " " + t.value).join(", ") });
    g.append(sv("rect", { x: 0, y: top, width, height: h, class: "hit" }), sv("text", { x: above ? 4 : m.left - 10, y: above ? top + 13 : yy + 4, class: "label", "text-anchor": above ? "start" : "end" }, cut(r.name, above ? width : side - 12)));
    g.append(sv("rect", { x: m.left, y: yy - 4, width: w, height: 8, rx: 4, class: "track" }));
    if (r.steps) for (const s of r.steps) g.append(sv("rect", { x: round(X(s.from) + 1), y: yy - 5, width: Math.max(2, round(X(s.to) - X(s.from) - 2)), height: 10, rx: 2, class: s.on ? "inside" : "outside" }));
    else if (r.from !== null && r.from !== undefined) g.append(sv("rect", { x: round(X(r.from)), y: yy - 5, width: Math.max(2, round(X(r.to) - X(r.from))), height: 10, rx: 3, class: "inside" }));
    if (r.at !== null && r.at !== undefined) g.append(sv("circle", { cx: round(X(r.at)), cy: yy, r: 4.5, class: "mean" }));
    if (r.steps) for (const s of r.steps) g.append(sv("text", { x: round((X(s.from) + X(s.to)) / 2), y: yy + 16, class: "end", "text-anchor": "middle" }, cut(s.name, X(s.to) - X(s.from))));
    else g.append(sv("text", { x: m.left, y: yy + 16, class: "end" }, r.ends[0]), sv("text", { x: m.left + w, y: yy + 16, class: "end", "text-anchor": "end" }, r.ends[1]));
    if (!r.steps && r.marked) for (const [v, text] of r.marked) if (v > 0.12 && v < 0.88) g.append(sv("text", { x: round(X(v)), y: yy + 16, class: "end strong", "text-anchor": "middle" }, text));
    svg.append(tipped(g, () => [r.name, r.tip()]));
  });
  host.append(svg);
}

// A table: heads and rows of texts or elements; numbers stand at the right.
function tableOf(host, label, heads, rows) {
  host.append(el("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": label }, el("table", {}, [
    el("thead", {}, el("tr", {}, heads.map((h, i) => el("th", { scope: "col", class: i ? "number" : "" }, h)))),
    el("tbody", {}, rows.map(r => el("tr", {}, r.map((c, i) => el("td", { class: i ? "number" : "", dir: i ? null : "auto" }, c)))))])));
}
