import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The build is committed and compared in CI, so it must not depend on when or where it is made.
// Development: the API that `npm run dev` stands before; mock/server.mjs is one.
const api = process.env.WARDROUND_API ?? "http://localhost:8420";

export default defineConfig({
  plugins: [react()],
  build: { target: "es2022", assetsInlineLimit: 0, chunkSizeWarningLimit: 700, reportCompressedSize: true, sourcemap: false, modulePreload: { polyfill: false } },
  server: { port: 5173, proxy: { "/api": api, "/auth": api } },
  test: { environment: "jsdom", globals: false, include: ["src/**/*.test.{ts,tsx}"] },
});
