// Chord, alluvial and before-and-after.

const polar = (cx, cy, r, a) => round(cx + r * Math.sin(a)) + " " + round(cy - r * Math.cos(a));
function ring(cx, cy, r0, r1, a, b) {
  const big = b - a > Math.PI ? 1 : 0;
  return "M" + polar(cx, cy, r1, a) + "A" + r1 + " " + r1 + " 0 " + big + " 1 " + polar(cx, cy, r1, b) + "L" + polar(cx, cy, r0, b) + "A" + r0 + " " + r0 + " 0 " + big + " 0 " + polar(cx, cy, r0, a) + "Z";
}

// Origins on the left, destinations on the right: flows [{ from, to, value }], both with codes.
function chordChart(host, width, flows, options) {
  const size = Math.min(width, 640), r = Math.min(200, size / 2 - (size < 420 ? 76 : 124)), height = Math.round(2 * r + 36), cx = size / 2, cy = height / 2;
  const svg = sv("svg", { viewBox: "0 0 " + size + " " + height, width: size, height, role: "group", "aria-label": options.label, class: "chart centred" });
  host.append(svg);
  const total = flows.reduce((s, f) => s + f.value, 0);
  if (!total) return [];
  const sum = (key, code) => flows.filter(f => f[key] === code).reduce((s, f) => s + f.value, 0);
  const from = options.from, to = options.to.filter(c => sum("to", c) > 0).sort((a, b) => sum("to", b) - sum("to", a));
  const gap = 0.022, half = Math.PI - 0.24;
  const arcs = new Map();
  const lay = (list, key, start, direction) => {
    const room = half - gap * Math.max(0, list.length - 1);
    let a = start;
    for (const code of list) {
      const span = room * sum(key, code) / total, b = a + direction * span;
      arcs.set(key + code, { a: Math.min(a, b), b: Math.max(a, b), used: 0, value: sum(key, code) });
      a = b + direction * gap;
    }
  };
  lay(from, "from", -0.12, -1);
  lay(to, "to", 0.12, 1);
  const place = (key, code, value, direction) => {
    const arc = arcs.get(key + code), span = (arc.b - arc.a) * value / (arc.value || 1);
    const start = direction > 0 ? arc.a + arc.used : arc.b - arc.used - span;
    arc.used += span;
    return [start, start + span];
  };
  const group = sv("g", { class: "ribbons" });
  svg.append(group);
  for (const code of from) for (const target of to) {
    const f = flows.find(x => x.from === code && x.to === target);
    if (!f || !f.value) continue;
    const [a0, a1] = place("from", code, f.value, -1), [b0, b1] = place("to", target, f.value, 1);
    const ri = r - 14;
    const d = "M" + polar(cx, cy, ri, a0) + "A" + ri + " " + ri + " 0 0 1 " + polar(cx, cy, ri, a1) + "Q" + cx + " " + cy + " " + polar(cx, cy, ri, b0) + "A" + ri + " " + ri + " 0 0 1 " + polar(cx, cy, ri, b1) + "Q" + cx + " " + cy + " " + polar(cx, cy, ri, a0) + "Z";
    group.append(tipped(sv("path", { d, class: "ribbon", style: "fill:" + colour(code), tabindex: 0, "aria-label": placeName(code) + " → " + placeName(target) + ": " + exact(f.value, "persons") }),
      () => [placeName(code) + " → " + placeName(target), [{ name: options.year, key: code + "|" + target, raw: f.value, value: exact(f.value, "persons"), extra: plain(100 * f.value / total, 1) + " %" }]]));
  }
  let lastLabel = { from: -1e9, to: -1e9 };
  for (const [key, list] of [["from", from], ["to", to]]) for (const code of list) {
    const arc = arcs.get(key + code), middle = (arc.a + arc.b) / 2;
    svg.append(tipped(sv("path", { d: ring(cx, cy, r - 10, r, arc.a, arc.b), style: "fill:" + (key === "from" ? colour(code) : "var(--ink-2)"), class: "arc" }),
      () => [placeName(code), [{ name: options.year, key: code, raw: arc.value, value: exact(arc.value, "persons"), extra: plain(100 * arc.value / total, 1) + " %" }]]));
    const y = cy - (r + 10) * Math.cos(middle), x = cx + (r + 10) * Math.sin(middle);
    // Labels that would lie on each other are left to the tooltip.
    if (Math.abs(y - lastLabel[key]) < 15) continue;
    lastLabel[key] = y;
    const name = placeName(code), short = size < 420 && name.length > 11 ? code : name;
    svg.append(sv("text", { x: round(x), y: round(y) + 4, class: "label", "text-anchor": key === "from" ? "end" : "start" }, short));
  }
  return [];
}

// Left: places in A, right: places in B. flows [{ from, to, value, low, high }].
function alluvialChart(host, width, flows, options) {
  const places = [...new Set(flows.flatMap(f => [f.from, f.to]))], height = Math.max(300, Math.min(520, 60 + places.length * 34));
  const svg = sv("svg", { viewBox: "0 0 " + width + " " + height, width, height, role: "group", "aria-label": options.label, class: "chart" });
  host.append(svg);
  const total = flows.reduce((s, f) => s + f.value, 0);
  if (!total) return [];
  const side = width < 460 ? 74 : 150, top = 26, bar = 10, gap = 7;
  const columns = {};
  for (const key of ["from", "to"]) {
    const sums = new Map();
    for (const f of flows) sums.set(f[key], (sums.get(f[key]) || 0) + f.value);
    const list = [...sums].sort((a, b) => b[1] - a[1]), room = height - top - 10 - gap * (list.length - 1);
    let y = top;
    columns[key] = new Map(list.map(([code, value]) => { const h = Math.max(1, room * value / total), at = { y, h, value, used: 0 }; y += h + gap; return [code, at]; }));
  }
  const x0 = side, x1 = width - side;
  svg.append(sv("text", { x: x0, y: 13, class: "unit", "text-anchor": "start" }, T("side.a")), sv("text", { x: x1, y: 13, class: "unit", "text-anchor": "end" }, T("side.b")));
  const order = key => [...columns[key].keys()];
  const sorted = [...flows].sort((a, b) => order("from").indexOf(a.from) - order("from").indexOf(b.from) || order("to").indexOf(a.to) - order("to").indexOf(b.to));
  for (const f of sorted) {
    const a = columns.from.get(f.from), b = columns.to.get(f.to);
    const ha = a.h * f.value / a.value, hb = b.h * f.value / b.value, ya = a.y + a.used, yb = b.y + b.used, xm = (x0 + x1) / 2;
    a.used += ha; b.used += hb;
    const d = "M" + (x0 + bar) + " " + round(ya) + "C" + xm + " " + round(ya) + " " + xm + " " + round(yb) + " " + (x1 - bar) + " " + round(yb) + "V" + round(yb + hb) + "C" + xm + " " + round(yb + hb) + " " + xm + " " + round(ya + ha) + " " + (x0 + bar) + " " + round(ya + ha) + "Z";
    const title = placeName(f.from) + " → " + placeName(f.to);
    svg.append(tipped(sv("path", { d, class: "ribbon", style: "fill:" + colour(f.from), tabindex: 0, "aria-label": title + ": " + exact(f.value, "persons") }),
      () => [title, [{ name: options.year, key: f.from + "|" + f.to, raw: f.value, value: exact(f.value, "persons"), extra: f.low === null ? null : "(" + plain(f.low, 0) + " … " + plain(f.high, 0) + ")" }]]));
  }
  for (const [key, x, anchor] of [["from", x0, "end"], ["to", x1 - bar, "start"]]) {
    let last = -1e9;
    for (const [code, at] of columns[key]) {
      svg.append(sv("rect", { x, y: round(at.y), width: bar, height: round(at.h), style: "fill:" + colour(code), rx: 1.5 }));
      const y = at.y + at.h / 2;
      if (y - last < 13) continue;
      last = y;
      const name = placeName(code);
      svg.append(sv("text", { x: key === "from" ? x - 8 : x + bar + 8, y: round(y) + 4, class: "label", "text-anchor": anchor }, width < 460 && name.length > 10 ? code : name));
    }
  }
  return [];
}

// Two values a row, before and after: [{ name, key, before, after }].
function pairChart(host, width, rows, options) {
  const h = 24, m = { left: width < 460 ? 112 : 150, right: 16, top: 24, bottom: 24 }, height = m.top + rows.length * h + m.bottom;
  const most = Math.max(1e-9, ...rows.flatMap(r => [r.before, r.after]));
  const y = ticks(0, most, 4), w = width - m.left - m.right, top = Math.max(most, y.values[y.values.length - 1]);
  const X = v => m.left + w * v / top, scale = scaleOf(options.unit, most);
  const svg = sv("svg", { viewBox: "0 0 " + width + " " + height, width, height, role: "group", "aria-label": options.label, class: "chart" });
  svg.append(sv("text", { x: m.left, y: 12, class: "unit" }, scale.name));
  for (const v of y.values) {
    svg.append(sv("line", { x1: round(X(v)), x2: round(X(v)), y1: m.top, y2: height - m.bottom, class: "grid" }));
    svg.append(sv("text", { x: round(X(v)), y: height - 7, class: "tick", "text-anchor": "middle" }, scale.text(v, y.step)));
  }
  rows.forEach((r, i) => {
    const yy = m.top + (i + 0.5) * h, g = sv("g", { tabindex: 0, class: "pair", "aria-label": r.name });
    g.append(sv("rect", { x: 0, y: yy - h / 2, width, height: h, class: "hit" }));
    g.append(sv("text", { x: m.left - 10, y: yy + 4, class: "label", "text-anchor": "end" }, cut(r.name, m.left - 8)));
    g.append(sv("line", { x1: round(X(r.before)), x2: round(X(r.after)), y1: yy, y2: yy, class: r.after >= r.before ? "rise" : "fall" }));
    g.append(sv("circle", { cx: round(X(r.before)), cy: yy, r: 4.5, class: "before" }), sv("circle", { cx: round(X(r.after)), cy: yy, r: 5, class: r.after >= r.before ? "after rise" : "after fall" }));
    svg.append(tipped(g, () => [r.name, [{ name: options.before, key: r.key + "|before", raw: r.before, value: exact(r.before, options.unit) }, { name: options.after, key: r.key + "|after", raw: r.after, value: exact(r.after, options.unit) }]]));
  });
  host.append(svg);
  return [{ name: options.before, colour: "var(--ink-3)" }, { name: options.after + " ↑", colour: "var(--more)" }, { name: options.after + " ↓", colour: "var(--fewer)" }];
}
