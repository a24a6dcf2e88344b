package io.reseal.config.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.HostPattern;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SyntaxTest {
  @ParameterizedTest
  @CsvSource({
    "app:8443, app, 8443",
    "App.Internal:1, app.internal, 1",
    "10.0.0.7:65535, 10.0.0.7, 65535",
    "[fd00::7]:443, fd00::7, 443",
    "[::]:443, ::, 443",
    "svc_a.ns:80, svc_a.ns, 80",
  })
  void readsHostAndPort(String text, String host, int port) {
    assertThat(Syntax.hostPort(text, /* portMayBeZero= */ false)).hasValueSatisfying(read -> {
      assertThat(read.host()).isEqualTo(host);
      assertThat(read.port()).isEqualTo(port);
    });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":80",
        "app",
        "app:",
        "app:0",
        "app:65536",
        "app:+1",
        "app:8o",
        "app:080443",
        "a b:80",
        "fd00::7:443",
        "[app]:80",
        "[10.0.0.7]:80",
        "[fd00::7%1]:80",
        "[fd00::7]",
        "10.0.0.256:80",
        "10.0.0:80",
        "app.:80",
        "-:x",
        "http://app:80"
      })
  void refusesOtherHostsAndPorts(String text) {
    assertThat(Syntax.hostPort(text, /* portMayBeZero= */ false)).isEmpty();
  }

  @Test
  void readsPortZeroWhereItMayBe() {
    assertThat(Syntax.hostPort("127.0.0.1:0", /* portMayBeZero= */ true)).isPresent();
  }

  @ParameterizedTest
  @CsvSource({
    "shop.example, shop.example",
    "SHOP.example., shop.example",
    "*.Shop.Example, *.shop.example",
    "10.0.0.7, 10.0.0.7",
    "fd00::7, fd00::7",
    "localhost, localhost",
    "*, *",
  })
  void readsHostPatterns(String text, String pattern) {
    assertThat(Syntax.hostPattern(text).map(HostPattern::toString)).contains(pattern);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "**",
        "*.",
        "*shop",
        "a.*.b",
        "*.*.b",
        "shop..example",
        ".shop",
        "shop:80",
        "https://shop",
        "shop/",
        "bücher.example",
        "sh op",
        "[fd00::7]",
        "1.2.3",
        "10.0.0.256"
      })
  void refusesOtherHostPatterns(String text) {
    assertThat(Syntax.hostPattern(text)).isEmpty();
  }

  @Test
  void refusesNamesThatDnsCannotCarry() {
    assertThat(Syntax.isDnsName("a".repeat(63) + ".b")).isTrue();
    assertThat(Syntax.isDnsName("a".repeat(64) + ".b")).isFalse();
    assertThat(Syntax.isDnsName("a.".repeat(126) + "b")).isTrue();
    assertThat(Syntax.isDnsName("a.".repeat(127) + "b")).isFalse();
  }

  @Test
  void readsNetworks() {
    assertThat(Syntax.network("10.0.0.0/8")).hasValueSatisfying(network -> {
      assertThat(network.contains(InetAddress.ofLiteral("10.255.0.1"))).isTrue();
      assertThat(network.contains(InetAddress.ofLiteral("11.0.0.1"))).isFalse();
      assertThat(network.contains(InetAddress.ofLiteral("fd00::1"))).isFalse();
    });
    assertThat(Syntax.network("10.0.0.7"))
        .hasValueSatisfying(network -> assertThat(network.prefixLength()).isEqualTo(32));
    assertThat(Syntax.network("fd00::/9")).hasValueSatisfying(network -> {
      assertThat(network.contains(InetAddress.ofLiteral("fd7f::1"))).isTrue();
      assertThat(network.contains(InetAddress.ofLiteral("fd80::1"))).isFalse();
    });
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "fd00::/129", "a/8"})
  void refusesOtherNetworks(String text) {
    assertThat(Syntax.network(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/a", "/a/", "/a.b~c_d-e", "/a%20b", "/a:b@c!$&'()+,=", "//a"})
  void acceptsPathsThatRequestsCanCarry(String path) {
    assertThat(PathSyntax.correction(path)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/a b, /a%20b",
    "/%61, /a",
    "/a%2fb, /a%2Fb",
    "/100%, /100%25",
    "/%zz, /%25zz",
    "/é, /%C3%A9",
  })
  void tellsHowRequestsCarryAPath(String path, String carried) {
    assertThat(PathSyntax.correction(path)).isEqualTo("Write it as requests carry it: " + carried);
    assertThat(PathSyntax.correction(carried)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "/a?b", "/a#b", "/a/*", "/./a", "/a/..", "/a;b", "https://a/b"})
  void refusesPathsThatMatchNothing(String path) {
    assertThat(PathSyntax.correction(path)).isNotEmpty();
  }
}
