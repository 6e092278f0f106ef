import type { PageRoute } from "../../app/page";

export const routes: PageRoute[] = [{ path: "/findings/:id", permission: "view", load: () => import("./FindingPage") }];
