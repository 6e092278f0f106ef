import type { PageRoute } from "../../app/page";

export const routes: PageRoute[] = [
  { path: "/vulnerabilities", nav: { id: "vulnerabilities", order: 34, icon: "vulnerabilities", key: "v" }, permission: "view", load: () => import("./Vulnerabilities") },
];
