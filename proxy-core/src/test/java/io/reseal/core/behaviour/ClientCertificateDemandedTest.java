package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.HostPort;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.JdkTls;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.Reply;
import java.io.IOException;
import java.net.InetAddress;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An upstream that insists on a client certificate, which TLS 1.3 says only after the handshake. */
final class ClientCertificateDemandedTest {

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void isNamedForWhatItIs(String version) throws Exception {
    try (SSLServerSocket upstream =
        (SSLServerSocket) JdkTls.serverContext(ProxySetup.originIdentity())
            .getServerSocketFactory()
            .createServerSocket(0, 16, InetAddress.ofLiteral("127.0.0.1"))) {
      upstream.setNeedClientAuth(true);
      upstream.setEnabledProtocols(new String[] {version});
      Thread.ofVirtual().start(() -> serve(upstream));
      HostPort endpoint = new HostPort("127.0.0.1", upstream.getLocalPort());
      try (ProxyFixture proxy = new ProxySetup()
              .identity("front", "a.test")
              .reencrypt("a.test", "origin")
              .upstream("origin", ProxySetup.verified(), endpoint)
              .start();
          RawClient client = RawClient.Hello.of(Certificates.FRONT.certificate(), "a.test")
              .connect(proxy.https())) {
        Reply reply = client.exchange("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
        assertThat(reply.status()).isEqualTo(502);
        assertThat(reply.fields().first("proxy-status"))
            .contains("error=tls_alert_received")
            .contains("client_certificate_required");
      }
    }
  }

  private static void serve(SSLServerSocket upstream) {
    while (!upstream.isClosed()) {
      try (SSLSocket connection = (SSLSocket) upstream.accept()) {
        connection.startHandshake();
        connection.getInputStream().readAllBytes();
      } catch (IOException refused) {
        // What the test is about.
      }
    }
  }
}
