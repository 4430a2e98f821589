import { grantKey } from "@moat/core/model";
import type { Change, PackageReview } from "./review.ts";

/** Packages of which one can say the same, the first one for all. */
export type AlikeReviews = readonly [PackageReview, ...PackageReview[]];

/** Reviews whose gains are the same grants in the same state become one; the order stays. */
export function groupAlike(reviews: readonly PackageReview[]): AlikeReviews[] {
  const groups = new Map<string, [PackageReview, ...PackageReview[]]>();
  for (const review of reviews) {
    const key =
      review.warnings.length > 0 || review.status === "moved"
        ? review.package
        : JSON.stringify(review.gains.map(keyOf));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [review]);
    else group.push(review);
  }
  return [...groups.values()];
}

function keyOf({ to, decidedBy, grants, words, capability }: Change): unknown[] {
  // Imports are of packages below the importer, mostly: the words name them, and they are not alike.
  return [to, decidedBy, capability === "package" ? words : grants.map(grantKey)];
}
