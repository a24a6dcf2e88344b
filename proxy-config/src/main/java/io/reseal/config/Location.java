package io.reseal.config;

/**
 * A place in a configuration.
 *
 * @param file the file as the user named it
 * @param line from 1; 0 where unknown
 * @param column from 1; 0 where unknown
 * @param path the key path, as {@code routes[2].upstream}; empty for the whole file
 */
public record Location(String file, int line, int column, String path) {
  @Override
  public String toString() {
    String place = line > 0 ? file + ":" + line + ":" + column : file;
    return path.isEmpty() ? place : place + ": " + path;
  }
}
