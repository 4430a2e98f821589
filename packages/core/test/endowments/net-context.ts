import { mkdtempSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NETWORK_FACTORIES, makeFetchGlobals } from "../../src/endowments/net/index.ts";
import type { EndowmentContext } from "../../src/endowments/principal.ts";
import type { PackagePolicy } from "../../src/policy/types.ts";
import type { Denial } from "../../src/audit/denial.ts";

const require = createRequire(import.meta.url);
const shared = new Map<string, unknown>();
const realGlobals = new Proxy(globalThis, {}) as unknown as Record<string, any>;

export const project = realpathSync(mkdtempSync(join(tmpdir(), "moat-net-")));

export interface TestPackage {
  readonly context: EndowmentContext;
  readonly denials: Omit<Denial, "principal">[];
  builtin(name: string): any;
  readonly globals: Record<string, any>;
}

/** A package with the given net grants, in a realm that all packages of a test file share. */
export function testPackage(
  net: PackagePolicy["net"],
  options: { trusted?: boolean; audit?: boolean } = {},
): TestPackage {
  const denials: Omit<Denial, "principal">[] = [];
  const made = new Map<string, any>();
  const context: EndowmentContext = {
    principal: {
      name: "dep",
      location: join(project, "node_modules/dep"),
      trusted: options.trusted === true,
      policy: net === undefined ? {} : { net },
      denies(denial) {
        denials.push(denial);
        return options.audit !== true;
      },
    },
    powers: { builtin: (name) => require(`node:${name}`), process, globals: realGlobals },
    paths: { project, cwd: project, tmp: join(project, "tmp"), home: "/nonexistent" },
    loader: { globalThis: {} } as never,
    builtin(name) {
      const factory = NETWORK_FACTORIES[name];
      if (factory === undefined) throw new TypeError(name);
      if (!made.has(name)) made.set(name, factory(context));
      return made.get(name);
    },
    shared(key, make) {
      if (!shared.has(key)) shared.set(key, make());
      return shared.get(key) as any;
    },
    reservedPaths: [],
    secretPaths: [],
    entryModules: new Set<string>(),
  };
  return { context, denials, builtin: context.builtin, globals: makeFetchGlobals(context) };
}

export const app = testPackage(undefined, { trusted: true });

export interface Sink {
  readonly port: number;
  /** How many connections came in: what a denial must leave at 0. */
  connections: number;
  close(): Promise<void>;
}

/** A listener that counts who comes, answering HTTP with `ok`. */
export async function openSink(host = "127.0.0.1"): Promise<Sink> {
  const server = app.builtin("http").createServer((_request: any, response: any) => response.end("ok"));
  const sink = {
    port: 0,
    connections: 0,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  server.on("connection", () => (sink.connections += 1));
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  sink.port = server.address().port;
  return sink;
}

/** What became of an emitter: its error's code, or what it connected. */
export function outcome(make: () => any, success = "connect"): Promise<any> {
  return new Promise((resolve) => {
    try {
      const emitter = make();
      emitter.on("error", (error: NodeJS.ErrnoException) => resolve(error));
      emitter.on(success, () => {
        resolve(success);
        emitter.destroy?.();
      });
    } catch (error) {
      resolve(error);
    }
  });
}

/** The body of an HTTP response, or the error. */
export function fetched(client: any, ...args: unknown[]): Promise<any> {
  return new Promise((resolve) => {
    try {
      client
        .get(...args, (response: any) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (chunk: string) => (text += chunk)).on("end", () => resolve(text));
        })
        .on("error", resolve);
    } catch (error) {
      resolve(error);
    }
  });
}

export const settle = (milliseconds = 30) => new Promise((resolve) => setTimeout(resolve, milliseconds));
