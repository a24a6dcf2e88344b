package io.reseal.server.run;

import ch.qos.logback.classic.LoggerContext;
import io.netty.util.NetUtil;
import io.reseal.config.ProxyConfig;
import io.reseal.config.TrustAnchors;
import io.reseal.config.Upstream;
import io.reseal.core.DataPlane;
import io.reseal.core.StartException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A data plane with its log, from the start to the exit. */
public final class ProxyProcess implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProxyProcess.class);

  private final DataPlane dataPlane;

  private ProxyProcess(DataPlane dataPlane) {
    this.dataPlane = dataPlane;
  }

  /**
   * Starts serving, and logs what a reader of the log should know about it.
   *
   * @throws StartException with every reason; nothing stays bound
   */
  public static ProxyProcess start(ProxyConfig config) throws StartException {
    // The Java runtime's provider would let clients renegotiate as often as they like.
    System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    DataPlane dataPlane = DataPlane.start(config, new LoggingObserver());
    OpenFiles.check(config);
    warnOfUnverified(config);
    dataPlane
        .addresses()
        .forEach((listener, addresses) -> LOG.info(
            "listener \"{}\" on {}, transport {}",
            listener,
            text(addresses),
            dataPlane.transport()));
    return new ProxyProcess(dataPlane);
  }

  private static String text(List<InetSocketAddress> addresses) {
    return String.join(
        ", ", addresses.stream().map(NetUtil::toSocketAddressString).toList());
  }

  private static void warnOfUnverified(ProxyConfig config) {
    for (Upstream upstream : config.upstreams()) {
      if (upstream.tls().trustAnchors() instanceof TrustAnchors.Unverified) {
        LOG.warn(
            "upstream \"{}\": skipVerification is on, its certificate is not verified and whoever"
                + " stands in between can read and change everything; set destinationCA instead",
            upstream.name());
      }
    }
  }

  /** The addresses bound, by listener name. */
  public Map<String, List<InetSocketAddress>> addresses() {
    return dataPlane.addresses();
  }

  /**
   * Stops accepting and lets the work under way finish; a second request of the termination, or the
   * end of the grace, cuts what is left.
   */
  public void drain(Duration grace, Termination termination) {
    termination.onSecond(dataPlane::cut);
    dataPlane.beginDrain();
    LOG.info("draining for at most {} s; a second signal cuts", grace.toSeconds());
    int cut = dataPlane.drain(grace);
    if (cut > 0) {
      LOG.warn("stopped; {} connections were cut", cut);
    } else {
      LOG.info("stopped; nothing was cut");
    }
  }

  @Override
  public void close() {
    dataPlane.close();
    ILoggerFactory loggers = LoggerFactory.getILoggerFactory();
    if (loggers instanceof LoggerContext context) {
      // Writes what is still queued.
      context.stop();
    }
  }
}
