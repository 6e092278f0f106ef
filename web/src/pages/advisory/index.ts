import type { PageRoute } from "../../app/page";

export const routes: PageRoute[] = [{ path: "/advisories/:id", permission: "view", load: () => import("./AdvisoryPage") }];
