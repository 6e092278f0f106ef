// A made-up hospital in place of GET /map, the same each time: no clock, no chance. HOSPITAL is how many assets it has.
(() => {
  let state = 20260302;
  const chance = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const pick = (list) => list[Math.floor(chance() * list.length)];
  const zones = ["icu", "theatre", "radiology", "laboratory", "ward-3", "ward-7", "office", "servers"].map((id) => ({ id, name: id, assets: 0 }));
  const bedside = [["device", "infusion-pump", "life-sustaining"], ["device", "patient-monitor", "monitoring"], ["device", "ventilator", "life-sustaining"], ["intermediary", "gateway", "therapeutic"]];
  const worst = ["none", "none", "none", "none", "none", "low", "medium", "medium", "high", "critical"];
  const first = "2026-02-01T08:00:00Z", last = "2026-03-02T07:00:00Z";
  const nodes = Array.from({ length: HOSPITAL }, (_, i) => {
    const zone = i < 40 ? zones[7] : zones[Math.floor(chance() * 7)];
    const [kind, role, criticality] = i < 40 ? ["service", "pacs", "diagnostic"] : pick(bedside);
    zone.assets++;
    return { id: `a-${i}`, name: `${role.toUpperCase()}-${i}`, kind, role, zone: zone.id, criticality, worst: pick(worst), first, last };
  });
  const links = Array.from({ length: Math.floor(HOSPITAL * 1.6) }, (_, i) => ({
    id: `l-${i}`, a: nodes[i % HOSPITAL].id, b: nodes[Math.floor(chance() ** 2 * (chance() < 0.7 ? 40 : HOSPITAL))].id,
    protocol: pick(["dicom", "hl7", "fhir", "mqtt", "tls", "dns", "ssh", "tcp/4711"]), encrypted: pick(["yes", "no", "unknown"]), data: "clinical", worst: pick(worst), first, last,
  }));
  const body = JSON.stringify({ at: last, position: 1, zones, nodes, links });
  const real = window.fetch;
  window.fetch = (url, init) => (String(url).startsWith("/api/v1/map") ? Promise.resolve(new Response(body, { headers: { "Content-Type": "application/json" } })) : real(url, init));
})();
