/**
 * What a row is to reach, as data.
 *
 * @typedef {object} Target
 * @property {number} [most] the ratio to node, or to `of`
 * @property {number} [more] milliseconds above node, beside the ratio
 * @property {number} [plus] MiB that are added to what the ratio allows
 * @property {number} [least] the ratio to node, of what should be large
 * @property {boolean} [absolute] `most` is milliseconds
 * @property {string} [of] another tool that moat is compared with
 */

/** @param {Target} target */
export function targetText({ most, more, plus, least, absolute, of }) {
  if (absolute) return `≤ ${most} ms`;
  if (least !== undefined) return `≥ ${least.toFixed(2)}`;
  const ratio = `≤ ${most.toFixed(2)}`;
  if (of !== undefined) return `${ratio} of ${of}`;
  return ratio + (more === undefined ? "" : `, + ${more} ms`) + (plus === undefined ? "" : ` + ${plus} MiB`);
}

/**
 * Whether what was measured reaches the target. Undefined where what it is compared with is missing.
 *
 * @param {Target} target
 * @param {{ value: number, ratio?: number }} mine
 * @param {{ node?: { value: number }, of?: { value: number } }} others
 */
export function isReached(target, mine, { node, of }) {
  if (target.absolute) return mine.value <= target.most;
  if (target.of !== undefined) return of && mine.value <= of.value * target.most;
  if (mine.ratio === undefined) return undefined;
  if (target.least !== undefined) return mine.ratio >= target.least;
  if (target.plus !== undefined) return mine.value <= node.value * target.most + target.plus;
  return mine.ratio <= target.most && (target.more === undefined || mine.value - node.value <= target.more);
}
