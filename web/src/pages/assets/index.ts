import type { PageRoute } from "../../app/page";

export const routes: PageRoute[] = [
  { path: "/assets", nav: { id: "assets", order: 30, icon: "assets", key: "a" }, permission: "view", load: () => import("./Assets") },
];
