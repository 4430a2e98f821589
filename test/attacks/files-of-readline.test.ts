import { expect, test } from "vitest";
import { attack, NOTHING } from "./hostile-package.ts";

// HAZARD: from Node 24 on each interface has a history, which opens what its path says; readline is granted to whom nobody has looked at.
test.each(["readline", "readline/promises"])("no package reads or writes files by the history of %s", async (name) => {
  const { stderr: _, ...damage } = await attack({
    grants: { builtins: { [name]: true, stream: true } },
    techniques: {
      "what a history does": `
        const { PassThrough } = require("stream");
        const lines = require(${JSON.stringify(name)}).createInterface({ input: new PassThrough(), output: new PassThrough(), terminal: true });
        const history = lines.historyManager ?? {};
        const path = Object.getOwnPropertySymbols(history).find((key) => String(key).includes("HistoryPath"));
        const seen = [];
        for (const file of [SECRET_FILE, MARKER])
          for (const key of Reflect.ownKeys(Object.getPrototypeOf(history))) {
            if (path !== undefined) history[path] = file;
            let method; try { method = history[key] } catch { continue }
            if (typeof method !== "function" || key === "constructor") continue;
            try { await Promise.race([method.call(history, () => {}), new Promise((done) => setTimeout(done, 20))]) } catch {}
            seen.push(String(history.history));
          }
        lines.close();
        return seen.join() || "nothing"`,
      "a history of one's own": `
        const { PassThrough } = require("stream");
        let kept;
        const { Interface } = require(${JSON.stringify(name)});
        class Heir extends Interface { set historyManager(history) { kept ??= history } }
        try { new Heir({ input: new PassThrough(), output: new PassThrough(), terminal: true }) } catch {}
        try { const made = new kept.constructor({}, { filePath: SECRET_FILE }); await made.initialize(() => {}); return String(made.history) } catch { return "nothing" }`,
    },
  });
  expect(damage).toMatchObject(NOTHING);
});

test("lines have their history in memory all the same", async () => {
  const { outcomes } = await attack({
    grants: { builtins: { readline: true, stream: true } },
    techniques: {
      lines: `
        const { PassThrough } = require("stream");
        const input = new PassThrough();
        const lines = require("readline").createInterface({ input, output: new PassThrough(), terminal: true, history: ["first"] });
        const said = [];
        lines.on("line", (line) => said.push(line));
        for (const keys of ["second\\r", "\\x1b[A\\x1b[A\\r"]) {
          input.write(keys);
          await new Promise((done) => setTimeout(done, 100));
        }
        lines.close();
        return JSON.stringify([said, lines.history])`,
    },
  });
  expect(JSON.parse(outcomes["lines"]!)).toEqual([
    ["second", "first"],
    ["first", "second", "first"],
  ]);
});
