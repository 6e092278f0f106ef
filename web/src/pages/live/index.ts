import type { PageRoute } from "../../app/page";

export const routes: PageRoute[] = [
  { path: "/live", nav: { id: "live", order: 50, icon: "live", key: "l" }, permission: "observe", load: () => import("./Live") },
];
