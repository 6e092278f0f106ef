import type { PageRoute } from "../../app/page";

export const routes: PageRoute[] = [
  { path: "/releases", nav: { id: "releases", order: 32, icon: "releases", key: "r" }, permission: "view", load: () => import("./Releases") },
];
