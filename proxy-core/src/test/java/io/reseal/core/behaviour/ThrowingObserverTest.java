package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.core.DataPlane;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Whoever watches the data plane and throws at everything that it is told stops no traffic. */
final class ThrowingObserverTest {
  private static final String GET = "GET /x HTTP/1.1\r\nHost: %s\r\n\r\n";

  private final AtomicInteger thrown = new AtomicInteger();

  private DataPlaneObserver thrower() {
    return (DataPlaneObserver) Proxy.newProxyInstance(
        DataPlaneObserver.class.getClassLoader(),
        new Class<?>[] {DataPlaneObserver.class},
        (proxy, method, arguments) -> {
          if (method.getName().equals("debugWatch")) {
            return DataPlaneObserver.NONE.debugWatch();
          }
          if (thrown.incrementAndGet() % 2 == 0) {
            throw new StackOverflowError("of the observer");
          }
          throw new IllegalStateException("of the observer");
        });
  }

  @Test
  void changesNothingForClients() throws Exception {
    try (RecordingOrigin origin =
            RecordingOrigin.tls(ProxySetup.originIdentity()).start();
        DataPlane proxy = DataPlane.start(ProxySetup.inFrontOf(origin).config(), thrower())) {
      InetSocketAddress web =
          Objects.requireNonNull(proxy.addresses().get(ProxySetup.HTTPS)).getFirst();
      RawClient.Hello hello = RawClient.Hello.of(Certificates.FRONT.certificate(), "a.test");
      try (RawClient client = hello.withApplicationProtocols("http/1.1").connect(web);
          H2RawClient http2 = H2RawClient.connect(hello, web)) {
        for (int i = 0; i < 3; i++) {
          assertThat(client.exchange(GET.formatted("a.test")).status()).isEqualTo(200);
          assertThat(http2.get("a.test", "/x").complete().status()).isEqualTo(200);
        }
        assertThat(client.exchange(GET.formatted("b.test")).status()).isIn(404, 421);
        origin.connections().forEach(each -> {
          try {
            each.close();
          } catch (java.io.IOException gone) {
            throw new java.io.UncheckedIOException(gone);
          }
        });
        assertThat(client.exchange(GET.formatted("a.test")).status()).isEqualTo(200);
      }
      assertThat(thrown).hasValueGreaterThan(10);
      assertThat(proxy.drain(java.time.Duration.ofSeconds(20))).isZero();
    }
  }
}
