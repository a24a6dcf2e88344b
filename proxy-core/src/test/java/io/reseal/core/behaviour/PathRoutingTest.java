package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.PathMatch;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The path that decides the route is the path that the upstream gets. */
final class PathRoutingTest {
  private static final String ADMIN = "admin";
  private static final String OPEN = "open";
  private static final String REFUSED = "400";

  private static RecordingOrigin admin;
  private static RecordingOrigin open;
  private static ProxyFixture proxy;

  @BeforeAll
  static void start() throws IOException {
    admin = RecordingOrigin.tls(ProxySetup.originIdentity()).start();
    open = RecordingOrigin.tls(ProxySetup.originIdentity()).start();
    proxy = new ProxySetup()
        .identity("front", "a.test")
        .upstream(ADMIN, admin)
        .upstream(OPEN, open)
        .reencrypt("a.test", OPEN)
        .reencrypt("a.test", new PathMatch.Prefix("/admin"), ADMIN)
        .reencrypt("a.test", new PathMatch.Prefix("/foo"), ADMIN)
        .reencrypt("a.test", new PathMatch.Prefix("/foo/public"), OPEN)
        .reencrypt("a.test", new PathMatch.Exact("/exact"), ADMIN)
        .reencrypt("a.test", new PathMatch.Exact("/foo/public/secret"), ADMIN)
        .start();
  }

  @AfterAll
  static void stop() {
    proxy.close();
    admin.close();
    open.close();
  }

  static Stream<Arguments> spellings() {
    return Stream.of(
        Arguments.of("/admin", ADMIN),
        Arguments.of("/admin/", ADMIN),
        Arguments.of("/admin/x", ADMIN),
        Arguments.of("/admin?x", ADMIN),
        Arguments.of("/adminx", OPEN),
        Arguments.of("/admi", OPEN),
        Arguments.of("/ADMIN", OPEN),
        Arguments.of("/x/../admin", ADMIN),
        Arguments.of("/x/%2e%2e/admin", ADMIN),
        Arguments.of("/x/%2E%2E/admin", ADMIN),
        Arguments.of("/x/.%2e/admin", ADMIN),
        Arguments.of("/x/%2E./admin", ADMIN),
        Arguments.of("/./admin", ADMIN),
        Arguments.of("/%2e/admin", ADMIN),
        Arguments.of("//admin", ADMIN),
        Arguments.of("///admin//x", ADMIN),
        Arguments.of("/.//admin", ADMIN),
        Arguments.of("/admin/.", ADMIN),
        Arguments.of("/admin//../x", ADMIN + "," + OPEN),
        Arguments.of("/adm%69n", ADMIN),
        Arguments.of("/%61%64%6D%69%6e", ADMIN),
        Arguments.of("/admin;a=b", ADMIN),
        Arguments.of("/admin;/x", ADMIN),
        Arguments.of("/admin;a=b/x", ADMIN),
        Arguments.of("/;x/admin", ADMIN + "," + REFUSED),
        Arguments.of("/admin/..;/x", ADMIN + "," + REFUSED),
        Arguments.of("/x/..;/admin", ADMIN + "," + REFUSED),
        Arguments.of("/x/..;a=b/admin", ADMIN + "," + REFUSED),
        Arguments.of("/x/.;/../admin", ADMIN + "," + REFUSED),
        Arguments.of("/admin/../x", OPEN),
        Arguments.of("/admin/%2e%2e/x", OPEN),
        Arguments.of("/admin%252f", OPEN),
        Arguments.of("/%2561dmin", OPEN),
        Arguments.of("/%2fadmin", REFUSED),
        Arguments.of("/%2Fadmin", REFUSED),
        Arguments.of("/x%2f..%2fadmin", REFUSED),
        Arguments.of("/x%5c..%5cadmin", REFUSED),
        Arguments.of("/x\\..\\admin", REFUSED),
        Arguments.of("/admin%00", REFUSED),
        Arguments.of("/admin%0d%0a", REFUSED + "," + OPEN + "," + ADMIN),
        Arguments.of("/../admin", REFUSED),
        Arguments.of("/x/../../admin", REFUSED),
        Arguments.of("/%2e%2e/admin", REFUSED),
        Arguments.of("/..", REFUSED),
        Arguments.of("/foo", ADMIN),
        Arguments.of("/foo/", ADMIN),
        Arguments.of("/foo?x", ADMIN),
        Arguments.of("/foo/bar", ADMIN),
        Arguments.of("/foobar", OPEN),
        Arguments.of("/foo/public", OPEN),
        Arguments.of("/foo/public/", OPEN),
        Arguments.of("/foo/publicx", ADMIN),
        Arguments.of("/foo/public/secret", ADMIN),
        Arguments.of("/foo/public/secret/", OPEN),
        Arguments.of("/exact", ADMIN),
        Arguments.of("/exact?x=/y", ADMIN),
        Arguments.of("/exact/", OPEN),
        Arguments.of("/exact/x", OPEN),
        Arguments.of("/", OPEN));
  }

  @ParameterizedTest
  @MethodSource("spellings")
  void decidesOnceInHttp1(String target, String expected) throws IOException {
    int admins = admin.requests().size();
    int opens = open.requests().size();
    try (RawClient client = proxy.client("a.test")) {
      int status =
          client.exchange("GET " + target + " HTTP/1.1\r\nHost: a.test\r\n\r\n").status();
      requireDecision(status, admins, opens, expected);
    }
  }

  @ParameterizedTest
  @MethodSource("spellings")
  void decidesOnceInHttp2(String target, String expected) throws IOException {
    int admins = admin.requests().size();
    int opens = open.requests().size();
    try (H2RawClient client = proxy.h2Client("a.test")) {
      H2RawClient.Outcome outcome = client.get("a.test", target);
      int status = outcome.isRefused() ? 400 : outcome.status();
      requireDecision(status, admins, opens, expected);
    }
  }

  private static void requireDecision(int status, int admins, int opens, String expected) {
    boolean atAdmin = admin.requests().size() > admins;
    boolean atOpen = open.requests().size() > opens;
    assertThat(atAdmin && atOpen).isFalse();
    String decision = atAdmin ? ADMIN : atOpen ? OPEN : REFUSED;
    assertThat(List.of(expected.split(","))).contains(decision);
    assertThat(status).isEqualTo(decision.equals(REFUSED) ? 400 : 200);
    if (!decision.equals(REFUSED)) {
      RecordingOrigin origin = atAdmin ? admin : open;
      String path = origin.lastRequest().head().path();
      assertThat(path).doesNotContain("//", "/./", "/../", "%2e", "%2E", "\\");
      if (atOpen) {
        assertThat(resolved(path)).doesNotStartWith("/admin/");
      }
    }
  }

  /** The path as the most liberal of upstreams might resolve it, with a slash at the end. */
  private static String resolved(String path) {
    Deque<String> elements = new ArrayDeque<>();
    for (String element : decoded(path).replace('\\', '/').split("/", -1)) {
      String bare = element.contains(";") ? element.substring(0, element.indexOf(';')) : element;
      if (bare.equals("..")) {
        elements.pollLast();
      } else if (!bare.isEmpty() && !bare.equals(".")) {
        elements.addLast(bare);
      }
    }
    return "/" + String.join("/", elements) + "/";
  }

  private static String decoded(String path) {
    return java.net.URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @CsvSource({
    "/q?a=b&c=d, /q?a=b&c=d",
    "/q?a=%2F..%2Fx, /q?a=%2F..%2Fx",
    "/q?x=/../y//z, /q?x=/../y//z",
    "/q?, /q?",
    "/q?a?b, /q?a?b",
    "/%e2%82%ac, /%e2%82%ac",
    "/a%20b, /a%20b",
    "/a+b, /a+b",
    "/~a_b-c.d, /~a_b-c.d",
    "/a;b=c?d, /a;b=c?d",
    "/a:b@c!$&()*, /a:b@c!$&()*"
  })
  void forwardsWhatNeedsNoNormalisationUnchanged(String target, String forwarded)
      throws IOException {
    try (RawClient client = proxy.client("a.test")) {
      String request = "GET " + target + " HTTP/1.1\r\nHost: a.test\r\n\r\n";
      assertThat(client.exchange(request).status()).isEqualTo(200);
    }
    String received = open.lastRequest().head().target();
    assertThat(received).isEqualToIgnoringCase(forwarded);
  }

  @Test
  void forwardsTheNormalisedPath() throws IOException {
    try (RawClient client = proxy.client("a.test")) {
      client.exchange("GET /x//y/./z/../%7Ew?q=/../ HTTP/1.1\r\nHost: a.test\r\n\r\n");
    }
    assertThat(open.lastRequest().head().target()).isEqualTo("/x/y/~w?q=/../");
  }
}
