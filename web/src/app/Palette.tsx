import { lazy, Suspense } from "react";
import type { ComponentType } from "react";

// The palette is the search page's; the shell gives it a place and the two ways to open it.
const found = Object.values(import.meta.glob<{ default: ComponentType<PaletteProps> }>("../pages/search/SearchPalette.tsx"))[0];

export interface PaletteProps {
  open: boolean;
  onClose: () => void;
}

const Lazy = found && lazy(found);

export const hasPalette = !!found;

export function SearchPalette(props: PaletteProps) {
  if (!Lazy || !props.open) return null;
  return (
    <Suspense fallback={null}>
      <Lazy {...props} />
    </Suspense>
  );
}
