import type { PageRoute } from "../../app/page";

// In development builds only: `import.meta.env.DEV` is false in a build, and the page with all it imports falls away.
export const routes: PageRoute[] = import.meta.env.DEV ? [{ path: "/styleguide", nav: { id: "styleguide", order: 99, icon: "star" }, load: () => import("./StyleGuide") }] : [];
