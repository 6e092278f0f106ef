import type { PageRoute } from "../../app/page";

export const routes: PageRoute[] = [{ path: "/sign-in", public: true, load: () => import("./SignIn") }];
