import type { PageRoute } from "../../app/page";

export const routes: PageRoute[] = [
  { path: "/findings", nav: { id: "findings", order: 15, icon: "findings", key: "f" }, permission: "view", load: () => import("./Findings") },
];
