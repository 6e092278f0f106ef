import type { PageRoute } from "../../app/page";

export const routes: PageRoute[] = [
  { path: "/", nav: { id: "overview", order: 10, icon: "overview", key: "o" }, permission: "view", load: () => import("./Overview") },
];
