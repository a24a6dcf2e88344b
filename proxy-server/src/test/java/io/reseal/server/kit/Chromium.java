package io.reseal.server.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * Debian's Chromium without a window, driven by its DevTools protocol, with one tab. Keeps whatever
 * the browser complains of: violations of a policy, errors and warnings of the console, exceptions.
 */
public final class Chromium implements AutoCloseable {
  private static final long DEADLINE_SECONDS = 60;
  private static final Pattern ID = Pattern.compile("^\\{\"id\":([0-9]+)");
  private static final Pattern PICTURE = Pattern.compile("\"data\":\"([A-Za-z0-9+/=]+)\"");

  private final Process process;
  private final WebSocket socket;
  private final AtomicInteger lastId = new AtomicInteger();
  private final Map<Integer, CompletableFuture<String>> answers = new ConcurrentHashMap<>();
  private final List<String> events = new CopyOnWriteArrayList<>();
  private String session = "";

  private Chromium(Process process, String address) {
    this.process = process;
    HttpClient client = HttpClient.newHttpClient();
    socket = client
        .newWebSocketBuilder()
        .buildAsync(URI.create(address), new Reader())
        .join();
  }

  /** Starts it with its profile in a folder, of which it is the only one. */
  public static Chromium start(Path folder) throws IOException {
    // A short name, because the path of a socket in it has to fit into 108 bytes.
    Path profile = Files.createDirectory(folder.resolve("c"));
    Path output = profile.resolve("output");
    ProcessBuilder builder = new ProcessBuilder(
        "chromium",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--disable-extensions",
        "--disable-sync",
        "--disable-component-update",
        "--disable-background-networking",
        "--no-first-run",
        "--no-proxy-server",
        "--hide-scrollbars",
        // For proxies of tests, whose names nobody resolves and whose CA nobody trusts.
        "--ignore-certificate-errors",
        "--host-resolver-rules=MAP *.test 127.0.0.1",
        "--lang=en",
        "--remote-debugging-port=0",
        "--user-data-dir=" + profile,
        "about:blank");
    builder.environment().put("HOME", profile.toString());
    builder.environment().put("TMPDIR", profile.toString());
    Process process =
        builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
    try {
      Chromium chromium = new Chromium(process, awaitAddress(process, profile, output));
      chromium.openTab();
      return chromium;
    } catch (RuntimeException | Error failed) {
      process.destroyForcibly();
      throw failed;
    }
  }

  private static String awaitAddress(Process process, Path profile, Path output) {
    Path file = profile.resolve("DevToolsActivePort");
    List<String> lines = new ArrayList<>();
    Awaitility.await().atMost(DEADLINE_SECONDS, TimeUnit.SECONDS).until(() -> {
      assertThat(process.isAlive()).as("chromium: " + Files.readString(output)).isTrue();
      lines.clear();
      if (Files.exists(file)) {
        lines.addAll(Files.readAllLines(file));
      }
      return lines.size() == 2;
    });
    return "ws://127.0.0.1:" + lines.getFirst() + lines.getLast();
  }

  private void openTab() {
    String target = result(call("Target.createTarget", "{\"url\": \"about:blank\"}"))
        .get("targetId")
        .toString();
    session = result(
            call("Target.attachToTarget", "{\"targetId\": \"" + target + "\", \"flatten\": true}"))
        .get("sessionId")
        .toString();
    for (String domain : List.of("Page", "Runtime", "Log", "Audits")) {
      call(domain + ".enable", "{}");
    }
  }

  private static Json result(String answer) {
    return Json.parse(answer).object("result");
  }

  private String call(String method, String parameters) {
    int id = lastId.incrementAndGet();
    CompletableFuture<String> answer = new CompletableFuture<>();
    answers.put(id, answer);
    String where = session.isEmpty() ? "" : ", \"sessionId\": \"" + session + "\"";
    socket
        .sendText(
            "{\"id\": %d, \"method\": \"%s\", \"params\": %s%s}"
                .formatted(id, method, parameters, where),
            /* last= */ true)
        .join();
    try {
      String text = answer.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
      assertThat(text).as(method).doesNotContain("\"error\":{\"code\"");
      return text;
    } catch (InterruptedException | ExecutionException | TimeoutException failed) {
      throw new AssertionError(method, failed);
    }
  }

  /** The size of the tab in CSS pixels, and which colours its user prefers, who likes no motion. */
  public void look(int width, int height, boolean dark) {
    call(
        "Emulation.setDeviceMetricsOverride",
        "{\"width\": %d, \"height\": %d, \"deviceScaleFactor\": 1, \"mobile\": %s}"
            .formatted(width, height, width < 600));
    call(
        "Emulation.setEmulatedMedia",
        ("{\"features\": [{\"name\": \"prefers-color-scheme\", \"value\": \"%s\"},"
                + " {\"name\": \"prefers-reduced-motion\", \"value\": \"reduce\"}]}")
            .formatted(dark ? "dark" : "light"));
  }

  /** Opens an address. */
  public void open(String address) {
    call("Page.navigate", "{\"url\": \"" + address + "\"}");
  }

  /** What an expression is in the page, as text; a promise is waited for. */
  public String evaluate(String expression) {
    String answer = call(
        "Runtime.evaluate",
        ("{\"expression\": %s, \"awaitPromise\": true, \"returnByValue\": true,"
                + " \"allowUnsafeEvalBlockedByCSP\": false}")
            .formatted(quoted("Promise.resolve(" + expression + ").then(String)")));
    assertThat(answer).as(expression).doesNotContain("exceptionDetails");
    return result(answer).object("result").get("value").toString();
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }

  /** Waits until an expression is true. */
  public void await(String expression) {
    Awaitility.await(expression)
        .atMost(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .until(() -> evaluate(expression).equals("true"));
  }

  /** A key of the keyboard. */
  public enum Key {
    TAB("Tab", 9, ""),
    ENTER("Enter", 13, "\\r"),
    SPACE("Space", 32, " ");

    private final String code;
    private final int number;
    private final String text;

    Key(String code, int number, String text) {
      this.code = code;
      this.number = number;
      this.text = text;
    }
  }

  /** Presses and releases a key. */
  public void press(Key key) {
    String name = key == Key.SPACE ? " " : key.code;
    for (String type : List.of("keyDown", "keyUp")) {
      String typed =
          type.equals("keyDown") && !key.text.isEmpty() ? ", \"text\": \"" + key.text + "\"" : "";
      call(
          "Input.dispatchKeyEvent",
          "{\"type\": \"%s\", \"key\": \"%s\", \"code\": \"%s\", \"windowsVirtualKeyCode\": %d%s}"
              .formatted(type, name, key.code, key.number, typed));
    }
  }

  /** Types a text where the focus is. */
  public void type(String text) {
    call("Input.insertText", "{\"text\": " + quoted(text) + "}");
  }

  /** A picture of the whole page, as PNG. */
  public byte[] picture() {
    String answer =
        call("Page.captureScreenshot", "{\"format\": \"png\", \"captureBeyondViewport\": true}");
    Matcher picture = PICTURE.matcher(answer);
    assertThat(picture.find()).isTrue();
    return Base64.getDecoder().decode(picture.group(1).getBytes(StandardCharsets.US_ASCII));
  }

  /** Whatever the browser complained of so far. */
  public List<String> complaints() {
    return events.stream()
        .filter(event -> event.contains("\"method\":\"Log.entryAdded\"")
            || event.contains("\"method\":\"Runtime.exceptionThrown\"")
            || event.contains("\"method\":\"Runtime.consoleAPICalled\"")
            || event.contains("\"method\":\"Audits.issueAdded\""))
        .toList();
  }

  /** Begins anew with complaints, after a test that brought them about. */
  public void forgetComplaints() {
    events.clear();
  }

  @Override
  public void close() {
    socket.abort();
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException asked) {
      Thread.currentThread().interrupt();
    }
  }

  /** Puts messages together and hands them to who waits for them. */
  private final class Reader implements WebSocket.Listener {
    private final StringBuilder message = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      message.append(data);
      if (last) {
        String whole = message.toString();
        message.setLength(0);
        Matcher id = ID.matcher(whole);
        if (id.find()) {
          answers
              .getOrDefault(Integer.parseInt(id.group(1)), new CompletableFuture<>())
              .complete(whole);
        } else {
          events.add(whole);
        }
      }
      from.request(1);
      return CompletableFuture.completedFuture(null);
    }
  }
}
