package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.Network;
import io.reseal.config.RequestPolicy;
import io.reseal.config.RequestPolicy.EncodedSlashes;
import io.reseal.config.RequestPolicy.RepeatedSlashes;
import io.reseal.config.RequestPolicy.UnderscoresInNames;
import io.reseal.testkit.Fields;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestBed;
import java.io.IOException;
import java.net.InetAddress;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who the client was, said by us, and by others only when they are trusted. */
final class ForwardedFieldsTest {
  private static final String FORGED =
      "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 6.6.6.7\r\nForwarded: for=6.6.6.6\r\n"
          + "X-Real-IP: 6.6.6.6\r\nX-Forwarded-Proto: gopher\r\nX-Forwarded-Host: evil.test\r\n"
          + "X-Forwarded-Port: 66\r\nX-Forwarded-Client-Cert: By=evil\r\nX-SSL-Client: evil\r\n";

  private static TestBed bed;

  @BeforeAll
  static void start() throws IOException {
    bed = TestBed.start();
  }

  @AfterAll
  static void stop() {
    bed.close();
  }

  @Test
  void saysWhoTheClientWas() throws IOException {
    bed.get("/");
    Fields fields = bed.origin().lastRequest().fields();
    assertThat(fields.all("x-forwarded-for")).containsExactly("127.0.0.1");
    assertThat(fields.all("x-forwarded-proto")).containsExactly("https");
    assertThat(fields.all("x-forwarded-host")).containsExactly("a.test");
    assertThat(fields.all("x-forwarded-port"))
        .containsExactly(String.valueOf(bed.proxy().https().getPort()));
    assertThat(fields.first("forwarded")).contains("for=", "127.0.0.1", "proto=https");
  }

  @Test
  void saysThatTheClientCameInCleartext() throws IOException {
    try (RawClient client = bed.proxy().plainClient()) {
      client.exchange("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
    }
    Fields fields = bed.origin().lastRequest().fields();
    assertThat(fields.all("x-forwarded-proto")).containsExactly("http");
    assertThat(fields.first("forwarded")).contains("proto=http");
  }

  @Test
  void replacesWhatAnUntrustedClientSays() throws IOException {
    bed.exchange("GET / HTTP/1.1\r\nHost: a.test\r\n" + FORGED + "\r\n");
    requireOwnFieldsOnly();
  }

  @Test
  void replacesWhatAnUntrustedHttp2ClientSays() throws IOException {
    try (H2RawClient client = bed.h2Client()) {
      int stream = client.request(
          true,
          ":method: GET",
          ":scheme: https",
          ":authority: a.test",
          ":path: /",
          "x-forwarded-for: 6.6.6.6",
          "forwarded: for=6.6.6.6",
          "x-forwarded-proto: gopher",
          "x-forwarded-host: evil.test",
          "x-real-ip: 6.6.6.6");
      assertThat(client.read(stream).status()).isEqualTo(200);
    }
    requireOwnFieldsOnly();
  }

  private static void requireOwnFieldsOnly() {
    String received = bed.origin().lastRequest().fields().toString();
    assertThat(received).doesNotContain("6.6.6.", "evil", "gopher");
    Fields fields = bed.origin().lastRequest().fields();
    assertThat(fields.all("x-forwarded-for")).containsExactly("127.0.0.1");
    assertThat(fields.all("x-forwarded-proto")).containsExactly("https");
  }

  @Test
  void extendsWhatATrustedPeerSays() throws IOException {
    Network loopback = new Network(InetAddress.ofLiteral("127.0.0.0"), 8);
    try (TestBed trusting = TestBed.start(setup -> setup.trustedPeers(loopback))) {
      trusting.exchange(
          "GET / HTTP/1.1\r\nHost: a.test\r\nX-Forwarded-For: 9.9.9.9\r\n"
              + "X-Forwarded-For: 8.8.8.8\r\nForwarded: for=9.9.9.9\r\nX-Forwarded-Proto: http\r\n\r\n");
      Fields fields = trusting.origin().lastRequest().fields();
      assertThat(String.join(", ", fields.all("x-forwarded-for")))
          .isEqualTo("9.9.9.9, 8.8.8.8, 127.0.0.1");
      assertThat(String.join(", ", fields.all("forwarded"))).startsWith("for=9.9.9.9, for=");
      assertThat(fields.all("x-forwarded-proto")).hasSize(1);
    }
  }

  @Test
  void extendsForNobodyElse() throws IOException {
    Network other = new Network(InetAddress.ofLiteral("10.0.0.0"), 8);
    try (TestBed trusting = TestBed.start(setup -> setup.trustedPeers(other))) {
      trusting.exchange("GET / HTTP/1.1\r\nHost: a.test\r\n" + FORGED + "\r\n");
      assertThat(trusting.origin().lastRequest().fields().all("x-forwarded-for"))
          .containsExactly("127.0.0.1");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"X_Forwarded_For", "Content_Length", "x_real_ip", "_", "a_b"})
  void rejectsUnderscoresByDefault(String name) throws IOException {
    bed.requireRejected(
        bed.client(), "GET / HTTP/1.1\r\nHost: a.test\r\n" + name + ": 1\r\n\r\n", 400);
  }

  @Test
  void treatsUnderscoresAsConfigured() throws IOException {
    String request = "GET / HTTP/1.1\r\nHost: a.test\r\nX_Forwarded_For: 6.6.6.6\r\n"
        + "X_SSL_Client_DN: CN=evil\r\nClient_Cert: :AA:\r\nA_b: 1\r\n\r\n";
    try (TestBed dropping =
        TestBed.start(setup -> setup.requests(policy(UnderscoresInNames.DROP)))) {
      Reply reply = dropping.exchange(request);
      assertThat(reply.status()).isEqualTo(200);
      assertThat(dropping.origin().lastRequest().fields().names())
          .noneMatch(name -> name.contains("_"));
    }
    try (TestBed forwarding =
        TestBed.start(setup -> setup.requests(policy(UnderscoresInNames.FORWARD)))) {
      assertThat(forwarding.exchange(request).status()).isEqualTo(200);
      // What upstreams may read as a word of ours is not passed on.
      assertThat(forwarding.origin().lastRequest().fields().names())
          .filteredOn(name -> name.contains("_"))
          .containsExactly("a_b");
    }
  }

  private static RequestPolicy policy(UnderscoresInNames underscores) {
    return new RequestPolicy(EncodedSlashes.REJECT, RepeatedSlashes.MERGE, underscores);
  }

  @Test
  void boundsALongChainOfProxies() throws IOException {
    String chain = "1.1.1.1, ".repeat(1_000) + "2.2.2.2";
    Reply reply =
        bed.exchange("GET / HTTP/1.1\r\nHost: a.test\r\nX-Forwarded-For: " + chain + "\r\n\r\n");
    assertThat(reply.status()).isIn(200, 431);
    if (reply.status() == 200) {
      assertThat(bed.origin().lastRequest().fields().all("x-forwarded-for"))
          .containsExactly("127.0.0.1");
    }
  }
}
