// The portfolio of the mock: what its pages ask for, from their fixtures; a bill of materials is grown on request.
const names = ["pumpd", "updater", "openssl", "zlib", "busybox", "linux", "curl", "sqlite", "golang.org/x/crypto", "golang.org/x/net", "libxml2", "dbus"];

const none = { affected: 0, critical: 0, high: 0, medium: 0, low: 0, info: 0, exploited: 0, unknown: 0, claimed: 0, not_affected: 0 };

/** A component of a tree in which each of the first levels has children: row 10·p + i + 1 stands below p. */
function component(row, depth, path, hostile) {
  const name = hostile && row % 3 === 0 ? "\u202egpj.exe <b>x</b>" : depth === 0 ? ["linux image", "bootloader", "pump firmware"][row % 3] : names[row % names.length];
  const bad = row % 7 === 0;
  const children = depth < 3 ? (row === 1 ? 1200 : 6 - depth) : 0;
  const version = `1.${row % 30}.${row % 7}`;
  const label = row % 9 === 0 && depth > 0 ? `${name}@${version}` : `pkg:generic/${encodeURIComponent(name)}@${version}`;
  const own = bad ? { ...none, affected: 1, high: 1 } : none;
  return {
    row, release: "r-infuso42", parent: -1, children, below: children * (depth < 2 ? 6 : 1), type: depth === 0 ? "operating-system" : "library", name, version, label, path: [...path, name].join(" > "),
    identified: !(row % 9 === 0 && depth > 0), excluded: row % 41 === 0 || undefined, ...(label.startsWith("pkg:") ? { purl: label } : {}), ...(bad ? { vulnerabilities: ["CVE-2025-31004"] } : {}),
    exposed: own, rolled: children > 0 ? { ...none, affected: 7, critical: row % 5 === 0 ? 1 : 0, high: 2, medium: 4, unknown: row % 2 } : own,
  };
}

function below(parent, hostile) {
  if (parent < 0) return [1, 2, 3].map((row) => component(row, 0, ["Infuso 7"], hostile));
  const depth = parent < 10 ? 1 : parent < 10_000 ? 2 : 3;
  const count = parent === 1 ? 1200 : 6 - (depth - 1);
  return Array.from({ length: count }, (_, i) => component((parent + 1) * (depth === 1 ? 2000 : 100_000) + i, depth, ["Infuso 7", "linux image"], hostile));
}

export function routes({ page, fixture, flags, refuse }) {
  const list = (folder, name) => (url) => page(fixture(folder, name), url);
  const doc = (folder, name) => () => fixture(folder, name);
  const whole = (url, items) => page(items, new URL(`http://mock/?limit=${url.searchParams.get("limit") ?? 50}&cursor=${url.searchParams.get("cursor") ?? 0}`));
  const empty = { subjects: 0, assets: 0, rows: [] };
  return [
    ["GET /releases", list("releases", "releases")],
    ["GET /releases/:id", (_, __, [id]) => ({ ...fixture("release", "release"), ...(fixture("releases", "releases").items.find((r) => r.id === id) ?? {}), id })],
    ["PUT /releases/:id", doc("release", "release")], ["POST /releases", doc("release", "release")],
    ["GET /releases/:id/components", (url) => {
      const q = url.searchParams.get("q");
      const items = below(Number(url.searchParams.get("parent") ?? -1), flags.hostile);
      return whole(url, q ? below(1, flags.hostile).filter((c) => c.label.includes(q)) : items);
    }],
    ["GET /releases/:id/exposures", (url) => {
      const { items } = fixture("release", "exposures");
      const wanted = url.searchParams.get("state")?.split(",");
      const q = (url.searchParams.get("q") ?? "").toLowerCase();
      return whole(url, items.filter((e) => (url.searchParams.get("claimed") ? !!e.claim : true) && (!wanted || wanted.includes(e.state)) && JSON.stringify(e).toLowerCase().includes(q)));
    }],
    ["GET /releases/:id/instances", list("release", "instances")],
    ["POST /releases/:id/sbom", () => fixture("release", "release").documents[0]],
    ["POST /documents", (url) => {
      if (url.searchParams.get("name")?.includes("bad")) throw refuse(422, "invalid", "bad.json: line 412, /components/17/purl: a package URL begins with “pkg:”, not with “pgk:”.", "Mend the document and send it again; nothing of it was taken.");
      return fixture("release", "release").documents[0];
    }],
    ["GET /documents", (url) => (url.searchParams.get("problem") ? whole(url, flags.empty ? [] : fixture("feeds", "documents").items) : page(fixture("release", "release").documents, url))],
    ["GET /documents/:id", (_, __, [id]) => fixture("release", "release").documents.find((d) => d.id === id) ?? fixture("vex", "vex").items[0]],
    ["GET /vulnerabilities", (url) => page(fixture("vulnerabilities", "vulnerabilities"), new URL(url.href.replace(/since=[^&]*&?/, "").replace(/(state|severity|decision|exploited)=[^&]*&?/g, "")))],
    ["GET /vulnerabilities/:id", (_, __, [id]) => (/^none/.test(id) ? undefined : fixture("vulnerability", "vulnerability"))],
    ["PUT /vulnerabilities/:id/embargo", (_, body) => ({ ...body, by: "m.keller", at: "2026-03-02T07:00:00Z" })], ["DELETE /vulnerabilities/:id/embargo", () => undefined],
    ["GET /advisories/:id", doc("advisory", "advisory")],
    ["GET /portfolio/affected", (url) => {
      if (/[^\x20-\x7e]/.test(url.searchParams.get("q") ?? "")) throw refuse(422, "invalid", "A question is a vulnerability's id, or a package and a range of its versions.", "For example CVE-2021-44228, or pkg:npm/lodash < 4.17.21.");
      const answer = fixture("vulnerability", "affected");
      return flags.empty ? { affected: empty, not_affected: empty, cannot_tell: empty, share: { releases: 0, with_sbom: 0, assets: 0, seen: 0, components: 0, unidentified: 0 } } : answer;
    }],
    ["GET /portfolio/metrics", doc("fleet", "metrics")], ["GET /portfolio/support", doc("fleet", "support")],
    ["GET /portfolio/news", () => ({ since: "2026-03-02T00:00:00Z", items: [], more: 0, share: fixture("fleet", "metrics").share })],
    ["GET /feeds", list("feeds", "feeds")], ["GET /vex", list("vex", "vex")], ["GET /vex/:id/diagnostics", list("vex", "diagnostics")],
  ];
}
