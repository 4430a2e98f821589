import { defineMember, named, perContext } from "./facade.ts";
import { hardenNodeClass } from "./harden-node.ts";
import { principalProcess } from "./process/process.ts";
import type { EndowmentContext } from "./principal.ts";

/** Methods of V8's console that only an attached inspector would notice. */
const INSPECTOR_METHODS = ["profile", "profileEnd", "timeStamp"] as const;

/**
 * A principal's own console: Node's formatting, on the principal's own standard
 * streams, with labels, counters and indentation nobody else shares.
 */
export const principalConsole = perContext((context: EndowmentContext): object => {
  const { Console } = context.powers.builtin("console");
  hardenNodeClass(Console);
  const { stdout, stderr } = principalProcess(context) as unknown as NodeJS.Process;
  const console = new Console({ stdout, stderr });
  for (const name of INSPECTOR_METHODS)
    defineMember(
      console,
      name,
      named(name, 0, () => {}),
    );
  defineMember(
    console,
    "createTask",
    named("createTask", 1, () => ({
      run(task: () => unknown) {
        return task();
      },
    })),
  );
  defineMember(console, "Console", Console);
  return console;
});
