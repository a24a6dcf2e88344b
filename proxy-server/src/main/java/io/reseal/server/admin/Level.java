package io.reseal.server.admin;

import java.util.Locale;

/** How bad something is. */
enum Level {
  CRITICAL,
  WARNING,
  GOOD;

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
