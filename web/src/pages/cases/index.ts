import type { PageRoute } from "../../app/page";

export const routes: PageRoute[] = [{ path: "/cases/:id", permission: "view", load: () => import("./CasePage") }];
