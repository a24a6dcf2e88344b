package io.reseal.distribution;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Packs the program into a folder that needs nothing else: runtime, jars, native libraries, cache,
 * licences. The same input gives the same files, except for the cache.
 */
public final class Packer {
  /** Where the program lives in a container. */
  private static final Path IMAGE_HOME = Path.of("/opt/reseal");

  private final Path jars;
  private final Path files;
  private final List<Path> documents;
  private final Path output;
  private final String architecture;
  private final Instant time;
  private final String version;

  private Packer(
      Path jars,
      Path files,
      List<Path> documents,
      Path output,
      String architecture,
      Instant time,
      String version) {
    this.jars = jars;
    this.files = files;
    this.documents = documents;
    this.output = output;
    this.architecture = architecture;
    this.time = time;
    this.version = version;
  }

  /**
   * Packs.
   *
   * @param arguments the folder of the jars, that of the files to add, the bill of materials, the
   *     licence, the output's folder, the architecture as Netty spells it, the time of every file,
   *     the version
   */
  public static void main(String[] arguments) throws Exception {
    Path hosts = Files.createTempFile("reseal-hosts", "");
    Files.writeString(
        hosts,
        "127.0.0.1 localhost shop.demo.test pass.demo.test broken.demo.test legacy.demo.test\n");
    System.setProperty("jdk.net.hosts.file", hosts.toString());
    try {
      new Packer(
              Path.of(arguments[0]),
              Path.of(arguments[1]),
              List.of(Path.of(arguments[2]), Path.of(arguments[3])),
              Path.of(arguments[4]).toAbsolutePath(),
              arguments[5],
              Instant.parse(arguments[6]),
              arguments[7])
          .pack();
    } finally {
      Files.deleteIfExists(hosts);
    }
  }

  private void pack() throws IOException, InterruptedException, GeneralSecurityException {
    String digest = inputs();
    Path mark = output.resolveSibling(output.getFileName() + ".inputs");
    if (Files.exists(mark) && Files.readString(mark).equals(digest)) {
      // What is newer than this file has changed since.
      Files.setLastModifiedTime(mark, FileTime.from(Instant.now()));
      return;
    }
    Files.deleteIfExists(mark);
    Trees.delete(output);
    Files.createDirectories(output);
    RuntimeBuilder.build(output.resolve("runtime"));
    Trees.copy(files, output);
    addJars();
    if (Files.exists(documents.getFirst())) {
      Files.copy(documents.getFirst(), output.resolve("sbom.cdx.json"));
    } else {
      System.err.println("packed without a bill of materials: Maven makes it online only");
    }
    Files.copy(documents.getLast(), output.resolve("LICENSE"));
    Trees.setTimes(output, time);
    train();
    Launch image = new Launch(IMAGE_HOME, Launch.in(output).jars());
    Files.writeString(
        output.resolve("lib/image.options"),
        "-XX:AOTCache=" + IMAGE_HOME.resolve("aot/reseal.aot") + "\n"
            + String.join("\n", image.options()) + "\n");
    Trees.setTimes(output, time);
    new ImageLayers(output, time).write(output.resolveSibling("image"));
    tar();
    Files.writeString(mark, digest);
  }

  private void addJars() throws IOException {
    Path lib = Files.createDirectories(output.resolve("lib"));
    Path natives = Files.createDirectories(output.resolve("native"));
    JarRepacker repacker = new JarRepacker(time);
    for (Path jar : jarsHere()) {
      repacker.repack(jar, lib.resolve(jar.getFileName()));
      try (ZipFile zip = new ZipFile(jar.toFile())) {
        for (ZipEntry entry : Collections.list(zip.entries())) {
          addLicence(zip, entry, jar);
          addNative(zip, entry, natives);
        }
      }
    }
  }

  /** The jars that are for this architecture, or for all. */
  private List<Path> jarsHere() throws IOException {
    try (Stream<Path> found = Files.list(jars)) {
      return found
          .filter(jar -> {
            String name = jar.getFileName().toString();
            return name.endsWith(".jar")
                && (!name.matches(".*-(linux|osx|windows)-[a-z0-9_]+\\.jar")
                    || name.endsWith("-linux-" + architecture + ".jar"));
          })
          .sorted()
          .toList();
    }
  }

  private void addLicence(ZipFile zip, ZipEntry entry, Path jar) throws IOException {
    String name = entry.getName();
    if (entry.isDirectory()
        || name.endsWith(".class")
        || !name.matches("(META-INF/)?(license/)?(?i:licen[sc]e|notice|copying)[^/]*")) {
      return;
    }
    String folder = jar.getFileName().toString().replaceFirst("\\.jar$", "");
    Path to = output.resolve("licenses").resolve(folder).resolve(Path.of(name).getFileName());
    Files.createDirectories(to.getParent());
    try (InputStream in = zip.getInputStream(entry)) {
      Files.write(to, in.readAllBytes());
    }
  }

  private static void addNative(ZipFile zip, ZipEntry entry, Path natives) throws IOException {
    if (entry.getName().matches("META-INF/native/[^/]+\\.so")) {
      Path to = natives.resolve(Path.of(entry.getName()).getFileName());
      try (InputStream in = zip.getInputStream(entry)) {
        Files.write(to, in.readAllBytes());
      }
    }
  }

  private void train() throws IOException, InterruptedException, GeneralSecurityException {
    Path folder = Files.createTempDirectory("reseal-training");
    try {
      Path cache = Files.createDirectories(output.resolve("aot")).resolve("reseal.aot");
      new TrainingRun(Launch.in(output), folder).makeCache(cache);
    } finally {
      Trees.delete(folder);
    }
  }

  private String inputs() throws IOException, GeneralSecurityException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(
        (Runtime.version() + architecture + time + output).getBytes(StandardCharsets.UTF_8));
    for (Path folder : List.of(jars, files, ownClasses())) {
      for (Path file : Trees.walk(folder)) {
        if (Files.isRegularFile(file)) {
          digest.update(folder.relativize(file).toString().getBytes(StandardCharsets.UTF_8));
          digest.update(Files.readAllBytes(file));
        }
      }
    }
    for (Path document : documents) {
      digest.update(Files.exists(document) ? Files.readAllBytes(document) : new byte[0]);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static Path ownClasses() {
    return Path.of(
        Packer.class.getProtectionDomain().getCodeSource().getLocation().getPath());
  }

  /** The folder as one file, for hosts without containers. */
  private void tar() throws IOException, InterruptedException {
    String name = "reseal-" + version + "-linux-" + architecture;
    Process tar = new ProcessBuilder(
            "tar",
            "--create",
            "--gzip",
            "--sort=name",
            "--owner=0",
            "--group=0",
            "--numeric-owner",
            "--transform=s,^reseal," + name + ",",
            "--file=" + output.resolveSibling(name + ".tar.gz"),
            "--directory=" + output.getParent(),
            "reseal")
        .inheritIO()
        .start();
    if (tar.waitFor() != 0) {
      throw new IOException("tar failed; GNU tar is needed");
    }
  }
}
