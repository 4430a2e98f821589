import { fileURLToPath } from "node:url";
import { loadSource } from "../../scripts/load-source.mjs";

const NODE_TABLE = fileURLToPath(new URL("../../packages/core/src/endowments/node-table.ts", import.meta.url));
/** Handed over themselves: programs compare them by identity. */
const HANDED_MODULES = ["assert", "assert/strict", "events", "readline/promises", "stream", "stream/promises"];

/** Of what `fetch` brings, the classes that only hold data. */
const DATA_CLASSES = ["FormData", "Headers", "Request", "Response", "CloseEvent"];

/** What the crawler must know of the table of Node: the members that packages get as they are. */
export async function crawledTable() {
  const { nodeModules, nodeGlobals } = await loadSource(NODE_TABLE);
  const members = Object.fromEntries(
    Object.entries(nodeModules()).map(([builtin, table]) => [
      builtin,
      [
        ...Object.keys(table).filter((name) => table[name].outcome === "handed"),
        ...(HANDED_MODULES.includes(builtin) ? ["*module*"] : []),
      ],
    ]),
  );
  const globals = nodeGlobals();
  const isHanded = (name) => globals[name].outcome === "handed" || DATA_CLASSES.includes(name);
  return { members, globals: Object.keys(globals), handedGlobals: Object.keys(globals).filter(isHanded) };
}
