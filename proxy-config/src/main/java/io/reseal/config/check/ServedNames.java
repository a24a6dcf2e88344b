package io.reseal.config.check;

import io.reseal.config.HostPattern;
import io.reseal.config.Listener;
import io.reseal.config.ListenerSecurity;
import io.reseal.config.ServerIdentity;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The server names that the identities of one listener cover.
 *
 * @param names in lower case, wildcards as {@code *.example.com}
 * @param domains what follows the first label of the names without a wildcard, with its dot
 * @param complete whether every identity of the listener could be read
 */
record ServedNames(Set<String> names, Set<String> domains, boolean complete) {

  static ServedNames of(Listener listener, Map<String, ServerIdentity> identities) {
    Set<String> names = new HashSet<>();
    Set<String> domains = new HashSet<>();
    boolean complete = true;
    if (listener.security() instanceof ListenerSecurity.Tls tls) {
      for (String identityName : tls.identities()) {
        ServerIdentity identity = identities.get(identityName);
        if (identity == null) {
          complete = false;
        } else {
          names.addAll(identity.serverNames());
        }
      }
    }
    for (String name : names) {
      if (name.indexOf('.') > 0) {
        domains.add(name.substring(name.indexOf('.')));
      }
    }
    return new ServedNames(names, domains, complete);
  }

  /** Whether a client can get some name of the pattern; a wildcard needs no more than one. */
  boolean covers(HostPattern host) {
    String name = host.toString();
    int dot = name.indexOf('.');
    String domain = dot < 0 ? "" : name.substring(dot);
    return names.contains(name)
        || names.contains("*" + domain)
        || host instanceof HostPattern.Wildcard && domains.contains(domain);
  }
}
