package io.reseal.config.check;

import io.reseal.config.Location;
import io.reseal.config.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What one reading has found so far: errors, warnings, and where each key stands. */
public final class Findings {
  private final String file;
  private final List<Problem> errors = new ArrayList<>();
  private final List<Problem> warnings = new ArrayList<>();
  private final Map<String, Location> places = new HashMap<>();

  /** Starts with nothing found in a file. */
  public Findings(String file) {
    this.file = file;
  }

  /** Notes where a key stands. */
  public void place(Location location) {
    places.putIfAbsent(location.path(), location);
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

  /** Notes where a named thing is defined, as a route. */
  public void define(String kind, String name, Location location) {
    places.putIfAbsent(kind + " " + name, location);
  }

  /** The place of one of the keys of a named thing, or of the thing itself. */
  public Location of(String kind, String name, String key) {
    Location thing = places.get(kind + " " + name);
    return thing == null ? new Location(file, 0, 0, "") : at(thing.path() + "." + key);
  }

  /** Takes an error down; the configuration will be refused. */
  public void error(Location at, String what, String found, String expected, String hint) {
    errors.add(new Problem(at, what, found, expected, hint));
  }

  /** Takes a warning down. */
  public void warn(Location at, String what, String found, String expected, String hint) {
    warnings.add(new Problem(at, what, found, expected, hint));
  }

  public List<Problem> errors() {
    return errors;
  }

  public List<Problem> warnings() {
    return warnings;
  }
}
