interface Order { name?: string; count: number | null; tags?: string[]; send?: () => void }

declare function find(id: string): Order | undefined;
declare function takes(name: string): void;

export function all(order: Order | undefined, other: Order): number {
  takes(other.name);
  order.send();
  find("a").tags.length;
  return 1 + other.count;
}

export function words(other: Order): string {
  return "a" + other.count + other.name;
}
