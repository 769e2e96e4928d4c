package demo;

import java.io.File;

public class Use {
    int deep(boolean deep) {
        String path = null;
        if (deep) {
            System.out.println("😀" + path.trim());
        }
        return 1;
    }

    int size(File folder) {
        return folder.listFiles().length;
    }

    @javax.annotation.Nonnull String name(String key) {
        String found = key.isEmpty() ? null : key;
        if (found == null) {
            System.out.println(found.length());
        }
        return null;
    }

    Boolean flag() {
        return null;
    }
}
