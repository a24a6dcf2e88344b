package io.reseal.server.kit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.server.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** The program in a process of its own, with everything that it prints. */
public final class Program implements AutoCloseable {
  private static final long DEADLINE_SECONDS = 30;

  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final List<Thread> readers;

  private Program(Process process) {
    this.process = process;
    this.readers = List.of(read(process.getInputStream()), read(process.getErrorStream()));
  }

  /** Starts it with these arguments. */
  public static Program start(String... arguments) throws IOException {
    return startClass(Main.class, arguments);
  }

  /** Starts another main class as the program is started. */
  public static Program startClass(Class<?> main, String... arguments) throws IOException {
    return new Program(new ProcessBuilder(command(main, arguments)).start());
  }

  /** Starts it with these arguments, and so many files that it may have open. */
  public static Program startWithOpenFiles(int limit, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", "ulimit -n " + limit + " && exec \"$@\"", "sh"));
    command.addAll(command(Main.class, arguments));
    return new Program(new ProcessBuilder(command).start());
  }

  /** Starts it with these arguments and with SIGHUP ignored, as {@code nohup} does it. */
  public static Program startWithoutHangup(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", "trap '' HUP && exec \"$@\"", "sh"));
    command.addAll(command(Main.class, arguments));
    return new Program(new ProcessBuilder(command).start());
  }

  /** Starts what is ready to be started. */
  static Program start(ProcessBuilder builder) throws IOException {
    return new Program(builder.start());
  }

  private static List<String> command(Class<?> main, String... arguments) {
    return command(main, List.of("-Xmx256m"), classPath(), arguments);
  }

  static List<String> command(
      Class<?> main, List<String> options, String classPath, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-Dio.netty.leakDetection.level=paranoid",
        // Not the one that tests use in their own process.
        "-Dlogback.configurationFile=logback.xml"));
    command.addAll(options);
    command.addAll(List.of("-cp", classPath, main.getName()));
    command.addAll(Arrays.asList(arguments));
    return command;
  }

  static String classPath() {
    return System.getProperty("surefire.real.class.path", System.getProperty("java.class.path"));
  }

  private Thread read(InputStream stream) {
    return Thread.ofVirtual().start(() -> {
      try (BufferedReader reader = new BufferedReader(new java.io.InputStreamReader(stream))) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          lines.add(line);
        }
      } catch (IOException ended) {
        // The process is gone, and what it said with it.
      }
    });
  }

  /** Everything printed so far. */
  public String output() {
    return String.join("\n", lines);
  }

  /** Waits for a line and returns its match. */
  public Matcher awaitLine(String regex) {
    Pattern pattern = Pattern.compile(regex);
    Matcher[] found = new Matcher[1];
    Awaitility.await()
        .alias(regex)
        .pollDelay(0, TimeUnit.MILLISECONDS)
        .pollInterval(10, TimeUnit.MILLISECONDS)
        .atMost(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .conditionEvaluationListener(
            evaluated -> assertThat(process.isAlive() || isFound(pattern, found))
                .as("ended with: %s", output())
                .isTrue())
        .until(() -> isFound(pattern, found));
    return found[0];
  }

  private boolean isFound(Pattern pattern, Matcher[] found) {
    for (String line : lines) {
      Matcher matcher = pattern.matcher(line);
      if (matcher.find()) {
        found[0] = matcher;
        return true;
      }
    }
    return false;
  }

  /** The port that a listener is bound to, from the log. */
  public int port(String listener) {
    return Integer.parseInt(
        awaitLine("listener \"" + listener + "\" on [^ ]*:([0-9]+),").group(1));
  }

  /** Where the admin port ("admin") or the status port ("status") listens, from the log. */
  public InetSocketAddress adminAddress(String name) {
    String port = awaitLine(name + " port on [^ ]*:([0-9]+)$").group(1);
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), Integer.parseInt(port));
  }

  /** The number of the process. */
  public long pid() {
    return process.pid();
  }

  /** Sends a signal by its short name. */
  public void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  /** Waits for the end. */
  public int awaitExit() throws InterruptedException {
    assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).as(output()).isTrue();
    for (Thread reader : readers) {
      reader.join();
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
