package io.reseal.core.tls;

import io.netty.util.NetUtil;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;

/**
 * The names of a leaf certificate, and whether one of them is accepted, by the rules of RFC 9525:
 * DNS names and IP addresses of the subject alternative name extension, each compared with its own
 * kind, and a wildcard only as the whole left-most label and only over a parent of two labels or
 * more.
 */
public final class NameCheck {
  private static final int SAN_DNS_NAME = 2;
  private static final int SAN_IP_ADDRESS = 7;
  private static final int SHOWN_NAMES = 20;

  private final List<String> dnsNames = new ArrayList<>();
  private final List<String> addresses = new ArrayList<>();
  private final String commonName;
  private final boolean hasAlternativeNames;

  private NameCheck(X509Certificate leaf) throws CertificateParsingException {
    Collection<List<?>> alternatives = leaf.getSubjectAlternativeNames();
    hasAlternativeNames = alternatives != null && !alternatives.isEmpty();
    if (alternatives != null) {
      for (List<?> entry : alternatives) {
        if (entry.size() >= 2 && entry.get(1) instanceof String name) {
          if (entry.getFirst().equals(SAN_DNS_NAME)) {
            dnsNames.add(normalise(name));
          } else if (entry.getFirst().equals(SAN_IP_ADDRESS)) {
            addresses.add(name);
          }
        }
      }
    }
    commonName = part(leaf.getSubjectX500Principal(), "CN");
  }

  /** Reads the names of a leaf. */
  public static NameCheck of(X509Certificate leaf) throws CertificateParsingException {
    return new NameCheck(leaf);
  }

  /** The first of the accepted names that an alternative name matches, or empty. */
  public String match(List<String> accepted) {
    for (String name : accepted) {
      if (PeerNames.isAddress(name) ? matchesAddress(name) : matchesAny(dnsNames, name)) {
        return name;
      }
    }
    return "";
  }

  /**
   * Whether the certificate has no alternative name at all, and its common name matches one of the
   * accepted DNS names; addresses never match by common name.
   */
  boolean matchesByCommonName(List<String> accepted) {
    if (hasAlternativeNames || commonName.isEmpty()) {
      return false;
    }
    for (String name : accepted) {
      if (!PeerNames.isAddress(name) && matchesPattern(normalise(commonName), normalise(name))) {
        return true;
      }
    }
    return false;
  }

  /** Whether there is any alternative name; without one the common name may be all there is. */
  public boolean hasAlternativeNames() {
    return hasAlternativeNames;
  }

  /** The most specific common name, or empty. */
  public String commonName() {
    return commonName;
  }

  /** The names for a message: the first few, then how many more. */
  public String shown() {
    List<String> all = new ArrayList<>(dnsNames);
    all.addAll(addresses);
    if (all.isEmpty()) {
      return commonName.isEmpty() ? "none" : "none but the common name " + commonName;
    }
    if (all.size() <= SHOWN_NAMES) {
      return String.join(", ", all);
    }
    return String.join(", ", all.subList(0, SHOWN_NAMES)) + " and " + (all.size() - SHOWN_NAMES)
        + " more";
  }

  private boolean matchesAddress(String accepted) {
    byte[] wanted = NetUtil.createByteArrayFromIpAddressString(accepted);
    for (String address : addresses) {
      byte[] presented = NetUtil.createByteArrayFromIpAddressString(address);
      if (presented != null && Arrays.equals(presented, wanted)) {
        return true;
      }
    }
    return false;
  }

  private static boolean matchesAny(List<String> patterns, String accepted) {
    String name = normalise(accepted);
    for (String pattern : patterns) {
      if (matchesPattern(pattern, name)) {
        return true;
      }
    }
    return false;
  }

  private static boolean matchesPattern(String pattern, String name) {
    if (name.isEmpty()) {
      return false;
    }
    if (!pattern.startsWith("*.")) {
      return pattern.indexOf('*') < 0 && pattern.equals(name);
    }
    String parent = pattern.substring(2);
    int firstDot = name.indexOf('.');
    return firstDot > 0
        && parent.indexOf('*') < 0
        && parent.indexOf('.') > 0
        && parent.equals(name.substring(firstDot + 1));
  }

  private static String normalise(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  /** The most specific value of one type in a distinguished name, or empty. */
  static String part(X500Principal name, String type) {
    try {
      // The most specific part of a distinguished name is the last in this list.
      List<Rdn> parts = new LdapName(name.getName()).getRdns();
      for (int i = parts.size() - 1; i >= 0; i--) {
        if (parts.get(i).getType().equalsIgnoreCase(type)
            && parts.get(i).getValue() instanceof String value) {
          return value;
        }
      }
    } catch (InvalidNameException unreadable) {
      return "";
    }
    return "";
  }
}
