// Makes outlines.txt from the package world-atlas (Natural Earth 1:50m, public domain): countries of the map's window, simplified, finer
// around Central Asia. Run where world-atlas, topojson-client and topojson-simplify are installed: node outlines.mjs > outlines.txt
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
const require = createRequire(process.cwd() + "/");
const { presimplify, simplify, sphericalTriangleArea } = require("topojson-simplify");
const { feature } = require("topojson-client");
const atlas = JSON.parse(readFileSync(require.resolve("world-atlas/countries-50m.json")));

// ISO 3166-1 numeric to alpha-3, of those that the report may name or fill apart.
const CODES = { 417: "KGZ", 762: "TJK", 860: "UZB", 643: "RUS", 398: "KAZ", 792: "TUR", 784: "ARE", 682: "SAU", 634: "QAT", 364: "IRN", 410: "KOR",
  616: "POL", 276: "DEU", 826: "GBR", 840: "USA", 156: "CHN", 795: "TKM", "031": "AZE", 268: "GEO", "004": "AFG", 586: "PAK", 158: "TWN" };
const WINDOW = { west: -25, east: 191, south: -2, north: 83 };
const STEP = 0.05; // degrees
const unwrap = lon => (lon < -100 ? lon + 360 : lon);
const near = ([lon, lat]) => lon > 44 && lon < 92 && lat > 33 && lat < 57;

// Points weigh by the area of their triangle; those around Central Asia count eight times as much.
const weighed = presimplify(atlas, t => sphericalTriangleArea(t) * (near(t[1]) ? 8 : 1));
const simple = simplify(weighed, 1.1e-5);
const seen = [];
for (const geometry of simple.objects.countries.geometries) {
  const { coordinates, type } = feature(simple, geometry).geometry ?? { coordinates: [], type: "MultiPolygon" };
  const rings = (type === "Polygon" ? [coordinates] : coordinates).flat();
  const kept = [];
  for (const ring of rings) {
    const points = ring.map(([lon, lat]) => [Math.round(unwrap(lon) / STEP), Math.round(lat / STEP)]);
    const lons = points.map(p => p[0] * STEP), lats = points.map(p => p[1] * STEP);
    const box = [Math.min(...lons), Math.max(...lons), Math.min(...lats), Math.max(...lats)];
    if (box[1] < WINDOW.west || box[0] > WINDOW.east || box[3] < WINDOW.south || box[2] > WINDOW.north) continue;
    if (box[0] < WINDOW.west - 10 && box[1] < 0) continue;
    const open = points.filter((p, i) => i === 0 || p[0] !== points[i - 1][0] || p[1] !== points[i - 1][1]);
    open.pop();
    if (open.length < 4) continue;
    let area = 0;
    open.forEach((p, i) => { const q = open[(i + 1) % open.length]; area += p[0] * q[1] - q[0] * p[1]; });
    if (Math.abs(area) * STEP * STEP / 2 < 0.4) continue;
    kept.push(open.flatMap((p, i) => (i === 0 ? p : [p[0] - open[i - 1][0], p[1] - open[i - 1][1]])).join(" "));
  }
  if (kept.length) seen.push([CODES[geometry.id] ?? "-", ...kept].join(";"));
}
console.log("# Outlines of countries: Natural Earth 1:50m (public domain), cut to the map's window and simplified by outlines.mjs.");
console.log("# A country a line: code, then rings as longitude and latitude in steps of 0.05 degrees, the first absolute, the others from the one before.");
console.log(seen.sort().join("\n"));
