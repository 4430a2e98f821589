/**
 * A package that exists to read the variables which the program names, and does so on a list of all
 * of them or in functions that get all: by itself it asks for none, and without a grant it would take
 * a variable that is set for one that is not, and say nothing.
 */
export interface EnvironmentReader {
  /**
   * Where the names stand: in the project's calls and `env:` properties (`get("PORT")`, `{ env: "PORT" }`),
   * in keys of its literals (`{ PORT: { type: "number" } }`), or as a prefix in calls of `asked`.
   */
  readonly named: "calls" | "keys" | "prefix";
  /** Packages that the project imports to have variables read; the reader itself where none is said. */
  readonly askedBy?: readonly string[];
  /** The method whose argument is the prefix; where none is said, the package is the function. */
  readonly asked?: string;
  readonly why: string;
}

export const ENVIRONMENT_READERS: ReadonlyMap<string, EnvironmentReader> = new Map([
  ["env-var", { named: "calls", why: `env.get("PORT")` }],
  ["convict", { named: "calls", why: `convict({ port: { env: "PORT" } })` }],
  ["nconf", { named: "calls", why: `nconf.env(["PORT"])` }],
  ["env-schema", { named: "keys", askedBy: ["env-schema", "@fastify/env"], why: "keys of a JSON schema" }],
  ["@nestjs/config", { named: "keys", why: "keys of validationSchema" }],
  ["envsafe", { named: "keys", why: "envsafe({ PORT: port() })" }],
  [
    "@t3-oss/env-core",
    {
      named: "keys",
      askedBy: ["@t3-oss/env-core", "@t3-oss/env-nextjs"],
      why: "createEnv({ server: { PORT: z.string() } })",
    },
  ],
  ["rc", { named: "prefix", why: `rc("app") reads app_…` }],
  ["yargs-parser", { named: "prefix", askedBy: ["yargs"], asked: "env", why: `yargs.env("APP") reads APP_…` }],
]);
