import { facadeFromTable, wholeModule, type MemberTable } from "../member-table.ts";
import type { BuiltinFactory } from "../principal.ts";

export const INSPECTOR_MEMBERS: MemberTable = {
  Session: ["refuse", "reads and runs everything in the process"],
  open: ["refuse", "opens the process to the network"],
  close: ["refuse", "ends the application's debugging"],
  url: ["own", "undefined: its answer holds the debugger's key, and programs only ask whether there is one"],
  waitForDebugger: ["refuse", "stops the process"],
  console: ["refuse", "V8's own console"],
  Network: ["refuse", "forges what the debugger shows"],
  NetworkResources: ["refuse", "forges what the debugger shows"],
  DOMStorage: ["refuse", "forges what the debugger shows"],
};

const attenuate =
  (builtin: string): BuiltinFactory =>
  (context) =>
    context.principal.trusted
      ? wholeModule(context, builtin)
      : facadeFromTable(context, builtin, INSPECTOR_MEMBERS, { url: () => undefined });

/** `inspector`: for the application only; a debugger has no bounds. */
export const makeInspector = attenuate("inspector");

/** `inspector/promises`, the same. */
export const makeInspectorPromises = attenuate("inspector/promises");
