package shop

type Item struct {
	Name string
	Next *Item
}

func (i *Item) Title() string { return i.Name }

func find(items map[string]*Item, name string) *Item {
	if item, ok := items[name]; ok {
		return item
	}
	return nil
}

func Names(items map[string]*Item, name string) []string {
	item := find(items, name)
	return []string{item.Name, find(items, "a").Title()}
}

func Copy(items map[string]*Item) Item {
	return *find(items, "b")
}

func Count(names []string) map[string]int {
	var counts map[string]int
	for _, name := range names {
		counts[name] = 1
	}
	return counts
}

func First() string {
	var names []string
	return names[0]
}
