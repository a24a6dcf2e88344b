package io.reseal.core.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.util.concurrent.Future;
import io.reseal.config.HostPort;
import io.reseal.core.upstream.LoopbackDns.Answer;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

final class EndpointResolverTest {
  private static final String NAME = "pod.shop.test";
  private static final Duration PATIENT = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(150);

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final EventLoop loop = group.next();
  private final LoopbackDns dns = new LoopbackDns(group.next());

  @AfterEach
  void close() {
    dns.close();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private EndpointResolver resolver(Duration timeout, InetSocketAddress... servers) {
    return new EndpointResolver(
        loop,
        NioDatagramChannel.class,
        timeout,
        new SequentialDnsServerAddressStreamProvider(servers));
  }

  /** The addresses without the port, which must be the endpoint's. */
  private List<String> resolve(EndpointResolver resolver, String name) throws Exception {
    Future<List<InetSocketAddress>> lookup =
        loop.submit(() -> resolver.resolve(new HostPort(name, 8443))).get();
    lookup.await();
    if (!lookup.isSuccess()) {
      if (lookup.cause() instanceof Exception cause) {
        throw cause;
      }
      throw new AssertionError(lookup.cause());
    }
    assertThat(lookup.getNow()).allMatch(address -> address.getPort() == 8443);
    return lookup.getNow().stream()
        .map(address -> address.getAddress().getHostAddress())
        .toList();
  }

  private static void until(Callable<Boolean> condition) {
    await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .atMost(Duration.ofSeconds(20))
        .until(condition);
  }

  @Test
  void knowsLiteralsAtOnce() throws Exception {
    EndpointResolver resolver = resolver(PATIENT, dns.address());
    assertThat(resolve(resolver, "192.0.2.7")).containsExactly("192.0.2.7");
    assertThat(resolve(resolver, "2001:db8::7")).containsExactly("2001:db8:0:0:0:0:0:7");
    assertThat(dns.asked("192.0.2.7 A")).isZero();
  }

  @Test
  void readsTheHostsFileFirst() throws Exception {
    dns.knows("localhost", 60, "192.0.2.1");
    assertThat(resolve(resolver(PATIENT, dns.address()), "localhost")).contains("127.0.0.1");
    assertThat(dns.asked("localhost A")).isZero();
  }

  @Test
  void resolvesBothFamilies() throws Exception {
    dns.knows(NAME, 60, "192.0.2.1", "2001:db8::1", "192.0.2.2");
    List<String> addresses = resolve(resolver(PATIENT, dns.address()), NAME);
    assertThat(addresses).contains("192.0.2.1", "192.0.2.2");
    assumeThat(dns.asked(NAME + " AAAA")).as("the machine has IPv6").isPositive();
    assertThat(addresses).containsExactly("192.0.2.1", "192.0.2.2", "2001:db8:0:0:0:0:0:1");
  }

  @Test
  void resolvesNamesOfOneFamily() throws Exception {
    dns.knows("four.test", 60, "192.0.2.1").knows("six.test", 60, "2001:db8::1");
    EndpointResolver resolver = resolver(PATIENT, dns.address());
    assertThat(resolve(resolver, "four.test")).containsExactly("192.0.2.1");
    assumeThat(dns.asked("four.test AAAA")).as("the machine has IPv6").isPositive();
    assertThat(resolve(resolver, "six.test")).containsExactly("2001:db8:0:0:0:0:0:1");
  }

  // ---- how long an answer holds

  @Test
  void keepsAnAnswerForItsTtl() throws Exception {
    dns.knows(NAME, 60, "192.0.2.1");
    EndpointResolver resolver = resolver(PATIENT, dns.address());
    resolve(resolver, NAME);
    dns.knows(NAME, 60, "192.0.2.2");
    for (int i = 0; i < 10; i++) {
      assertThat(resolve(resolver, NAME)).containsExactly("192.0.2.1");
    }
    assertThat(dns.asked(NAME + " A")).isEqualTo(1);
  }

  @Test
  void asksAgainWhenTheTtlIsOver() throws Exception {
    dns.knows(NAME, 1, "192.0.2.1");
    EndpointResolver resolver = resolver(PATIENT, dns.address());
    assertThat(resolve(resolver, NAME)).containsExactly("192.0.2.1");
    dns.knows(NAME, 1, "192.0.2.2");
    until(() -> resolve(resolver, NAME).equals(List.of("192.0.2.2")));
    assertThat(dns.asked(NAME + " A")).isGreaterThanOrEqualTo(2);
  }

  @Test
  void keepsNoAnswerWithoutTtl() throws Exception {
    EndpointResolver resolver = resolver(PATIENT, dns.address());
    for (int i = 1; i <= 3; i++) {
      dns.knows(NAME, 0, "192.0.2." + i);
      assertThat(resolve(resolver, NAME)).containsExactly("192.0.2." + i);
    }
  }

  // ---- failures

  @Test
  void failsForANameThatDoesNotExist() {
    EndpointResolver resolver = resolver(PATIENT, dns.address());
    assertThatThrownBy(() -> resolve(resolver, NAME))
        .isInstanceOf(UnknownHostException.class)
        .hasMessageContaining(NAME);
  }

  @Test
  void forgetsAFailureSoon() {
    EndpointResolver resolver = resolver(PATIENT, dns.address());
    assertThatThrownBy(() -> resolve(resolver, NAME)).isInstanceOf(UnknownHostException.class);
    dns.knows(NAME, 60, "192.0.2.1");
    until(() -> isResolved(resolver));
  }

  private boolean isResolved(EndpointResolver resolver) throws Exception {
    try {
      return resolve(resolver, NAME).equals(List.of("192.0.2.1"));
    } catch (UnknownHostException notYet) {
      return false;
    }
  }

  @Test
  void servesTheLastGoodAddressesWhileLookupsFail() throws Exception {
    dns.knows(NAME, 0, "192.0.2.1");
    EndpointResolver resolver = resolver(SHORT, dns.address());
    assertThat(resolve(resolver, NAME)).containsExactly("192.0.2.1");
    dns.answers(NAME, new Answer.Silence());
    assertThat(resolve(resolver, NAME)).containsExactly("192.0.2.1");
    assertThat(dns.asked(NAME + " A")).isEqualTo(2);
    dns.answers(NAME, new Answer.Error(DnsResponseCode.SERVFAIL));
    assertThat(resolve(resolver, NAME)).containsExactly("192.0.2.1");
    assertThat(dns.asked(NAME + " A")).isEqualTo(3);
    dns.knows(NAME, 0, "192.0.2.2");
    until(() -> resolve(resolver, NAME).equals(List.of("192.0.2.2")));
  }

  @RepeatedTest(5)
  void silenceIsATimeout() {
    dns.answers(NAME, new Answer.Silence());
    EndpointResolver resolver = resolver(SHORT, dns.address());
    assertThatThrownBy(() -> resolve(resolver, NAME))
        .isInstanceOf(TimeoutException.class)
        .hasMessageContaining(NAME)
        .hasMessageContaining("ms");
  }

  @Test
  void asksTheNextServerWhenOneIsSilent() throws Exception {
    try (LoopbackDns dead = new LoopbackDns(group.next())) {
      dead.answers(NAME, new Answer.Silence());
      dns.knows(NAME, 60, "192.0.2.1");
      EndpointResolver resolver = resolver(Duration.ofSeconds(2), dead.address(), dns.address());
      assertThat(resolve(resolver, NAME)).containsExactly("192.0.2.1");
    }
  }

  /** Some name servers never answer a question for AAAA. */
  @Test
  void oneSilentFamilyDoesNotHideTheOther() throws Exception {
    dns.knows(NAME, 60, "192.0.2.1");
    dns.answers(NAME, DnsRecordType.AAAA, new Answer.Silence());
    EndpointResolver resolver = resolver(Duration.ofSeconds(2), dns.address());
    assertThat(resolve(resolver, NAME)).containsExactly("192.0.2.1");
  }

  @Test
  void closesWhetherUsedOrNot() throws Exception {
    EndpointResolver unused = resolver(PATIENT, dns.address());
    unused.close();
    dns.knows(NAME, 60, "192.0.2.1");
    EndpointResolver used = resolver(PATIENT, dns.address());
    resolve(used, NAME);
    used.close();
  }
}
