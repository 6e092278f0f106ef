import type { PageRoute } from "../../app/page";

export const routes: PageRoute[] = [
  { path: "/models", nav: { id: "models", order: 34, icon: "model", key: "i" }, permission: "view", load: () => import("./Models") },
];
