const { apply } = Reflect;
const nothing = (): void => {};

/** Holes: nothing is written thousands of times as moat starts. */
const HOLES: unknown[] = [];
HOLES.length = 4_096;

/** Needs room for so many values more than another function does. */
const deeper = (ask: () => void) => (): void => void apply(ask, undefined, HOLES);

/** 8,192 values. For what is done often and goes a dozen functions deep. */
export const LITTLE_ROOM = deeper(deeper(nothing));
/** 16,384: as much as a thousand frames take. V8 wants 40 KB of it to compile a function that is called for the first time. */
const ROOM = deeper(deeper(LITTLE_ROOM));
/** 32,768: for what can't be done again after it has changed the first thing, and does what asks for room by itself. */
export const MUCH_ROOM = deeper(deeper(deeper(deeper(ROOM))));

/**
 * Throws V8's RangeError unless there is room on the stack for whatever moat makes once:
 * to be called before the first thing is changed by what must not be done by half.
 *
 * HAZARD: a guest that calls near the end of the stack chooses where moat's code fails. What a
 * prototype's hardening or the guard of somebody's exports has noted as done by then is not
 * done again. So it fails before it begins, or not for want of stack.
 */
export function assertStackRoom(askFor = ROOM): void {
  askFor();
}
