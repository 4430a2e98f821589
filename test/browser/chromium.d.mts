/** One page of a Chromium that was started for it. */
export interface BrowserPage {
  /** What the page asked for, and what it logged or threw. */
  readonly seen: { readonly requests: string[]; readonly logged: string[] };
  goto(url: string): Promise<void>;
  /** The value of an expression, awaited. */
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever the page answers
  evaluate(expression: string): Promise<any>;
  press(key: string): Promise<void>;
  type(text: string): Promise<void>;
  emulate(options: { readonly dark?: boolean; readonly script?: boolean }): Promise<void>;
  /** A PNG of the window, or of the page's first pixels down to a height. */
  screenshot(options?: { readonly height?: number; readonly scale?: number }): Promise<Buffer>;
  close(): Promise<void>;
}

export function findChromium(env?: Readonly<Record<string, string | undefined>>): string | undefined;

export function openPage(
  program: string,
  options?: { readonly width?: number; readonly height?: number; readonly dark?: boolean },
): Promise<BrowserPage>;
