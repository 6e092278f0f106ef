import type { Zone } from "../../api/types";

/** What stands in the box, a prefix a line; commas and blanks part them too. A trailing newline keeps an empty line while typing. */
export const prefixesOf = (text: string): string[] => text.split(/[\n,; ]/);

/** Without the empty ones: what is sent. */
export const tidy = (zones: Zone[]): Zone[] => zones.map((zone) => ({ ...zone, prefixes: zone.prefixes?.map((p) => p.trim()).filter(Boolean) }));

/** An identifier from a name: "ICU 2" → "icu-2"; numbered when taken. */
export function slug(name: string, zones: Zone[]): string {
  const base = name.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 48) || "zone";
  let id = base;
  for (let n = 2; zones.some((zone) => zone.id === id); n++) id = `${base}-${n}`;
  return id;
}

/** Is it an IPv4 or IPv6 prefix in CIDR form (RFC 4632 §3.1, RFC 4291 §2.3)? The server says the last word. */
export function isPrefix(text: string): boolean {
  const m = /^([0-9a-f:.]+)\/(\d{1,3})$/i.exec(text);
  if (!m) return false;
  const bits = Number(m[2]);
  return m[1]!.includes(":") ? bits <= 128 && isIPv6(m[1]!) : bits <= 32 && isIPv4(m[1]!);
}

function isIPv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((p) => /^(0|[1-9]\d{0,2})$/.test(p) && Number(p) <= 255);
}

function isIPv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half ? half.split(":") : []));
  if (!groups.every((g) => /^[0-9a-f]{1,4}$/i.test(g))) return false;
  return halves.length === 2 ? groups.length < 8 : groups.length === 8;
}

/** What is wrong, by "INDEX id" (a message) and "INDEX prefixes" (the first that is none). */
export function faults(zones: Zone[]): Map<string, string> {
  const out = new Map<string, string>();
  zones.forEach((zone, i) => {
    if (!zone.id || !/^[a-z0-9][a-z0-9-]*$/.test(zone.id)) out.set(`${i} id`, "zones.id.wrong");
    else if (zones.findIndex((other) => other.id === zone.id) !== i) out.set(`${i} id`, "zones.id.taken");
    const bad = zone.prefixes?.find((p) => p.trim() && !isPrefix(p.trim()));
    if (bad) out.set(`${i} prefixes`, bad);
  });
  return out;
}
