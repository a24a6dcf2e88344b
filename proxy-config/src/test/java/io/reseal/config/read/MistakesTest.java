package io.reseal.config.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.Problem;
import io.reseal.config.testkit.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Golden files: what is said about each mistake in {@code mistakes/*.yaml}. Rewrite the expected
 * texts by {@code -Dreseal.golden.write=true}, and read what changed.
 */
class MistakesTest {
  private static final Path INPUTS = Path.of("src/test/resources/mistakes");

  @TempDir
  static Path folder;

  @BeforeAll
  static void makeCertificates() {
    MistakenCertificates.write(folder);
  }

  static List<Path> inputs() throws IOException {
    try (Stream<Path> files = Files.list(INPUTS)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("inputs")
  void saysWhatIsExpected(Path input) throws IOException {
    String name = input.getFileName().toString();
    Files.copy(input, folder.resolve(name));
    String said = text(ConfigReader.read(folder.resolve(name)));
    Path expected = INPUTS.resolve(name.replace(".yaml", ".expected"));
    if (Boolean.getBoolean("reseal.golden.write")) {
      PrivateFiles.write(expected, said);
    }
    assertThat(said).isEqualTo(Files.readString(expected));
  }

  @ParameterizedTest
  @MethodSource("inputs")
  void everyProblemSaysWhatWasExpectedAndWhatToDo(Path input) throws IOException {
    ConfigResult result = ConfigReader.read(input);
    List<Problem> problems = switch (result) {
      case ConfigResult.Valid valid -> valid.warnings();
      case ConfigResult.Invalid invalid -> invalid.problems();
    };
    assertThat(problems).isNotEmpty().allSatisfy(problem -> {
      assertThat(problem.what()).isNotBlank().doesNotEndWith(".");
      assertThat(problem.expected()).as(problem.toString()).isNotBlank();
      assertThat(problem.hint()).as(problem.toString()).isNotBlank();
      assertThat(problem.location().file()).isNotBlank();
    });
  }

  @ParameterizedTest
  @MethodSource("inputs")
  void noProblemIsReportedTwice(Path input) {
    if (ConfigReader.read(input) instanceof ConfigResult.Invalid invalid) {
      assertThat(invalid.problems()).doesNotHaveDuplicates();
    }
  }

  @Test
  void saysThatTheFileIsMissing() {
    assertThat(text(ConfigReader.read(folder.resolve("not-there.yaml"))))
        .isEqualTo("refused\nDIR/not-there.yaml: the file does not exist (expected: a YAML file)."
            + " Check the path given by -c.\n");
  }

  @Test
  void saysThatTheFileIsAFolder() {
    assertThat(text(ConfigReader.read(folder)))
        .isEqualTo("refused\nDIR: this is a folder (expected: a YAML file). Name a file in it.\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{a: ", "- "})
  void survivesDeepNesting(String opening) {
    assertThat(ConfigReader.read(opening.repeat(200_000), folder, "deep.yaml"))
        .isInstanceOf(ConfigResult.Invalid.class);
  }

  private static String text(ConfigResult result) {
    return switch (result) {
      case ConfigResult.Valid valid -> "accepted\n" + lines(valid.warnings());
      case ConfigResult.Invalid invalid -> "refused\n" + lines(invalid.problems());
    };
  }

  private static String lines(List<Problem> problems) {
    return problems.stream()
        .map(problem -> problem.toString().replace(folder.toString(), "DIR") + "\n")
        .collect(Collectors.joining());
  }
}
