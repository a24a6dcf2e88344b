package io.reseal.config;

/** The paths that a route is for; compared with the request's normalised path, case-sensitive. */
public sealed interface PathMatch {
  PathMatch EVERYTHING = new Prefix("/");

  /** The path as written, starting with a slash. */
  String path();

  /** Exactly this path; {@code /a} does not match {@code /a/}. */
  record Exact(String path) implements PathMatch {}

  /**
   * This path and everything below it, by whole path elements: {@code /a} and {@code /a/} match
   * {@code /a}, {@code /a/} and {@code /a/b}, never {@code /ab}.
   */
  record Prefix(String path) implements PathMatch {}
}
