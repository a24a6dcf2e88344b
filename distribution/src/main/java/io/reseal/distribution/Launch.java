package io.reseal.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The way in which a packed program is started from its folder.
 *
 * @param home the folder that it is started from, which may be another than where it is packed
 * @param jars their names, in the order of the class path
 */
record Launch(Path home, List<String> jars) {
  /** Of the program packed in a folder, started there. */
  static Launch in(Path home) throws IOException {
    try (Stream<Path> files = Files.list(home.resolve("lib"))) {
      return new Launch(
          home,
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".jar"))
              .sorted()
              .toList());
    }
  }

  /** The options that depend on the folder. */
  List<String> options() {
    return List.of(
        "-Djava.library.path=" + home.resolve("native"),
        "-cp",
        String.join(
            ":", jars.stream().map(jar -> home.resolve("lib/" + jar).toString()).toList()));
  }

  /** The command up to the arguments of the program. */
  List<String> command(List<String> further) {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("runtime/bin/java").toString());
    command.add("@" + home.resolve("lib/jvm.options"));
    command.addAll(further);
    command.addAll(options());
    command.add("io.reseal.server.Main");
    return command;
  }
}
