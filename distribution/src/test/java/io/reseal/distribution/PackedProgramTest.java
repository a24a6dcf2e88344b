package io.reseal.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packed folder, as a host without containers has it from the tarball. */
final class PackedProgramTest {
  private static final Path PACKED = Engine.ROOT.resolve("distribution/target/reseal");

  @TempDir
  private Path folder = Path.of("");

  @Test
  void runsFromAnotherFolderWithItsCache() throws Exception {
    Trees.link(PACKED, folder.resolve("opt"));
    Files.createSymbolicLink(folder.resolve("command"), folder.resolve("opt/bin/reseal"));
    // Where the cache does not fit, this mode ends the virtual machine.
    assertThat(run(folder.resolve("command"), "-XX:AOTMode=on")).startsWith("reseal ");
  }

  @Test
  void refusesACacheThatDoesNotFit() throws Exception {
    assertThat(run(PACKED.resolve("bin/reseal"), "-XX:AOTMode=on -XX:-UseCompactObjectHeaders"))
        .doesNotStartWith("reseal ");
  }

  @Test
  void carriesABillOfMaterials() throws Exception {
    assumeTrue(
        Files.exists(PACKED.resolve("sbom.cdx.json")),
        "Maven was offline when this was packed; the bill of materials needs it online");
    assertThat(PACKED.resolve("sbom.cdx.json"))
        .content()
        .contains("CycloneDX", "netty-tcnative-boringssl-static", "logback-classic");
  }

  @Test
  void carriesLicences() throws Exception {
    assertThat(PACKED.resolve("LICENSE")).exists();
    assertThat(Trees.walk(PACKED.resolve("licenses")))
        .anyMatch(file -> file.endsWith("LICENSE.boringssl.txt"));
    assertThat(PACKED.resolve("runtime/legal/java.base")).exists();
  }

  @Test
  void givesEverythingInTheImageOneTime() throws Exception {
    // The same layers come of the same inputs only so; a symbolic link has a time of its own.
    Set<FileTime> times = new HashSet<>();
    boolean links = false;
    for (Path file : Trees.walk(PACKED.resolveSibling("image"))) {
      times.add(Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS));
      links |= Files.isSymbolicLink(file);
    }
    assertThat(times).hasSize(1);
    assertThat(links).isTrue();
  }

  private static String run(Path command, String options) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command.toString(), "--version").redirectErrorStream(true);
    builder.environment().put("RESEAL_JAVA_OPTS", options);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }
}
