/** A field as the page shows it: nested names joined with dots; of personal ones only whether they were there. */
export interface Shown { name: string; value: string; personal: boolean }

const most = 200;

export function flatten(fields: Record<string, unknown>, personal: ReadonlySet<string>): Shown[] {
  const out: Shown[] = [];
  walk(fields, "", false);
  return out;

  function walk(v: unknown, name: string, hidden: boolean): void {
    if (out.length >= most) return;
    // The API lists personal fields by name and sends {"present": true}; either alone is enough to keep a value off the page.
    hidden ||= personal.has(name) || isPresence(v);
    if (hidden && isPresence(v)) return void out.push({ name, value: String(v.present), personal: true });
    if (hidden && !isObject(v)) return void out.push({ name, value: typeof v === "boolean" ? String(v) : "true", personal: true });
    if (isObject(v)) {
      for (const [k, x] of Object.entries(v)) walk(x, name ? `${name}.${k}` : k, hidden);
      return;
    }
    out.push({ name, value: Array.isArray(v) ? (v.every((x) => !isObject(x)) ? v.join(", ") : JSON.stringify(v)) : String(v), personal: false });
  }
}

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === "object" && v !== null && !Array.isArray(v);
const isPresence = (v: unknown): v is { present: boolean } => isObject(v) && Object.keys(v).length === 1 && typeof v.present === "boolean";
