/**
 * Every error that moat throws on purpose. `code` is stable and has a page in
 * `docs/errors/<CODE>.md`; `fields` are the structured facts; `nextStep` says
 * what a person at the terminal can do about it.
 */
export class MoatError extends Error {
  readonly code: `MOAT_${string}`;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly nextStep: string | undefined;

  constructor(
    code: `MOAT_${string}`,
    message: string,
    options: { fields?: Record<string, unknown>; nextStep?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "MoatError";
    this.code = code;
    this.fields = Object.freeze({ ...options.fields });
    this.nextStep = options.nextStep;
  }
}
