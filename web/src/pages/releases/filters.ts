/** The filters as they stand in the URL. */
export const defaults = { q: "", maker: "", product: "", support: "", sbom: "", severity: "", sort: "-severity" };
export type ReleaseFilters = typeof defaults;

export const supports = ["development", "supported", "limited support", "end of support"] as const;
