import { spawnSync } from "node:child_process";
import { builtinModules } from "node:module";
import { expect, test } from "vitest";
import { guardNetworkAtFirstUse, WITHOUT_NETWORK } from "../../src/compartments/guarded-powers.ts";
import type { Powers } from "../../src/endowments/principal.ts";

/** Which of Node's own modules are there once these builtins are, and all that their getters give. */
// Warnings go to no pipe, which would be a socket.
function loadedWith(names: readonly string[]): string[] {
  const text = `
    for (const name of ${JSON.stringify(names)}) {
      let module;
      try { module = require("node:" + name); } catch { continue; }
      // moat looks at no stream of the real console.
      if (name !== "console") for (const key of Reflect.ownKeys(module)) try { void module[key]; } catch {}
    }
    process.on("exit", () => require("fs").writeSync(1, JSON.stringify(process.moduleLoadList)));`;
  return JSON.parse(
    spawnSync(process.execPath, ["-e", text], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).stdout,
  ) as string[];
}

test("no builtin without network loads Node's sockets", () => {
  const loaded = loadedWith([...WITHOUT_NETWORK]);
  expect(loaded).toContain("NativeModule fs");
  expect(
    loaded.filter((name) =>
      /^(?:NativeModule (?:net|tls|dgram|tty)|Internal Binding (?:tcp_wrap|pipe_wrap))$/.test(name),
    ),
  ).toEqual([]);
  expect([...WITHOUT_NETWORK].filter((name) => !builtinModules.includes(name))).toEqual([]);
});

test("the guard is there before any other builtin is", () => {
  const asked: string[] = [];
  const stop = new Error("not taken from Node");
  const powers = guardNetworkAtFirstUse({
    builtin(name: string) {
      asked.push(name);
      if (name === "net") throw stop;
      return {};
    },
  } as unknown as Powers);
  powers.builtin("fs");
  powers.builtin("crypto");
  expect(asked).toEqual(["fs", "crypto"]);
  for (const name of ["http", "tty", "a-builtin-of-some-later-node"]) {
    const fresh = guardNetworkAtFirstUse({ ...powers, builtin: powers.builtin } as Powers);
    expect(() => fresh.builtin(name)).toThrow(stop);
  }
  expect(asked).not.toContain("http");
});
