import type { PageRoute } from "../../app/page";

export const routes: PageRoute[] = [
  { path: "/vex", nav: { id: "vex", order: 38, icon: "vex", key: "x" }, permission: "view", load: () => import("./Vex") },
  { path: "/vex/:id", permission: "view", load: () => import("./VexPage") },
];
