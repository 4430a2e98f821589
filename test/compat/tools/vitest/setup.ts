import { expect } from "vitest";
expect.extend({ toBeEven: (value: number) => ({ pass: value % 2 === 0, message: () => `${value} is odd` }) });
