package io.reseal.core.tls;

import io.reseal.config.ListenerSecurity.Tls;
import io.reseal.config.ListenerSecurity.UnknownServerName.ServeIdentity;
import io.reseal.config.RuntimeSettings.TlsProvider;
import io.reseal.config.ServerIdentity;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The identities of one TLS listener, compiled, and the table from server names to them. Immutable
 * and safe to share between loops; released once, by its owner.
 */
public final class ServerContexts {
  private static final AtomicInteger NEXT_POLICY_GROUP = new AtomicInteger();

  private final Tls tls;
  private final TlsProvider provider;
  private final Map<String, ServerContext> byIdentity;
  private final SniTable<ServerContext> byServerName;
  private final @Nullable ServerContext unknownServerName;
  private final boolean asksClients;

  private ServerContexts(
      Tls tls,
      TlsProvider provider,
      Map<String, ServerContext> byIdentity,
      SniTable<ServerContext> byServerName,
      @Nullable ServerContext unknownServerName) {
    this.tls = tls;
    this.provider = provider;
    this.byIdentity = byIdentity;
    this.byServerName = byServerName;
    this.unknownServerName = unknownServerName;
    this.asksClients = byIdentity.values().stream()
        .anyMatch(each -> !each.clientPolicy().equals(ClientPolicy.NONE));
  }

  /**
   * Compiles every identity that the listener names, at once, so that a bad one shows here and not
   * at its first client. Where two identities claim one server name, the first in the listener's
   * order has it.
   *
   * @param tls the listener's security
   * @param identities all identities of the configuration, in any order
   * @param provider the TLS library
   * @param previous what the listener served so far, null for nothing; what has not changed is
   *     taken from it, with its sessions
   * @throws TlsSetupException when the library refuses something; nothing stays allocated
   */
  public static ServerContexts compile(
      Tls tls,
      List<ServerIdentity> identities,
      TlsProvider provider,
      @Nullable ServerContexts previous) {
    Map<String, ServerIdentity> known = new HashMap<>();
    for (ServerIdentity identity : identities) {
      known.put(identity.name(), identity);
    }
    ServerContextFactory factory =
        new ServerContextFactory(tls, provider, Math.max(1, tls.identities().size()));
    Map<String, ServerContext> byIdentity = new LinkedHashMap<>();
    Map<String, ServerContext> byServerName = new LinkedHashMap<>();
    try {
      for (String name : tls.identities()) {
        ServerIdentity identity = requireIdentity(known, name);
        ServerContext context = context(identity, factory, tls, provider, previous);
        byIdentity.put(name, context);
        for (String serverName : identity.serverNames()) {
          byServerName.putIfAbsent(serverName, context);
        }
      }
      ServerContext unknown = null;
      if (tls.unknownServerName() instanceof ServeIdentity shown) {
        unknown = byIdentity.get(shown.identity());
        if (unknown == null) {
          ServerIdentity identity = requireIdentity(known, shown.identity());
          unknown = context(identity, factory, tls, provider, previous);
          byIdentity.put(shown.identity(), unknown);
        }
      }
      return new ServerContexts(tls, provider, byIdentity, SniTable.of(byServerName), unknown);
    } catch (RuntimeException refused) {
      byIdentity.values().forEach(ServerContext::release);
      throw refused;
    }
  }

  private static ServerContext context(
      ServerIdentity identity,
      ServerContextFactory factory,
      Tls tls,
      TlsProvider provider,
      @Nullable ServerContexts previous) {
    ServerContext before = previous == null ? null : previous.byIdentity.get(identity.name());
    if (previous == null || before == null) {
      return factory.create(identity, NEXT_POLICY_GROUP.getAndIncrement());
    }
    if (previous.sameSettings(tls, provider) && before.identity().equals(identity)) {
      return before.shared();
    }
    return factory.create(identity, before.policyGroup());
  }

  private boolean sameSettings(Tls other, TlsProvider otherProvider) {
    return provider == otherProvider
        && tls.versions().equals(other.versions())
        && tls.groups().equals(other.groups())
        && tls.http2() == other.http2();
  }

  private static ServerIdentity requireIdentity(Map<String, ServerIdentity> known, String name) {
    ServerIdentity identity = known.get(name);
    if (identity == null) {
      throw new IllegalArgumentException("identity \"" + name + "\" is not defined");
    }
    return identity;
  }

  /**
   * The context for a server name in lower case (empty for none): by its exact name, then by
   * wildcard, then the one for unknown names. Null means refuse with {@link
   * TlsAlert#UNRECOGNIZED_NAME}.
   */
  public @Nullable ServerContext select(String serverName) {
    ServerContext context = selectKnown(serverName);
    return context != null ? context : unknownServerName;
  }

  /** The context that covers a name by its own list, without the one for unknown names. */
  public @Nullable ServerContext selectKnown(String serverName) {
    return serverName.isEmpty() ? null : byServerName.lookup(serverName);
  }

  /** All contexts, in the listener's order. */
  public List<ServerContext> contexts() {
    return List.copyOf(byIdentity.values());
  }

  /** Whether any identity here asks its clients for certificates. */
  public boolean asksClients() {
    return asksClients;
  }

  /** Gives the native contexts back once the last connection that uses them is closed. */
  public void release() {
    byIdentity.values().forEach(ServerContext::release);
  }
}
