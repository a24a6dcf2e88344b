package io.reseal.core.tls;

import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The DNS names that a CA certificate excludes (RFC 5280 section 4.2.1.10), read for the one case
 * that path validation leaves open: a wildcard certificate that is not itself under an excluded
 * name, but would be accepted for one.
 */
final class NameConstraintsReader {
  private static final String NAME_CONSTRAINTS = "2.5.29.30";
  private static final int OCTET_STRING = 0x04;
  private static final int SEQUENCE = 0x30;
  private static final int EXCLUDED_SUBTREES = 0xA1;
  private static final int DNS_NAME = 0x82;

  private final byte[] der;
  private int at;
  private final int end;

  private NameConstraintsReader(byte[] der) {
    this.der = der;
    this.end = der.length;
  }

  /** Whether a certificate excludes a DNS name; an unreadable extension excludes everything. */
  static boolean excludes(X509Certificate authority, String name) {
    byte[] extension = authority.getExtensionValue(NAME_CONSTRAINTS);
    if (extension == null) {
      return false;
    }
    List<String> excluded = new NameConstraintsReader(extension).readExcluded();
    if (excluded == null) {
      return true;
    }
    for (String subtree : excluded) {
      if (covers(subtree, name)) {
        return true;
      }
    }
    return false;
  }

  private static boolean covers(String subtree, String name) {
    String base = subtree.startsWith(".") ? subtree.substring(1) : subtree;
    return base.isEmpty() || name.equals(base) || name.endsWith("." + base);
  }

  private @Nullable List<String> readExcluded() {
    if (!enter(OCTET_STRING) || !enter(SEQUENCE)) {
      return null;
    }
    List<String> names = new ArrayList<>();
    while (at < end) {
      int tag = der[at] & 0xFF;
      int length = readHeader();
      if (length < 0) {
        return null;
      }
      if (tag == EXCLUDED_SUBTREES && !readSubtrees(at + length, names)) {
        return null;
      }
      at += tag == EXCLUDED_SUBTREES ? 0 : length;
    }
    return names;
  }

  private boolean readSubtrees(int subtreesEnd, List<String> names) {
    while (at < subtreesEnd) {
      int length = (der[at] & 0xFF) == SEQUENCE ? readHeader() : -1;
      if (length < 1) {
        return false;
      }
      int subtreeEnd = at + length;
      int tag = der[at] & 0xFF;
      int nameLength = readHeader();
      if (nameLength < 0 || at + nameLength > subtreeEnd) {
        return false;
      }
      if (tag == DNS_NAME) {
        names.add(
            new String(der, at, nameLength, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT));
      }
      at = subtreeEnd;
    }
    return at == subtreesEnd;
  }

  /** Steps into the one element that fills the rest. */
  private boolean enter(int tag) {
    if (at >= end || (der[at] & 0xFF) != tag) {
      return false;
    }
    int length = readHeader();
    return length >= 0 && at + length == end;
  }

  /** Reads tag and length at the cursor; the length, or -1 when the element does not fit. */
  private int readHeader() {
    if (end - at < 2) {
      return -1;
    }
    int first = der[at + 1] & 0xFF;
    at += 2;
    int length = first;
    if (first >= 0x80) {
      int octets = first & 0x7F;
      if (octets < 1 || octets > 3 || end - at < octets) {
        return -1;
      }
      length = 0;
      for (int i = 0; i < octets; i++) {
        length = length << 8 | der[at++] & 0xFF;
      }
    }
    return length <= end - at ? length : -1;
  }
}
