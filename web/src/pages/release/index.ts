import type { PageRoute } from "../../app/page";

export const routes: PageRoute[] = [
  { path: "/releases/:id", permission: "view", load: () => import("./ReleasePage") },
  { path: "/releases/:id/:tab", permission: "view", load: () => import("./ReleasePage") },
];
