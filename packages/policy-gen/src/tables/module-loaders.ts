/**
 * Packages that load the project's own modules with `require`, by paths that they
 * find: its configuration, its migrations. Others are known by what they do; see
 * `grantProjectModules`.
 */
export const PROJECT_LOADERS: ReadonlySet<string> = new Set([
  "config",
  "gulp-cli",
  "jscodeshift",
  "knex",
  "require-all",
  "require-dir",
  "require-directory",
  "sequelize-cli",
  "umzug",
]);

/** Packages that do it for a framework that imports them and that the project imports. */
export const FRAMEWORK_LOADERS: ReadonlyMap<string, string> = new Map([
  ["@adonisjs/application", "imports the project's adonisrc"],
  ["@poppinss/utils", "imports all of AdonisJS's folder `config`"],
  ["@strapi/utils", "requires Strapi's configuration, and the modules of `src`"],
]);

/** Packages that do it where the project calls this method of theirs. */
export const LOADERS_BY_METHOD: ReadonlyMap<string, string> = new Map([["yargs", "commandDir"]]);

/** Packages that exist to find and load modules for their callers: they may load what those may, of the project's. */
export const CALLERS_LOADERS: ReadonlySet<string> = new Set([
  "import-cwd",
  "import-from",
  "import-fresh",
  "import-sync",
  "jiti",
  "real-require",
  "rechoir",
  "resolve-cwd",
  "resolve-from",
  "tsx",
]);

/** Packages that find other packages from a folder which they are told, often the project's. */
export const SEEKERS: ReadonlySet<string> = new Set([
  "import-cwd",
  "import-from",
  "resolve",
  "resolve-cwd",
  "resolve-from",
]);

/** Packages that load the package which imports them, in the copy that the project has of it. */
export const LOADS_ITS_IMPORTER: ReadonlySet<string> = new Set(["import-local"]);

/** Packages that load what their importer has beside itself, by paths: any file of its package. */
export const LOADS_FILES_OF_ITS_IMPORTER: ReadonlySet<string> = new Set(["machine", "version-guard"]);

/** Packages that write a folder in the temp folder into a configuration, from which all packages of their tool take it. */
export const CONFIGURES_TEMP: ReadonlyMap<string, string> = new Map([
  ["jest-config", "cacheDirectory, for transforms and the map of files"],
]);

/** Packages that make files and folders in the temp folder for their callers. */
export const MAKES_TEMP: ReadonlySet<string> = new Set([
  "temp",
  "temp-dir",
  "temp-write",
  "tempfile",
  "tempy",
  "tmp",
  "tmp-promise",
]);

/** Pools of threads whose own worker script imports the module that they were made for. */
export const SCRIPT_POOLS: ReadonlySet<string> = new Set([
  "piscina",
  "thread-stream",
  "tinypool",
  "workerpool",
  "jest-worker",
]);
