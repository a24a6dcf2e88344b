package io.reseal.core.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Future;
import io.reseal.core.failure.Failure.ConnectFault;
import io.reseal.core.upstream.ConnectAttempts.ConnectFailedException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** In virtual time, on channels whose connects end when and how the test says. */
final class ConnectAttemptsTest {
  private static final InetSocketAddress FIRST = address("192.0.2.1");
  private static final InetSocketAddress SECOND = address("192.0.2.2");
  private static final InetSocketAddress THIRD = address("192.0.2.3");

  private final EmbeddedChannel clock = new EmbeddedChannel();
  private final Map<SocketAddress, ChannelPromise> connects = new LinkedHashMap<>();

  ConnectAttemptsTest() {
    clock.freezeTime();
  }

  @AfterEach
  void close() {
    clock.finishAndReleaseAll();
  }

  private static InetSocketAddress address(String literal) {
    return new InetSocketAddress(InetAddress.ofLiteral(literal), 8443);
  }

  /** Takes every connect and leaves its end to the test. */
  @Sharable
  private final class HeldConnects extends ChannelOutboundHandlerAdapter {
    @Override
    public void connect(
        ChannelHandlerContext ctx,
        SocketAddress remote,
        SocketAddress local,
        ChannelPromise promise) {
      connects.put(remote, promise);
    }
  }

  private Bootstrap bootstrap() {
    return new Bootstrap()
        .group(clock.eventLoop())
        .channelFactory(() ->
            new EmbeddedChannel(null, DefaultChannelId.newInstance(), /* register= */ false, false))
        .disableResolver()
        .handler(new HeldConnects());
  }

  private Future<Channel> connect(InetSocketAddress... addresses) {
    Future<Channel> connecting = ConnectAttempts.connect(
        bootstrap(), clock.eventLoop(), List.of(addresses), Duration.ofSeconds(5));
    clock.runPendingTasks();
    return connecting;
  }

  private ChannelPromise attempt(InetSocketAddress address) {
    ChannelPromise promise = connects.get(address);
    if (promise == null) {
      throw new AssertionError("no attempt to connect to " + address + ", only " + connects);
    }
    return promise;
  }

  private void succeeds(InetSocketAddress address) {
    attempt(address).setSuccess();
    clock.runPendingTasks();
  }

  private void fails(InetSocketAddress address, Throwable cause) {
    attempt(address).setFailure(cause);
    clock.runPendingTasks();
  }

  private void pass(long millis) {
    clock.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
    clock.runScheduledPendingTasks();
    clock.runPendingTasks();
  }

  private static ConnectFailedException failure(Future<Channel> connecting) {
    assertThat(connecting.cause()).isInstanceOf(ConnectFailedException.class);
    return (ConnectFailedException) connecting.cause();
  }

  private static ConnectException refused() {
    return new ConnectException("Connection refused: /192.0.2.1:8443");
  }

  @Test
  void takesTheFirstAddressThatAnswers() {
    Future<Channel> connecting = connect(FIRST, SECOND);
    succeeds(FIRST);
    assertThat(connecting.getNow()).isSameAs(attempt(FIRST).channel());
    pass(10_000);
    assertThat(connects).containsOnlyKeys(FIRST);
    assertThat(connecting.getNow().config().getOption(ChannelOption.CONNECT_TIMEOUT_MILLIS))
        .isEqualTo(5_000);
  }

  @Test
  void triesTheNextAddressAtOnceWhenOneIsDead() {
    Future<Channel> connecting = connect(FIRST, SECOND);
    fails(FIRST, refused());
    succeeds(SECOND);
    assertThat(connecting.getNow()).isSameAs(attempt(SECOND).channel());
  }

  @Test
  void triesTheNextAddressWhenOneIsSilent() {
    Future<Channel> connecting = connect(FIRST, SECOND, THIRD);
    pass(ConnectAttempts.STAGGER_MILLIS - 1);
    assertThat(connects).containsOnlyKeys(FIRST);
    pass(1);
    assertThat(connects).containsOnlyKeys(FIRST, SECOND);
    succeeds(SECOND);
    assertThat(connecting.getNow()).isSameAs(attempt(SECOND).channel());
    pass(10_000);
    assertThat(connects).containsOnlyKeys(FIRST, SECOND);
  }

  @Test
  void closesConnectionsThatComeTooLate() {
    Future<Channel> connecting = connect(FIRST, SECOND);
    pass(ConnectAttempts.STAGGER_MILLIS);
    succeeds(SECOND);
    succeeds(FIRST);
    assertThat(attempt(FIRST).channel().isOpen()).isFalse();
    assertThat(connecting.getNow().isOpen()).isTrue();
  }

  @Test
  void waitsForASlowAddressWhenTheOthersAreDead() {
    Future<Channel> connecting = connect(FIRST, SECOND);
    pass(ConnectAttempts.STAGGER_MILLIS);
    fails(SECOND, refused());
    assertThat(connecting.isDone()).isFalse();
    succeeds(FIRST);
    assertThat(connecting.getNow()).isSameAs(attempt(FIRST).channel());
  }

  @Test
  void namesEachAddressWithItsReason() {
    Future<Channel> connecting = connect(FIRST, SECOND);
    fails(FIRST, refused());
    fails(SECOND, new ConnectTimeoutException("connection timed out after 5000 ms"));
    assertThat(failure(connecting))
        .hasMessage("192.0.2.1: refused; 192.0.2.2: timed out")
        .returns(ConnectFault.TIMED_OUT, ConnectFailedException::fault);
  }

  static Stream<Arguments> causes() {
    return Stream.of(
        Arguments.of(refused(), ConnectFault.REFUSED),
        Arguments.of(
            new ConnectException("finishConnect(..) failed with error(-111): Connection refused"),
            ConnectFault.REFUSED),
        Arguments.of(new ConnectTimeoutException("5000 ms"), ConnectFault.TIMED_OUT),
        Arguments.of(new ConnectException("Connection timed out"), ConnectFault.TIMED_OUT),
        Arguments.of(new NoRouteToHostException("No route to host"), ConnectFault.UNREACHABLE),
        Arguments.of(new ConnectException("Network is unreachable"), ConnectFault.UNREACHABLE),
        Arguments.of(new IOException("something else"), ConnectFault.UNREACHABLE),
        Arguments.of(new IOException("Too many open files"), ConnectFault.OUT_OF_RESOURCES),
        Arguments.of(
            new ConnectException("Cannot assign requested address"), ConnectFault.NO_LOCAL_PORT));
  }

  @ParameterizedTest
  @MethodSource("causes")
  void findsTheFault(Throwable cause, ConnectFault fault) {
    Future<Channel> connecting = connect(FIRST);
    fails(FIRST, cause);
    assertThat(failure(connecting).fault()).isEqualTo(fault);
  }

  /** Without a descriptor there is not even a channel, and the reason lies three causes deep. */
  @Test
  void findsThatNoDescriptorIsLeft() {
    ChannelException noSocket = new ChannelException(
        "Unable to create Channel from class SomeChannel",
        new InvocationTargetException(
            new ChannelException(new IOException("socket(..) failed: Too many open files"))));
    Bootstrap bootstrap = new Bootstrap()
        .group(clock.eventLoop())
        .channelFactory(() -> {
          throw noSocket;
        })
        .disableResolver()
        .handler(new HeldConnects());
    Future<Channel> connecting = ConnectAttempts.connect(
        bootstrap, clock.eventLoop(), List.of(FIRST, SECOND), Duration.ofSeconds(5));
    // Netty reports it from another thread.
    await().pollInterval(Duration.ofMillis(2)).until(() -> {
      clock.runPendingTasks();
      return connecting.isDone();
    });
    assertThat(failure(connecting))
        .hasMessage("192.0.2.1: out of resources; 192.0.2.2: out of resources")
        .returns(ConnectFault.OUT_OF_RESOURCES, ConnectFailedException::fault);
  }
}
