const semver = require("semver");

const versions = Array.from({ length: 60 }, (_, n) => `${n % 4}.${n % 7}.${n}${n % 5 ? "" : "-beta.1"}`);
console.log(
  semver.maxSatisfying(versions, "^2.3.0 || ~1.2"),
  semver.rsort(versions).slice(0, 4),
  semver.inc("1.2.3", "prerelease", "rc"),
);
