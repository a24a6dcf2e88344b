package io.reseal.core.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.reseal.core.failure.Failure.ConnectFault;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * The tries to connect to one endpoint by its addresses. The next address is tried when one fails
 * or has not answered for {@value #STAGGER_MILLIS} ms, the first connection wins and the others are
 * closed (the idea of RFC 8305). Confined to one event loop.
 */
final class ConnectAttempts {
  static final int STAGGER_MILLIS = 250;

  private final Bootstrap bootstrap;
  private final List<InetSocketAddress> addresses;
  private final EventLoop loop;
  private final Promise<Channel> promise;
  private final StringBuilder failures = new StringBuilder();
  private ConnectFault fault = ConnectFault.UNREACHABLE;
  private int next;
  private int pending;

  private ConnectAttempts(
      Bootstrap bootstrap, List<InetSocketAddress> addresses, Duration timeout, EventLoop loop) {
    this.bootstrap = bootstrap
        .clone()
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, Math.toIntExact(timeout.toMillis()));
    this.addresses = addresses;
    this.loop = loop;
    this.promise = loop.newPromise();
  }

  /**
   * Connects to one of the addresses.
   *
   * @param timeout for each address
   * @return fails with {@link ConnectFailedException}
   */
  static Future<Channel> connect(
      Bootstrap bootstrap, EventLoop loop, List<InetSocketAddress> addresses, Duration timeout) {
    assert loop.inEventLoop();
    ConnectAttempts attempts = new ConnectAttempts(bootstrap, addresses, timeout, loop);
    attempts.tryNext();
    return attempts.promise;
  }

  private void tryNext() {
    if (promise.isDone() || next >= addresses.size()) {
      return;
    }
    InetSocketAddress address = addresses.get(next++);
    pending++;
    ChannelFuture connecting = bootstrap.connect(address);
    if (next < addresses.size()) {
      loop.schedule(this::tryNext, STAGGER_MILLIS, TimeUnit.MILLISECONDS);
    }
    connecting.addListener(ignored -> finishedAnywhere(connecting, address));
  }

  /** A channel that could not even be made reports from a thread of Netty's own. */
  private void finishedAnywhere(ChannelFuture connecting, InetSocketAddress address) {
    if (loop.inEventLoop()) {
      finished(connecting, address);
    } else {
      loop.execute(() -> finished(connecting, address));
    }
  }

  private void finished(ChannelFuture connecting, InetSocketAddress address) {
    pending--;
    if (connecting.isSuccess()) {
      if (!promise.trySuccess(connecting.channel())) {
        connecting.channel().close();
      }
      return;
    }
    fault = faultOf(connecting.cause());
    failures
        .append(failures.isEmpty() ? "" : "; ")
        .append(address.getAddress().getHostAddress())
        .append(": ")
        .append(describe(fault));
    if (next < addresses.size()) {
      tryNext();
    } else if (pending == 0) {
      promise.tryFailure(new ConnectFailedException(fault, failures.toString()));
    }
  }

  private static String describe(ConnectFault fault) {
    return fault.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static ConnectFault faultOf(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    if (cause instanceof ConnectTimeoutException) {
      return ConnectFault.TIMED_OUT;
    }
    if (says(cause, "oo many open files")) {
      return ConnectFault.OUT_OF_RESOURCES;
    }
    if (says(cause, "assign requested address")) {
      return ConnectFault.NO_LOCAL_PORT;
    }
    if (cause instanceof NoRouteToHostException || message.contains("unreachable")) {
      return ConnectFault.UNREACHABLE;
    }
    if (cause instanceof ConnectException && message.contains("timed out")) {
      return ConnectFault.TIMED_OUT;
    }
    return message.contains("refused") ? ConnectFault.REFUSED : ConnectFault.UNREACHABLE;
  }

  /** Looks at every cause: the first says only that no channel could be made. */
  private static boolean says(Throwable failure, String words) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (String.valueOf(cause.getMessage()).contains(words)) {
        return true;
      }
    }
    return false;
  }

  /** The failure of every address of an endpoint; the message lists each with its reason. */
  static final class ConnectFailedException extends Exception {
    private static final long serialVersionUID = 1L;
    private final ConnectFault fault;

    ConnectFailedException(ConnectFault fault, String message) {
      super(message, null, false, false);
      this.fault = fault;
    }

    ConnectFault fault() {
      return fault;
    }
  }
}
