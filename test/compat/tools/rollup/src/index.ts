import ms from "ms";
import data from "./data.json";
export const wait = (text: string): number => ms(text as "1d") ?? data.fallback;
