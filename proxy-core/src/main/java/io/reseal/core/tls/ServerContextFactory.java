package io.reseal.core.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslCredential;
import io.netty.handler.ssl.OpenSslCredentialBuilder;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.ReferenceCountUtil;
import io.reseal.config.ClientAuth;
import io.reseal.config.KeyPairMaterial;
import io.reseal.config.ListenerSecurity.Tls;
import io.reseal.config.RuntimeSettings.TlsProvider;
import io.reseal.config.ServerIdentity;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * The maker of one listener's {@link ServerContext}s.
 *
 * <p>Construction is chosen by measurement: a key manager of our own and an explicit trust manager
 * make a context in about 40 microseconds, where {@code forServer(key, certificate)} takes 14
 * milliseconds (it builds a PKCS#12 store, and loads the system's trust store). Two key pairs go in
 * as native credentials, ECDSA first: then each kind of client gets the one it can use.
 */
final class ServerContextFactory {
  /** TLS 1.2 sessions kept for one listener, over all its identities. */
  private static final int SESSIONS_PER_LISTENER = 65_536;

  private static final int MIN_SESSIONS_PER_IDENTITY = 64;
  private static final int MAX_SESSIONS_PER_IDENTITY = 16_384;
  private static final int MAX_CHAIN_BYTES = 32 << 10;
  private static final Duration SESSION_TIMEOUT = Duration.ofMinutes(30);
  private static final String[] NO_GROUPS = {};

  private final Tls tls;
  private final SslProvider provider;
  private final int sessionsPerIdentity;
  private final List<String> alpn;
  private final String[] jdkGroups;

  ServerContextFactory(Tls tls, TlsProvider provider, int identities) {
    this.tls = tls;
    this.provider = TlsProviders.sslProvider(provider);
    this.sessionsPerIdentity = Math.clamp(
        SESSIONS_PER_LISTENER / identities, MIN_SESSIONS_PER_IDENTITY, MAX_SESSIONS_PER_IDENTITY);
    this.alpn = tls.http2() ? List.of("h2", "http/1.1") : List.of("http/1.1");
    this.jdkGroups =
        this.provider == SslProvider.JDK ? NamedGroups.forJdk(tls.groups()) : NO_GROUPS;
  }

  ServerContext create(ServerIdentity identity, int policyGroup) {
    List<KeyPairMaterial> keyPairs = ecdsaFirst(identity.keyPairs());
    keyPairs.forEach(keyPair -> KeyKinds.require(keyPair, "identity \"" + identity.name() + "\""));
    List<OpenSslCredential> credentials = new ArrayList<>();
    try {
      SslContextBuilder builder = builder(keyPairs, identity.clientAuth());
      if (isNative() && keyPairs.size() > 1) {
        for (KeyPairMaterial keyPair : keyPairs) {
          credentials.add(OpenSslCredentialBuilder.forX509(
                  keyPair.privateKey(), keyPair.chain().toArray(X509Certificate[]::new))
              .build());
        }
        builder.addCredentials(credentials);
      }
      SslContext context = builder.build();
      try {
        bindSessions(context, identity);
      } catch (SSLException refused) {
        ReferenceCountUtil.release(context);
        throw refused;
      }
      return new ServerContext(context, identity, policyGroup, jdkGroups, alpn);
    } catch (SSLException | RuntimeException refused) {
      throw new TlsSetupException(
          "identity \"" + identity.name() + "\": the TLS library refuses its keys, certificates or"
              + " the listener's settings (" + refused.getMessage() + "), key pairs from "
              + identity.keyPairs().stream().map(KeyPairMaterial::source).toList(),
          refused);
    } finally {
      // The context keeps its own reference to each.
      credentials.forEach(ReferenceCountUtil::release);
    }
  }

  private SslContextBuilder builder(List<KeyPairMaterial> keyPairs, ClientAuth clients) {
    SslContextBuilder builder = SslContextBuilder.forServer(new IdentityKeyManager(keyPairs))
        .sslProvider(provider)
        .trustManager(
            clients instanceof ClientAuth.Asked asked
                ? new ClientVerifier(asked, InstantSource.system())
                : NoClientTrust.INSTANCE)
        .clientAuth(asking(clients))
        .protocols(tls.versions().protocolNames())
        .ciphers(CipherSuites.MODERN, SupportedCipherSuiteFilter.INSTANCE)
        .sessionCacheSize(sessionsPerIdentity)
        .sessionTimeout(SESSION_TIMEOUT.toSeconds())
        .applicationProtocolConfig(new ApplicationProtocolConfig(
            Protocol.ALPN,
            isNative() ? SelectorFailureBehavior.NO_ADVERTISE : SelectorFailureBehavior.FATAL_ALERT,
            SelectedListenerFailureBehavior.ACCEPT,
            alpn));
    if (isNative() && clients instanceof ClientAuth.Asked) {
      builder.option(OpenSslContextOption.MAX_CERTIFICATE_LIST_BYTES, MAX_CHAIN_BYTES);
    }
    if (isNative() && !tls.groups().isEmpty()) {
      builder.option(OpenSslContextOption.GROUPS, tls.groups().toArray(String[]::new));
    }
    return builder;
  }

  private static io.netty.handler.ssl.ClientAuth asking(ClientAuth clients) {
    return switch (clients) {
      case ClientAuth.NotAsked ignored -> io.netty.handler.ssl.ClientAuth.NONE;
      case ClientAuth.Asked asked ->
        switch (asked.mode()) {
          case REQUIRED -> io.netty.handler.ssl.ClientAuth.REQUIRE;
          case OPTIONAL -> io.netty.handler.ssl.ClientAuth.OPTIONAL;
        };
    };
  }

  /*
   * Netty gives every native server context the same session id context, so that a session could be
   * resumed under another identity as soon as keys or caches were shared. Ours is made of the
   * policy: identity, certificates, versions, and what clients have to prove.
   */
  private void bindSessions(SslContext context, ServerIdentity identity) throws SSLException {
    if (!(context.sessionContext() instanceof OpenSslServerSessionContext sessions)) {
      return;
    }
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(identity.name().getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      digest.update(tls.versions().toString().getBytes(StandardCharsets.UTF_8));
      digest.update(
          ClientPolicy.of(identity.clientAuth()).digest().getBytes(StandardCharsets.UTF_8));
      for (KeyPairMaterial keyPair : identity.keyPairs()) {
        digest.update(keyPair.leaf().getEncoded());
      }
      if (!sessions.setSessionIdContext(digest.digest())) {
        throw new SSLException("the session id context was refused");
      }
    } catch (GeneralSecurityException broken) {
      throw new SSLException("the session id context cannot be made", broken);
    }
  }

  private boolean isNative() {
    return provider != SslProvider.JDK;
  }

  private static List<KeyPairMaterial> ecdsaFirst(List<KeyPairMaterial> keyPairs) {
    return keyPairs.stream()
        .sorted(Comparator.comparing((KeyPairMaterial keyPair) ->
            !keyPair.leaf().getPublicKey().getAlgorithm().equals("EC")))
        .toList();
  }
}
