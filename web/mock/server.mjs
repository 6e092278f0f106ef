// A stand-in for the API while pages are made: Node alone, no state worth keeping, no truth. It serves a built UI and
// /api/v1 from the pages' fixtures and a few made-up lists, and ticks on /events.
//
//   npx vite build --outDir /tmp/dist && node mock/server.mjs --dist /tmp/dist --port 8421
//   node mock/server.mjs --port 8421 & WARDROUND_API=http://localhost:8421 npm run dev
//
// --origin simulated|replay|live  --signed-out  --first-run  --empty  --hostile  --many 10000  --slow 800  --fail 503
// --role ward (permissions of that role)  --language de  --theme dark  --drop 20 (seconds until the stream breaks)
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { parseArgs } from "node:util";
import * as made from "./made.mjs";
import * as portfolio from "./portfolio.mjs";

const { values: flags } = parseArgs({
  options: {
    port: { type: "string", default: "8421" }, dist: { type: "string" }, origin: { type: "string", default: "simulated" }, role: { type: "string", default: "administrator" },
    "signed-out": { type: "boolean" }, "first-run": { type: "boolean" }, empty: { type: "boolean" }, hostile: { type: "boolean" }, many: { type: "string" },
    slow: { type: "string", default: "0" }, fail: { type: "string" }, language: { type: "string" }, theme: { type: "string" }, drop: { type: "string" },
  },
});
const here = new URL("..", import.meta.url).pathname;
const dist = flags.dist ?? join(here, "dist");
const kinds = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".json": "application/json" };
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
let signedIn = !flags["signed-out"] && !flags["first-run"];
let position = 5620;

// The site's clock starts where the fixtures were recorded, so that "two minutes ago" is.
const start = Date.now();
const recorded = Date.parse("2026-03-02T07:00:00Z");
const siteTime = () => new Date(recorded + Date.now() - start).toISOString();

const fixture = (page, name) => {
  const hostile = join(here, "src/pages", page, "fixtures", "hostile.json");
  const file = flags.hostile && existsSync(hostile) ? hostile : join(here, "src/pages", page, "fixtures", `${name}.json`);
  if (!existsSync(file)) throw new Refusal(404, "not_found", `the mock has no ${page}/fixtures/${name}.json`);
  return JSON.parse(readFileSync(file, "utf8"));
};

class Refusal extends Error {
  constructor(status, code, detail, hint) {
    super(detail);
    this.body = { type: "about:blank", title: code, status, code, detail, hint };
  }
}

/** A page of a list: q searches its text, every other known filter must equal a field. */
function page(list, url) {
  const query = url.searchParams;
  let items = flags.empty ? [] : Array.isArray(list) ? list : list.items;
  if (flags.many && items.length > 0) items = Array.from({ length: Number(flags.many) }, (_, i) => ({ ...items[i % items.length], ...(items[0].id ? { id: `${items[i % items.length].id}-${i}` } : {}) }));
  for (const [name, value] of query) {
    if (["limit", "cursor", "sort", "fields", "format", "language", "live"].includes(name) || !value) continue;
    if (name === "q") items = items.filter((item) => JSON.stringify(item).toLowerCase().includes(value.toLowerCase()));
    else if (items.some((item) => typeof item[name] === "string")) items = items.filter((item) => value.split(",").includes(item[name]));
  }
  const from = Number(query.get("cursor") ?? 0);
  const limit = Math.min(500, Number(query.get("limit") ?? 50));
  const next = from + limit < items.length ? String(from + limit) : undefined;
  return { items: items.slice(from, from + limit), next, total: items.length, at: siteTime(), position };
}

const doc = (name, p = name) => () => fixture(p, name);
const list = (name, p = name) => (url) => page(fixture(p, name), url);

// What answers what. The first that matches; :x takes one segment.
const routes = [
  ["GET /overview", (url) => (flags.empty ? fixture("overview", "empty") : doc("overview")(url))],
  ["GET /coverage", () => fixture("overview", flags.empty ? "empty" : "overview").coverage],
  ["GET /assets", list("assets")], ["GET /assets/:id", doc("asset")], ["PATCH /assets/:id", doc("asset")],
  ["GET /assets/:id/links", list("links", "asset")], ["GET /assets/:id/verdicts", list("verdicts", "asset")], ["GET /assets/:id/days", doc("days", "asset")], ["GET /assets/:id/timeline", list("timeline", "asset")],
  ["POST /assets/:id/merge", () => ({ asset: fixture("asset", "asset"), undo: [] })], ["POST /assets/:id/split", () => ({ asset: fixture("asset", "asset"), undo: [] })],
  ["GET /links", list("links", "ecosystem")], ["GET /map", doc("map", "ecosystem")], ["POST /statements", () => ({ changes: [] })],
  ["GET /findings", (url) => (url.searchParams.get("check") === "vulnerability.known" || /^CVE/.test(url.searchParams.get("q") ?? "") ? page(fixture("fleet", "findings"), url) : list("findings")(url))], ["GET /findings/:id", doc("finding")], ["POST /findings/bulk", (_, body) => ({ done: body.ids, refused: [] })],
  ["POST /findings/:id/decision", (_, body) => ({ ...fixture("finding", "finding"), state: body.state })], ["POST /findings/:id/assignment", doc("finding")],
  ["GET /cases", list("cases")], ["GET /cases/:id", doc("case", "cases")],
  ["GET /views", list("views", "findings")], ["POST /views", (_, body) => ({ id: "v-new", mine: true, ...body })],
  ["GET /observations", list("observations", "live")], ["GET /observations/:seq", (_, __, [seq]) => fixture("live", "observations").items.find((o) => String(o.seq) === seq) ?? gone()],
  ["GET /checks", list("checks")], ["GET /checks/:id", doc("check", "checks")], ["PUT /checks/:id/off", doc("check", "checks")], ["DELETE /checks/:id/off", doc("check", "checks")], ["PUT /checks/:id/thresholds", doc("check", "checks")],
  ["GET /proposals", list("proposals")], ["POST /proposals/:id/answer", (_, body, [id]) => ({ ...fixture("proposals", "proposals").items.find((p) => p.id === id), state: body.accept ? "accepted" : "rejected" })],
  ["GET /evidence", doc("ledger", "evidence")], ["GET /evidence/entries", list("entries", "evidence")], ["GET /evidence/entries/:i", doc("entry", "evidence")], ["GET /evidence/entries/:i/proof", doc("proof", "evidence")],
  ["POST /evidence/verify", () => ({ result: "self-consistent only", entries: 23, total: 23, problems: [] })],
  ["GET /search", (url) => ({ items: fixture("search", "hits").items.filter((h) => JSON.stringify(h).toLowerCase().includes((url.searchParams.get("q") ?? "").toLowerCase())) })],
  ["GET /sensors", (url) => page(fixture("overview", "overview").sensors, url)],
  ...portfolio.routes({ page, fixture, flags, refuse: (...args) => new Refusal(...args) }),
  ...made.routes({ page, flags, refuse: (...args) => new Refusal(...args), signIn: (on) => (signedIn = on), signedIn: () => signedIn }),
];

function gone() {
  throw new Refusal(404, "not_found", "there is no such thing here");
}

const open = /^\/(sign-in|welcome|healthz)/;

async function answer(req, res, url) {
  const path = url.pathname.slice("/api/v1".length);
  if (flags.slow !== "0") await new Promise((r) => setTimeout(r, Number(flags.slow)));
  try {
    if (flags.fail && !open.test(path) && path !== "/session") throw new Refusal(Number(flags.fail), "internal", "The board is being rebuilt.", "Try again in a minute.");
    if (!signedIn && !open.test(path)) throw new Refusal(401, "unauthenticated", "There is no session.", "Sign in.");
    if (path === "/events") return events(res, url);
    const body = await read(req);
    for (const [pattern, run] of routes) {
      const [method, shape] = pattern.split(" ");
      const match = method === req.method && new RegExp(`^${shape.replace(/:\w+/g, "([^/]+)")}$`).exec(path);
      if (!match) continue;
      const value = run(url, body, match.slice(1).map(decodeURIComponent));
      res.writeHead(value === undefined ? 204 : 200, { "Content-Type": "application/json", ...(value?.etag ? { ETag: value.etag } : {}) });
      return res.end(value === undefined ? undefined : JSON.stringify(value));
    }
    throw new Refusal(404, "not_found", `the mock does not know ${req.method} ${path}`);
  } catch (err) {
    const problem = err.body ?? { status: 500, code: "internal", title: "internal", detail: String(err) };
    res.writeHead(problem.status, { "Content-Type": "application/problem+json", ...(problem.status === 429 ? { "Retry-After": "30" } : {}) });
    res.end(JSON.stringify(problem));
  }
}

async function read(req) {
  const parts = [];
  for await (const part of req) parts.push(part);
  const text = Buffer.concat(parts);
  if (text.length === 0) return {};
  return req.headers["content-type"]?.includes("json") ? JSON.parse(text) : { bytes: text.length };
}

function events(res, url) {
  const topics = (url.searchParams.get("topics") ?? "").split(",");
  res.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  const say = (event, data) => res.write(`id: ${position}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  res.write("retry: 2000\n\n");
  say("hello", { at: siteTime(), position, origin: flags.origin });
  const observations = topics.includes("live") ? fixture("live", "observations").items : [];
  let n = 0;
  const timer = setInterval(() => {
    n++;
    position += 41;
    const at = siteTime();
    const rates = ["flow", "dicom.association", "hl7.message", "mqtt.connect"].map((kind, i) => ({ sensor: "mirror-1", kind, n: Math.round(20 / (i + 1) + 8 * Math.sin(n / 7 + i)) }));
    say("tick", { at, position, per_s: rates.reduce((sum, r) => sum + r.n, 0), lag_ms: 12 + (n % 5), rates });
    if (observations.length) say("live", { items: Array.from({ length: 8 }, (_, i) => ({ ...observations[(n * 8 + i) % observations.length], seq: position + i, at, logged: at })), left_out: n % 9 === 0 ? 120 : 0 });
    if (n % 12 === 0 && topics.includes("findings")) say("changed", { findings: ["f-4whtpnx75ve5qxt8"], counts: { findings: 1, overview: 1 } });
    if (flags.drop && n >= Number(flags.drop)) res.destroy();
  }, 1000);
  res.on("close", () => clearInterval(timer));
}

createServer((req, res) => {
  const url = new URL(req.url, "http://localhost");
  if (url.pathname.startsWith("/api/v1/")) return void answer(req, res, url);
  const wanted = join(dist, normalize(url.pathname));
  const file = existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(dist, "index.html");
  if (!existsSync(file)) return void res.writeHead(404).end("build the UI first: npx vite build\n");
  res.writeHead(200, { "Content-Type": kinds[extname(file)] ?? "application/octet-stream", "Content-Security-Policy": csp, "Cache-Control": "no-store" });
  createReadStream(file).pipe(res);
}).listen(Number(flags.port), "127.0.0.1", () => console.log(`http://localhost:${flags.port}/`));
