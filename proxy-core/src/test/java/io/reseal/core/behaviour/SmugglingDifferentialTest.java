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
import java.util.List;
import java.util.SplittableRandom;
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

  private static final List<String> SEEDS = List.of(
      "POST /one HTTP/1.1\r\nHost: a.test\r\nContent-Length: 43\r\n\r\n"
          + "GET /inner HTTP/1.1\r\nHost: a.test\r\nX: y\r\n\r\n"
          + "GET /two HTTP/1.1\r\nHost: a.test\r\n\r\n",
      "POST /one HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n"
          + "2b\r\nGET /inner HTTP/1.1\r\nHost: a.test\r\nX: y\r\n\r\n\r\n0\r\n\r\n"
          + "GET /two HTTP/1.1\r\nHost: a.test\r\n\r\n",
      "POST /one HTTP/1.1\r\nHost: a.test\r\nX: y\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n"
          + "5;x=\"y\"\r\nhello\r\n00\r\nT: z\r\n\r\nPOST /two HTTP/1.1\r\nHost: a.test\r\n"
          + "Content-Length: 37\r\n\r\nGET /inner HTTP/1.1\r\nHost: a.test\r\n\r\n");

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
    for (int i = 0; i < CASES; i++) {
      String mutant = mutate(SEEDS.get(i % SEEDS.size()), random);
      int before = bed.origin().requests().size();
      try (RawClient client = bed.proxy().plainClient()) {
        client.sendDespiteClose(mutant);
        client.halfClose();
        client.readToEnd();
      }
      List<Seen> reference = strictly(mutant);
      List<Seen> forwarded =
          bed.origin().requests().stream().skip(before).map(Seen::of).toList();
      assertThat(forwarded.size())
          .as(
              "seed %d case %d:%n%s%nforwarded %s%nreference %s",
              seed, i, shown(mutant), forwarded, reference)
          .isLessThanOrEqualTo(reference.size());
      assertThat(forwarded)
          .as("seed %d case %d:%n%s", seed, i, shown(mutant))
          .isEqualTo(reference.subList(0, forwarded.size()));
    }
    bed.requireHealthy();
  }

  private static String mutate(String request, SplittableRandom random) {
    StringBuilder mutant = new StringBuilder(request);
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      int at = random.nextInt(mutant.length());
      String token = TOKENS.get(random.nextInt(TOKENS.size()));
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

  /** Method and body; the path may be normalised, and the fields are another test's matter. */
  private record Seen(String method, String body) {
    static Seen of(RecordedRequest request) {
      return new Seen(
          request.head().method(), new String(request.body(), StandardCharsets.ISO_8859_1));
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
        byte[] body = reader.requestBody(head).readAllBytes();
        seen.add(new Seen(head.method(), new String(body, StandardCharsets.ISO_8859_1)));
        reader.skipEmptyLine();
        head = reader.readHead();
      }
    } catch (IOException e) {
      // Here the strict reader stops, and so must the proxy.
    }
    return seen;
  }

  private static String shown(String bytes) {
    return bytes.replace("\r", "\\r").replace("\n", "\\n\n");
  }
}
