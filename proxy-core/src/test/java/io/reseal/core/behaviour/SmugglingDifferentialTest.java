package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.Timeouts;
import io.reseal.testkit.MessageHead;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordedRequest;
import io.reseal.testkit.TestBed;
import io.reseal.testkit.WireReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests mutated at random: what the upstream receives must be what a strict reader sees in the
 * client's bytes, or less. A disagreement is a request that one of them does not know of.
 */
final class SmugglingDifferentialTest {
  private static final int CASES = Integer.getInteger("reseal.smugglingCases", 400);

  /** Stands for the number of a case, in each request that a seed has; never mutated. */
  private static final String CASE = "00000000";

  private static final List<String> SEEDS = List.of(
      "POST /one HTTP/1.1\r\nHost: a.test\r\nCase: 00000000\r\nContent-Length: 59\r\n\r\n"
          + "GET /inner HTTP/1.1\r\nHost: a.test\r\nCase: 00000000\r\nX: y\r\n\r\n"
          + "GET /two HTTP/1.1\r\nHost: a.test\r\nCase: 00000000\r\n\r\n",
      "POST /one HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\nCase: 00000000\r\n\r\n"
          + "3b\r\nGET /inner HTTP/1.1\r\nHost: a.test\r\nCase: 00000000\r\nX: y\r\n\r\n\r\n0\r\n\r\n"
          + "GET /two HTTP/1.1\r\nHost: a.test\r\nCase: 00000000\r\n\r\n",
      "POST /one HTTP/1.1\r\nHost: a.test\r\nX: y\r\nTransfer-Encoding: chunked\r\n"
          + "Case: 00000000\r\n\r\n5;x=\"y\"\r\nhello\r\n00\r\nT: z\r\n\r\n"
          + "POST /two HTTP/1.1\r\nHost: a.test\r\nCase: 00000000\r\n"
          + "Content-Length: 53\r\n\r\n"
          + "GET /inner HTTP/1.1\r\nHost: a.test\r\nCase: 00000000\r\n\r\n");

  private static final List<String> TOKENS = List.of(
      "\r",
      "\n",
      "\r\n",
      "\r\n\r\n",
      "\n\n",
      " ",
      "\t",
      "\u000B",
      "\f",
      "\u0000",
      "\u0085",
      "\u00A0",
      ":",
      ";",
      ",",
      "\"",
      "=",
      "0",
      "1",
      "5",
      "a",
      "f",
      "x",
      "-",
      "+",
      "_",
      "/",
      "#",
      "chunked",
      "identity",
      "Content-Length: 0\r\n",
      "Content-Length: 5\r\n",
      "Transfer-Encoding: chunked\r\n",
      "Transfer-Encoding: x\r\n",
      "Transfer-Encoding:\r\n chunked\r\n",
      "Connection: Content-Length\r\n",
      "Connection: Transfer-Encoding\r\n",
      "0\r\n\r\n",
      "Expect: 100-continue\r\n",
      "Upgrade: websocket\r\nConnection: Upgrade\r\n",
      "HTTP/1.0",
      "HEAD");

  private static TestBed bed;

  @BeforeAll
  static void start() throws IOException {
    bed = TestBed.start(setup -> setup.timeouts(SmugglingDifferentialTest::impatient));
  }

  /** Half requests end with the client's FIN; the short deadline is for those that do not. */
  private static Timeouts impatient(Timeouts all) {
    Duration soon = Duration.ofMillis(300);
    return new Timeouts(
        soon,
        soon,
        soon,
        soon,
        all.connect(),
        all.upstreamHandshake(),
        soon,
        all.tunnelIdle(),
        all.upstreamIdle(),
        all.upstreamAge(),
        all.resolve());
  }

  @AfterAll
  static void stop() {
    bed.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  @Timeout(120)
  void agreesWithAStrictReader(long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    Set<Seen> reference = new HashSet<>();
    Map<String, String> mutants = new HashMap<>();
    int before = bed.origin().requests().size();
    for (int i = 0; i < CASES; i++) {
      String number = "%08d".formatted(seed * 1_000_000 + i);
      String mutant = mutate(SEEDS.get(i % SEEDS.size()), random).replace(CASE, number);
      reference.addAll(strictly(mutant));
      mutants.put(number, mutant);
      try (RawClient client = bed.proxy().plainClient()) {
        client.sendDespiteClose(mutant);
        client.halfClose();
        client.readToEnd();
      }
    }
    bed.requireHealthy();
    List<Seen> surplus = bed.origin().requests().stream()
        .skip(before)
        .filter(request -> !request.head().path().equals("/control"))
        .map(Seen::of)
        .filter(seen -> !reference.contains(seen))
        .toList();
    String shown = surplus.stream()
        .map(seen -> seen + " of:\n" + shown(mutants, seen))
        .collect(Collectors.joining("\n"));
    assertThat(surplus).as("requests that no strict reader sees: %s", shown).isEmpty();
  }

  private static String shown(Map<String, String> mutants, Seen seen) {
    String digits = seen.number().replaceAll("[^0-9]", "");
    String mutant = mutants.getOrDefault(digits, "(unknown case)");
    return mutant.replace("\r", "\\r").replace("\n", "\\n\n");
  }

  private static String mutate(String request, SplittableRandom random) {
    StringBuilder mutant = new StringBuilder(request);
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      int at = random.nextInt(mutant.length());
      String token = TOKENS.get(random.nextInt(TOKENS.size()));
      if (isWithinCase(mutant, at)) {
        continue;
      }
      switch (random.nextInt(4)) {
        case 0 -> mutant.insert(at, token);
        case 1 -> mutant.deleteCharAt(at);
        case 2 -> mutant.replace(at, at + 1, token);
        default -> {
          int lineEnd = mutant.indexOf("\r\n", at);
          mutant.insert(lineEnd < 0 ? at : lineEnd + 2, token);
        }
      }
    }
    return mutant.toString();
  }

  private static boolean isWithinCase(StringBuilder mutant, int at) {
    int next = mutant.indexOf(CASE, Math.max(0, at - CASE.length()));
    return next >= 0 && at >= next && at < next + CASE.length();
  }

  /** Which case, method and body; the path may be normalised. */
  private record Seen(String number, String method, String body) {
    static Seen of(MessageHead head, byte[] body) {
      return new Seen(
          head.fields().first("case"),
          head.method(),
          new String(body, StandardCharsets.ISO_8859_1));
    }

    static Seen of(RecordedRequest request) {
      return of(request.head(), request.body());
    }
  }

  private static List<Seen> strictly(String bytes) {
    WireReader reader =
        new WireReader(new ByteArrayInputStream(bytes.getBytes(StandardCharsets.ISO_8859_1)));
    List<Seen> seen = new ArrayList<>();
    try {
      reader.skipEmptyLine();
      MessageHead head = reader.readHead();
      while (head != null) {
        seen.add(Seen.of(head, reader.requestBody(head).readAllBytes()));
        reader.skipEmptyLine();
        head = reader.readHead();
      }
    } catch (IOException e) {
      // Here the strict reader stops, and so must the proxy.
    }
    return seen;
  }
}
