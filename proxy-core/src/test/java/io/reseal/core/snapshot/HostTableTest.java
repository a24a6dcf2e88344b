package io.reseal.core.snapshot;

import static io.reseal.core.snapshot.Plans.name;
import static io.reseal.core.snapshot.Plans.route;
import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.HostPattern;
import io.reseal.config.HostPort;
import io.reseal.config.PathMatch;
import io.reseal.config.Upstream;
import io.reseal.config.UpstreamTls;
import io.reseal.core.upstream.UpstreamPlan;
import io.reseal.core.upstream.UpstreamPlan.Protection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HostTableTest {

  /** Each route is named as its host is written. */
  private static HostTable table(HostPattern... hosts) {
    HostTable.Builder builder = new HostTable.Builder();
    for (HostPattern host : hosts) {
      builder.addPath(host, PathMatch.EVERYTHING, route(host.toString()));
    }
    return builder.build();
  }

  private static String found(HostTable table, String host) {
    HostRoutes routes = table.lookup(host);
    return routes == null ? "no host" : name(routes.route("/"));
  }

  @ParameterizedTest
  @CsvSource({
    "shop.example, shop.example",
    "a.shop.example, a.shop.example",
    "b.shop.example, *.shop.example",
    "a.b.shop.example, no host",
    ".shop.example, no host",
    "shop.example2, no host",
    "xshop.example, no host",
    "example, no host",
    "'', no host",
  })
  void anExactHostBeatsAWildcardOfOneLabel(String host, String expected) {
    HostTable table = table(
        new HostPattern.Exact("shop.example"),
        new HostPattern.Wildcard("shop.example"),
        new HostPattern.Exact("a.shop.example"));
    assertThat(found(table, host)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "shop.example, shop.example",
    "a.shop.example, *.shop.example",
    "a.b.shop.example, *",
    "'', *",
    "10.0.0.7, *",
    "::1, *",
  })
  void anyHostComesLast(String host, String expected) {
    HostTable table = table(
        new HostPattern.Any(),
        new HostPattern.Exact("shop.example"),
        new HostPattern.Wildcard("shop.example"));
    assertThat(found(table, host)).isEqualTo(expected);
  }

  /** Hosts of requests and server names come in lower case; a table that folded would hide it. */
  @Test
  void comparesCaseAsItIs() {
    HostTable table =
        table(new HostPattern.Exact("shop.example"), new HostPattern.Wildcard("shop.example"));
    assertThat(found(table, "Shop.example")).isEqualTo("no host");
    assertThat(found(table, "A.shop.example")).isEqualTo("*.shop.example");
    assertThat(found(table, "a.Shop.example")).isEqualTo("no host");
  }

  @Test
  void theMoreSpecificHostHidesTheOtherWholly() {
    HostTable.Builder builder = new HostTable.Builder();
    builder.addPath(new HostPattern.Wildcard("example"), PathMatch.EVERYTHING, route("wide"));
    builder.addPath(
        new HostPattern.Exact("a.example"), new PathMatch.Prefix("/x"), route("narrow"));
    HostRoutes routes = builder.build().lookup("a.example");
    assertThat(routes).isNotNull();
    assertThat(name(routes.route("/x"))).isEqualTo("narrow");
    assertThat(name(routes.route("/"))).isEqualTo("none");
  }

  @Test
  void collectsThePathsOfAHost() {
    HostTable.Builder builder = new HostTable.Builder();
    HostPattern host = new HostPattern.Exact("a.example");
    builder.addPath(host, new PathMatch.Prefix("/x"), route("x"));
    builder.addPath(host, new PathMatch.Prefix("/y"), route("y"));
    HostRoutes routes = builder.build().lookup("a.example");
    assertThat(routes).isNotNull();
    assertThat(name(routes.route("/x"))).isEqualTo("x");
    assertThat(name(routes.route("/y"))).isEqualTo("y");
    assertThat(routes.passthrough()).isNull();
    assertThat(routes.passthroughRoute()).isEmpty();
  }

  @Test
  void knowsThePassthroughOfAHost() {
    Upstream upstream =
        new Upstream("shop", List.of(new HostPort("10.0.0.7", 443)), UpstreamTls.DEFAULT);
    UpstreamPlan plan = new UpstreamPlan(0, upstream, Protection.RAW, null, null);
    HostTable.Builder builder = new HostTable.Builder();
    builder.addPassthrough(new HostPattern.Wildcard("example"), plan, "raw");
    HostRoutes routes = builder.build().lookup("a.example");
    assertThat(routes).isNotNull();
    assertThat(routes.passthrough()).isSameAs(plan);
    assertThat(routes.passthroughRoute()).isEqualTo("raw");
    assertThat(name(routes.route("/"))).isEqualTo("none");
  }
}
