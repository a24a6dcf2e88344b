package io.reseal.config.check;

import io.reseal.config.Location;
import java.util.HashMap;
import java.util.Map;

/** Where the keys of one configuration stand. Filled while it is read, only read afterwards. */
public final class Places {
  private final String file;
  private final Map<String, Location> places = new HashMap<>();

  Places(String file) {
    this.file = file;
  }

  void place(Location location) {
    places.putIfAbsent(location.path(), location);
  }

  void define(String kind, String name, Location location) {
    places.putIfAbsent(kind + " " + name, location);
  }

  /** The whole file. */
  public Location file() {
    return new Location(file, 0, 0, "");
  }

  /** The place of a key path, or of the nearest group around it. */
  public Location at(String path) {
    String nearest = path;
    while (!nearest.isEmpty()) {
      Location location = places.get(nearest);
      if (location != null) {
        return new Location(file, location.line(), location.column(), path);
      }
      int cut = Math.max(nearest.lastIndexOf('.'), nearest.lastIndexOf('['));
      nearest = cut < 0 ? "" : nearest.substring(0, cut);
    }
    return new Location(file, 0, 0, path);
  }

  /** The place of one of the keys of a named thing, or of the thing itself. */
  public Location of(String kind, String name, String key) {
    Location thing = places.get(kind + " " + name);
    return thing == null ? file() : at(thing.path() + "." + key);
  }

  /** The same, with the path of the first of these keys that is there; else of the thing itself. */
  public Location ofFirst(String kind, String name, String... keys) {
    Location thing = places.get(kind + " " + name);
    if (thing == null) {
      return file();
    }
    for (String key : keys) {
      if (places.containsKey(thing.path() + "." + key)) {
        return at(thing.path() + "." + key);
      }
    }
    return thing;
  }
}
