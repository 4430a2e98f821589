import { z } from "zod"
import {b,a, unused} from   "./a"
export const   c = {a,b,
  z}
