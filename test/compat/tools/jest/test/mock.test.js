import { name } from "../src/name";
jest.mock("node:fs", () => ({ __esModule: true, default: { readFileSync: () => "four" } }));
test("mocked", () => expect(name()).toBe(4));
test("timers", () => { jest.useFakeTimers(); const f = jest.fn(); setTimeout(f, 1000); jest.advanceTimersByTime(1000); expect(f).toHaveBeenCalledTimes(1); });
test("fails", () => expect(name()).toBe(5));
