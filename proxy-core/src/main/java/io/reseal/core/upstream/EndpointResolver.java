package io.reseal.core.upstream;

import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverTimeoutException;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.reseal.config.HostPort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The way from an endpoint's name to its addresses, without blocking: the hosts file and DNS, each
 * answer kept for its TTL, both address families. When a lookup fails, the last good addresses
 * serve on for up to five minutes, because a name server's trouble is no reason to drop traffic.
 *
 * <p>Confined to one event loop. Bounded: only names of the configuration are looked up.
 */
public final class EndpointResolver implements AutoCloseable {
  private static final long STALE_NANOS = TimeUnit.MINUTES.toNanos(5);
  private static final int MOST_TTL_SECONDS = 3_600;
  private static final int NEGATIVE_TTL_SECONDS = 1;

  private final EventLoop loop;
  private final Class<? extends DatagramChannel> channelType;
  private final Duration timeout;
  private final @Nullable DnsServerAddressStreamProvider servers;
  private final Map<String, Known> lastGood = new HashMap<>();
  private @Nullable DnsNameResolver resolver;

  /**
   * @param timeout for one lookup, all its queries together; one server gets half of it
   * @param servers the name servers, null for the system's
   */
  public EndpointResolver(
      EventLoop loop,
      Class<? extends DatagramChannel> channelType,
      Duration timeout,
      @Nullable DnsServerAddressStreamProvider servers) {
    this.loop = loop;
    this.channelType = channelType;
    this.timeout = timeout;
    this.servers = servers;
  }

  /** The addresses of an endpoint, at least one; an IP literal is known at once. */
  public Future<List<InetSocketAddress>> resolve(HostPort endpoint) {
    assert loop.inEventLoop();
    byte[] literal = NetUtil.createByteArrayFromIpAddressString(endpoint.host());
    if (literal != null) {
      return loop.newSucceededFuture(
          List.of(new InetSocketAddress(InetAddress.ofLiteral(endpoint.host()), endpoint.port())));
    }
    Promise<List<InetSocketAddress>> promise = loop.newPromise();
    Future<List<InetAddress>> lookup = resolver().resolveAll(endpoint.host());
    if (!lookup.isDone()) {
      loop.schedule(() -> timedOut(endpoint, promise), timeout.toMillis(), TimeUnit.MILLISECONDS);
    }
    lookup.addListener(ignored -> finished(endpoint, lookup, promise));
    return promise;
  }

  private void finished(
      HostPort endpoint,
      Future<List<InetAddress>> lookup,
      Promise<List<InetSocketAddress>> promise) {
    if (lookup.isSuccess()) {
      List<InetAddress> addresses = lookup.getNow();
      lastGood.put(endpoint.host(), new Known(addresses, System.nanoTime()));
      promise.trySuccess(withPort(addresses, endpoint.port()));
    } else if (isTimeout(lookup.cause())) {
      timedOut(endpoint, promise);
    } else {
      failed(endpoint, lookup.cause(), promise);
    }
  }

  private static boolean isTimeout(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof DnsNameResolverTimeoutException) {
        return true;
      }
    }
    return false;
  }

  private void timedOut(HostPort endpoint, Promise<List<InetSocketAddress>> promise) {
    if (!promise.isDone()) {
      String message = "no name server answered for %s in time (timeouts.resolve: %d ms)"
          .formatted(endpoint.host(), timeout.toMillis());
      failed(endpoint, new TimeoutException(message), promise);
    }
  }

  private void failed(
      HostPort endpoint, Throwable cause, Promise<List<InetSocketAddress>> promise) {
    Known known = lastGood.get(endpoint.host());
    if (known != null && System.nanoTime() - known.atNanos() < STALE_NANOS) {
      promise.trySuccess(withPort(known.addresses(), endpoint.port()));
    } else {
      promise.tryFailure(cause);
    }
  }

  private static List<InetSocketAddress> withPort(List<InetAddress> addresses, int port) {
    List<InetSocketAddress> result = new ArrayList<>(addresses.size());
    for (InetAddress address : addresses) {
      result.add(new InetSocketAddress(address, port));
    }
    return result;
  }

  /** Made at the first name, because it opens a socket that IP literals do not need. */
  private DnsNameResolver resolver() {
    DnsNameResolver current = resolver;
    if (current == null) {
      DnsNameResolverBuilder builder = new DnsNameResolverBuilder(loop)
          .datagramChannelType(channelType)
          .ttl(0, MOST_TTL_SECONDS)
          .negativeTtl(NEGATIVE_TTL_SECONDS)
          // Each question is put once to each server: what is left is for the next one, and lets
          // the answer for one address family count when the other gets none.
          .queryTimeoutMillis(Math.max(1, timeout.toMillis() / 2))
          .nameServerProvider(
              servers == null ? new SystemNameServers(SystemNameServers.FILE) : servers);
      current = builder.build();
      resolver = current;
    }
    return current;
  }

  @Override
  public void close() {
    if (resolver != null) {
      resolver.close();
    }
  }

  private record Known(List<InetAddress> addresses, long atNanos) {}
}
