package io.reseal.server.kit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.reseal.server.Main;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * How the program is started where not as usual: in namespaces of its own, with other options of the
 * Java virtual machine, another class path or other variables. What it is started by becomes it, so
 * that the number of the process is the program's.
 */
public final class Launch {
  private final List<String> wrapping = new ArrayList<>();
  private final List<String> options = new ArrayList<>(List.of("-Xmx256m"));
  private final Map<String, String> environment = new HashMap<>();
  private String classPath = Program.classPath();

  /** As usual so far. */
  public Launch() {}

  /**
   * In namespaces of its own; the test is skipped where that is not allowed.
   *
   * @param kinds options of unshare, as {@code -m} for mounts and {@code -n} for the network
   * @param preparation what a shell does in them before the program starts
   */
  public Launch inNamespaces(String kinds, String preparation) throws Exception {
    Shell.require("unshare");
    boolean allowed = new Shell(Path.of("/")).run("unshare " + kinds + " true").exitCode() == 0;
    assumeTrue(allowed, "unshare " + kinds + " is not allowed here; this test runs as root");
    wrapping.addAll(
        List.of("unshare", kinds, "sh", "-c", "set -e; " + preparation + "; exec \"$@\"", "sh"));
    return this;
  }

  /** With an option of the Java virtual machine; the last of its kind counts. */
  public Launch option(String option) {
    options.add(option);
    return this;
  }

  /** As packed: with the options that every start of the product has. */
  public Launch asPacked() {
    Path file = Path.of("..", "distribution", "src", "main", "distribution", "lib", "jvm.options");
    assumeTrue(Files.exists(file), file + " is not there; this test runs in its module's folder");
    return option("@" + file.toAbsolutePath().normalize());
  }

  /** With a variable of the environment. */
  public Launch variable(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** Without the entries of the class path whose file names are these. */
  public Launch without(Predicate<String> name) {
    // Not the jar whose manifest alone names them.
    classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !name.test(String.valueOf(Path.of(entry).getFileName())))
        .collect(Collectors.joining(File.pathSeparator));
    return this;
  }

  /** With another entry in front of the class path. */
  public Launch with(Path entry) {
    classPath = entry + File.pathSeparator + classPath;
    return this;
  }

  /** Starts it with these arguments. */
  public Program start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(wrapping);
    command.addAll(Program.command(Main.class, options, classPath, arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.environment().merge("PATH", "/usr/sbin:/sbin", (path, more) -> path + ":" + more);
    return Program.start(builder);
  }
}
