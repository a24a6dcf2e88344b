package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.RuntimeSettings;
import io.reseal.config.RuntimeSettings.TlsProvider;
import io.reseal.config.RuntimeSettings.Transport;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestBed;
import io.reseal.testkit.TestPki;
import java.io.IOException;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The Java runtime's TLS, on both sides, where there is no native library. */
final class JdkProviderTest {
  private static final UnaryOperator<ProxySetup> JDK =
      setup -> setup.runtime(new RuntimeSettings(Transport.AUTO, TlsProvider.JDK, 1));

  @Test
  void servesBothVersionsOfHttp() throws IOException {
    try (TestBed bed = TestBed.start(JDK)) {
      assertThat(bed.get("/x").bodyText()).startsWith("GET /x\n");
      try (H2RawClient client = bed.h2Client()) {
        assertThat(client.get("a.test", "/y").complete().bodyText()).startsWith("GET /y\n");
      }
    }
  }

  @Test
  void refusesAnUpstreamOfAnotherCa() throws IOException {
    TestPki.Issued other = TestPki.server("localhost")
        .ip("127.0.0.1")
        .issuer(TestPki.ca("Other CA"))
        .issue();
    try (RecordingOrigin origin = RecordingOrigin.tls(other.material()).start();
        ProxyFixture proxy = JDK.apply(ProxySetup.inFrontOf(origin)).start();
        RawClient client = proxy.client("a.test")) {
      Reply reply = client.exchange("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
      assertThat(reply.status()).isEqualTo(502);
      assertThat(reply.fields().first("proxy-status")).contains("unknown_issuer");
      assertThat(origin.requests()).isEmpty();
    }
  }
}
