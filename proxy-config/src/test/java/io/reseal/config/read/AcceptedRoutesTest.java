package io.reseal.config.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.HostPattern;
import io.reseal.config.ListenerSecurity;
import io.reseal.config.PathMatch;
import io.reseal.config.ProxyConfig;
import io.reseal.config.Route;
import io.reseal.config.testkit.PrivateFiles;
import io.reseal.config.testkit.TestCertificate;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Combinations that look like mistakes and are none. */
class AcceptedRoutesTest {
  private static final String START = """
      listeners:
        - {name: web, address: 0.0.0.0:8443, tls: }
        - {name: plain, address: 0.0.0.0:8080}
      identities:
        shop: {certificate: shop.pem, key: shop.key}
      upstreams:
        up: {endpoints: [up:1]}
      routes:
      """;

  @TempDir
  static Path folder;

  @BeforeAll
  static void makeCertificates() {
    TestCertificate shop = TestCertificate.ca("CA").server("a.shop.example", "*.pay.example");
    PrivateFiles.write(folder.resolve("shop.pem"), shop.pem());
    PrivateFiles.write(folder.resolve("shop.key"), shop.keyPem());
  }

  @Test
  void emptyTlsIsTls() {
    ProxyConfig config = read("  - {host: a.shop.example, reencrypt: up}\n");
    assertThat(config.listeners().getFirst().security()).isInstanceOf(ListenerSecurity.Tls.class);
  }

  @Test
  void wildcardRouteNeedsNoMoreThanOneCoveredName() {
    read("  - {host: '*.shop.example', listeners: [web], reencrypt: up}\n");
  }

  @Test
  void exactRouteIsCoveredByAWildcardCertificate() {
    read("  - {host: x.pay.example, listeners: [web], reencrypt: up}\n");
  }

  @Test
  void samePlaceOnTwoListenersIsNoOverlap() {
    read("""
          - {host: a.shop.example, listeners: [web], reencrypt: up}
          - {host: a.shop.example, listeners: [plain], redirect: }
        """);
  }

  @Test
  void exactAndPrefixOfOnePathAreTwoPlaces() {
    ProxyConfig config = read("""
              - {host: a.shop.example, paths: [{exact: /a}], reencrypt: up}
              - {host: a.shop.example, paths: [{prefix: /a}], reencrypt: {upstream: up}}
            """);
    assertThat(((Route.Http) config.routes().getFirst()).paths())
        .containsExactly(new PathMatch.Exact("/a"));
  }

  @Test
  void wildcardPassthroughLeavesExactNamesToOthers() {
    ProxyConfig config = read("""
              - {host: a.shop.example, listeners: web, reencrypt: up}
              - {host: "*.shop.example", passthrough: up}
            """);
    assertThat(config.routes().getLast().hosts())
        .containsExactly(new HostPattern.Wildcard("shop.example"));
  }

  @Test
  void listenerWithoutIdentitiesMayPassThrough() {
    ConfigResult result = ConfigReader.read("""
            listeners: [{name: web, address: "0.0.0.0:8443", tls: {identities: []}}]
            routes: [{host: a.example, passthrough: up}]
            upstreams: {up: {endpoints: [up:1]}}
            """, folder, "test.yaml");
    assertThat(result)
        .isInstanceOfSatisfying(
            ConfigResult.Valid.class, valid -> assertThat(valid.warnings()).isEmpty());
  }

  @Test
  void terminatingWithoutAnyIdentityIsRefused() {
    ConfigResult result = ConfigReader.read("""
            listeners: [{name: web, address: "0.0.0.0:8443", tls: }]
            routes: [{host: "*", offload: up}]
            upstreams: {up: {endpoints: [up:1]}}
            """, folder, "test.yaml");
    assertThat(result)
        .isInstanceOfSatisfying(
            ConfigResult.Invalid.class,
            invalid -> assertThat(invalid.problems())
                .singleElement()
                .asString()
                .contains("no identity of listener \"web\" covers host *"));
  }

  private static ProxyConfig read(String routes) {
    ConfigResult result = ConfigReader.read(START + routes, folder, "test.yaml");
    assertThat(result)
        .isInstanceOfSatisfying(
            ConfigResult.Valid.class, valid -> assertThat(valid.warnings()).isEmpty());
    return ((ConfigResult.Valid) result).config();
  }
}
