package io.reseal.server.doctor;

import io.reseal.config.KeyPairMaterial;
import io.reseal.config.pem.PemText;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** Shell commands that mend key material, ready to be pasted. They need OpenSSL 3. */
final class Commands {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:@%+=,-]+");
  private static final Pattern ATTRIBUTE = Pattern.compile("[A-Za-z]+");
  private static final int SAN_DNS_NAME = 2;
  private static final int SAN_IP_ADDRESS = 7;

  private Commands() {}

  /** A text as one word of a shell. */
  static String word(String text) {
    return PLAIN.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
  }

  /** Whether the material came from files that commands can name. */
  static boolean isFile(String source) {
    return !source.isEmpty() && !PemText.INLINE.equals(source);
  }

  /**
   * Issues the leaf again with the same key: at once where it signed itself, else as a request for
   * its CA.
   *
   * @param names the subject alternative names, as OpenSSL writes them
   */
  static String reissue(KeyPairMaterial pair, String names) {
    String subject = subject(pair.leaf());
    String key = isFile(pair.keySource()) ? word(pair.keySource()) : "KEY";
    String what =
        "-key " + key + " -subj " + word(subject) + " -addext " + word("subjectAltName=" + names);
    if (!isSelfSigned(pair.leaf())) {
      return "openssl req -new " + what + " -out " + word(requestFile(pair));
    }
    String make = "openssl req -x509 " + what + " -days 365";
    if (!isFile(pair.source())) {
      return make;
    }
    String file = word(pair.source());
    return pair.source().equals(pair.keySource())
        // In one go, so that neither the key is lost nor a readable copy left.
        ? "pem=$(" + make + " && openssl pkey -in " + file + ") && printf '%s\\n' \"$pem\" > "
            + file
        : make + " -out " + file;
  }

  /** Where {@link #reissue} puts the request for a CA. */
  static String requestFile(KeyPairMaterial pair) {
    return isFile(pair.source())
        ? pair.source().replaceFirst("\\.[a-z]+$", "") + ".csr"
        : "new.csr";
  }

  /** Keeps only these blocks of a PEM file, counted from 1, in this order. The mode stays. */
  static String keepBlocks(String file, List<Integer> blocks) {
    StringBuilder parts = new StringBuilder();
    for (int block : blocks) {
      parts
          .append(parts.isEmpty() ? "" : "; ")
          .append("awk '/-----BEGIN/{n++} n==")
          .append(block)
          .append("' ")
          .append(word(file));
    }
    return "pem=$(" + parts + ") && printf '%s\\n' \"$pem\" > " + word(file);
  }

  static boolean isSelfSigned(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
  }

  /** The alternative names of a certificate as OpenSSL writes them, or empty. */
  static String alternativeNames(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    try {
      Collection<List<?>> all = certificate.getSubjectAlternativeNames();
      if (all != null) {
        for (List<?> name : all) {
          if (name.getFirst().equals(SAN_DNS_NAME)) {
            names.add("DNS:" + name.get(1));
          } else if (name.getFirst().equals(SAN_IP_ADDRESS)) {
            names.add("IP:" + name.get(1));
          }
        }
      }
    } catch (CertificateParsingException unreadable) {
      return "";
    }
    return String.join(",", names);
  }

  private static String subject(X509Certificate certificate) {
    StringBuilder subject = new StringBuilder();
    try {
      for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
        if (ATTRIBUTE.matcher(part.getType()).matches()
            && part.getValue() instanceof String value
            && value.chars().noneMatch(Character::isISOControl)) {
          subject
              .append('/')
              .append(part.getType())
              .append('=')
              .append(value.replace("\\", "\\\\").replace("/", "\\/"));
        }
      }
    } catch (InvalidNameException unreadable) {
      return "/";
    }
    return subject.isEmpty() ? "/" : subject.toString();
  }
}
