import type { PageRoute } from "../../app/page";

export const routes: PageRoute[] = [{ path: "/start", permission: "settings", load: () => import("./Start") }];
