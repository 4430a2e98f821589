/**
 * Random connections of random packages, by every module and with options that
 * change their answers. Under moat's own guard Node's handles are replaced by
 * ones that write down where they are sent: each address must be granted by
 * number, or be what the resolver gave for a granted name.
 */
import { NO_HOST } from "../../packages/core/src/endowments/harden-errors.ts";
import { createRequire } from "node:module";
import net from "node:net";
import dgram from "node:dgram";
import { domainToASCII } from "node:url";
import fc from "fast-check";
import { NETWORK_FACTORIES, makeFetchGlobals } from "../../packages/core/src/endowments/net/index.ts";
import type { EndowmentContext } from "../../packages/core/src/endowments/principal.ts";
import { NAMES, anyGrant, anyHost, covers, isSpecial, type Grant, type Host, type Truth } from "./hosts.ts";
import { anyStyle, twoFaced, type Style } from "./two-faced.ts";

const require = createRequire(import.meta.url);

const APIS = [
  "net.connect",
  "net.connect",
  "net.connectPort",
  "net.socket",
  "net.reuse",
  "net.path",
  "http.request",
  "http.request",
  "http.url",
  "http.createConnection",
  "http.agent",
  "https.request",
  "tls.connect",
  "tls.socket",
  "http2.connect",
  "fetch",
  "dgram.send",
  "dgram.connect",
  "dns.lookup",
  "dns.resolve",
  "dnsPromises.lookup",
] as const;

interface ConnectionCase {
  readonly grants: readonly Grant[];
  readonly api: (typeof APIS)[number];
  readonly first: Host;
  readonly second: Host;
  readonly ports: readonly [unknown, unknown];
  readonly style: Style;
  readonly after: number;
  readonly key: string;
  /** What a lookup of the package's own answers. */
  readonly lookup: Host | undefined;
}

const port = fc.oneof(
  fc.constantFrom<unknown>(443, 80, 8080, 22),
  fc.constantFrom<unknown>("443", " 443", "0x1bb", 443.5, "443.0", -1, 65_979, "65979", null, true, NaN, "22", [22], 0),
);
const cases: fc.Arbitrary<ConnectionCase> = fc.record({
  grants: fc.array(anyGrant, { minLength: 1, maxLength: 2 }),
  api: fc.constantFrom(...APIS),
  first: anyHost,
  second: anyHost,
  ports: fc.tuple(port, port),
  style: anyStyle,
  after: fc.integer({ min: 1, max: 4 }),
  key: fc.constantFrom("host", "host", "hostname", "path", "socketPath", "localAddress", "_x"),
  lookup: fc.option(anyHost, { nil: undefined, freq: 4 }),
});

/** What the resolver of this world knows; all names have an address that nothing grants. */
const ZONE: Readonly<Record<string, string>> = {
  "example.com": "203.0.113.1",
  "api.example.com": "203.0.113.2",
  localhost: "127.0.0.9",
  "xn--bcher-kva.example": "203.0.113.4",
  "metadata.google.internal": "169.254.169.254",
  "a.b": "169.254.9.9",
  metadata: "203.0.113.7",
};
const nameOf = (address: string): string[] => NAMES.filter((name) => ZONE[name] === address);

interface Sent {
  readonly address: string;
  readonly port: number;
}
let sent: Sent[] = [];
let asked: string[] = [];

/** Replaces the lowest layer, before the guard is put on top of it. */
function recordHandles(): void {
  const waiting = new net.Socket();
  waiting.on("error", () => {});
  waiting.connect({ host: "moat.invalid", port: 1, lookup: () => {} } as any);
  const tcp = Object.getPrototypeOf((waiting as any)._handle);
  waiting.destroy();
  const piped = net.connect("/moat.invalid").on("error", () => {});
  const pipe = Object.getPrototypeOf((piped as any)._handle);
  const refused = -111;
  // Later, as the system does: Node has nobody yet who hears of an error that comes at once.
  const refuseLater = function (this: unknown, request: any): number {
    process.nextTick(() => request.oncomplete(refused, this, request, false, false));
    return 0;
  };
  for (const name of ["connect", "connect6"]) {
    tcp[name] = function (request: unknown, address: string, to: number) {
      sent.push({ address, port: to });
      return refuseLater.call(this, request);
    };
  }
  // Likewise an own address that this machine hasn't got: with a lookup that answers at once, Node reports it before anybody hears.
  tcp.bind = tcp.bind6 = () => 0;
  pipe.connect = function (request: unknown, path: string) {
    sent.push({ address: path, port: -1 });
    return refuseLater.call(this, request);
  };
  const socket = dgram.createSocket("udp4");
  const state = Object.getOwnPropertySymbols(socket).find((key) => key.description === "state symbol")!;
  const udp = Object.getPrototypeOf((socket as any)[state].handle);
  socket.close();
  for (const version of ["", "6"]) {
    udp[`send${version}`] = (...args: any[]) => (
      args.length >= 5 && sent.push({ address: args[4], port: args[3] }),
      refused
    );
    udp[`connect${version}`] = (address: string, to: number) => (sent.push({ address, port: to }), refused);
  }
}

/** As `dns.lookup` and `getaddrinfo` have it: case and a dot at the end mean nothing. */
const plainName = (name: string): string =>
  (/^[\0-\x7f]*$/.test(name) ? name : domainToASCII(name)).toLowerCase().replace(/\.$/, "");

function fakeLookup(name: string, options: any, callback?: any): void {
  const done = typeof options === "function" ? options : callback;
  // moat's own question, which Node refuses before it asks anybody.
  if (name !== NO_HOST) asked.push(name);
  const address = ZONE[plainName(name)];
  process.nextTick(() => {
    if (address === undefined) done(Object.assign(new Error("ENOTFOUND"), { code: "ENOTFOUND" }));
    else if (options?.all) done(null, [{ address, family: 4 }]);
    else done(null, address, 4);
  });
}

const shared = new Map<string, any>();
const quiet = (emitter: any): any => {
  emitter?.on?.("error", () => {});
  emitter?.resume?.();
  return emitter;
};

function makePackage(grants: readonly Grant[]): { builtin(name: string): any; fetch: Function } {
  const made = new Map<string, any>();
  const dns = {
    ...require("node:dns"),
    lookup: fakeLookup,
    resolve4: (name: string, done: any) => fakeLookup(name, { all: false }, (e: any, a: any) => done(e, a && [a])),
  };
  const dnsPromises = {
    ...require("node:dns/promises"),
    lookup: (name: string, options: any) =>
      new Promise((resolve, reject) =>
        fakeLookup(name, options ?? {}, (error: any, address: any) => (error ? reject(error) : resolve({ address }))),
      ),
  };
  const context: EndowmentContext = {
    principal: {
      name: "dep",
      location: "/nowhere/node_modules/dep",
      trusted: false,
      policy: { net: { connect: grants.map(({ text }) => text) } },
      denies: () => true,
    },
    powers: {
      builtin: (name) => (name === "dns" ? dns : name === "dns/promises" ? dnsPromises : require(`node:${name}`)),
      process,
      globals: new Proxy(globalThis, {}) as any,
    },
    paths: { project: "/nowhere", cwd: "/nowhere", tmp: "/nowhere/tmp", home: "/nowhere/home" },
    loader: undefined as never,
    builtin(name) {
      if (!made.has(name)) made.set(name, NETWORK_FACTORIES[name]!(context));
      return made.get(name);
    },
    shared<T>(key: string, make: () => T): T {
      if (!shared.has(key)) shared.set(key, make());
      return shared.get(key);
    },
    reservedPaths: [],
    secretPaths: [],
    entryModules: new Set<string>(),
  };
  return { builtin: context.builtin, fetch: makeFetchGlobals(context)["fetch"] as Function };
}

/** Does what the case says; whatever it throws is the guest's. */
async function act(one: ConnectionCase): Promise<void> {
  const { builtin, fetch } = makePackage(one.grants);
  const { api, first, second, ports, style, after, key, lookup } = one;
  const ownLookup =
    lookup &&
    ((_name: string, options: any, done: Function) =>
      done(null, options?.all ? [{ address: lookup.text, family: 4 }] : lookup.text, 4));
  const bag = (host: Host, to: unknown): Record<string, unknown> => ({
    ...(key === "path" || key === "socketPath"
      ? { host: host.text, hostname: host.text, [key]: `/run/${host.text}` }
      : { [key]: host.text }),
    ...(key === "_x" ? { host: host.text } : {}),
    ...(key === "localAddress" ? { host: host.text } : {}),
    port: to,
    ...(ownLookup && { lookup: ownLookup }),
    ...(api === "tls.connect" && { servername: host.text }),
  });
  const options = twoFaced(style, bag(first, ports[0]), bag(second, ports[1]), after);
  const url = `http://${first.text}:${String(ports[0])}/`;
  switch (api) {
    case "net.connect":
      return quiet(builtin("net").connect(options));
    case "net.connectPort":
      return quiet(builtin("net").connect(ports[0], first.text));
    case "net.socket":
      return quiet(quiet(new (builtin("net").Socket)()).connect(options));
    case "net.reuse": {
      const socket = quiet(new (builtin("net").Socket)());
      socket.connect(options);
      return quiet(socket.connect({ host: second.text, port: ports[1] }));
    }
    case "net.path":
      return quiet(builtin("net").connect(`/run/${first.text}`));
    case "http.request":
      return quiet(builtin("http").request(options)).end();
    case "http.url":
      return quiet(builtin("http").get(url, options));
    case "http.createConnection":
      return quiet(
        builtin("http").request({
          ...options,
          createConnection: (given: any) =>
            quiet(new (builtin("net").Socket)()).connect({ ...given, host: second.text, port: ports[1] }),
        }),
      ).end();
    case "http.agent": {
      const agent = new (builtin("http").Agent)({ keepAlive: true, host: second.text });
      const name = agent.createConnection;
      agent.createConnection = (given: any, done: any) =>
        name.call(agent, { ...given, host: second.text, port: ports[1] }, done);
      return quiet(builtin("http").request({ ...options, agent })).end();
    }
    case "https.request":
      return quiet(builtin("https").request(options)).end();
    case "tls.connect":
      return quiet(builtin("tls").connect(options));
    case "tls.socket":
      return quiet(new (builtin("tls").TLSSocket)()).connect(options);
    case "http2.connect":
      return quiet(
        builtin("http2").connect(
          twoFaced(
            style,
            { protocol: "http:", hostname: first.text, port: ports[0] },
            { protocol: "http:", hostname: second.text, port: ports[1] },
            after,
          ),
          options,
        ),
      );
    case "fetch":
      return fetch(url, twoFaced(style, { method: "GET" }, { method: "POST", body: "x" }, after)).catch(() => {});
    case "dgram.send": {
      const socket = quiet(builtin("dgram").createSocket(ownLookup ? { type: "udp4", lookup: ownLookup } : "udp4"));
      socket.send("x", ports[0], first.text, () => socket.close());
      return undefined;
    }
    case "dgram.connect": {
      const socket = quiet(builtin("dgram").createSocket("udp4"));
      socket.connect(ports[0], first.text, () => {});
      return undefined;
    }
    case "dns.lookup":
      return builtin("dns").lookup(first.text, () => {});
    case "dns.resolve":
      return builtin("dns").resolve4(first.text, () => {});
    case "dnsPromises.lookup":
      return builtin("dns/promises")
        .lookup(first.text)
        .catch(() => {});
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** What an address that reached a handle is; those are plain ones, which the URL parser reads. */
function truthOf(address: string): Truth {
  if (net.isIPv4(address)) return { kind: "address", bytes: address.split(".").map(Number) };
  const bare = address.replace(/%.*$/, "");
  if (!net.isIPv6(bare)) return { kind: "other" };
  const groups = new URL(`http://[${bare}]/`).hostname.slice(1, -1).split("::");
  const list = (text: string): string[] => (text === "" ? [] : text.split(":"));
  const [head, tail] = [list(groups[0]!), list(groups[1] ?? "")];
  const all = [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => "0"), ...tail];
  const bytes = all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]);
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  return { kind: "address", bytes: isMapped ? bytes.slice(12) : bytes };
}

export interface ConnectionProperty {
  readonly property: fc.IAsyncProperty<[ConnectionCase]>;
  readonly counts: { sent: number; asked: number };
}

export function makeConnectionProperty(): ConnectionProperty {
  recordHandles();
  const counts = { sent: 0, asked: 0 };
  const property = fc.asyncProperty(cases, async (one) => {
    sent = [];
    asked = [];
    try {
      await act(one);
    } catch {
      // Refused, or malformed.
    }
    await turn();
    await turn();
    counts.asked += asked.length;
    const { grants } = one;
    const why = `by ${grants.map(({ text }) => text).join(" ")}`;
    for (const { address, port: to } of sent) {
      const truth = truthOf(address);
      const byNumber = grants.some((grant) => covers(grant, truth, to));
      const byName =
        !isSpecial(truth) &&
        nameOf(address).some((name) => grants.some((grant) => covers(grant, { kind: "name", name }, to)));
      // The guard's own probe; other paths are named by none of the grants here.
      if (address === "/moat.invalid/socket") continue;
      counts.sent++;
      if (!byNumber && !byName) throw new Error(`escape: sent to ${address} port ${to} ${why}`);
    }
    for (const name of asked) {
      // Nothing leaves the machine for an address or for no name at all.
      if (name === "" || net.isIP(name) !== 0) continue;
      const truth = [one.first, one.second].find(({ text }) => text === name)?.truth ?? {
        kind: "name",
        name: plainName(name),
      };
      const isGranted = grants.some((grant) => covers({ ...grant, port: "*" }, truth, 0));
      if (!isGranted) throw new Error(`escape: asked for ${JSON.stringify(name)} ${why}`);
    }
  });
  return { property, counts };
}
