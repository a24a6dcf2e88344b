package io.reseal.core.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.HostPort;
import io.reseal.config.TlsVersions;
import io.reseal.config.TrustAnchors;
import io.reseal.config.UpstreamTls;
import io.reseal.config.UpstreamTls.ServerNameSent;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PeerNamesTest {
  private static final HostPort NAMED = new HostPort("pod.internal", 8443);
  private static final HostPort ADDRESS = new HostPort("10.0.0.7", 8443);

  private static PeerNames names(ServerNameSent sent, HostPort endpoint, String... accepted) {
    UpstreamTls tls = new UpstreamTls(
        new TrustAnchors.SystemStore(), sent, List.of(accepted), false, TlsVersions.MODERN);
    return PeerNames.of(tls, endpoint, "shop.example");
  }

  @Test
  void sendsAndAcceptsTheEndpointName() {
    assertThat(names(new ServerNameSent.EndpointName(), NAMED))
        .isEqualTo(new PeerNames("pod.internal", List.of("pod.internal")));
    assertThat(names(new ServerNameSent.EndpointName(), ADDRESS))
        .isEqualTo(new PeerNames("", List.of("10.0.0.7")));
    assertThat(names(new ServerNameSent.EndpointName(), new HostPort("::1", 1)))
        .isEqualTo(new PeerNames("", List.of("::1")));
  }

  @Test
  void sendsAnotherNameOnlyWhenAskedTo() {
    assertThat(names(new ServerNameSent.RequestHost(), ADDRESS))
        .isEqualTo(new PeerNames("shop.example", List.of("shop.example")));
    assertThat(names(new ServerNameSent.Fixed("fixed.example"), ADDRESS))
        .isEqualTo(new PeerNames("fixed.example", List.of("fixed.example")));
  }

  @Test
  void acceptsTheConfiguredNamesOnly() {
    assertThat(names(new ServerNameSent.EndpointName(), NAMED, "a.example", "10.0.0.8"))
        .isEqualTo(new PeerNames("pod.internal", List.of("a.example", "10.0.0.8")));
  }

  @Test
  void keysAreReadBackAsWritten() {
    SessionKey key = new SessionKey("a.example", List.of("a.example", "::1"), "10.0.0.7");
    assertThat(SessionKey.decode(key.encode())).isEqualTo(key);
    SessionKey none = new SessionKey("", List.of(), "10.0.0.7");
    assertThat(SessionKey.decode(none.encode())).isEqualTo(none);
    assertThat(SessionKey.decode("shop.example")).isNull();
    assertThat(SessionKey.decode("a|b|c|d")).isNull();
    assertThat(SessionKey.decode(null)).isNull();
  }
}
