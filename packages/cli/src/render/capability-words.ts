import {
  additionOf,
  CACHE_SHARE,
  CLIENT_SHARE,
  CLOCK_SHARE,
  DISPATCHER_SHARE,
  HOOKS_SHARE,
  NAMES_SHARE,
  modeVariableOf,
  REFLECT_SHARE,
  STACK_SHARE,
  WINDOW_GLOBALS,
} from "@moat/core/model";
import type { Grant, GrantCapability, LanguageAddition } from "@moat/core/model";
import { listWords } from "./list-words.ts";
import { processWords, processWordsOf } from "./process-words.ts";
import { programsWords, programWords } from "./program-words.ts";
import { tellingGrants } from "./telling-grants.ts";

const SCOPES: Readonly<Record<string, string>> = {
  "<package>": "its own folder",
  "<cwd>": "the current folder",
  "<tmp>": "the folder for temporary files",
  "<home>": "your home folder",
};

/** A path scope in words: `.` is the project. */
function scopeWords(scope: string): string {
  if (scope === ".") return "the project";
  const token = /^<[a-z]+>/u.exec(scope)?.[0];
  if (token === undefined || !Object.hasOwn(SCOPES, token)) return scope;
  const rest = scope.slice(token.length + 1);
  return rest === "" ? SCOPES[token]! : `${rest} in ${SCOPES[token]!}`;
}

function endpointWords(endpoint: string): string {
  if (endpoint === "*") return "any host";
  if (endpoint.startsWith("unix:")) return `the socket ${endpoint.slice("unix:".length)}`;
  const [, host, port] = /^(.*):([^:]*)$/u.exec(endpoint) ?? [];
  if (host === undefined) return endpoint;
  const where = host === "*" ? "any host" : host.startsWith("*.") ? `any host below ${host.slice(2)}` : host;
  return port === "*" ? `${where} on any port` : `${where} on port ${port}`;
}

function envWords(key: string): string {
  if (key === "*") return "the whole environment";
  return key.endsWith("*") ? `environment variables ${key}` : `the environment variable ${key}`;
}

/** `red to every String`, `delay to Promise`. */
function additionWords({ holder, toPrototype, name }: LanguageAddition): string {
  return toPrototype ? `${name} to every ${holder}` : `${name} to ${holder}`;
}

/** After "can": what the grant lets a package do. */
const table: Readonly<Record<GrantCapability, (grant: Grant) => string>> = {
  "fs.read": ({ target }) => `read files in ${scopeWords(target)}`,
  "fs.write": ({ target }) => `write and delete files in ${scopeWords(target)}`,
  "net.connect": ({ target }) => `connect to ${endpointWords(target)}`,
  "net.listen": ({ target }) => `accept connections on ${endpointWords(target)}`,
  command: ({ target }) => `run ${programWords(target)}`,
  native: ({ target }) => `load native code ${target} (which no policy holds)`,
  worker: () => "start workers",
  env: ({ target }) => `read ${envWords(target)}`,
  global: ({ target }) =>
    target === WINDOW_GLOBALS
      ? "use the window for tests (document, HTMLElement, …), and by it the connections of what made it"
      : `use the global ${target}`,
  share: ({ target }) => {
    if (target === DISPATCHER_SHARE) return "carry the application's own fetch, with all that it sends";
    if (target === CLIENT_SHARE) return "carry all packages' requests by HTTP, with all that they send";
    if (target === CLOCK_SHARE) return "set the clock of all packages (Date, setTimeout, …)";
    if (target === CACHE_SHARE) return "have the project's own modules loaded anew";
    if (target === NAMES_SHARE) return "say which of the project's modules is meant by a name that nothing else has";
    if (target === HOOKS_SHARE)
      return "compile and load the project's own modules, and so do all that the application can";
    if (target === WINDOW_GLOBALS)
      return "define the window for tests (document, HTMLElement, …) for packages that use it";
    if (target === STACK_SHARE) return "rewrite what the stacks of all packages' errors say";
    if (target === REFLECT_SHARE) return "add to Reflect for all packages";
    if (target === "*") return "define any global for the application, and replace its timers and its Date";
    const addition = additionOf(target);
    if (addition !== undefined) return `add ${additionWords(addition)} for all packages`;
    const variable = modeVariableOf(target);
    return variable === undefined
      ? `define the global ${target} for all packages`
      : `set the variable ${variable} for all packages`;
  },
  change: ({ target }) => (target === "*" ? "change what all packages export" : `change what ${target} exports`),
  package: ({ target }) => `import ${target}`,
  builtin: ({ target, member }) =>
    member === undefined
      ? `load node:${target}`
      : member === "*"
        ? `use everything in node:${target}`
        : ((target === "process" ? processWordsOf([member])[0] : undefined) ?? `use ${target}.${member} of Node`),
};

/** A grant in words, after "can". Not escaped: the target comes from a package. */
export function capabilityWords(grant: Grant): string {
  return table[grant.capability](grant);
}

const targets = (grants: readonly Grant[]): string[] => [...new Set(grants.map(({ target }) => target))];

/** The same for several grants of one capability at once. */
const plurals: Readonly<Record<Exclude<GrantCapability, "builtin">, (grants: readonly Grant[]) => string>> = {
  "fs.read": (grants) => `read files in ${listWords(targets(grants).map(scopeWords))}`,
  "fs.write": (grants) => `write and delete files in ${listWords(targets(grants).map(scopeWords))}`,
  "net.connect": (grants) => `connect to ${listWords(targets(grants).map(endpointWords))}`,
  "net.listen": (grants) => `accept connections on ${listWords(targets(grants).map(endpointWords))}`,
  command: (grants) => `run ${programsWords(targets(grants))}`,
  native: (grants) => `load native code ${listWords(targets(grants))} (which no policy holds)`,
  worker: () => "start workers",
  env: (grants) => `read the environment variables ${listWords(keys(targets(grants)))}`,
  global: (grants) => `use the globals ${listWords(targets(grants))}`,
  share: (grants) => `define the globals ${listWords(targets(grants))} for all packages`,
  change: (grants) => `change what ${listWords(targets(grants))} export`,
  package: (grants) => `import ${listWords(targets(grants))}`,
};

function builtinPhrases(grants: readonly Grant[]): string[] {
  const members = grants.flatMap(({ target, member }) =>
    target === "process" && member !== undefined ? [member] : [],
  );
  const others = grants.filter(
    ({ target, member }) => target !== "process" || member === undefined || processWords(member) === undefined,
  );
  const used = others.length === 0 ? [] : [`use ${listWords(builtinsWords(others))} of Node`];
  return [...processWordsOf(members), ...used];
}

/** Without those that a prefix of the list has already. */
function keys(targets: readonly string[]): string[] {
  return targets.filter(
    (key) => !targets.some((other) => other !== key && other.endsWith("*") && key.startsWith(other.slice(0, -1))),
  );
}

function builtinsWords(grants: readonly Grant[]): string[] {
  return grants
    .filter(
      ({ target, member }) =>
        member !== undefined || !grants.some((other) => other.target === target && other.member !== undefined),
    )
    .map(({ target, member }) =>
      member === undefined ? target : member === "*" ? `everything in ${target}` : `${target}.${member}`,
    );
}

/** Grants of one capability in words, after "can". Not escaped. */
export function grantsWords(grants: readonly Grant[]): string {
  return grantsPhrases(grants).join("; ");
}

/** The same as phrases, each of which can follow "can": what Node's modules give is several. */
export function grantsPhrases(grants: readonly Grant[]): readonly string[] {
  const [first] = grants;
  if (first === undefined) return [];
  const whole = grants.find(({ capability, target }) => target === "*" && capability !== "share");
  if (grants.length === 1 || whole !== undefined) return [capabilityWords(whole ?? first)];
  if (first.capability === "builtin") return builtinPhrases(grants);
  return first.capability === "share" ? sharePhrases(grants) : [plurals[first.capability](grants)];
}

/** What is added to the language stands apart, one phrase for each intrinsic. */
function sharePhrases(grants: readonly Grant[]): string[] {
  const named = targets(grants).flatMap((target) => additionOf(target) ?? []);
  const others = grants.filter(({ target }) => additionOf(target) === undefined);
  const holders = new Map<string, string[]>();
  for (const addition of named) {
    const holder = additionWords({ ...addition, name: "" });
    holders.set(holder, [...(holders.get(holder) ?? []), addition.name]);
  }
  return [
    ...(others.length === 0 ? [] : others.length === 1 ? [capabilityWords(others[0]!)] : [plurals.share(others)]),
    ...[...holders].map(([holder, names]) => `add ${listWords(names)}${holder} for all packages`),
  ];
}

/** Grants of any capabilities in words, after "can", one for each capability and in the order that they first come in. */
export function wordsOfEach(grants: readonly Grant[]): string[] {
  const telling = tellingGrants(grants, (grant) => grant);
  const capabilities = [...new Set(telling.map(({ capability }) => capability))];
  return capabilities.map((one) => grantsWords(telling.filter(({ capability }) => capability === one)));
}
