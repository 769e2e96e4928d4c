interface User { name: string; tags?: string[]; }
const users = new Map<string, User>();
function find(id: string): User | undefined { return users.get(id); }
export function label(id: string, callback?: () => void): string {
  const smile = "😀"; const user = find(id); console.log("é😀", user.name);
  callback();
  for (const tag of find(id).tags) console.log(smile + tag);
  const element = document.querySelector("a");
  element.click();
  const wanted: User = users.get(id);
  return wanted.name + find(id)!.name;
}
