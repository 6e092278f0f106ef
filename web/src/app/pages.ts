import { lazy } from "react";
import type { ComponentType, LazyExoticComponent } from "react";
import type { PageRoute } from "./page";

const found = import.meta.glob<{ routes: PageRoute[] }>("../pages/*/index.ts", { eager: true });

export interface Page extends PageRoute {
  Component: LazyExoticComponent<ComponentType>;
}

/** Every page there is, each loaded when it is first opened. */
export const pages: Page[] = Object.values(found)
  .flatMap((file) => file.routes)
  .map((route) => ({ ...route, Component: lazy(route.load) }));

export const navigation = pages.filter((page) => page.nav).sort((a, b) => a.nav!.order - b.nav!.order);
