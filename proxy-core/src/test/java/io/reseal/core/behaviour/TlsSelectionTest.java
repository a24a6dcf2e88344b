package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reseal.config.ListenerSecurity.UnknownServerName;
import io.reseal.config.TlsVersions;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.TestBed;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which certificate a client sees, and which clients see none. */
final class TlsSelectionTest {
  private static RecordingOrigin origin;
  private static ProxyFixture proxy;

  @BeforeAll
  static void start() throws IOException {
    origin = RecordingOrigin.tls(ProxySetup.originIdentity()).start();
    proxy = setup().start();
  }

  private static ProxySetup setup() {
    return new ProxySetup()
        .identity("wildcard", "*.shop.test")
        .identity("exact", "cart.shop.test")
        .identity("plain", "a.test")
        .upstream("origin", origin)
        .reencrypt("*", "origin");
  }

  @AfterAll
  static void stop() {
    proxy.close();
    origin.close();
  }

  private static String shownBy(InetSocketAddress address, String serverName) throws IOException {
    try (RawClient client =
        ProxyFixture.hello(serverName).withApplicationProtocols("http/1.1").connect(address)) {
      X509Certificate certificate = client.certificate();
      String subject = certificate.getSubjectX500Principal().getName();
      return subject.substring("CN=".length());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "a.test, a.test",
    "A.Test, a.test",
    "cart.shop.test, cart.shop.test",
    "CART.shop.test, cart.shop.test",
    "pay.shop.test, *.shop.test"
  })
  void showsTheMostSpecificCertificate(String serverName, String shown) throws IOException {
    assertThat(shownBy(proxy.https(), serverName)).isEqualTo(shown);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "b.test", "shop.test", "x.cart.shop.test", "a.b.shop.test", "test"})
  void refusesUnknownServerNames(String serverName) {
    assertThatThrownBy(() -> shownBy(proxy.https(), serverName))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("unrecognized_name");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "b.test", "a.b.shop.test"})
  void showsTheDefaultIdentityWhereOneIsConfigured(String serverName) throws IOException {
    try (ProxyFixture other =
        setup().unknownServerName(new UnknownServerName.ServeIdentity("plain")).start()) {
      assertThat(shownBy(other.https(), serverName)).isEqualTo("a.test");
    }
  }

  @Test
  void offersHttp2ThenHttp11() throws IOException {
    assertThat(agreed("h2", "http/1.1")).isEqualTo("h2");
    assertThat(agreed("http/1.1", "h2")).isEqualTo("h2");
    assertThat(agreed("http/1.1")).isEqualTo("http/1.1");
    assertThat(agreed("h3", "foo", "http/1.1")).isEqualTo("http/1.1");
    assertThat(agreed()).isEmpty();
  }

  private static String agreed(String... protocols) throws IOException {
    RawClient.Hello hello = ProxyFixture.hello("a.test").withApplicationProtocols(protocols);
    try (RawClient client = hello.connect(proxy.https())) {
      return client.applicationProtocol();
    }
  }

  @Test
  void servesHttp11WithoutAlpn() throws IOException {
    try (RawClient client = ProxyFixture.hello("a.test").connect(proxy.https())) {
      assertThat(client.exchange("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n").status())
          .isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"h3", "spdy/1", "H2", "http/1.0"})
  void refusesProtocolsThatItDoesNotSpeak(String protocol) {
    assertThatThrownBy(() -> agreed(protocol))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("no_application_protocol");
  }

  @Test
  void offersNoHttp2WhereItIsOff() throws IOException {
    try (ProxyFixture other = setup().withoutHttp2().start();
        RawClient client = ProxyFixture.hello("a.test")
            .withApplicationProtocols("h2", "http/1.1")
            .connect(other.https())) {
      assertThat(client.applicationProtocol()).isEqualTo("http/1.1");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void speaksBothModernVersions(String version) throws IOException {
    try (RawClient client = ProxyFixture.hello("a.test")
        .withApplicationProtocols("http/1.1")
        .withVersions(version)
        .connect(proxy.https())) {
      assertThat(client.exchange("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n").status())
          .isEqualTo(200);
    }
  }

  @Test
  void speaksOnlyTheConfiguredVersions() throws IOException {
    try (ProxyFixture modern = setup().versions(new TlsVersions(false, true)).start();
        ProxyFixture old = setup().versions(new TlsVersions(true, false)).start()) {
      RawClient.Hello twelve = ProxyFixture.hello("a.test").withVersions("TLSv1.2");
      RawClient.Hello thirteen = ProxyFixture.hello("a.test").withVersions("TLSv1.3");
      assertThatThrownBy(() -> twelve.connect(modern.https())).isInstanceOf(SSLException.class);
      assertThatThrownBy(() -> thirteen.connect(old.https())).isInstanceOf(SSLException.class);
      twelve.connect(old.https()).close();
      thirteen.connect(modern.https()).close();
    }
  }

  @Test
  void answersCleartextOnATlsPortByClosing() throws IOException {
    int before = origin.requests().size();
    try (RawClient client = RawClient.plain(proxy.https())) {
      client.send("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
      String text = client.readToEnd().text();
      assertThat(text.isEmpty() || text.startsWith("HTTP/1.1 400") || text.charAt(0) == 0x15)
          .as(text)
          .isTrue();
    }
    assertThat(origin.requests()).hasSize(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY TCP4 6.6.6.6 6.6.6.7 1 2\r\n",
        "\r\n\r\n\u0000\r\nQUIT\n\u0021\u0011\u0000\u000Caaaabbbbccdd",
        "\u0016\u0003\u0001\u0000\u0000",
        "\u0080\u002e\u0001\u0000\u0002"
      })
  void closesOnWhatIsNoClientHello(String bytes) throws IOException {
    int before = origin.requests().size();
    try (RawClient client = RawClient.plain(proxy.https())) {
      client.send(bytes + "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
      assertThat(client.readToEnd().text()).doesNotContain("200 OK");
    }
    assertThat(origin.requests()).hasSize(before);
  }

  @Test
  void rejectsAProxyHeaderOnTheCleartextListener() throws IOException {
    try (TestBed bed = TestBed.start()) {
      bed.requireRejected(
          bed.proxy().plainClient(),
          "PROXY TCP4 6.6.6.6 6.6.6.7 1 2\r\nGET / HTTP/1.1\r\nHost: a.test\r\n\r\n",
          400,
          505);
    }
  }

  @Test
  void rejectsTheHttp2PrefaceAfterTheAgreementOnHttp11() throws IOException {
    try (TestBed bed = TestBed.start()) {
      bed.requireRejected(bed.client(), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, 505);
    }
  }
}
