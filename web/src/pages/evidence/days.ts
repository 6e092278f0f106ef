/** Days as the viewer picks them (YYYY-MM-DD, in the viewer's zone) become the times the API asks for; `to` is not included there. */
export function dayStart(day: string): string | undefined {
  return at(day, 0);
}

export function dayAfter(day: string): string | undefined {
  return at(day, 1);
}

function at(day: string, more: number): string | undefined {
  const m = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!m) return undefined;
  const t = new Date(Number(m[1]), Number(m[2]) - 1, Number(m[3]) + more);
  return Number.isNaN(t.getTime()) ? undefined : t.toISOString();
}
