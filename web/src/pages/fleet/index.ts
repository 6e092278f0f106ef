import type { PageRoute } from "../../app/page";

export const routes: PageRoute[] = [
  { path: "/fleet", nav: { id: "fleet", order: 36, icon: "fleet", key: "t" }, permission: "view", load: () => import("./Fleet") },
];
