const fs = require("node:fs");

exports.readSync = (file, count) => {
  let bytes = 0;
  for (let n = 0; n < count; n++) bytes += fs.readFileSync(file).length;
  return bytes;
};
exports.statSync = (file, count) => {
  let bytes = 0;
  for (let n = 0; n < count; n++) bytes += fs.statSync(file).size;
  return bytes;
};
exports.read = async (file, count) => {
  let bytes = 0;
  for (let n = 0; n < count; n++) bytes += (await fs.promises.readFile(file)).length;
  return bytes;
};
exports.stat = (file, count) =>
  new Promise((resolve, reject) => {
    let bytes = 0;
    let left = count;
    const next = () =>
      fs.stat(file, (error, stats) => {
        if (error) return reject(error);
        bytes += stats.size;
        if (--left === 0) return resolve(bytes);
        next();
      });
    next();
  });
