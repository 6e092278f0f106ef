import type { PageRoute } from "../../app/page";

export const routes: PageRoute[] = [
  { path: "/feeds", nav: { id: "feeds", order: 40, icon: "feeds", key: "k" }, permission: "view", load: () => import("./Feeds") },
];
