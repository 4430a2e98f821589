import chalk from "chalk";
import createDebug from "debug";

createDebug("checkout")("started");
const response = await fetch(`${process.env.SHOP_URL}/invoice`);
const { amount, address } = await response.json();
console.log(`${chalk.bold("Please pay")} ${amount} to ${address}`);
