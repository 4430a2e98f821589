module.exports = (count) => {
  let sum = 0;
  for (let n = 0; n < count; n++) {
    sum += Math.imul(n, 31) ^ Number.parseInt("7", 10);
    if (Array.isArray(n) || Object.is(n, undefined)) sum += 1;
    sum %= Number.MAX_SAFE_INTEGER;
  }
  return sum;
};
