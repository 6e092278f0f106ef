import type { ComponentType } from "react";
import type { Permission } from "../api/types";

/** What a page tells the shell of itself. A page is src/pages/NAME/index.ts; nothing else is edited to add one. */
export interface PageRoute {
  path: string;
  /** A place in the navigation; id also names its message, `nav.ID`. */
  nav?: { id: string; order: number; icon: string };
  permission?: Permission;
  /** Shown without a session, outside the frame. */
  public?: boolean;
  load: () => Promise<{ default: ComponentType }>;
}
