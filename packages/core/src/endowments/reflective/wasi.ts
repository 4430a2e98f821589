import { withoutConstructor } from "../shared-prototype.ts";
import { accessDenied } from "../access-denied.ts";
import { facadeFromTable, type MemberTable } from "../member-table.ts";
import type { BuiltinFactory } from "../principal.ts";
import { textsOf } from "../texts-of.ts";
import { wasiCalls } from "./wasi-calls.ts";

export const WASI_MEMBERS: MemberTable = {
  WASI: ["own", "without files: preopened folders follow links out of any scope"],
};

function stringsOf(given: unknown): string[] {
  return Array.isArray(given) ? textsOf(given) : [];
}

/**
 * `wasi` with arguments, variables, clocks, randomness and the standard streams.
 * Preopened folders are refused: Node's WASI follows links inside of them, and
 * its own documentation calls that no security.
 */
export const makeWasi: BuiltinFactory = (context) => {
  const { principal, powers } = context;
  const RealWasi = powers.builtin("wasi").WASI;

  class WASI {
    readonly #real: any;
    readonly wasiImport: Record<string, unknown>;

    constructor(given: Record<string, unknown> = {}) {
      const { version, args, env, preopens, returnOnExit } = given;
      const folders: Record<string, string> = Object.create(null);
      if (typeof preopens === "object" && preopens !== null) {
        for (const name of Object.keys(preopens)) {
          const folder = `${(preopens as Record<string, unknown>)[name] as string}`;
          if (
            !principal.trusted &&
            principal.denies({ capability: "fs.write", target: folder, via: "wasi.WASI preopens" })
          )
            throw accessDenied("wasi.WASI preopens", "fs");
          folders[name] = folder;
        }
      }
      const variables: Record<string, string> = Object.create(null);
      if (typeof env === "object" && env !== null) {
        for (const name of Object.keys(env)) {
          const value = (env as Record<string, unknown>)[name];
          if (value !== undefined) variables[name] = `${value as string}`;
        }
      }
      const streams: Record<string, number> = Object.create(null);
      for (const name of ["stdin", "stdout", "stderr"]) {
        const descriptor = given[name];
        if (descriptor === undefined) continue;
        if (!principal.trusted && descriptor !== 0 && descriptor !== 1 && descriptor !== 2)
          throw accessDenied(`wasi.WASI ${name}`, "fs");
        streams[name] = descriptor as number;
      }
      this.#real = new RealWasi({
        __proto__: null,
        version,
        args: stringsOf(args),
        env: variables,
        preopens: folders,
        // Otherwise a module's exit ends the whole process.
        returnOnExit: principal.trusted ? (returnOnExit ?? true) : true,
        ...streams,
      });
      // HAZARD: the real import object leads by its prototype to the native class, which opens any folder.
      this.wasiImport = principal.trusted ? { ...this.#real.wasiImport } : wasiCalls(context, this.#real.wasiImport);
    }

    finalizeBindings(instance: unknown, options?: unknown): void {
      this.#real.finalizeBindings(instance, options);
    }

    start(instance: unknown): unknown {
      return this.#real.start(instance);
    }

    initialize(instance: unknown): void {
      this.#real.initialize(instance);
    }

    getImportObject(): object {
      return { wasi_snapshot_preview1: this.wasiImport };
    }
  }
  return facadeFromTable(context, "wasi", WASI_MEMBERS, { WASI: withoutConstructor(WASI) });
};
