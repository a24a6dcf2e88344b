package io.reseal.testkit;

import io.reseal.config.ProxyConfig;
import io.reseal.core.DataPlane;
import io.reseal.core.StartException;
import io.reseal.core.listener.InheritedSockets;
import io.reseal.core.observe.DataPlaneObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** A running data plane on loopback, and clients that know its front CA. */
public final class ProxyFixture implements AutoCloseable {
  private final DataPlane dataPlane;

  private ProxyFixture(DataPlane dataPlane) {
    this.dataPlane = dataPlane;
  }

  public static ProxyFixture start(ProxyConfig config) {
    return start(config, DataPlane.DEFAULT_GRACE);
  }

  /** The same, with this grace for connections that a change would not let in. */
  public static ProxyFixture start(ProxyConfig config, Duration grace) {
    return start(config, grace, DataPlaneObserver.NONE);
  }

  public static ProxyFixture start(ProxyConfig config, Duration grace, DataPlaneObserver observer) {
    try {
      return new ProxyFixture(DataPlane.start(config, observer, InheritedSockets.none(), grace));
    } catch (StartException e) {
      throw new AssertionError(e);
    }
  }

  /** Takes up another configuration, which must not be refused. */
  public void publish(ProxyConfig config) {
    try {
      dataPlane.publish(config);
    } catch (StartException e) {
      throw new AssertionError(e);
    }
  }

  /** The data plane itself. */
  public DataPlane dataPlane() {
    return dataPlane;
  }

  /** The address of the TLS listener. */
  public InetSocketAddress https() {
    return address(ProxySetup.HTTPS);
  }

  /** The address of the cleartext listener. */
  public InetSocketAddress http() {
    return address(ProxySetup.HTTP);
  }

  private InetSocketAddress address(String listener) {
    List<InetSocketAddress> addresses =
        Objects.requireNonNull(dataPlane.addresses().get(listener), listener);
    return addresses.getFirst();
  }

  /** What a client offers that trusts the front CA and asks for this server name. */
  public static RawClient.Hello hello(String serverName) {
    return RawClient.Hello.of(Certificates.FRONT.certificate(), serverName);
  }

  /** An HTTP/1.1 client over TLS. */
  public RawClient client(String serverName) throws IOException {
    return hello(serverName).withApplicationProtocols("http/1.1").connect(https());
  }

  /** An HTTP/1.1 client in cleartext. */
  public RawClient plainClient() throws IOException {
    return RawClient.plain(http());
  }

  /** An HTTP/2 client over TLS. */
  public H2RawClient h2Client(String serverName) throws IOException {
    return H2RawClient.connect(hello(serverName), https());
  }

  @Override
  public void close() {
    dataPlane.close();
  }
}
