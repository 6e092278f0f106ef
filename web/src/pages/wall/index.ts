import type { PageRoute } from "../../app/page";

export const routes: PageRoute[] = [{ path: "/wall", permission: "view", frameless: true, load: () => import("./Wall") }];
