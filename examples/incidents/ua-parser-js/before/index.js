const { UAParser } = require("ua-parser-js");

const agent = "Mozilla/5.0 (X11; Linux x86_64; rv:93.0) Gecko/20100101 Firefox/93.0";
const { browser, os } = new UAParser(agent).getResult();
console.log(`${browser.name} ${browser.major} on ${os.name}`);
