package io.reseal.core.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.reseal.config.ClientAuth;
import io.reseal.config.ServerIdentity;
import java.util.List;
import javax.net.ssl.SSLParameters;

/**
 * One identity as the TLS library knows it, ready to shake hands. Handlers keep the native context
 * alive by themselves, so it may be released while their connections are open.
 */
public final class ServerContext {
  private final SslContext context;
  private final ServerIdentity identity;
  private final int policyGroup;
  private final String[] jdkGroups;
  private final List<String> alpn;
  private final ClientPolicy clientPolicy;

  ServerContext(
      SslContext context,
      ServerIdentity identity,
      int policyGroup,
      String[] jdkGroups,
      List<String> alpn) {
    this.context = context;
    this.identity = identity;
    this.policyGroup = policyGroup;
    this.jdkGroups = jdkGroups;
    this.alpn = alpn;
    this.clientPolicy = ClientPolicy.of(identity.clientAuth());
  }

  /** A handler for one new connection; its handshake timeout is the caller's to set. */
  public SslHandler newHandler(ByteBufAllocator alloc) {
    SslHandler handler = context.newHandler(alloc);
    if (jdkGroups.length > 0) {
      SSLParameters parameters = handler.engine().getSSLParameters();
      parameters.setNamedGroups(jdkGroups);
      handler.engine().setSSLParameters(parameters);
    }
    return handler;
  }

  /**
   * Whether a client's ALPN offer can be met. Without one HTTP/1.1 is spoken; with one that holds
   * nothing in common the handshake must be refused with {@link TlsAlert#NO_APPLICATION_PROTOCOL},
   * which BoringSSL under Netty does not do by itself.
   */
  public boolean acceptsAlpn(List<String> offered) {
    if (offered.isEmpty()) {
      return true;
    }
    for (String protocol : alpn) {
      if (offered.contains(protocol)) {
        return true;
      }
    }
    return false;
  }

  /** The name of the identity shown. */
  public String identityName() {
    return identity.name();
  }

  /** The identity shown. */
  ServerIdentity identity() {
    return identity;
  }

  /** The same for another holder, who releases it too. */
  ServerContext shared() {
    ReferenceCountUtil.retain(context);
    return new ServerContext(context, identity, policyGroup, jdkGroups, alpn);
  }

  /**
   * The number of the policy under which this connection's client was let in, that is of the
   * identity. A request for a host of another group must not be served on it: 421. A number stays
   * with its identity over changes of the configuration, of certificates too, and is never given to
   * another one.
   */
  public int policyGroup() {
    return policyGroup;
  }

  /** What clients of this identity have to prove. */
  public ClientPolicy clientPolicy() {
    return clientPolicy;
  }

  /** The same as configured. */
  public ClientAuth clientAuth() {
    return identity.clientAuth();
  }

  SslContext sslContext() {
    return context;
  }

  void release() {
    ReferenceCountUtil.release(context);
  }
}
