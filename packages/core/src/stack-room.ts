const { apply } = Reflect;
const nothing = (): void => {};
/** Holes: nothing is written 24,000 times as moat starts. */
const roomFor = (values: number): readonly unknown[] => {
  const room: unknown[] = [];
  room.length = values;
  return room;
};

/** As much as a thousand frames take. V8 wants 40 KB of it to compile a function that is called for the first time. */
const ROOM = roomFor(16_384);
/** For what is done often and goes a dozen functions deep. */
export const LITTLE_ROOM: readonly unknown[] = roomFor(8_192);

/**
 * Throws V8's RangeError unless there is room on the stack for whatever moat makes once:
 * to be called before the first thing is changed by what must not be done by half.
 *
 * HAZARD: a guest that calls near the end of the stack chooses where moat's code fails. What a
 * prototype's hardening or the guard of somebody's exports has noted as done by then is not
 * done again. So it fails before it begins, or not for want of stack.
 */
export function assertStackRoom(room = ROOM): void {
  apply(nothing, undefined, room);
}
