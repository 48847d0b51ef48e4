import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/setup.ts"],
    pool: "forks",
    // Generous: a loaded machine must not turn a slow test into a failed one. Nothing asserts a time.
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
