import { dirname, join, sep } from "node:path";
import { assertAnswer } from "../../errors/assert-answer.ts";
import { isReservedForWrite } from "../../policy/scope-rules.ts";
import type { EndowmentContext } from "../principal.ts";
import { matchesVariable } from "../subprocess/loader-variables.ts";

/** Where clients connect to, or what they take credentials from, in the place of what the program says. */
const TRAFFIC_VARIABLES: readonly string[] = [
  "GLOBAL_AGENT_*",
  "AWS_ENDPOINT_URL*",
  "AWS_CONTAINER_*",
  "AWS_EC2_METADATA_*",
  "AWS_SHARED_CREDENTIALS_FILE",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "GCE_METADATA_*",
  "GOOGLE_CLOUD_UNIVERSE_DOMAIN",
  "METADATA_SERVER_DETECTION",
  "OTEL_EXPORTER_*",
  "GITHUB_API_URL",
  "GITHUB_GRAPHQL_URL",
  "OPENAI_BASE_URL",
  "OPENAI_API_BASE",
  "ANTHROPIC_BASE_URL",
  "AZURE_OPENAI_ENDPOINT",
  "AZURE_AUTHORITY_HOST",
  "AZURE_POD_IDENTITY_AUTHORITY_HOST",
  "IDENTITY_ENDPOINT",
  "IMDS_ENDPOINT",
  "MSI_ENDPOINT",
  "HF_ENDPOINT",
  "VAULT_ADDR",
  "PGHOST",
  "PGHOSTADDR",
  "PGSSLMODE",
  "PGSSLROOTCERT",
  "PGSERVICEFILE",
  "KUBERNETES_SERVICE_*",
  "CONSUL_HTTP_ADDR",
  "NOMAD_ADDR",
  "OLLAMA_HOST",
  "PINECONE_CONTROLLER_HOST",
  "GROQ_BASE_URL",
  "TOGETHER_BASE_URL",
  "CLOUDFLARE_BASE_URL",
  "GOOGLE_GEMINI_BASE_URL",
  "GOOGLE_VERTEX_BASE_URL",
  "GOOGLE_APPLICATION_CREDENTIALS",
  "LANGCHAIN_ENDPOINT",
  "LANGSMITH_ENDPOINT",
  "LANGFUSE_HOST",
  "LANGFUSE_BASEURL",
  "LANGFUSE_BASE_URL",
  "GITHUB_SERVER_URL",
  "SENTRY_DSN",
  "SENTRY_URL",
  "DD_SITE",
  "DD_AGENT_HOST",
  "DD_TRACE_AGENT_*",
  "NEW_RELIC_HOST",
  "ELASTIC_APM_SERVER_URL",
];

/** What clients make a host's name of, as `x.example.com/` would be another one. */
const PARTS_OF_NAMES: readonly string[] = ["AWS_REGION", "AWS_DEFAULT_REGION", "TWILIO_REGION", "TWILIO_EDGE"];

/**
 * Whether others' requests go elsewhere by a variable of this name and value: `https_proxy`, `AWS_ENDPOINT_URL`; or, as with
 * `FIREBASE_AUTH_EMULATOR_HOST`, tokens that nobody has signed are taken for good.
 */
export function carriesTraffic(key: string, value: string): boolean {
  return (
    /(?:^|_)(?:proxy|emulator_host)$/i.test(key) ||
    matchesVariable(TRAFFIC_VARIABLES, key) ||
    (matchesVariable(PARTS_OF_NAMES, key) && !/^[\w-]*$/.test(value))
  );
}

/** `http://localhost:4566`, `127.0.0.1`: an address of this machine and nothing beside it. */
export function leadsHome(value: string): boolean {
  return /^(?:[a-z][\w+.-]*:\/\/)?(?:[^@/?#\\\s]*@)?(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?(?:\/[^\s,]*)?$/i.test(
    value,
  );
}

/**
 * Whether one of the project's files for the environment (`.env`, `.env.production`, in its folder, in the one that the
 * program was started in, or named in the package's policy) gives a variable this value, or one that is put together
 * or encrypted there.
 */
export function standsInFiles({ powers, paths, principal }: EndowmentContext, key: string, value: string): boolean {
  // It becomes part of a pattern.
  if (!/^\w+$/.test(key)) return false;
  const fs = powers.builtin("fs");
  const named = (principal.policy.fs?.read ?? []).filter((scope) => /^\.\/.*\/\.env[^/]*$/.test(scope));
  const folders = new Set([paths.project, paths.cwd, ...named.map((scope) => dirname(join(paths.project, scope)))]);
  const place = new RegExp(`^[\\s{,]*(?:export\\s+)?["']?${key}["']?\\s*[=:](.*)`, "gm");
  for (const folder of folders) {
    for (const name of namesIn(folder, fs)) {
      // HAZARD: what packages may write (`.env-1.tmp`) is nobody's word.
      if (!name.startsWith(".env") || !isReservedForWrite([name], true, sep === "\\")) continue;
      for (const [, given] of textOf(join(folder, name), fs).matchAll(place))
        if (isGiven(value, given!) || /\$|\\|encrypted:/.test(given!)) return true;
    }
  }
  return false;
}

/** HAZARD: as a whole, quotes and a comment aside: of `http://proxy.example.com` a part is another host, and anybody may have it. */
function isGiven(value: string, given: string): boolean {
  const text = given.trim();
  const quoted = /^(["'`])(.*?)\1/.exec(text);
  if (quoted !== null) return value === quoted[2];
  // Loaders differ in where a comment begins.
  return [text, text.split(/\s#/)[0]!.trim(), text.split("#")[0]!.trim()].includes(value);
}

function namesIn(folder: string, fs: any): readonly string[] {
  try {
    return fs.readdirSync(folder);
  } catch (error) {
    assertAnswer(error);
    return [];
  }
}

/** Nothing of a folder, and of what can't be read. */
function textOf(path: string, fs: any): string {
  try {
    return fs.readFileSync(path, "utf8");
  } catch (error) {
    assertAnswer(error);
    return "";
  }
}
