import axe from "axe-core";
import { expect } from "vitest";

/** No violation of WCAG 2.2 A and AA in what is drawn. Colours are computed elsewhere: jsdom knows none. */
export async function expectAccessible(container: Element) {
  const { violations } = await axe.run(container, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } });
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" | ")}`)).toEqual([]);
}
