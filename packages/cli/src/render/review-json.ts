import type { Review } from "../review/review.ts";

/** `moat diff --format json`; its schema is `review.schema.json`. */
export function reviewJson(review: Review): string {
  return `${JSON.stringify(review, undefined, 2)}\n`;
}
