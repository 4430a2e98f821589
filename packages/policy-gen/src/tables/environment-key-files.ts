/** A file of the project in which people write which variables of the environment a package shall read. */
export interface EnvironmentKeyFile {
  /** The package that reads the file, as it is imported, or whose command is started. */
  readonly package: string;
  /** The package that it has the variables read by, where that is another. */
  readonly reader?: string;
  /** The file's name, in whatever folder of the project. */
  readonly file: RegExp;
  /** One value, in JSON, JSON5, YAML or a JavaScript literal alike: the key is the first group. */
  readonly value: RegExp;
  readonly why: string;
}

export const ENVIRONMENT_KEY_FILES: readonly EnvironmentKeyFile[] = [
  {
    package: "config",
    file: /^custom-environment-variables\.(?:json5?|hjson|ya?ml|toml|c?js|ts)$/,
    value: /(?<!__format["']?\s*)[:=]\s*["']?([A-Za-z_][A-Za-z0-9_]*)["']?\s*(?=[,}\r\n#]|$)/g,
    why: "its values are names of variables, which the package then reads by computed keys",
  },
  {
    package: "dotenv-safe",
    file: /^\.env\.example$/,
    value: /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=/gm,
    why: "it demands that the variables which the file names are there",
  },
  {
    package: "@prisma/client",
    file: /\.prisma$/,
    value: /\benv\(\s*"([A-Za-z_][A-Za-z0-9_]*)"\s*\)/g,
    why: "the client that is generated of the schema names them, as data",
  },
  {
    package: "@strapi/strapi",
    reader: "@strapi/utils",
    file: /^(?:admin|api|cron-tasks|database|features|functions|middlewares|plugins|server)\.[jt]s$/,
    value: /\benv(?:\.\w+)?\(\s*["']([A-Za-z_][A-Za-z0-9_]*)["']/g,
    why: '`({ env }) => ({ port: env.int("PORT") })`, in its folder config',
  },
];
