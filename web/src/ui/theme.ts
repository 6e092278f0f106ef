import { useEffect, useState } from "react";

export type ThemeChoice = "auto" | "light" | "dark";

const stored = "wardround.theme";

/** What was chosen on this machine. public/theme.js applies it before the first paint; this keeps it true afterwards. */
export function themeChoice(): ThemeChoice {
  const value = localStorage.getItem(stored);
  return value === "light" || value === "dark" ? value : "auto";
}

export function setTheme(choice: ThemeChoice) {
  if (choice === "auto") localStorage.removeItem(stored);
  else localStorage.setItem(stored, choice);
  const dark = choice === "dark" || (choice === "auto" && !!globalThis.matchMedia?.("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

/** The theme on the screen now, for canvases, which must draw anew when it changes. */
export function useTheme(): "light" | "dark" {
  const read = () => (document.documentElement.dataset.theme === "dark" ? "dark" : "light");
  const [theme, set] = useState<"light" | "dark">(read);
  useEffect(() => {
    const seen = new MutationObserver(() => set(read()));
    seen.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => seen.disconnect();
  }, []);
  return theme;
}

/** The value of a token, for canvases: token("--plot-1") → "#0b6672". */
export const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
