import ms from "ms";
export const wait = (text: string): number => ms(text as "1s") ?? 0;
