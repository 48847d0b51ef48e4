import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/setup.ts"],
    pool: "forks",
    // Left to itself, vitest keeps one processor free: of two, half.
    maxWorkers: "100%",
    // Generous: a loaded machine must not turn a slow test into a failed one. Nothing asserts a time.
    testTimeout: process.env["VIGIE_LONG"] ? 900_000 : 120_000,
    hookTimeout: 180_000,
  },
});
