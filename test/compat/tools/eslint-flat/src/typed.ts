export async function fetchName(id: number): Promise<string> {
  const response: any = await Promise.resolve({ name: "x" + id });
  Promise.resolve(1);
  return response.name;
}
