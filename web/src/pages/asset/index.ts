import type { PageRoute } from "../../app/page";

export const routes: PageRoute[] = [{ path: "/assets/:id/:tab?", permission: "view", load: () => import("./AssetPage") }];
