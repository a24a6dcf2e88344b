package io.reseal.distribution;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/** The making of a Java runtime that has what the program uses, and no more. */
final class RuntimeBuilder {
  /** What jdeps names, less what optional parts of libraries would use, and JFR for operators. */
  private static final List<String> MODULES = List.of(
      "java.base",
      "java.logging",
      "java.management",
      "java.naming",
      "java.net.http",
      "java.xml",
      "jdk.httpserver",
      "jdk.jfr",
      "jdk.management",
      "jdk.unsupported");

  /** The security providers of these modules. */
  private static final List<String> PROVIDERS =
      List.of("SUN", "SunRsaSign", "SunEC", "SunJSSE", "SunJCE");

  private RuntimeBuilder() {}

  /** Makes it in a folder that is not there yet. */
  static void build(Path folder) throws IOException {
    StringWriter output = new StringWriter();
    PrintWriter printer = new PrintWriter(output);
    int exitCode = ToolProvider.findFirst("jlink")
        .orElseThrow(() -> new IOException("this JDK has no jlink; use a full JDK 25"))
        .run(
            printer,
            printer,
            "--add-modules",
            String.join(",", MODULES),
            "--strip-debug",
            "--no-header-files",
            "--no-man-pages",
            "--output",
            folder.toString());
    if (exitCode != 0) {
      throw new IOException("jlink failed: " + output);
    }
    nameProviders(folder.resolve("conf/security/java.security"));
  }

  /**
   * A provider that is listed but not there is searched for among all services on the class path,
   * which loads Bouncy Castle's: a tenth of a second.
   */
  private static void nameProviders(Path file) throws IOException {
    List<String> others;
    try (Stream<String> lines = Files.lines(file)) {
      others = lines.filter(line -> !line.startsWith("security.provider.")).toList();
    }
    StringBuilder text = new StringBuilder(String.join("\n", others)).append('\n');
    for (int i = 0; i < PROVIDERS.size(); i++) {
      text.append("security.provider.%d=%s\n".formatted(i + 1, PROVIDERS.get(i)));
    }
    Files.writeString(file, text);
  }
}
