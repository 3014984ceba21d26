import { defineConfig } from "vitest/config";

// Pure packages run un-isolated in threads; what touches Postgres, Temporal or a browser runs in forks.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          sequence: { groupOrder: 0 },
          include: ["packages/*/src/**/*.test.ts", "scripts/**/*.test.ts"],
          exclude: ["**/*.integration.test.ts", "**/*.browser.test.ts", "**/node_modules/**"],
          setupFiles: ["scripts/test-seed.ts"],
          pool: "threads",
          isolate: false,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "integration",
          sequence: { groupOrder: 1 },
          globalSetup: ["scripts/test-services.ts"],
          setupFiles: ["scripts/test-seed.ts"],
          include: ["packages/*/src/**/*.integration.test.ts"],
          pool: "forks",
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: "browser",
          sequence: { groupOrder: 2 },
          globalSetup: ["scripts/test-services.ts"],
          include: ["packages/*/src/**/*.browser.test.ts"],
          pool: "forks",
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
