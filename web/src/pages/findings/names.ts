import { useMemo } from "react";
import { useIntl } from "react-intl";
import { useApi } from "../../api/client";
import type { Setting, Zone } from "../../api/types";

/** Names change rarely: milliseconds until they are asked for again. */
const rarely = 300_000;

/** The language in which the API is asked to tell what it says in words: that of the page. */
export const useLanguage = (): string => useIntl().locale.split("-")[0]!;

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
