package io.reseal.server.doctor;

import io.reseal.config.KeyPairMaterial;
import io.reseal.config.ProxyConfig;
import io.reseal.config.ServerIdentity;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;

/**
 * A place where the certificate of an issuer is to be had, and by its being there the sign that the
 * issuer is an intermediate that should have been sent.
 *
 * @param command prints the certificate as PEM
 */
record IssuerSource(String command) {

  /** Another chain of the configuration that has the issuer, else the URL that is stated for it. */
  static Optional<IssuerSource> find(ProxyConfig config, X509Certificate certificate) {
    for (ServerIdentity identity : config.identities()) {
      for (KeyPairMaterial pair : identity.keyPairs()) {
        List<X509Certificate> chain = pair.chain();
        for (int i = 1; i < chain.size(); i++) {
          if (hasSigned(chain.get(i), certificate)
              && !Commands.isSelfSigned(chain.get(i))
              && Commands.isFile(pair.source())) {
            return Optional.of(new IssuerSource(printed(pair.source(), i)));
          }
        }
      }
    }
    return stated(certificate)
        .map(url -> new IssuerSource("curl -sSf " + Commands.word(url) + " | openssl x509"));
  }

  /** The command for a chain that lacks the issuer. */
  String appendTo(KeyPairMaterial pair) {
    return Commands.isFile(pair.source())
        ? command + " >> " + Commands.word(pair.source())
        : command;
  }

  /** Prints one certificate of a chain's file, of which the order is not known. */
  private static String printed(String file, int index) {
    return "awk '/-----BEGIN CERT/{n++} n==" + (index + 1) + "' " + Commands.word(file);
  }

  private static boolean hasSigned(X509Certificate issuer, X509Certificate certificate) {
    if (!issuer.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
      return false;
    }
    try {
      certificate.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException other) {
      return false;
    }
  }

  private static Optional<String> stated(X509Certificate certificate) {
    byte[] extension = certificate.getExtensionValue(Extension.authorityInfoAccess.getId());
    if (extension == null) {
      return Optional.empty();
    }
    try {
      AuthorityInformationAccess access = AuthorityInformationAccess.getInstance(
          ASN1OctetString.getInstance(extension).getOctets());
      for (AccessDescription description : access.getAccessDescriptions()) {
        GeneralName where = description.getAccessLocation();
        if (description.getAccessMethod().equals(AccessDescription.id_ad_caIssuers)
            && where.getTagNo() == GeneralName.uniformResourceIdentifier
            && where.getName().toString().matches("https?://.*")) {
          return Optional.of(where.getName().toString());
        }
      }
    } catch (IllegalArgumentException broken) {
      return Optional.empty();
    }
    return Optional.empty();
  }
}
