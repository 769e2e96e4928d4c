package demo;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

public class Store {
    private final Map<String, String> names = new HashMap<>();
    private Object lock;

    @Nullable String find(String key) {
        return key.isEmpty() ? null : names.get(key);
    }

    int size(String key) {
        String found = find(key);
        return found.length();
    }

    int twice(boolean deep) {
        String path = null;
        if (deep) {
            System.out.println("😀" + path.trim());
        }
        return size(path) + find("a").length();
    }

    String name() {
        return find("b");
    }
}
