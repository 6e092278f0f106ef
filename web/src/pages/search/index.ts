import type { PageRoute } from "../../app/page";

/** No route of its own: the shell opens SearchPalette with Ctrl-K. */
export const routes: PageRoute[] = [];
