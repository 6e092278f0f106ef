import { useMemo } from "react";
import { useApi } from "../../api/client";
import type { Asset, Page, Setting, Zone } from "../../api/types";

export interface Facets { zones: string[]; wards: string[]; roles: string[]; protocols: string[] }

/** What there is to filter by, from the first 500 assets. A value that stands in the URL is offered although none of them has it. */
export function useFacets(): Facets {
  const { data } = useApi<Page<Pick<Asset, "zone" | "ward" | "role" | "speaks">>>("/assets", { fields: "zone,ward,role,speaks", limit: 500, sort: "name" });
  return useMemo(() => {
    const items = data?.items ?? [];
    const all = (pick: (a: (typeof items)[number]) => (string | undefined)[]) => [...new Set(items.flatMap(pick))].filter((s): s is string => !!s).sort();
    return { zones: all((a) => [a.zone]), wards: all((a) => [a.ward]), roles: all((a) => [a.role]), protocols: all((a) => a.speaks ?? []) };
  }, [data]);
}

/** Names of zones by id. Who may not read settings sees the ids. */
export function useZoneNames(): (id: string | undefined) => string {
  return useZones().name;
}

/** The zones of the site, and what each is called. */
export function useZones(): { ids: string[]; name: (id: string | undefined) => string } {
  const { data } = useApi<Setting>("/settings/zones");
  return useMemo(() => {
    const zones = Array.isArray(data?.value) ? (data.value as Zone[]) : [];
    const names = new Map(zones.map((z) => [z.id, z.name]));
    return { ids: [...names.keys()], name: (id) => (id ? names.get(id) || id : "") };
  }, [data]);
}
