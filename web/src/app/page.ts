import type { ComponentType } from "react";
import type { Permission } from "../api/types";

/** What a page tells the shell of itself. A page is src/pages/NAME/index.ts; nothing else is edited to add one. */
export interface PageRoute {
  path: string;
  /** A place in the navigation; id also names its message, `nav.ID`. key is the letter after `g` that goes there. */
  nav?: { id: string; order: number; icon: string; key?: string };
  permission?: Permission;
  /** Shown without a session, outside the frame. */
  public?: boolean;
  /** Shown with a session but without navigation: the wall screen. The origin band and "not a patient alarm" stay. */
  frameless?: boolean;
  load: () => Promise<{ default: ComponentType }>;
}
