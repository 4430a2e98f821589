import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    // Random tests have a seed; unit tests run on the sources, so that they need no build.
    alias: [
      { find: /^fast-check$/, replacement: source("test/fuzz/seeded-fast-check.ts") },
      { find: /^@moat\/core\/model$/, replacement: source("packages/core/src/model.ts") },
      { find: /^@moat\/core\/run$/, replacement: source("packages/core/src/run-program.ts") },
      { find: /^@moat\/core$/, replacement: source("packages/core/src/index.ts") },
      { find: /^@moat\/policy-gen$/, replacement: source("packages/policy-gen/src/index.ts") },
    ],
  },
  test: {
    include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "**/fixtures/**", "test/compat/tools/**"],
    // Child processes, and not threads: tests change the working directory and start programs.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
