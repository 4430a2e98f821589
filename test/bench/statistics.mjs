/** Medians, quartiles and means of samples. */
const quantile = (samples, part) => {
  const sorted = [...samples].sort((a, b) => a - b);
  const place = (sorted.length - 1) * part;
  const below = Math.floor(place);
  return sorted[below] + ((sorted[below + 1] ?? sorted[below]) - sorted[below]) * (place - below);
};

export const median = (samples) => quantile(samples, 0.5);
export const quartiles = (samples) => [quantile(samples, 0.25), quantile(samples, 0.75)];
export const geometricMean = (samples) =>
  Math.exp(samples.reduce((sum, sample) => sum + Math.log(sample), 0) / samples.length);
