package io.reseal.core.tls;

import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import java.util.Objects;
import javax.net.ssl.SSLEngine;

/**
 * What was negotiated on a connection, for records and metrics.
 *
 * @param protocol as in {@code TLSv1.3}
 * @param cipherSuite as JSSE spells it
 * @param applicationProtocol the ALPN result; empty for none
 * @param resumed whether an earlier session was resumed; always false where the library does not
 *     tell (the JDK's)
 */
public record TlsFacts(
    String protocol, String cipherSuite, String applicationProtocol, boolean resumed) {

  /** The facts of a handler whose handshake has succeeded; called on its event loop. */
  public static TlsFacts of(SslHandler handler) {
    SSLEngine engine = handler.engine();
    return new TlsFacts(
        engine.getSession().getProtocol(),
        engine.getSession().getCipherSuite(),
        Objects.requireNonNullElse(handler.applicationProtocol(), ""),
        isResumed(engine));
  }

  private static boolean isResumed(SSLEngine engine) {
    // A freed engine has no pointer any more.
    return engine instanceof ReferenceCountedOpenSslEngine nativeEngine
        && nativeEngine.refCnt() > 0
        && nativeEngine.sslPointer() != 0
        && SSL.isSessionReused(nativeEngine.sslPointer());
  }
}
