package io.reseal.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The units for systemd, as systemd itself judges them where it does not run. */
final class PackedUnitTest {
  private static final Path PACKED = Engine.ROOT.resolve("distribution/target/reseal");
  private static final Path PROGRAM = Path.of("/usr/bin/systemd-analyze");

  /** In tenths, as systemd counts it: 100 is exposed to everything; below 20 there is little left. */
  private static final int EXPOSURE_TENTHS = 20;

  @TempDir
  private Path folder = Path.of("");

  @BeforeAll
  static void requireProgram() {
    assumeTrue(
        Files.isExecutable(PROGRAM),
        PROGRAM + " is not installed; this test needs it (Debian's package systemd)");
  }

  @Test
  void knowsEveryDirective() throws Exception {
    for (Path unit : units()) {
      // It says what it does not know and goes on: any line is a complaint.
      assertThat(run("verify", "--man=no", unit.toString())).isEmpty();
    }
  }

  @Test
  void isExposedToLittle() throws Exception {
    for (Path unit : units()) {
      assertThat(run(
              "security",
              "--offline=true",
              "--no-pager",
              "--threshold=" + EXPOSURE_TENTHS,
              unit.toString()))
          .contains("Overall exposure level");
    }
  }

  /** The packed units, for the place where the program is now. */
  private List<Path> units() throws IOException {
    List<Path> units = new ArrayList<>();
    try (Stream<Path> packed = Files.list(PACKED.resolve("systemd"))) {
      for (Path unit :
          packed.filter(each -> each.toString().endsWith(".service")).toList()) {
        String text = Files.readString(unit).replace("/opt/reseal", PACKED.toString());
        units.add(Files.writeString(folder.resolve(unit.getFileName()), text));
      }
    }
    assertThat(units).isNotEmpty();
    return units;
  }

  private static String run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(PROGRAM.toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s: %s", command, output).isZero();
    return output;
  }
}
