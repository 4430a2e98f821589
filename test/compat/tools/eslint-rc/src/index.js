import { helper } from './helper';
import missing from './missing'

var x = 1
Promise.resolve(x).then((y) => { console.log(y) })
export default () => helper(missing)
