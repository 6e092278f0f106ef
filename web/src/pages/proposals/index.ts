import type { PageRoute } from "../../app/page";

export const routes: PageRoute[] = [
  { path: "/proposals", nav: { id: "proposals", order: 70, icon: "proposals", key: "p" }, permission: "view", load: () => import("./Proposals") },
];
