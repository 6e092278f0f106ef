import type { PageRoute } from "../../app/page";

export const routes: PageRoute[] = [{ path: "/me", load: () => import("./Me") }];
