/** The one place where Node's own powers are taken and handed on to attenuators. */
import { createRequire } from "node:module";
import process from "node:process";
import type { Powers } from "../endowments/principal.ts";
import { assertStackRoom } from "../stack-room.ts";
import { captureGlobals } from "./second-wall.ts";

/** To be called before the real global object is emptied. */
export function takePowers(): Powers {
  const require = createRequire(import.meta.url);
  const loaded = new Map<string, unknown>();
  const builtin = (name: string): unknown => {
    let module = loaded.get(name);
    if (module === undefined) {
      assertStackRoom();
      module = require(`node:${name}`);
      loaded.set(name, module);
    }
    return module;
  };
  return Object.freeze({ builtin, process, globals: captureGlobals(builtin) });
}
