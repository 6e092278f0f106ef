import { useEffect } from "react";

/** The document's title, most particular first: "PG-04 · Wardround". */
export function useTitle(title: string | undefined) {
  useEffect(() => {
    document.title = title ? `${title} · Wardround` : "Wardround";
  }, [title]);
}
