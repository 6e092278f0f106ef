import type { PageRoute } from "../../app/page";

export const routes: PageRoute[] = [
  { path: "/evidence", nav: { id: "evidence", order: 60, icon: "evidence", key: "e" }, permission: "view", load: () => import("./Evidence") },
  { path: "/evidence/:index", permission: "view", load: () => import("./EntryPage") },
];
