const axios = require("axios");

axios.get(`${process.env.SHOP_URL}/rates`).then(({ data }) => console.log(`one euro is ${data.usd} dollars`));
