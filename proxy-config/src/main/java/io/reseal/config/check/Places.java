package io.reseal.config.check;

import io.reseal.config.Location;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the keys of one configuration stand. Filled while it is read, only read afterwards. */
public final class Places {
  private final String file;
  private final PlaceTable keys = new PlaceTable();
  private final Map<String, Map<String, Location>> things = new HashMap<>();

  Places(String file) {
    this.file = file;
  }

  void place(Location location) {
    keys.putIfAbsent(location.path(), location.line(), location.column());
  }

  void define(String kind, String name, Location location) {
    things.computeIfAbsent(kind, ignored -> new HashMap<>()).putIfAbsent(name, location);
  }

  /** The whole file. */
  public Location file() {
    return new Location(file, 0, 0, "");
  }

  /** The place of a key path, or of the nearest group around it. */
  public Location at(String path) {
    String nearest = path;
    while (!nearest.isEmpty()) {
      long place = keys.get(nearest);
      if (place != PlaceTable.NONE) {
        return new Location(file, PlaceTable.line(place), PlaceTable.column(place), path);
      }
      int cut = Math.max(nearest.lastIndexOf('.'), nearest.lastIndexOf('['));
      nearest = cut < 0 ? "" : nearest.substring(0, cut);
    }
    return new Location(file, 0, 0, path);
  }

  /** The place of one of the keys of a named thing, or of the thing itself. */
  public Location of(String kind, String name, String key) {
    Location thing = thing(kind, name);
    return thing == null ? file() : at(thing.path() + "." + key);
  }

  /** The same, with the path of the first of these keys that is there; else of the thing itself. */
  public Location ofFirst(String kind, String name, String... candidates) {
    Location thing = thing(kind, name);
    if (thing == null) {
      return file();
    }
    for (String key : candidates) {
      if (keys.get(thing.path() + "." + key) != PlaceTable.NONE) {
        return at(thing.path() + "." + key);
      }
    }
    return thing;
  }

  private @Nullable Location thing(String kind, String name) {
    return things.getOrDefault(kind, Map.of()).get(name);
  }
}
