/**
 * Runs something of Node's that tells in the next tick, which it is told at once.
 * To be called with what asks no package for anything.
 */
export function ticksAtOnce<T>(process: { nextTick: unknown }, run: () => T): T {
  const { nextTick } = process;
  process.nextTick = (task: Function, ...args: unknown[]): void => void Reflect.apply(task, undefined, args);
  try {
    return run();
  } finally {
    process.nextTick = nextTick;
  }
}
