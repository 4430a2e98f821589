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
/** What resolvers of modules do: most of what they look for is not there. */
exports.lookUp = (file, count) => {
  let found = 0;
  for (let n = 0; n < count; n++) {
    if (fs.existsSync(file)) found++;
    if (fs.existsSync(`${file}.js`)) found++;
    if (fs.statSync(`${file}.json`, { throwIfNoEntry: false })) found++;
  }
  return found;
};
exports.list = (folder, count) => {
  let found = 0;
  for (let n = 0; n < count; n++) found += fs.readdirSync(folder, { withFileTypes: true }).length > 0 ? 1 : 0;
  return found;
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
