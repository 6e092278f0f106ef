import type { PageRoute } from "../../app/page";

export const routes: PageRoute[] = [
  { path: "/ecosystem", nav: { id: "ecosystem", order: 20, icon: "ecosystem", key: "m" }, permission: "view", load: () => import("./Ecosystem") },
];
