// The map: outlines, links, corridors by phase, arcs, circles; months or years that play; a region's series.

function mapSection(host) {
  const P = D.places, [W, H] = D.size;
  const monthly = D.monthly;
  const M = { t: monthly ? Math.max(0, (D.last - D.start[0]) * 12 + 7 - D.start[1]) : YEARS.indexOf(D.last), quantity: "stock", side: COMPARE ? "d" : "a", view: "all", region: null, timer: null };
  if (monthly && M.t >= D.months) M.t = D.months - 1;
  const times = monthly ? D.months : YEARS.length;
  const QUANTITIES = monthly ? [["stock", "persons", "q.stock"], ["departures", "persons", "q.departures"], ["remittances", "USD", "q.remittances"]]
    : [["stock_mean", "persons", "m.stock_mean"], ["departures", "persons", "m.departures"], ["remittances_usd", "USD", "m.remittances_usd"]];
  if (!monthly) M.quantity = "stock_mean";
  const unit = () => QUANTITIES.find(q => q[0] === M.quantity)[1];
  const targets = monthly ? P.destinations : P.countries;
  const month = t => new Date(Date.UTC(D.start[0], D.start[1] + t, 1));
  const timeName = t => monthly ? new Intl.DateTimeFormat(S.lang, { month: "long", year: "numeric", timeZone: "UTC" }).format(month(t)) : String(YEARS[t]);
  const monthIndex = t => monthly ? t : Math.min(D.months - 1, Math.max(0, (YEARS[t] - D.start[0]) * 12 + 11 - D.start[1]));
  const targetName = i => monthly ? P.destinations[i].name : placeName(P.countries[i].code);

  // Series of pairs: [origin, target, values by side].
  function pairs() {
    if (monthly) return monthly[M.quantity].map(([o, d, text]) => [o, d, unpack(text, M.quantity === "remittances" ? 1e3 : 1)]);
    const out = [];
    P.origins.forEach((o, i) => P.countries.forEach((c, k) => {
      const s = series(M.quantity, o.code, c.code);
      if (s) out.push([i, k, s[M.side]]);
    }));
    return out;
  }
  let now = [], most = 1;
  function refreshPairs() {
    now = pairs();
    // The scale is that of the whole run, so that play shows growth.
    most = 1;
    for (const [, , v] of now) for (const x of v) if (x !== null && Math.abs(x) > most) most = Math.abs(x);
  }

  const svg = sv("svg", { viewBox: "0 0 " + W + " " + H, class: "mapsvg", role: "group", "aria-label": T("map.title"), preserveAspectRatio: "xMidYMid meet" });
  const layer = name => { const g = sv("g", { class: name }); svg.append(g); return g; };
  const land = layer("land"), linkLayer = layer("links"), corridorLayer = layer("corridors"), arcLayer = layer("arcs"), circleLayer = layer("circles"), textLayer = layer("texts");
  const known = new Set([...ORIGINS, ...COUNTRIES]);
  for (const [code, d] of D.outlines) land.append(sv("path", { d, transform: "scale(.1)", class: ORIGINS.includes(code) ? "home" : known.has(code) ? "known" : "" }));
  for (const [d, mode, opens, closes] of D.links) linkLayer.append(sv("path", { d, class: mode, "data-from": opens, "data-to": closes }));
  D.corridors.forEach((c, i) => {
    if (c.path) corridorLayer.append(tipped(sv("path", { d: c.path, "data-i": i, tabindex: 0, "aria-label": c.name }), () => [c.name, [{ name: timeName(M.t), key: c.id, value: T("phase." + phaseAt(c)) }, ...(COMPARE && c.side !== "ab" ? [{ name: "", value: c.side.toUpperCase() }] : [])]]));
  });
  const phaseAt = c => { let phase = "planned"; for (const [t, p] of c.phases) if (t <= monthIndex(M.t)) phase = p; return phase; };

  // One arc a pair, one circle a place; only their widths change with time.
  let arcs = [], circles = [];
  function build() {
    refreshPairs();
    arcLayer.replaceChildren(); circleLayer.replaceChildren(); textLayer.replaceChildren();
    arcs = now.map(([o, d, values]) => {
      const a = P.origins[o], b = targets[d], dx = b.x - a.x, dy = b.y - a.y, length = Math.hypot(dx, dy) || 1;
      const bend = Math.min(0.24, 0.10 + 0.05 * o), side = dx < 0 ? 1 : -1;
      const mx = (a.x + b.x) / 2 - side * dy * bend * -1, my = (a.y + b.y) / 2 - side * dx * bend;
      const path = sv("path", { d: "M" + a.x + " " + a.y + "Q" + round(mx) + " " + round(my) + " " + b.x + " " + b.y, class: "arcpath", tabindex: -1 });
      const name = () => placeName(a.code) + " → " + targetName(d);
      tipped(path, () => [name(), [{ name: timeName(M.t), key: a.code + "|" + (monthly ? b.id : b.code), raw: values[M.t], value: M.side === "d" ? signed(values[M.t], unit()) : exact(values[M.t], unit()) }]]);
      arcLayer.append(path);
      return { path, o, d, values, length, code: a.code };
    });
    const spot = (p, kind, i, values, name) => {
      const circle = sv("circle", { cx: p.x, cy: p.y, class: kind + (p.far ? " far" : ""), tabindex: 0, role: "button" });
      tipped(circle, () => [name() + (p.far ? " (" + T("map.far") + ")" : ""), [{ name: timeName(M.t), key: p.id || p.code, raw: values(M.t), value: M.side === "d" ? signed(values(M.t), unit()) : exact(values(M.t), unit()) }]]);
      const open = () => { M.region = { kind, i, name: name() }; hideTip(); drawRegion(); update(); };
      circle.addEventListener("click", open);
      circle.addEventListener("keydown", ev => { if (ev.key === "Enter" || ev.key === " ") { ev.preventDefault(); open(); } });
      circleLayer.append(circle);
      circles.push({ circle, p, kind, i, values });
    };
    circles = [];
    targets.forEach((p, i) => {
      const of = now.filter(x => x[1] === i).map(x => x[2]);
      if (of.length) spot(p, "target", i, t => of.reduce((s, v) => s + (v[t] || 0), 0), () => targetName(i));
    });
    if (monthly) {
      const homes = new Map();
      for (const [h, , text] of monthly.homes) { const v = unpack(text, 1); homes.set(h, homes.has(h) ? homes.get(h).map((x, k) => x + v[k]) : v); }
      P.homes.forEach((p, i) => { const v = homes.get(i); if (v) spot(p, "origin", i, t => v[Math.max(0, month(t).getUTCFullYear() - YEARS[0])] || 0, () => p.name); });
    } else P.origins.forEach((p, i) => {
      const of = now.filter(x => x[0] === i).map(x => x[2]);
      spot(p, "origin", i, t => of.reduce((s, v) => s + (v[t] || 0), 0), () => placeName(p.code));
    });
    zoom();
    update();
    names();
  }

  // Names of countries where there is room: none lies on another or on a large circle. On a narrow screen they are larger in the drawing.
  function names() {
    textLayer.replaceChildren();
    const v = VIEWS[M.view], pixel = v[2] / Math.max(240, svg.clientWidth || W), size = 13.5 * pixel, taken = [];
    for (const c of circles) if (+c.circle.getAttribute("r") > 3.5 * k) { const r = +c.circle.getAttribute("r"); taken.push([c.p.x - r, c.p.y - r, c.p.x + r, c.p.y + r]); }
    const middle = ["x", "y"].map(axis => P.origins.reduce((s, o) => s + o[axis], 0) / P.origins.length);
    const of = new Map();
    for (const [o, d, values] of now) { const c = monthly ? P.destinations[d].of : d; of.set(c, (of.get(c) || 0) + values.reduce((s, x) => s + Math.abs(x || 0), 0)); }
    const list = [...P.origins.map(o => ({ ...o, home: true, weight: Infinity })), ...P.countries.map((c, i) => ({ ...c, weight: of.get(i) || 0 })).filter(c => c.weight > 0).sort((a, b) => b.weight - a.weight)];
    for (const c of list) {
      const text = placeName(c.code), w = text.length * size * 0.56, h = size * 1.05;
      // A home country's name stands on the side on which the country lies among the others.
      const side = ([dx, dy]) => dx * (c.x - middle[0]) + dy * (c.y - middle[1]) * 0.8;
      const places = (c.home ? [[0, 3.1], [-1.4, 0.4], [1.4, 0.4], [-1.4, 1.9], [1.4, 1.9], [0, -2.4]].sort((a, b) => side(b) - side(a)) : [[0, -1.1], [0, 1.5], [1, 0.1], [-1, 0.1], [0, -2.3], [0, 2.7], [1, 1.3], [-1, 1.3]])
        .map(([dx, dy]) => { const x = c.x + Math.sign(dx) * (Math.abs(dx) * size * (c.home ? 2.2 : 0.8) + w / 2), y = c.y + dy * size; return [x, y]; });
      for (const [x, y] of places) {
        const box = [x - w / 2, y - h * 0.75, x + w / 2, y + h * 0.3];
        if (box[0] < v[0] + 4 * pixel || box[2] > v[0] + v[2] - 4 * pixel || box[1] < v[1] + 2 * pixel || box[3] > v[1] + v[3] - 4 * pixel) continue;
        if (taken.some(b => box[0] < b[2] && box[2] > b[0] && box[1] < b[3] && box[3] > b[1])) continue;
        taken.push(box);
        textLayer.append(sv("text", { x: round(x), y: round(y), class: c.home ? "home" : "", "text-anchor": "middle", style: "font-size:" + size.toFixed(2) + "px;stroke-width:" + (3 * pixel).toFixed(2) }, text));
        break;
      }
    }
  }

  const VIEWS = { all: [0, 0, W, H], ca: [395, 345, 185, 115] };
  let k = 1;
  function zoom() {
    const v = VIEWS[M.view];
    svg.setAttribute("viewBox", v.join(" "));
    k = v[2] / W;
  }

  function update() {
    const diverging = M.side === "d";
    const selected = M.region;
    for (const a of arcs) {
      const v = a.values[M.t] || 0, size = Math.abs(v) / most;
      const width = v === 0 ? 0 : Math.max(0.35, 17 * Math.sqrt(size)) * Math.max(k, 0.35);
      a.path.style.strokeWidth = Math.round(width * 100) / 100;
      a.path.style.stroke = diverging ? (v > 0 ? "var(--more)" : "var(--fewer)") : colour(a.code);
      a.path.style.display = width ? "" : "none";
      const dim = selected && !(selected.kind === "target" ? selected.i === a.d : (monthly ? P.homes[selected.i].of : selected.i) === a.o);
      a.path.classList.toggle("dim", Boolean(dim));
    }
    const largest = Math.max(1, ...circles.map(c => Math.max(Math.abs(c.values(M.t)), 1)));
    const scaleTo = monthly ? most * 1.6 : Math.max(largest, most);
    for (const c of circles) {
      const v = c.values(M.t), r = v === 0 ? 0 : Math.max(1.6, 15 * Math.sqrt(Math.min(1.6, Math.abs(v) / scaleTo)));
      c.circle.setAttribute("r", round(r * Math.max(k, 0.32)) || 0);
      c.circle.style.setProperty("--tone", diverging ? (v >= 0 ? "var(--more)" : "var(--fewer)") : "");
      c.circle.classList.toggle("chosen", Boolean(selected && selected.kind === c.kind && selected.i === c.i));
      c.circle.setAttribute("aria-label", (c.kind === "origin" && monthly ? P.homes[c.i].name : c.p.name) + ": " + exact(v, unit()));
    }
    const mi = monthIndex(M.t);
    for (const l of linkLayer.children) l.style.display = +l.dataset.from <= mi && mi < +l.dataset.to ? "" : "none";
    for (const p of corridorLayer.children) {
      const c = D.corridors[+p.dataset.i], shown = !COMPARE || M.side === "d" || c.side.includes(M.side);
      p.setAttribute("class", phaseAt(c));
      p.style.display = shown ? "" : "none";
    }
    clock.textContent = timeName(M.t);
    for (const li of corridorList.children) {
      const c = D.corridors[+li.dataset.i];
      li.lastChild.textContent = T("phase." + phaseAt(c));
      li.lastChild.className = "phase " + phaseAt(c);
      li.querySelector("b").style.left = 100 * mi / D.months + "%";
    }
  }

  const clock = el("div", { class: "clock", "aria-hidden": "true" }), corridorList = el("ul", { class: "corridorlist" }), panel = el("div", { class: "panel", hidden: true }), controls = el("div", { class: "controls" }), key = el("ul", { class: "legend" });
  const range = el("input", { type: "range", min: 0, max: times - 1, step: 1, value: M.t, id: "map-slider" });
  const play = el("button", { type: "button", class: "play", id: "map-play" });
  range.addEventListener("input", () => { M.t = +range.value; range.setAttribute("aria-valuetext", timeName(M.t)); update(); });
  function stop() { clearInterval(M.timer); M.timer = null; label(); }
  play.addEventListener("click", () => {
    if (M.timer) return stop();
    if (M.t >= times - 1) M.t = 0;
    M.timer = setInterval(() => { if (M.t >= times - 1) return stop(); M.t += 1; range.value = M.t; update(); }, monthly ? 90 : 420);
    label();
  });
  const label = () => { play.textContent = (M.timer ? "❚❚ " : "▶ ") + T(M.timer ? "map.stop" : "map.play"); };

  function drawRegion() {
    panel.hidden = !M.region;
    if (!M.region) return;
    const { kind, i } = M.region;
    const closeButton = el("button", { type: "button", class: "close", "aria-label": T("map.close"), on: { click: () => { M.region = null; drawRegion(); update(); } } }, "×");
    const hostOf = el("div", { class: "drawing" });
    let list, title, csv;
    if (monthly) {
      const years = kind === "origin" ? monthly.homes.filter(x => x[0] === i).map(x => [P.countries[x[1]].code, unpack(x[2], 1)])
        : [...new Set(monthly.stock.filter(x => x[1] === i).map(x => x[0]))].map(o => {
          const v = unpack(monthly.stock.find(x => x[0] === o && x[1] === i)[2], 1);
          return [P.origins[o].code, YEARS.map(y => { const from = (y - D.start[0]) * 12 - D.start[1]; const s = v.slice(Math.max(0, from), from + 12); return s.length ? Math.round(s.reduce((a, b) => a + b, 0) / s.length) : null; })];
        });
      const largest = years.sort((a, b) => Math.max(...b[1]) - Math.max(...a[1])).slice(0, 6);
      title = (kind === "origin" ? P.homes[i].name + ", " + placeName(P.origins[P.homes[i].of].code) : P.destinations[i].name);
      list = largest.map(([code, v], n) => ({ name: placeName(code), key: code, colour: kind === "origin" ? colour(code, n) : colour(code), values: v }));
    } else {
      const code = kind === "origin" ? P.origins[i].code : P.countries[i].code, s = kind === "origin" ? series(M.quantity, code, "ALL") : series(M.quantity, "CA3", code);
      title = placeName(code);
      list = s ? [{ name: "A", key: "a", colour: "var(--c-grey)", values: s.a, dash: "5 4" }, { name: "B", key: "b", colour: "var(--c-blue)", values: s.b }] : [];
    }
    csv = el("button", { type: "button", class: "csv", on: { click: () => download("region.csv", csvText([["year", ...list.map(s => s.key)], ...YEARS.map((y, n) => [y, ...list.map(s => s.values[n])])])) } }, "↓ " + T("csv"));
    panel.replaceChildren(el("div", { class: "cardhead" }, [el("div", {}, [el("h3", { dir: "auto" }, title), el("p", { class: "sub" }, monthly ? T("c.stock.sub") : T("m." + M.quantity))]), el("div", {}, [csv, closeButton])]), hostOf);
    const items = lineChart(hostOf, Math.max(260, hostOf.clientWidth), list, { unit: monthly ? "persons" : unit(), label: title, height: 220 });
    panel.append(el("ul", { class: "legend" }, items.map(x => el("li", {}, [el("i", { style: "background:" + x.colour }), x.name]))));
  }

  function rowsNow() {
    const header = ["time", "origin", "destination", M.side === "d" ? "difference" : "value", "unit"], rows = [header];
    for (const [o, d, v] of now) v.forEach((x, t) => { if (x) rows.push([monthly ? month(t).toISOString().slice(0, 7) : YEARS[t], P.origins[o].code, monthly ? P.destinations[d].id : P.countries[d].code, x, unit()]); });
    return rows;
  }

  function draw() {
    controls.replaceChildren(
      ...(COMPARE ? [segments(T("side.note"), [["a", "A"], ["b", "B"], ["d", "B − A"]], M.side, v => { M.side = v; for (const b of controls.querySelectorAll(".segments.first button, .segments button")) if (["a", "b", "d"].includes(b.dataset.value)) b.setAttribute("aria-pressed", String(b.dataset.value === v)); build(); legend(); })] : []),
      choice(T("map.quantity"), QUANTITIES.map(q => [q[0], T(q[2])]), M.quantity, v => { M.quantity = v; build(); drawRegion(); }),
      segments(T("map.zoom"), [["all", T("map.zoom.all")], ["ca", T("map.zoom.ca")]], M.view, v => { M.view = v; for (const b of controls.querySelectorAll(".segments button")) if (["all", "ca"].includes(b.dataset.value)) b.setAttribute("aria-pressed", String(b.dataset.value === v)); zoom(); update(); names(); }),
      el("button", { type: "button", class: "csv", title: T("csv.long"), on: { click: () => download("map.csv", csvText(rowsNow())) } }, "↓ " + T("csv")));
    range.setAttribute("aria-label", monthly ? T("map.month") : T("map.year"));
    range.setAttribute("aria-valuetext", timeName(M.t));
    sub.textContent = monthly ? T("map.sub") : T("map.sub.compare");
    corridorList.replaceChildren(...D.corridors.map((c, i) => el("li", { "data-i": i }, [
      el("span", { dir: "auto" }, c.name + (COMPARE && c.side !== "ab" ? " (" + c.side.toUpperCase() + ")" : "")),
      el("span", { class: "phases", title: c.phases.map(([t, p]) => T("phase." + p) + " " + month(t).toISOString().slice(0, 7)).join(" → ") }, c.phases.map(([t, p], n) =>
        el("i", { class: p, style: "left:" + 100 * t / D.months + "%;width:" + 100 * ((n + 1 < c.phases.length ? c.phases[n + 1][0] : D.months) - t) / D.months + "%" })).concat(el("b", {}))),
      el("span", { class: "phase" }, "")])));
    corridorTitle.textContent = T("corridors");
    corridorBox.hidden = !D.corridors.length;
    label();
    legend();
    build();
    drawRegion();
  }
  function legend() {
    const items = M.side === "d" ? [["var(--more)", T("map.more")], ["var(--fewer)", T("map.fewer")]] : ORIGINS.map(o => [colour(o), placeName(o)]);
    key.replaceChildren(...items.map(([c, name]) => el("li", {}, [el("i", { style: "background:" + c }), name])), el("li", {}, [el("i", { class: "rail" }), T("links")]));
  }
  const sub = el("p", { class: "sub" }), corridorTitle = el("h3", {}), corridorBox = el("div", { class: "corridorbox" }, [corridorTitle, corridorList]);
  host.append(sub, el("div", { class: "card mapcard" }, [controls, el("div", { class: "mapframe" }, [svg, clock]), el("div", { class: "timebar" }, [play, range]), key, corridorBox]), panel);
  draw();
  return { draw, resize: () => { names(); drawRegion(); } };
}
