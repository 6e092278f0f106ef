import { useMemo } from "react";
import { useIntl } from "react-intl";
import { useApi } from "../../api/client";
import type { CaseLine, Page, Setting, Zone } from "../../api/types";

/** A text and the language it is in. */
export interface Told {
  text: string;
  language: string;
}

/** Findings carry the title of their check as it was judged, in English; cases are told in the reader's language. */
export interface Titles {
  ofCheck: (check: string, title: string) => Told;
  ofCase: (id: string | undefined, title: string) => Told;
}

const own = "en";
/** Names change rarely: milliseconds until they are asked for again. */
const rarely = 300_000;

/** The titles that cases tell in the reader's language; where there is none, what was stored. */
export function useTitles(): Titles {
  const language = useIntl().locale.split("-")[0]!;
  const { data } = useApi<Page<CaseLine>>(language === own ? null : "/cases", { language, limit: 500 }, { fresh: rarely });
  return useMemo(() => {
    const checks = new Map(data?.items.map((c) => [c.check, c]));
    const cases = new Map(data?.items.map((c) => [c.id, c]));
    const told = (line: CaseLine | undefined, title: string): Told => (line ? { text: line.title, language: line.language } : { text: title, language: own });
    return { ofCheck: (check, title) => told(checks.get(check), title), ofCase: (id, title) => told(id === undefined ? undefined : cases.get(id), title) };
  }, [data]);
}

/** The names of the site's segments by id; an id that has none is its own name. */
export function useZoneName(): (id: string | undefined) => string | undefined {
  const { data } = useApi<Setting>("/settings/zones", undefined, { fresh: rarely });
  return useMemo(() => {
    const zones = new Map((Array.isArray(data?.value) ? (data.value as Zone[]) : []).map((z) => [z.id, z.name]));
    return (id) => (id === undefined ? undefined : zones.get(id) || id);
  }, [data]);
}

/** The segments as choices of a filter. */
export function useZones(): Zone[] {
  const { data } = useApi<Setting>("/settings/zones", undefined, { fresh: rarely });
  return Array.isArray(data?.value) ? (data.value as Zone[]) : [];
}
