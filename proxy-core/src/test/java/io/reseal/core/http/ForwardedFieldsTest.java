package io.reseal.core.http;

import static io.reseal.core.http.Heads.fields;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.HttpHeaders;
import io.reseal.core.http.RequestHead.Version;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ForwardedFieldsTest {
  private static final EdgeConnection STRANGER = edge("192.0.2.7", true, false);
  private static final EdgeConnection PROXY = edge("192.0.2.7", true, true);

  private static EdgeConnection edge(String peer, boolean tls, boolean trusted) {
    return EdgeConnection.of(
        new InetSocketAddress(InetAddress.ofLiteral(peer), 40_000),
        new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 8443),
        tls,
        trusted);
  }

  private static HttpHeaders applied(EdgeConnection edge, String... namesAndValues) {
    RequestHead head = Heads.passed(Heads.http1("GET", "/", namesAndValues));
    ForwardedFields.apply(head, edge);
    return head.fields();
  }

  @Test
  void saysWhoAsked() {
    HttpHeaders fields = applied(STRANGER);
    assertThat(fields.get("x-forwarded-for")).isEqualTo("192.0.2.7");
    assertThat(fields.get("x-forwarded-proto")).isEqualTo("https");
    assertThat(fields.get("x-forwarded-host")).isEqualTo("a.test");
    assertThat(fields.get("x-forwarded-port")).isEqualTo("8443");
    assertThat(fields.get("x-real-ip")).isEqualTo("192.0.2.7");
    assertThat(fields.get("forwarded")).isEqualTo("for=192.0.2.7;host=a.test;proto=https");
  }

  @Test
  void quotesWhatIsNoToken() {
    RequestHead head = Heads.passed(
        Heads.bare(Version.HTTP_1_1, "GET", "/", fields("Host", "[2001:db8::2]:8443")));
    ForwardedFields.apply(head, edge("2001:db8::1", false, false));
    assertThat(head.fields().get("forwarded"))
        .isEqualTo("for=\"[2001:db8::1]\";host=\"[2001:db8::2]:8443\";proto=http");
    assertThat(head.fields().get("x-forwarded-for")).isEqualTo("2001:db8::1");
  }

  @Test
  void replacesWhatAStrangerSays() {
    HttpHeaders fields = applied(
        STRANGER,
        "X-Forwarded-For",
        "10.0.0.1",
        "x-forwarded-for",
        "10.0.0.2",
        "Forwarded",
        "for=10.0.0.1",
        "X-Real-IP",
        "10.0.0.1",
        "X-Forwarded-Proto",
        "http",
        "X-Forwarded-Host",
        "evil.test",
        "X-Forwarded-Port",
        "1");
    assertThat(fields.getAll("x-forwarded-for")).containsExactly("192.0.2.7");
    assertThat(fields.getAll("forwarded")).containsExactly("for=192.0.2.7;host=a.test;proto=https");
    assertThat(fields.getAll("x-real-ip")).containsExactly("192.0.2.7");
    assertThat(fields.getAll("x-forwarded-proto")).containsExactly("https");
    assertThat(fields.getAll("x-forwarded-host")).containsExactly("a.test");
    assertThat(fields.getAll("x-forwarded-port")).containsExactly("8443");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Forwarded-Client-Cert",
        "x-forwarded-",
        "X-SSL-Client-Verify",
        "x-ssl-cn",
        "X-Ssl-",
        "X-Client-Cert",
        "x-client-cert-chain",
        "SSL-Client-S-DN",
        "Client-Cert",
        "cLIENT-cERT-cHAIN",
        "X-Real-IP-2",
      })
  void dropsWhatOnlyAProxyMaySay(String name) {
    assertThat(applied(STRANGER, name, "x").contains(name)).isFalse();
    assertThat(applied(PROXY, name, "x").contains(name)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Forward",
        "X-Ssl",
        "Client-Certs",
        "Client-Cer",
        "c",
        "Forwarded2",
        "SSL",
        "X-Request-Id",
        "x",
        "f"
      })
  void leavesOtherFieldsAlone(String name) {
    assertThat(applied(STRANGER, name, "x").getAll(name)).containsExactly("x");
  }

  @Test
  void extendsTheChainOfATrustedProxy() {
    HttpHeaders fields = applied(
        PROXY,
        "X-Forwarded-For",
        "10.0.0.1",
        "X-Forwarded-For",
        "10.0.0.2, 10.0.0.3",
        "Forwarded",
        "for=10.0.0.1",
        "X-Forwarded-Proto",
        "http",
        "X-Forwarded-Host",
        "front.test",
        "X-Forwarded-Port",
        "80",
        "X-Real-IP",
        "10.0.0.1");
    assertThat(fields.getAll("x-forwarded-for"))
        .containsExactly("10.0.0.1, 10.0.0.2, 10.0.0.3, 192.0.2.7");
    assertThat(fields.getAll("forwarded"))
        .containsExactly("for=10.0.0.1, for=192.0.2.7;host=a.test;proto=https");
    assertThat(fields.getAll("x-forwarded-proto")).containsExactly("http");
    assertThat(fields.getAll("x-forwarded-host")).containsExactly("front.test");
    assertThat(fields.getAll("x-forwarded-port")).containsExactly("80");
    assertThat(fields.getAll("x-real-ip")).containsExactly("10.0.0.1");
  }

  @Test
  void cutsALongChainAtItsFarEnd() {
    String chain = "10.0.0.1, ".repeat(200) + "10.0.0.2";
    String extended =
        String.valueOf(applied(PROXY, "X-Forwarded-For", chain).get("x-forwarded-for"));
    assertThat(extended).hasSizeBetween(1_000, 1_024).endsWith(", 10.0.0.2, 192.0.2.7");
    assertThat(extended).startsWith("10.0.0.1, ");
  }

  @Test
  void dropsAChainOfOneElementThatIsTooLong() {
    assertThat(applied(PROXY, "X-Forwarded-For", "x".repeat(2_000)).get("x-forwarded-for"))
        .isEqualTo("192.0.2.7");
  }
}
