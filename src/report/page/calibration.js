// A calibration: misses first. What the file does not have has no chart.

function calibrationCards() {
  const C = STUDY, list = [], FEW = 30;
  const add = spec => list.push(card({ title: () => T("c." + spec.id), sub: () => T("c." + spec.id + ".sub"), ...spec }));
  const range = (a, b, unit) => any(a, unit) + " … " + any(b, unit);

  const targets = C.series.filter(s => s.mean !== null && s.observed), shown = { show: "few" };
  if (targets.length) add({
    id: "targets", wide: true,
    controls: c => targets.length > FEW ? [segments(T("show"), [["few", T("worst") + " " + FEW], ["all", T("all") + " " + targets.length]], shown.show, v => { shown.show = v; pressed(c, v); c.draw(); })] : [],
    draw: (host, width) => {
      const over = (s, v) => v === null ? null : v / s.observed;
      const rows = (shown.show === "all" ? targets : targets.slice(0, FEW)).map(s => {
        const colour = s.within === false ? "var(--more)" : "var(--c-blue)";
        return {
          name: (s.label || s.target) + (s.period ? ", " + s.period : ""), key: s.target, flag: s.within === false ? "var(--more)" : null,
          marks: [...(s.low !== null && s.high !== null ? [{ from: over(s, s.low), to: over(s, s.high), colour: "var(--rule)", kind: "block" }] : []), ...(s.p05 !== null && s.p95 !== null ? [{ from: over(s, s.p05), to: over(s, s.p95), colour, kind: "whisker" }] : []), { to: over(s, s.mean), colour, kind: s.use === "fit" ? "ring" : "dot" }],
          tip: () => [{ name: T("published") + (s.use ? ", " + T("use." + s.use) : ""), key: "observed", raw: s.observed, value: any(s.observed, "") }, ...(s.low === null || s.high === null ? [] : [{ name: T("bounds"), value: range(s.low, s.high, "") }]), { name: T("predicted"), key: "mean", raw: s.mean, value: any(s.mean, ""), extra: s.p05 === null ? null : "(" + range(s.p05, s.p95, "") + ")" }, ...(s.within === null ? [] : [{ name: T(s.within ? "k.within" : "k.missed"), value: "" }])],
        };
      });
      rowChart(host, width, rows, { low: 0, high: 2, tight: true, origin: 1, unit: "", axis: "×", label: T("c.targets") });
      return [{ name: T("use.fit"), ring: "var(--ink-2)" }, { name: T("use.test"), disc: "var(--ink-2)" }, { name: T("k.missed"), disc: "var(--more)" }, { name: T("bounds"), colour: "var(--rule)", square: true }];
    },
    rows: () => [["target", "label", "period", "use", "observed", "low", "high", "mean", "p05", "p95", "within"], ...C.series.map(s => [s.target, s.label, s.period, s.use, s.observed, s.low, s.high, s.mean, s.p05, s.p95, s.within])],
  });

  const keys = C.keys.filter(k => k.prior && k.posterior);
  // What the data moved most comes first.
  const moved = [...keys].sort((a, b) => (a.held ?? 1) - (b.held ?? 1)), some = { keys: "few", open: "few" };
  const few = (name, n) => c => n > FEW ? [segments(T("show"), [["few", String(FEW)], ["all", T("all") + " " + n]], some[name], v => { some[name] = v; pressed(c, v); c.draw(); })] : [];
  if (keys.length) add({
    id: "keys", controls: few("keys", keys.length),
    draw: (host, width) => {
      withinChart(host, width, (some.keys === "all" ? moved : moved.slice(0, FEW)).map(k => {
        const [low, high] = k.prior, at = v => v === null ? null : (v - low) / (high - low || 1), p = k.posterior, left = p.p05 === null || p.p95 === null ? null : (p.p95 - p.p05) / (0.9 * (high - low));
        return { name: (k.id || k.key) + (k.fitted === false ? " *" : ""), key: k.key, from: at(p.p05), to: at(p.p95), at: at(p.mean ?? p.p50), ends: [brief(low), brief(high) + (k.unit && k.unit !== "-" ? " " + k.unit : "")], marked: [],
          tip: () => [{ name: T("k.prior"), value: range(low, high, k.unit) }, { name: T("k.posterior"), key: "posterior", raw: p.p05, value: range(p.p05, p.p95, k.unit) }, { name: T("k.mean"), key: "mean", raw: p.mean, value: any(p.mean, k.unit) }, { name: T("k.median"), key: "p50", raw: p.p50, value: any(p.p50, k.unit) }, ...(left === null ? [] : [{ name: T("k.narrowed"), value: percent(left) }]), ...(k.held === null ? [] : [{ name: T("k.held"), value: any(k.held, "") }]), { name: k.key, value: "" }, ...(k.source ? [{ name: k.source, value: "" }] : [])] };
      }), { label: T("c.keys") });
      return [{ name: T("k.prior"), colour: "var(--rule)", square: true }, { name: T("k.posterior"), colour: "var(--c-blue)", square: true }, { name: T("k.mean"), disc: "var(--ink)" }];
    },
    rows: () => [["id", "key", "unit", "prior_low", "prior_high", "mean", "p05", "p50", "p95", "held"], ...C.keys.map(k => { const p = k.posterior || {}, q = k.prior || []; return [k.id, k.key, k.unit, q[0], q[1], p.mean, p.p05, p.p50, p.p95, k.held]; })],
  });

  const steps = C.iterations.filter(i => i.misfit_mean !== null);
  if (steps.length > 1) add({
    id: "misfit",
    draw: (host, width) => lineChart(host, width, [{ name: T("c.misfit"), key: "misfit", colour: "var(--c-blue)", values: steps.map(i => i.misfit_mean), low: steps.map(i => i.misfit_p05), high: steps.map(i => i.misfit_p95) }], { years: steps.map(i => i.iteration), unit: "", label: T("c.misfit") }) && [],
    rows: () => [["iteration", "misfit_mean", "misfit_p05", "misfit_p95", "runs"], ...C.iterations.map(i => [i.iteration, i.misfit_mean, i.misfit_p05, i.misfit_p95, i.runs])],
  });

  const pairs = C.trade_offs.filter(t => t.correlation !== null).sort((a, b) => Math.abs(b.correlation) - Math.abs(a.correlation));
  if (pairs.length) add({
    id: "tradeoffs",
    draw: (host, width) => { rowChart(host, width, pairs.map(t => ({ name: t.a + " – " + t.b, key: t.a + "|" + t.b, marks: [{ to: t.correlation, colour: t.correlation < 0 ? "var(--fewer)" : "var(--more)", kind: "bar" }], tip: () => [{ name: T("k.correlation"), key: "correlation", raw: t.correlation, value: plain(t.correlation, 2) }] })), { low: -1, high: 1, tight: true, unit: "", axis: T("k.correlation"), above: true, label: T("c.tradeoffs") }); return []; },
    rows: () => [["a", "b", "correlation"], ...pairs.map(t => [t.a, t.b, t.correlation])],
  });

  const open = C.unverified.filter(u => u.effect !== null).sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
  if (open.length) add({
    id: "unverified", controls: few("open", open.length),
    draw: (host, width) => { const all = open.map(u => u.effect); rowChart(host, width, (some.open === "all" ? open : open.slice(0, FEW)).map(u => ({ name: u.id || u.key, key: u.key, marks: [{ to: u.effect, colour: "var(--c-amber)", kind: "bar" }], tip: () => [{ name: T("k.effect"), key: "effect", raw: u.effect, value: any(u.effect, "") }] })), { low: Math.min(0, ...all), high: Math.max(0, ...all) || 1, unit: "", axis: T("k.effect"), label: T("c.unverified") }); return []; },
    rows: () => [["key", "effect"], ...open.map(u => [u.key, u.effect])],
  });
  const forecasts = C.origins.filter(o => o.observed && o.forecast !== null), origins = { show: "few" };
  if (forecasts.length) add({
    id: "origins", wide: true,
    controls: c => forecasts.length > FEW ? [segments(T("show"), [["few", T("worst") + " " + FEW], ["all", T("all") + " " + forecasts.length]], origins.show, v => { origins.show = v; pressed(c, v); c.draw(); })] : [],
    draw: (host, width) => {
      const off = o => Math.abs(Math.log(Math.max(1e-9, o.forecast / o.observed))), sorted = [...forecasts].sort((a, b) => off(b) - off(a));
      rowChart(host, width, (origins.show === "all" ? sorted : sorted.slice(0, FEW)).map(o => ({
        name: o.series + ", " + o.period + " (" + o.origin + ")", key: o.series + "|" + o.period + "|" + o.origin,
        marks: [...(o.interval ? [{ from: o.interval[0] / o.observed, to: o.interval[1] / o.observed, colour: "var(--c-blue)", kind: "whisker" }] : []), { to: o.no_change === null ? null : o.no_change / o.observed, colour: "var(--c-amber)", kind: "ring" }, { to: o.forecast / o.observed, colour: "var(--c-blue)", kind: "dot" }],
        tip: () => [{ name: T("published"), key: "observed", raw: o.observed, value: any(o.observed, "") }, { name: T("k.forecast"), key: "forecast", raw: o.forecast, value: any(o.forecast, ""), extra: o.interval ? "(" + range(o.interval[0], o.interval[1], "") + ")" : null, colour: "var(--c-blue)" }, { name: T("k.model"), value: any(o.model, "") }, { name: T("k.nochange"), value: any(o.no_change, ""), colour: "var(--c-amber)" }],
      })), { low: 0, high: 2, tight: true, origin: 1, unit: "", axis: "×", label: T("c.origins") });
      return [{ name: T("k.forecast"), disc: "var(--c-blue)" }, { name: T("k.nochange"), ring: "var(--c-amber)" }];
    },
    rows: () => [["origin", "series", "period", "observed", "model", "forecast", "low", "high", "no_change"], ...C.origins.map(o => [o.origin, o.series, o.period, o.observed, o.model, o.forecast, ...(o.interval || [null, null]), o.no_change])],
  });
  if (C.validation) list.push(...validationCards(C.validation));
  return list;
}
