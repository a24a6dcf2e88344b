package io.reseal.core.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.internal.tcnative.SSL;
import io.netty.util.ReferenceCountUtil;
import io.reseal.config.HostPort;
import io.reseal.config.ListenerSecurity.Tls;
import io.reseal.config.RuntimeSettings.TlsProvider;
import io.reseal.config.Timeouts;
import io.reseal.config.TrustAnchors.DestinationCa;
import io.reseal.config.TrustAnchors.SystemStore;
import io.reseal.config.TrustAnchors.Unverified;
import io.reseal.config.UpstreamTls;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The TLS client of one upstream policy. One context serves all connections of the policy on all
 * loops, because sessions are kept per context and are worth sharing; which of them may share is
 * decided by {@link SessionKey}. Released once, by its owner; open connections keep what they need.
 */
public final class UpstreamTlsContext {
  private static final int SESSIONS = 10_000;
  private static final Duration SESSION_TIMEOUT = Duration.ofMinutes(30);
  private static final int MAX_CHAIN_BYTES = 100 << 10;
  private static final int MAX_SERVER_NAME_CHARS = 253;

  private final String upstreamName;
  private final UpstreamTls tls;
  private final TlsProvider provider;
  private final SslContext context;
  private final Duration handshakeTimeout;
  private final String[] jdkGroups;
  private final boolean verified;

  private UpstreamTlsContext(
      String upstreamName,
      UpstreamTls tls,
      TlsProvider provider,
      SslContext context,
      Duration handshakeTimeout,
      String[] jdkGroups,
      boolean verified) {
    this.upstreamName = upstreamName;
    this.tls = tls;
    this.provider = provider;
    this.context = context;
    this.handshakeTimeout = handshakeTimeout;
    this.jdkGroups = jdkGroups;
    this.verified = verified;
  }

  /**
   * Compiles a policy.
   *
   * @throws TlsSetupException when the TLS library or the trust anchors cannot be used
   */
  public static UpstreamTlsContext compile(
      String upstreamName, UpstreamTls tls, TlsProvider provider, Timeouts timeouts) {
    return compile(upstreamName, tls, provider, timeouts, InstantSource.system());
  }

  static UpstreamTlsContext compile(
      String upstreamName,
      UpstreamTls tls,
      TlsProvider provider,
      Timeouts timeouts,
      InstantSource clock) {
    SslProvider sslProvider = TlsProviders.sslProvider(provider);
    tls.clientIdentity()
        .keyPairs()
        .forEach(each -> KeyKinds.require(each, "upstream \"" + upstreamName + "\""));
    X509ExtendedTrustManager trust = switch (tls.trustAnchors()) {
      case SystemStore system -> UpstreamVerifier.of(AnchorSet.system(), tls, clock);
      case DestinationCa ca ->
        UpstreamVerifier.of(AnchorSet.of(ca.certificates(), ca.source()), tls, clock);
      case Unverified unverified -> UnverifiedTrust.INSTANCE;
    };
    try {
      SslContext context = builder(tls, sslProvider, trust).build();
      String[] jdkGroups =
          sslProvider == SslProvider.JDK ? NamedGroups.forJdk(Tls.DEFAULT_GROUPS) : new String[0];
      return new UpstreamTlsContext(
          upstreamName,
          tls,
          provider,
          context,
          timeouts.upstreamHandshake(),
          jdkGroups,
          trust instanceof UpstreamVerifier);
    } catch (SSLException | RuntimeException refused) {
      throw new TlsSetupException(
          "upstream \"" + upstreamName + "\": the TLS library refuses its settings ("
              + refused.getMessage() + ")",
          refused);
    }
  }

  private static SslContextBuilder builder(
      UpstreamTls tls, SslProvider provider, X509ExtendedTrustManager trust) {
    SslContextBuilder builder = SslContextBuilder.forClient()
        .sslProvider(provider)
        .trustManager(trust)
        .keyManager(ClientIdentityKeyManager.of(tls.clientIdentity()))
        // The trust manager checks names itself, against the accepted names and not the SNI.
        .endpointIdentificationAlgorithm(null)
        .protocols(tls.versions().protocolNames())
        .ciphers(CipherSuites.MODERN, SupportedCipherSuiteFilter.INSTANCE)
        .sessionCacheSize(SESSIONS)
        .sessionTimeout(SESSION_TIMEOUT.toSeconds())
        .applicationProtocolConfig(new ApplicationProtocolConfig(
            Protocol.ALPN,
            SelectorFailureBehavior.NO_ADVERTISE,
            SelectedListenerFailureBehavior.ACCEPT,
            "http/1.1"));
    if (provider != SslProvider.JDK) {
      builder
          .option(OpenSslContextOption.GROUPS, Tls.DEFAULT_GROUPS.toArray(String[]::new))
          .option(OpenSslContextOption.MAX_CERTIFICATE_LIST_BYTES, MAX_CHAIN_BYTES);
    }
    return builder;
  }

  /**
   * A handler for one new connection. Its handshake timeout is set; on failure {@link
   * HandshakeVerdicts#upstream} reads the verdict from the handshake future's cause.
   *
   * @param endpoint the endpoint as configured, not the address it resolved to: sessions are
   *     resumed by it
   * @param serverName the server name (SNI) to send; empty for none
   * @param acceptedNames DNS names in lower case and IP literals of which the certificate must
   *     carry one; empty refuses every certificate
   */
  public SslHandler newHandler(
      ByteBufAllocator alloc, HostPort endpoint, String serverName, List<String> acceptedNames) {
    String sent = isSendable(serverName) ? serverName : "";
    boolean checkable = acceptedNames.stream().allMatch(SessionKey::canHold);
    SessionKey key = new SessionKey(sent, checkable ? acceptedNames : List.of(), endpoint.host());
    SslHandler handler = context.newHandler(alloc, key.encode(), endpoint.port());
    if (handler.engine() instanceof ReferenceCountedOpenSslEngine engine) {
      prepareNative(engine, sent);
    } else {
      prepareJdk(handler.engine(), sent);
    }
    handler.setHandshakeTimeoutMillis(handshakeTimeout.toMillis());
    return handler;
  }

  private static boolean isSendable(String serverName) {
    return serverName.length() <= MAX_SERVER_NAME_CHARS
        && SessionKey.canHold(serverName)
        && !PeerNames.isAddress(serverName);
  }

  /*
   * Around Netty, for two reasons: through SSLParameters a name with an underscore, which service
   * names have, cannot be sent; and Netty lets an upstream renegotiate once, which nothing needs.
   */
  private static void prepareNative(ReferenceCountedOpenSslEngine engine, String serverName) {
    try {
      if (!serverName.isEmpty()) {
        SSL.setTlsExtHostName(engine.sslPointer(), serverName);
      }
      SSL.setRenegotiateMode(engine.sslPointer(), SSL.SSL_RENEGOTIATE_NEVER);
    } catch (Exception impossible) {
      throw new IllegalStateException("the native TLS engine refuses its settings", impossible);
    }
  }

  private void prepareJdk(SSLEngine engine, String serverName) {
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setServerNames(jdkServerNames(serverName));
    if (jdkGroups.length > 0) {
      parameters.setNamedGroups(jdkGroups);
    }
    engine.setSSLParameters(parameters);
  }

  /** The JDK cannot send every name, one with an underscore for example; then none is sent. */
  private static List<SNIServerName> jdkServerNames(String serverName) {
    if (serverName.isEmpty()) {
      return List.of();
    }
    try {
      return List.of(new SNIHostName(serverName));
    } catch (IllegalArgumentException notLettersDigitsHyphens) {
      return List.of();
    }
  }

  /** The same for names that were put together by {@link PeerNames#of}. */
  public SslHandler newHandler(ByteBufAllocator alloc, HostPort endpoint, PeerNames names) {
    return newHandler(alloc, endpoint, names.serverName(), names.accepted());
  }

  /** The upstream whose policy this is. */
  public String upstreamName() {
    return upstreamName;
  }

  /** Whether certificates are verified; false only where the configuration says so. */
  public boolean verified() {
    return verified;
  }

  SslContext sslContext() {
    return context;
  }

  /** Whether compiling these settings would make the same again. */
  public boolean isFor(UpstreamTls other, TlsProvider otherProvider, Timeouts timeouts) {
    return tls.equals(other)
        && provider == otherProvider
        && handshakeTimeout.equals(timeouts.upstreamHandshake());
  }

  /** Keeps the native context for another holder, who releases it too. Thread-safe. */
  public void retain() {
    ReferenceCountUtil.retain(context);
  }

  /** Gives the native context back once the last connection that uses it is closed. */
  public void release() {
    ReferenceCountUtil.release(context);
  }
}
