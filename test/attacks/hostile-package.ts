import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const MOAT = fileURLToPath(new URL("../../packages/cli/bin/moat.js", import.meta.url));
const CANARY = "canary-3f9c1d";

export interface Attack {
  /** Each is the body of an async function of the hostile package; what it returns is given to `pwn`. */
  readonly techniques: Readonly<Record<string, string>>;
  /** What the policy grants the hostile package: as little as the attack needs; `<outside>` is the secret's folder. */
  readonly grants?: object;
  /** Files besides, by path in the project. */
  readonly files?: Readonly<Record<string, string>>;
  /** Runs in the application before it loads the package. */
  readonly before?: string;
  /** Runs in the application after the attack, to see what the attack changed; returns complaints. */
  readonly aftermath?: string;
}

export interface Damage {
  /** Technique to what came of it. */
  readonly outcomes: Readonly<Record<string, string>>;
  readonly aftermath: readonly string[];
  /** The secret was seen in anything that was printed. */
  readonly leaked: boolean;
  /** A program was started or a file written. */
  readonly marked: boolean;
  /** Somebody connected to the attacker's server. */
  readonly connections: number;
  readonly stderr: string;
}

/**
 * Tries to use whatever a technique got hold of: as a global object, a `process`,
 * a `require`, a function constructor, a module.
 */
const PWN = `
function pwn(loot, depth = 0) {
  const seen = [];
  const attempt = (f) => { try { const v = f(); if (v !== undefined && v !== null) seen.push(typeof v === "string" ? v : "got " + typeof v) } catch {} };
  const uses = (fs, cp, net) => {
    attempt(() => fs.readFileSync(SECRET_FILE, "utf8"));
    attempt(() => { fs.writeFileSync(MARKER, "x"); return "wrote" });
    attempt(() => { cp.execFileSync("touch", [MARKER]); return "ran" });
    attempt(() => { net.connect(PORT, "127.0.0.1").on("error", () => {}); });
  };
  if ((typeof loot !== "object" && typeof loot !== "function") || loot === null) return typeof loot === "string" ? loot : typeof loot;
  uses(loot, loot, loot);
  const processes = [];
  attempt(() => { processes.push(loot) });
  attempt(() => { processes.push(loot.process) });
  attempt(() => { if (typeof loot === "function") processes.push(loot("return process")()) });
  attempt(() => { if (typeof loot === "function") processes.push(loot("return this")().process) });
  for (const p of processes) {
    attempt(() => p.env.SECRET);
    for (const get of [(n) => p.getBuiltinModule(n), (n) => p.mainModule.require(n), (n) => p.binding(n), (n) => loot(n), (n) => loot.require(n), (n) => loot.constructor._load(n)]) {
      let fs, cp, net;
      attempt(() => { fs = get("fs") }); attempt(() => { cp = get("child_process") }); attempt(() => { net = get("net") });
      uses(fs, cp, net);
    }
  }
  if (depth < 1) for (const key of ["exports", "globalThis", "global", "constructor", "parent", "context"]) attempt(() => { const r = pwn(loot[key], depth + 1); if (r.includes("canary")) seen.push(r) });
  return seen.join(",") || "nothing";
}
`;

/** Installs a hostile package, runs the application that uses it under moat, and says what the attack achieved. */
export async function attack({
  techniques,
  grants = {},
  files = {},
  before = "",
  aftermath = "",
}: Attack): Promise<Damage> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "moat-attack-")));
  const outside = realpathSync(mkdtempSync(join(tmpdir(), "moat-secret-")));
  const marker = join(outside, "marker");
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  const constants = `const APP = ${JSON.stringify(join(folder, "index.js"))}, VICTIM = ${JSON.stringify(join(folder, "node_modules/victim/index.js"))}, SECRET_FILE = ${JSON.stringify(join(outside, "secret"))}, MARKER = ${JSON.stringify(marker)}, PORT = ${port};`;
  const bodies = Object.entries(techniques).map(
    ([name, body]) => `${JSON.stringify(name)}: async function () {${body}\n}`,
  );
  const all: Record<string, string> = {
    "package.json": '{"name":"app","dependencies":{"hostile":"1.0.0"}}',
    "index.js": `
      ${before}
      const techniques = require("hostile");
      (async () => {
        const outcomes = {};
        for (const [name, run] of Object.entries(techniques)) {
          try { outcomes[name] = await run() } catch (error) { outcomes[name] = "threw " + String(error && error.message) }
        }
        const complaints = [];
        const assert = (ok, what) => { if (!ok) complaints.push(what) };
        ${aftermath}
        console.log("\\nOUTCOME" + JSON.stringify({ outcomes, complaints }));
        setTimeout(() => process.exit(), 100);
      })();`,
    "moat.policy.json": JSON.stringify({
      version: 1,
      root: "trusted",
      entries: ["./index.js"],
      packages: {
        hostile: { globals: ["console", "setTimeout"] },
        ...("node_modules/victim/index.js" in files && { victim: {} }),
        ...("node_modules/other/index.js" in files && { other: {} }),
      },
    }),
    // The overrides, and not the policy: absolute paths are for people.
    "moat.overrides.json": JSON.stringify({
      packages: { hostile: { ...grants, reason: "the attack needs it" } },
    }).replaceAll("<outside>", outside),
    "node_modules/hostile/package.json": '{"name":"hostile","version":"1.0.1"}',
    "node_modules/hostile/index.js": `${constants}${PWN}\nconst techniques = {${bodies.join(",\n")}};
      for (const [name, run] of Object.entries(techniques)) exports[name] = async () => pwn(await run.call(undefined));`,
    ...files,
  };
  try {
    writeFileSync(join(outside, "secret"), CANARY);
    for (const [name, text] of Object.entries(all)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const { stdout, stderr } = await new Promise<{ stdout: string; stderr: string }>((done) => {
      const env = { ...process.env, SECRET: CANARY };
      execFile(process.execPath, [MOAT, "run", "index.js"], { cwd: folder, env, timeout: 50_000 }, (_error, out, err) =>
        done({ stdout: out, stderr: err }),
      );
    });
    const line = /OUTCOME(.*)/.exec(stdout)?.[1];
    if (line === undefined) throw new Error(`the application did not finish:\n${stdout}\n${stderr}`);
    const { outcomes, complaints } = JSON.parse(line) as { outcomes: Record<string, string>; complaints: string[] };
    const leaked = stdout.includes(CANARY) || stderr.includes(CANARY);
    return { outcomes, aftermath: complaints, leaked, marked: existsSync(marker), connections, stderr };
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
    rmSync(outside, { recursive: true, force: true });
  }
}

/** What an attack must have achieved: nothing. */
export const NOTHING = { leaked: false, marked: false, connections: 0, aftermath: [] };
