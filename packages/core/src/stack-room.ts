const { apply } = Reflect;
const nothing = (): void => {};
/** A hundred kilobytes of arguments: what a thousand frames take. */
// oxlint-disable-next-line unicorn/no-new-array -- sixteen thousand calls otherwise, at each start
const ROOM: readonly undefined[] = new Array<undefined>(16_384).fill(undefined);

/**
 * Throws V8's RangeError unless there is room on the stack for whatever moat makes once:
 * to be called before the first thing is changed by what must not be done by half.
 *
 * HAZARD: a guest that calls near the end of the stack chooses where moat's code fails. What a
 * prototype's hardening or the guard of somebody's exports has noted as done by then is not
 * done again. So it fails before it begins, or not for want of stack.
 */
export function assertStackRoom(): void {
  apply(nothing, undefined, ROOM);
}
