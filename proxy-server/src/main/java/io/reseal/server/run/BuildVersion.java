package io.reseal.server.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of this build. */
public final class BuildVersion {
  private BuildVersion() {}

  public static String number() {
    Properties properties = new Properties();
    try (InputStream in = BuildVersion.class.getResourceAsStream("/reseal-version.properties")) {
      if (in == null) {
        return "(unknown version)";
      }
      properties.load(in);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    return properties.getProperty("version", "(unknown version)");
  }
}
