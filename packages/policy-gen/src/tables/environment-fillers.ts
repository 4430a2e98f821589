/**
 * Packages that put variables out of files into `process.env` for the whole program.
 * They do it by computed keys on an object that they were handed or not, which can't be followed.
 */
export const FILLS_ENVIRONMENT: ReadonlySet<string> = new Set([
  "@dotenvx/dotenvx",
  "@nestjs/config",
  "@next/env",
  "c12",
  "custom-env",
  "dotenv",
  "dotenv-expand",
  "dotenv-extended",
  "dotenv-flow",
  "dotenv-safe",
  "dotenv-vault-core",
  "dotenv-yaml",
  "node-env-file",
]);

/**
 * What they read besides `.env`, by a name that the program puts together (`.env.${NODE_ENV}`).
 * A table, and not what lies there: these files are on one machine and not on another one.
 */
export const ENVIRONMENT_FILES: readonly string[] = ["", "development", "test", "staging", "production"].flatMap(
  (stage) => {
    const name = stage === "" ? "./.env" : `./.env.${stage}`;
    return [name, `${name}.local`];
  },
);
