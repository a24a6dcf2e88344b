package io.reseal.core.tls;

import io.reseal.config.RevocationList;
import java.util.List;

/**
 * What a path must fulfil beyond RFC 5280.
 *
 * @param purpose what its certificates must be for
 * @param revocationLists the CRLs; without any, revocation is not checked
 */
record PathRules(Purpose purpose, List<RevocationList> revocationLists) {
  PathRules {
    revocationLists = List.copyOf(revocationLists);
  }

  /** What a certificate is shown for. */
  enum Purpose {
    SERVER("1.3.6.1.5.5.7.3.1", "servers"),
    CLIENT("1.3.6.1.5.5.7.3.2", "clients");

    private final String extendedKeyUsage;
    private final String whom;

    Purpose(String extendedKeyUsage, String whom) {
      this.extendedKeyUsage = extendedKeyUsage;
      this.whom = whom;
    }

    String extendedKeyUsage() {
      return extendedKeyUsage;
    }

    /** Whom such certificates are for, in plural. */
    String whom() {
      return whom;
    }
  }
}
