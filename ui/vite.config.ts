// How the page is built, served in a plain browser, and tested.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig(({ command, mode }) => ({
  plugins: [svelte()],
  // The recorded session is for browsers. What is built for the window does not carry it.
  define: { __RECORDED__: JSON.stringify(command === "serve" || mode === "recorded") },
  build: {
    target: "safari17",
    outDir: mode === "recorded" ? "dist-recorded" : "dist",
    // The content security policy allows no data: scripts or styles, and pictures need not be inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // How long a compiler took is no warning.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  server: { port: 5173, strictPort: true },
  // Without the browser's conditions the tests would get Svelte's server half.
  resolve: mode === "test" ? { conditions: ["browser"] } : {},
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.ts"],
    setupFiles: ["tests/setup.ts"],
    restoreMocks: true,
    // On a machine that compiles beside it.
    testTimeout: 60_000,
  },
}));
