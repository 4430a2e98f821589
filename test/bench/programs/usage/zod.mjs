import { z } from "zod";

const Item = z.object({
  id: z.number().int().positive(),
  name: z.string().trim().min(2),
  tags: z.array(z.enum(["a", "b"])).default([]),
  at: z.coerce.date().optional(),
});
console.log(Item.parse({ id: 3, name: " xy ", at: "2024-01-02" }));
console.log(Item.safeParse({ id: -1, name: "", tags: ["c"] }).error.issues.map((issue) => issue.message));
