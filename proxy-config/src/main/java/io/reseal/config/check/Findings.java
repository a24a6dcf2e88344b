package io.reseal.config.check;

import io.reseal.config.Location;
import io.reseal.config.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** What one reading has found so far: errors, warnings, and where each key stands. */
public final class Findings {
  private final List<Problem> errors = new ArrayList<>();
  private final List<Problem> warnings = new ArrayList<>();
  private final Consumer<Path> files;
  private final Places places;

  /** Starts with nothing found in a file. */
  public Findings(String file) {
    this(file, ignored -> {});
  }

  /**
   * The same for whoever wants to know what the configuration depends on.
   *
   * @param files told of every file that the configuration names, before it is read
   */
  public Findings(String file, Consumer<Path> files) {
    this.files = files;
    this.places = new Places(file);
  }

  /** Notes where a key stands. */
  public void place(Location location) {
    places.place(location);
  }

  /** The place of a key path, or of the nearest group around it. */
  public Location at(String path) {
    return places.at(path);
  }

  /** Notes where a named thing is defined, as a route. */
  public void define(String kind, String name, Location location) {
    places.define(kind, name, location);
  }

  /** The place of one of the keys of a named thing, or of the thing itself. */
  public Location of(String kind, String name, String key) {
    return places.of(kind, name, key);
  }

  /** Where each key stands, for whoever looks at the configuration once it is read. */
  public Places places() {
    return places;
  }

  /** Takes an error down; the configuration will be refused. */
  public void error(Location at, String what, String found, String expected, String hint) {
    errors.add(new Problem(at, what, found, expected, hint));
  }

  /** Takes a warning down. */
  public void warn(Location at, String what, String found, String expected, String hint) {
    warnings.add(new Problem(at, what, found, expected, hint));
  }

  /** Tells of a file that the configuration names and that is read next, if it can be. */
  public void dependsOn(Path file) {
    files.accept(file);
  }

  public List<Problem> errors() {
    return errors;
  }

  public List<Problem> warnings() {
    return warnings;
  }
}
