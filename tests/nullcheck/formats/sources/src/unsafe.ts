export function size(box?: { items?: string[] }): number {
  const [first] = box?.items; new (box?.items)();
  return "😀".length + box!.items!.length + (box?.items).length;
}
