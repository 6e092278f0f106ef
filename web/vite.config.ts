import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// Development: the API that `npm run dev` stands before; mock/server.mjs is one.
const api = process.env.WARDROUND_API ?? "http://localhost:8420";

/** The language of a catalogue: ".../findings/messages/de.json" → "words-de". */
const words = (id: string) => /\/messages\/([a-z]{2})\.json/.exec(id)?.[1]?.replace(/^/, "words-") ?? null;

// The build is committed and compared in CI, so it must not depend on when or where it is made.
export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    assetsDir: "static", // not "assets": that is a page, and the server keeps files of the build for a year
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    reportCompressedSize: true,
    sourcemap: false,
    license: { fileName: "static/licences.md" }, // of what is built in, as their authors ask
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // A language is one file. What every page stands on is another: it stays cached when a page of ours changes.
          groups: [
            { name: words, test: /\/messages\// },
            { name: "vendor", test: /node_modules\/(react|react-dom|react-router|react-intl|intl-messageformat|scheduler|@formatjs|@tanstack)\// },
          ],
        },
      },
    },
  },
  server: { port: 5173, proxy: { "/api": api, "/auth": api } },
  test: { environment: "jsdom", globals: false, include: ["src/**/*.test.{ts,tsx}"], setupFiles: ["src/app/setup.ts"] },
});
