import { minimatch } from "minimatch";

const files = Array.from({ length: 100 }, (_, n) => `src/${n % 3 ? "lib" : "test"}/file${n}.${n % 2 ? "ts" : "js"}`);
console.log(files.filter((file) => minimatch(file, "src/{lib,test}/**/file*[0-5].@(js|ts)")).length);
