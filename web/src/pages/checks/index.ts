import type { PageRoute } from "../../app/page";

export const routes: PageRoute[] = [
  { path: "/checks", nav: { id: "checks", order: 65, icon: "checks", key: "c" }, permission: "view", load: () => import("./Checks") },
  { path: "/checks/:id", permission: "view", load: () => import("./CheckPage") },
];
