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
import java.util.Optional;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A data plane with its log and its oversight, from the start to the exit. */
public final class ProxyProcess implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProxyProcess.class);

  private final DataPlane dataPlane;
  private final Oversight oversight;

  private ProxyProcess(DataPlane dataPlane, Oversight oversight) {
    this.dataPlane = dataPlane;
    this.oversight = oversight;
  }

  /**
   * Starts serving, and logs what a reader of the log should know about it.
   *
   * @throws StartException with every reason; nothing stays bound
   */
  public static ProxyProcess start(ProxyConfig config) throws StartException {
    // The Java runtime's provider would let clients renegotiate as often as they like.
    System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    Oversight oversight = new Oversight(config, new LoggingObserver());
    DataPlane dataPlane = startUnder(oversight, config);
    OpenFiles.check(config);
    warnOfUnverified(config);
    dataPlane
        .addresses()
        .forEach((listener, addresses) -> LOG.info(
            "listener \"{}\" on {}, transport {}",
            listener,
            text(addresses),
            dataPlane.transport()));
    logPort("admin", oversight.admin());
    logPort("status", oversight.status());
    oversight.serving(dataPlane);
    return new ProxyProcess(dataPlane, oversight);
  }

  private static DataPlane startUnder(Oversight oversight, ProxyConfig config)
      throws StartException {
    try {
      return DataPlane.start(config, oversight.observer());
    } catch (StartException | RuntimeException failed) {
      oversight.close();
      throw failed;
    }
  }

  private static void logPort(String name, Optional<InetSocketAddress> address) {
    LOG.info(
        "{} port {}",
        name,
        address.map(at -> "on " + NetUtil.toSocketAddressString(at)).orElse("off"));
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

  /** Where the admin port listens; empty where it is off. */
  public Optional<InetSocketAddress> admin() {
    return oversight.admin();
  }

  /** Where the status port listens; empty where it is off. */
  public Optional<InetSocketAddress> status() {
    return oversight.status();
  }

  /**
   * Stops accepting and lets the work under way finish; a second request of the termination, or the
   * end of the grace, cuts what is left.
   */
  public void drain(Duration grace, Termination termination) {
    termination.onSecond(dataPlane::cut);
    oversight.draining();
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
    oversight.close();
    ILoggerFactory loggers = LoggerFactory.getILoggerFactory();
    if (loggers instanceof LoggerContext context) {
      // Writes what is still queued.
      context.stop();
    }
  }
}
