import type { PageRoute } from "../../app/page";

export const routes: PageRoute[] = [
  { path: "/models/compare", permission: "view", load: () => import("./ComparePage") },
  { path: "/models/:key", permission: "view", load: () => import("./ModelPage") },
];
