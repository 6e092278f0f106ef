import type { ReleaseDetail, ReleaseSaid, SupportStage } from "../../api/types";

export const texts = ["udi_di", "basic_udi_di", "gtin"] as const;
export const dates = ["released", "limited_support", "support_ends", "end_of_life"] as const;

/** What a person edits of a release: as it stands in the form. Dates are days. */
export type Draft = Record<(typeof texts)[number] | (typeof dates)[number], string> & { models: string; support: SupportStage };

export function drafted(r: ReleaseDetail): Draft {
  const day = (at?: string) => (at ? at.slice(0, 10) : "");
  return {
    udi_di: r.udi_di ?? "", basic_udi_di: r.basic_udi_di ?? "", gtin: r.gtin ?? "", models: (r.models ?? []).join(", "), support: r.support ?? "",
    released: day(r.released), limited_support: day(r.limited_support), support_ends: day(r.support_ends), end_of_life: day(r.end_of_life),
  };
}

/** Only what was changed is said; what was emptied is named, because to leave a field out is to say nothing of it. */
export function changes(r: ReleaseDetail, d: Draft, reason: string): ReleaseSaid {
  const before = drafted(r);
  const out: ReleaseSaid = { maker: r.maker, product: r.product, version: r.version };
  const clear: string[] = [];
  for (const k of texts) {
    if (d[k].trim() === before[k]) continue;
    if (d[k].trim()) out[k] = d[k].trim();
    else clear.push(k);
  }
  for (const k of dates) {
    if (d[k] === before[k]) continue;
    if (d[k]) out[k] = `${d[k]}T00:00:00Z`;
    else clear.push(k);
  }
  if (d.models !== before.models) {
    const models = d.models.split(",").map((m) => m.trim()).filter(Boolean);
    if (models.length > 0) out.models = models;
    else clear.push("models");
  }
  if (d.support !== before.support) {
    if (d.support) out.support = d.support;
    else clear.push("support");
  }
  if (clear.length > 0) out.clear = clear;
  if (reason.trim()) out.reason = reason.trim();
  return out;
}
