import { expect, test } from "vitest";
import { attack, NOTHING } from "./hostile-package.ts";

test("process as a value, contexts and odd imports give no power", async () => {
  const damage = await attack({
    techniques: {
      "process.binding": `return process.binding("fs")`,
      "process._linkedBinding": `return process._linkedBinding("fs")`,
      "process.getBuiltinModule": `return process.getBuiltinModule("fs")`,
      "process.mainModule": `return process.mainModule.require("fs")`,
      "process.dlopen": `const m = { exports: {} }; process.dlopen(m, "/x.node"); return m.exports`,
      "process.report": `return JSON.stringify(process.report.getReport().environmentVariables)`,
      "process's constructor": `return process.constructor.constructor("return process")()`,
      "process.stdout": `return process.stdout.constructor.constructor("return process")() || process.stdout._handle || process.stdout.fd`,
      "vm.runInThisContext": `return require("vm").runInThisContext("typeof process === 'undefined' ? globalThis : process")`,
      "vm.runInNewContext": `return require("vm").runInNewContext("this.constructor.constructor('return process')()")`,
      "vm with the default loader": `const vm = require("vm"); return await new vm.Script("import('node:fs')", { importModuleDynamically: vm.constants && vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER }).runInThisContext()`,
      "vm.compileFunction": `return require("vm").compileFunction("return this.process || globalThis.process")()`,
      "a data: import": `return (await import("data:text/javascript,export default globalThis")).default`,
      "a data: import, in capitals": `return (await import("DATA:text/javascript,export default globalThis")).default`,
      "a blob: import": `return await import(URL.createObjectURL(new Blob(["export default process"])))`,
      "an https: import": `return await import("http://127.0.0.1:" + PORT + "/x.mjs")`,
      "internal builtins": `return require("internal/bootstrap/realm")`,
      "node:internal": `return await import("node:internal/modules/cjs/loader")`,
      "a builtin with odd spelling": `for (const s of ["node:fs/promises", "NODE:fs", "node:FS", "node: fs", "fs/", "./fs", "node:./fs", "node:fs?x", "node:fs#x", "fs/promises"]) { try { const m = require(s); if (m) return m } catch {} try { const m = await import(s); if (m) return m } catch {} }`,
      "an addon called something else": `return require("./addon.node")`,
    },
    grants: { globals: ["console", "setTimeout", "process", "URL", "Blob"], builtins: { vm: true } },
    files: { "node_modules/hostile/addon.node": "not an addon" },
  });
  expect(damage).toMatchObject(NOTHING);
});
