import type { PageRoute } from "../../app/page";

// The token stands in the fragment (/welcome#TOKEN), which browsers don't send: it is in no log and no referrer.
export const routes: PageRoute[] = [{ path: "/welcome", public: true, load: () => import("./Welcome") }];
