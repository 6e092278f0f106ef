import { useLayoutEffect, useState } from "react";

/** The height above the page: the bar, and the band that says where the data come from. For pages that fill the window. */
export function useFrame(): { "--frame": string } {
  const [top, set] = useState(48);
  useLayoutEffect(() => {
    const main = document.getElementById("main");
    if (!main) return;
    const measure = () => set(main.offsetTop);
    measure();
    const seen = typeof ResizeObserver === "undefined" ? undefined : new ResizeObserver(measure);
    seen?.observe(document.body);
    return () => seen?.disconnect();
  }, []);
  return { "--frame": `${top}px` };
}
