// The parts of the mock that no page has fixtures for: sign-in, people, settings.
const now = (days = 0) => new Date(Date.now() + days * 86_400_000).toISOString();

const rights = {
  viewer: ["view"], ward: ["view", "decide"], "clinical-engineering": ["view", "observe", "decide", "accept", "inventory", "tune"], security: ["view", "observe", "decide", "accept", "tune", "evidence"],
  "product-security": ["view", "observe", "decide"], "data-protection": ["view", "audit", "erase"], auditor: ["view", "audit", "evidence"],
  administrator: ["view", "observe", "decide", "accept", "inventory", "tune", "evidence", "audit", "settings", "people", "erase"],
};

const account = (id, name, display, role, more = {}) => ({
  id, name, display, email: `${name}@example.org`, grants: [{ role, site: "*", product: "*" }], totp: role !== "viewer", passkeys: [], has_password: true,
  created: now(-40), last_sign_in: now(-0.1), etag: `"${id}-1"`, ...more,
});

export function routes({ page, flags, refuse, signIn, signedIn }) {
  const me = account("p-1", "m.keller", "Mira Keller", flags.role, {
    language: flags.language, theme: flags.theme, totp: true,
    passkeys: [{ id: "k-1", name: "Laptop of the ward", created: now(-20), last_used: now(-1) }, { id: "k-2", name: "Blue key", created: now(-3) }],
  });
  const people = [
    me,
    account("p-2", "j.okafor", "Jonah Okafor", "clinical-engineering"),
    account("p-3", "s.lindqvist", "Saga Lindqvist", "security", { grants: [{ role: "security", site: "*", product: "*" }, { role: "auditor", site: "example", product: "*" }] }),
    account("p-4", "icu2.charge", "Charge nurse, ICU 2", "ward", { totp: false, passkeys: [{ id: "k-9", name: "Badge", created: now(-9) }], has_password: false }),
    account("p-5", "a.benali", "Amine Benali", "product-security", { grants: [{ role: "product-security", site: "*", product: "Infuso 7" }], oidc: "Hospital sign-in", has_password: false }),
    account("p-6", "glass", "Break glass", "administrator", { emergency: true, last_sign_in: undefined }),
    account("p-7", "r.former", "Rosa Former", "viewer", { disabled: true }),
  ];
  const tokens = [
    { id: "t-1", name: "Nightly export", account: "m.keller", permissions: ["view", "evidence"], created: now(-30), expires: now(60), last_used: now(-0.3) },
    { id: "t-2", name: "Grafana", account: "s.lindqvist", permissions: ["view", "observe"], created: now(-90), expires: now(2), last_used: now(-0.01) },
    { id: "t-3", name: "Old laptop", account: "m.keller", permissions: ["view"], created: now(-200), expires: now(-20), revoked: now(-30) },
  ];
  const sessions = [
    { id: "s-1", account: "m.keller", via: "passkey", created: now(-0.2), last_seen: now(), expires: now(0.4), address: "127.0.0.1", agent: "Chromium 156 on Linux", current: true },
    { id: "s-2", account: "m.keller", via: "password", created: now(-1), last_seen: now(-0.5), expires: now(0.1), address: "10.20.30.7", agent: "Firefox 151 on Windows", current: false },
  ];
  const settings = {
    zones: [{ id: "icu", name: "Intensive care", prefixes: ["10.20.1.0/24", "10.20.2.0/24"] }, { id: "radiology", name: "Radiology", prefixes: ["10.20.30.0/24"] }, { id: "servers", name: "Servers", prefixes: ["10.20.10.0/24", "2001:db8:10::/64"] }, { id: "guests", name: "Visitors", prefixes: ["10.99.0.0/16"], update: true }],
    site: { name: "St. Example", language: "en", time_zone: "Europe/Zurich" },
    retention: { observations_days: 30 },
    notifications: {},
    "work-orders": {},
    "sign-in": { password: true, oidc: [], idle_minutes: 30, absolute_hours: 12 },
  };
  const etags = {};
  const acts = ["signed in", "finding.decided", "content.changed", "inventory.said", "signed out", "token.created", "evidence.exported", "sign-in refused"];
  const audit = Array.from({ length: 240 }, (_, i) => ({
    index: 900 - i, seq: 5600 - i * 3, at: now(-i / 20), act: acts[i % acts.length], by: people[i % people.length].name, role: people[i % people.length].grants[0].role,
    detail: i % 11 === 0 ? undefined : ["by passkey from 127.0.0.1", "f-4whtpnx75ve5qxt8 acknowledged: the ward knows", "zones: 3 → 4", "asset a-c25 named GATEWAY ICU"][i % 4], erased: i % 11 === 0,
  }));
  let passwordAsked = false;

  return [
    ["GET /session", () => ({
      account: me, permissions: rights[flags.role], org: "local", site: "example", site_name: flags.hostile ? "<b>St. Example</b> \u202egnp.exe" : "St. Example", origin: flags.origin, expires: now(0.4), via: "password", server_time: now(), version: "0.2.0", setup: flags.empty,
    })],
    ["DELETE /session", () => void signIn(false)],
    ["GET /sign-in", () => ({ first_run: !!flags["first-run"], password: true, passkey: true, oidc: [{ id: "hospital", name: "Hospital sign-in" }], origin: flags.origin, site: "St. Example" })],
    ["POST /sign-in/password", (_, body) => {
      if (body.password === "slow") throw refuse(429, "throttled", "Too many tries for this account from this address.", "Wait 30 seconds.");
      if (body.password !== "correct horse") throw refuse(401, "unauthenticated", "Name or password is wrong.");
      passwordAsked = true;
      return { next: "totp" };
    }],
    ["POST /sign-in/totp", (_, body) => {
      if (!passwordAsked || body.code !== "123456") throw refuse(401, "unauthenticated", "This code is wrong or was used before.");
      signIn(true);
      return { next: "done" };
    }],
    ["POST /sign-in/passkey/begin", () => ({ publicKey: { challenge: "AAAA", rpId: "localhost", allowCredentials: [], userVerification: "preferred" } })],
    ["GET /welcome/:token", (_, __, [token]) => {
      if (token === "old") throw refuse(404, "not_found", "This link was used or has ended.", "Ask whoever sent it for another.");
      return { purpose: ["invitation", "reset", "demo"].find((p) => token.startsWith(p)) ?? "first-administrator", name: token.startsWith("inv") ? "j.okafor" : undefined, expires: now(0.02) };
    }],
    ["POST /welcome", () => (signIn(true), { next: "done" })],
    ["GET /me", () => me], ["PATCH /me", (_, body) => Object.assign(me, body)],
    ["POST /me/password", (_, body) => {
      if (body.new === "password12345") throw refuse(422, "invalid", "This password is among the most used ones.", "Choose another; a sentence is good.");
    }],
    ["POST /me/totp/begin", () => ({ secret: "JBSWY3DPEHPK3PXP", uri: "otpauth://totp/Wardround:m.keller?secret=JBSWY3DPEHPK3PXP&issuer=Wardround", qr: `data:image/png;base64,${qr}` })],
    ["POST /me/totp/finish", (_, body) => {
      if (body.code !== "123456") throw refuse(422, "invalid", "This code is wrong.", "Check the clock of the device.");
      me.totp = true;
      return { recovery: Array.from({ length: 10 }, (_, i) => `k7q${i}-m2xw-9f${i}d`) };
    }],
    ["DELETE /me/totp", () => void (me.totp = false)],
    ["DELETE /me/passkeys/:id", (_, __, [id]) => void (me.passkeys = me.passkeys.filter((k) => k.id !== id))],
    ["GET /me/sessions", (url) => page(sessions, url)], ["DELETE /me/sessions/:id", (_, __, [id]) => void sessions.splice(sessions.findIndex((s) => s.id === id), 1)],
    ["GET /people", (url) => page(people, url)],
    ["POST /people", (_, body) => {
      const account = { ...people[1], ...body, id: `p-${people.length + 1}`, etag: '"n"', created: now(), last_sign_in: undefined, has_password: false, totp: false };
      people.push(account);
      return { account, link: "http://localhost:8421/welcome#invitation-7Hq2mX", expires: now(2) };
    }],
    ["PATCH /people/:id", (_, body, [id]) => Object.assign(people.find((p) => p.id === id), body)],
    ["DELETE /people/:id", (_, __, [id]) => void people.splice(people.findIndex((p) => p.id === id), 1)],
    ["POST /people/:id/reset", (_, __, [id]) => ({ account: people.find((p) => p.id === id), link: "http://localhost:8421/welcome#reset-93kfLw", expires: now(0.04) })],
    ["GET /people/:id/sessions", (url) => page(sessions.map((s) => ({ ...s, current: false })), url)], ["DELETE /people/:id/sessions", () => undefined], ["DELETE /people/:id/sessions/:s", () => undefined],
    ["GET /tokens", (url) => page(tokens, url)],
    ["POST /tokens", (_, body) => (tokens.unshift({ id: `t-${tokens.length + 1}`, account: "m.keller", created: now(), ...body }), { ...tokens[0], secret: "wr_4tX9bYpQmZ2sKd7LhV1cRjN8wE5uG3oA" })],
    ["DELETE /tokens/:id", (_, __, [id]) => void (tokens.find((t) => t.id === id).revoked = now())],
    ["GET /audit", (url) => page(audit, url)],
    ["GET /settings/:name", (_, __, [name]) => (settings[name] === undefined ? undefined : { name, value: settings[name], etag: `"${etags[name] ?? 1}"`, by: "m.keller", at: now(-3), reason: "first set-up" })],
    ["PUT /settings/:name", (_, body, [name]) => {
      settings[name] = body.value;
      etags[name] = (etags[name] ?? 1) + 1;
      return { name, value: body.value, etag: `"${etags[name]}"`, by: "m.keller", at: now(), reason: body.reason };
    }],
    ["GET /interfaces", () => ({ items: [{ name: "eth0", up: true, addresses: ["10.20.10.5/24"] }, { name: "mirror0", up: true, addresses: [] }, { name: "wlan0", up: false, addresses: [] }], may_capture: flags.role === "administrator" && !flags["first-run"], hint: "Give the capture helper the right to listen: sudo setcap cap_net_raw+ep /usr/local/bin/wardround" })],
    ["POST /sensors", (_, body) => ({ id: body.name || body.interface, interface: body.interface, state: "watching", since: now(), last: now(), packets_per_s: 0, bytes_per_s: 0, observations_per_s: 0, drops: 0, parse_failures: 0, gap_bytes: 0, rate: [], removable: true })],
    ["DELETE /sensors/:id", () => undefined], ["GET /grants", (url) => page([], url)],
    ["POST /captures", (url, body) => ({ input: url.searchParams.get("name"), packets: Math.round((body.bytes ?? 0) / 400) + 1, observations: 41 })],
    ["POST /simulation", () => ({ url: "http://localhost:8422/welcome#demo-simulated" })],
    ["GET /notifications", (url) => page([
      { id: "n-1", case: "c-xxhwm83zr24y6az4", title: "Two machines claim one network address", severity: "critical", at: now(-0.1), route: "ICU at night", channel: "webhook", state: "sent", attempts: 1 },
      { id: "n-2", title: "A component that should always speak is silent", severity: "high", at: now(-0.4), route: "Clinical engineering", channel: "smtp", state: "failed", error: "mail.example.org:587 refused the connection", attempts: 5 },
    ], url)],
    ["POST /notifications/test", () => undefined],
    ["GET /about", () => ({
      version: "0.2.0", commit: "535b0e3", go: "go1.26.8", origin: flags.origin, data_dir: "/var/lib/wardround", started: now(-2.3),
      modules: [{ name: "github.com/danielgtaylor/huma/v2", version: "v2.37.2", licence: "MIT" }, { name: "modernc.org/sqlite", version: "v1.60.1", licence: "BSD-3-Clause" }, { name: "github.com/go-webauthn/webauthn", version: "v0.18.2", licence: "BSD-3-Clause" }, { name: "golang.org/x/crypto", version: "v0.44.0" }],
      third_party: [{ name: "ieee-data", source: "Debian ieee-data", licence: "facts", digest: "sha256:2f4c90c1" }],
    })],
    ["GET /healthz", () => ({ signed_in: signedIn() })],
  ];
}

// A picture that stands where the QR code will be.
const qr = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAJ0lEQVR4nGNgYGD4DwQMDAwMjAwMDP8ZGBgYGBkYGP4zMDAwMAAAUSIH/6l4d0sAAAAASUVORK5CYII=";
