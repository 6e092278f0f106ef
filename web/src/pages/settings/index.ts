import type { PageRoute } from "../../app/page";

export const routes: PageRoute[] = [
  { path: "/settings/*", nav: { id: "settings", order: 90, icon: "settings", key: "s" }, load: () => import("./Settings") },
  { path: "/audit", nav: { id: "audit", order: 95, icon: "audit", key: "u" }, permission: "audit", load: () => import("./Audit") },
];
