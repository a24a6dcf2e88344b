package io.reseal.core.tls;

import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import io.reseal.core.observe.TlsLeg;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * What was negotiated on a connection, for records and metrics.
 *
 * @param protocol as in {@code TLSv1.3}
 * @param cipherSuite as JSSE spells it
 * @param group the named group of the key exchange; empty where the library does not tell (the
 *     JDK's), or there was none
 * @param applicationProtocol the ALPN result; empty for none
 * @param resumed whether an earlier session was resumed; always false where the library does not
 *     tell (the JDK's)
 */
public record TlsFacts(
    String protocol,
    String cipherSuite,
    String group,
    String applicationProtocol,
    boolean resumed) {

  /** The facts of a handler whose handshake has succeeded; called on its event loop. */
  public static TlsFacts of(SslHandler handler) {
    SSLEngine engine = handler.engine();
    return new TlsFacts(
        engine.getSession().getProtocol(),
        engine.getSession().getCipherSuite(),
        group(engine),
        Objects.requireNonNullElse(handler.applicationProtocol(), ""),
        isResumed(engine));
  }

  /**
   * The certificate that the peer showed, null for none. Its bytes are compared by {@code equals}
   * without parsing them.
   */
  public static @Nullable X509Certificate peerLeaf(SslHandler handler) {
    try {
      Certificate[] chain = handler.engine().getSession().getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate leaf ? leaf : null;
    } catch (SSLPeerUnverifiedException none) {
      return null;
    }
  }

  private static String group(SSLEngine engine) {
    long pointer = pointer(engine);
    try {
      String name = pointer == 0 ? null : SSL.getGroupName(pointer);
      return Objects.requireNonNullElse(name, "");
    } catch (Exception none) {
      return "";
    }
  }

  private static boolean isResumed(SSLEngine engine) {
    long pointer = pointer(engine);
    return pointer != 0 && SSL.isSessionReused(pointer);
  }

  /** The native connection; 0 where there is none, as of an engine that was freed. */
  private static long pointer(SSLEngine engine) {
    return engine instanceof ReferenceCountedOpenSslEngine nativeEngine && nativeEngine.refCnt() > 0
        ? nativeEngine.sslPointer()
        : 0;
  }

  /**
   * The same as one leg of an exchange.
   *
   * @param serverName the SNI that was sent; empty for none
   * @param clientIdentity whom the client's certificate names; empty for none
   */
  public TlsLeg leg(String serverName, String clientIdentity) {
    return new TlsLeg(
        protocol, cipherSuite, group, applicationProtocol, serverName, resumed, clientIdentity);
  }
}
