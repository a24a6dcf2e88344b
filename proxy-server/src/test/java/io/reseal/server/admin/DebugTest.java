package io.reseal.server.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.reseal.server.kit.Watched;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Debug of one host or route, switched on at the admin port. */
final class DebugTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger("reseal.debug");
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

  @BeforeEach
  void listen() {
    logger.setLevel(Level.INFO);
    appender.start();
    logger.addAppender(appender);
  }

  @AfterEach
  void leave() {
    logger.detachAppender(appender);
  }

  private List<String> lines() {
    return new ArrayList<>(appender.list)
        .stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  private static Reply post(Watched proxy, String target) throws IOException {
    return proxy.admin("POST " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  private static void get(Watched proxy, String host) throws IOException {
    try (RawClient client = proxy.client(host)) {
      client.exchange("GET /x?token=hidden1 HTTP/1.1\r\nHost: " + host + "\r\n"
          + "Cookie: hidden2\r\nX-My-Secret: hidden3\r\nAccept: text/html\r\n\r\n");
    }
  }

  private static Watched start() throws IOException {
    return Watched.start(setup -> setup.identity("more", "b.test").reencrypt("b.test", "origin"));
  }

  @Test
  void tellsEverythingAboutOneHostAndNothingOfOthers() throws IOException {
    try (Watched proxy = start()) {
      get(proxy, "a.test");
      assertThat(lines()).isEmpty();
      Reply reply = post(proxy, "/debug?host=A.test&seconds=600");
      assertThat(reply.status()).as(reply.toString()).isEqualTo(200);
      assertThat(reply.bodyText()).contains("\"host\": \"a.test\"").contains("\"until\"");
      proxy.origin().on("/x", "HTTP/1.1 204 No Content\r\nSet-Cookie: hidden4\r\nETag: e1\r\n\r\n");
      get(proxy, "b.test");
      get(proxy, "a.test");
      await().until(() -> lines().stream().anyMatch(line -> line.contains("ended after")));
      assertThat(lines()).noneMatch(line -> line.contains("b.test") || line.contains("hidden"));
      assertThat(String.join("\n", lines()))
          .contains("ClientHello")
          .contains("TLSv1.3")
          .contains("GET /x?<13 characters>")
          .contains("[Cookie: <7 characters>]")
          .contains("[X-My-Secret: <7 characters>]")
          .contains("[Accept: text/html]")
          .contains("connection to " + proxy.origin().endpoint())
          .contains("to the upstream: GET /x")
          .contains("from the upstream: 204 [Set-Cookie: <7 characters>] [ETag: e1]")
          .contains("with status 204");
      assertThat(post(proxy, "/debug/end").bodyText()).isEqualTo("ended\n");
      int told = lines().size();
      get(proxy, "a.test");
      proxy.page("/healthz/live");
      assertThat(lines()).hasSize(told);
    }
  }

  @Test
  void tellsOfOneRouteAndEndsByItself() throws IOException {
    try (Watched proxy = start()) {
      assertThat(post(proxy, "/debug?route=route-1&seconds=1").status()).isEqualTo(200);
      get(proxy, "a.test");
      get(proxy, "b.test");
      await().until(() -> lines().stream().anyMatch(line -> line.contains("its time is over")));
      assertThat(lines())
          .anyMatch(line -> line.contains("route \"route-1\": GET /x"))
          .noneMatch(line -> line.contains("route-0"));
      int told = lines().size();
      get(proxy, "b.test");
      proxy.page("/healthz/live");
      assertThat(lines()).hasSize(told);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/debug",
        "/debug?host=",
        "/debug?host=a&route=b",
        "/debug?host=a&host=b",
        "/debug?host=a&seconds=0",
        "/debug?host=a&seconds=3601",
        "/debug?host=a&seconds=soon",
        "/debug?host=a&other=b",
        "/debug?host=%zz",
      })
  void refusesWhatItDoesNotUnderstand(String target) throws IOException {
    try (Watched proxy = start()) {
      assertThat(post(proxy, target).status()).isEqualTo(400);
      assertThat(lines()).isEmpty();
    }
  }

  @Test
  void refusesUnknownRoutesReadsAndOtherSites() throws IOException {
    try (Watched proxy = start()) {
      assertThat(post(proxy, "/debug?route=nobody%0a").status()).isEqualTo(404);
      assertThat(proxy
              .admin("GET /debug?host=a HTTP/1.1\r\nHost: localhost\r\n\r\n")
              .status())
          .isEqualTo(405);
      assertThat(proxy
              .admin("POST /debug?host=a HTTP/1.1\r\nHost: localhost\r\n"
                  + "Origin: http://evil.example\r\n\r\n")
              .status())
          .isEqualTo(403);
      assertThat(lines()).isEmpty();
    }
  }

  @Test
  void tellsOfPassedThroughConnectionsAndFailedHandshakes() throws IOException {
    try (Watched proxy = Watched.start(setup -> setup.passthrough("p.test", "origin"))) {
      assertThat(post(proxy, "/debug?host=p.test").status()).isEqualTo(200);
      RawClient.Hello hello = RawClient.Hello.of(Certificates.DESTINATION.certificate(), "p.test");
      try (RawClient client = hello.connect(proxy.https())) {
        client.exchange("GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n");
      }
      await()
          .untilAsserted(
              () -> assertThat(String.join("\n", lines())).contains("ended: client_closed"));
      assertThat(String.join("\n", lines()))
          .contains("passthrough, route \"route-1\"")
          .contains("bytes from the client");
      post(proxy, "/debug?host=a.test");
      try (RawClient client = RawClient.Hello.of(Certificates.DESTINATION.certificate(), "a.test")
          .connect(proxy.https())) {
        throw new AssertionError("this client does not trust the proxy: " + client);
      } catch (IOException untrusted) {
        await()
            .untilAsserted(
                () -> assertThat(String.join("\n", lines())).contains("handshake failed"));
      }
    }
  }
}
