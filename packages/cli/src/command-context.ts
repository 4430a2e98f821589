/** Somewhere to write text to. */
export interface Output {
  readonly isTerminal: boolean;
  write(text: string): void;
}

/** Where a person can be asked. */
export interface Terminal {
  /** The line that was typed; undefined where the person ended the input. */
  ask(question: string): Promise<string | undefined>;
  close(): void;
}

/** What a command sees of the process that it runs in. */
export interface CommandContext {
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For the program that is about to be started. */
  readonly setVariable: (name: string, value: string) => void;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Undefined where nobody sits at a terminal. */
  readonly openTerminal: () => Promise<Terminal | undefined>;
  /** Whether Node's own permission flags are in force. */
  readonly isBelted: boolean;
  /**
   * Starts node anew in this very process, with these flags of its own and the
   * same arguments; undefined where this Node, system or parent does not allow it.
   */
  readonly restartWith: ((flags: readonly string[]) => never) | undefined;
  /**
   * Runs moat with other arguments in a process of its own, under the same flags of Node, and
   * gives it text to read; what it says on standard error is seen.
   */
  readonly startAgain: (
    args: readonly string[],
    input: string,
  ) => Promise<{ readonly code: number | null; readonly output: string }>;
  /** The flags that this Node has. */
  readonly nodeFlags: { has(flag: string): boolean };
  /** Sets the exit code that the process will end with; ends nothing. */
  exit(code: ExitCode): void;
  /** Calls the listener once, when the process is about to end, by a signal too. */
  atExit(listener: () => void): void;
}

/** 0 clean, 1 findings, 2 moat itself could not do it. */
export type ExitCode = 0 | 1 | 2;

/**
 * One command. What it returns is the exit code; `undefined` says that the
 * process now belongs to the program that was started.
 */
export type Command = (args: readonly string[], context: CommandContext) => Promise<ExitCode | undefined>;
