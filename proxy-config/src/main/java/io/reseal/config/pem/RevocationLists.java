package io.reseal.config.pem;

import io.reseal.config.RevocationList;
import io.reseal.config.RevocationList.Scope;
import java.io.ByteArrayInputStream;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.jspecify.annotations.Nullable;

/** Certificate revocation lists from PEM, and what they and certificates say of their scope. */
public final class RevocationLists {
  private static final String LABEL = "X509 CRL";
  private static final String DELTA_INDICATOR = "2.5.29.27";
  private static final String ISSUING_DISTRIBUTION_POINT = "2.5.29.28";
  private static final String DISTRIBUTION_POINTS = "2.5.29.31";

  private RevocationLists() {}

  /** Every list of a text, at least one, in its order. */
  public static List<RevocationList> all(PemText text) throws PemException {
    List<RevocationList> lists = new ArrayList<>();
    for (PemText.Block block : text.blocks()) {
      if (block.label().equals(LABEL)) {
        X509CRL list = parse(block);
        lists.add(new RevocationList(list, scope(list), text.source()));
      }
    }
    if (lists.isEmpty()) {
      throw new PemException(
          "no certificate revocation list",
          "blocks: "
              + String.join(
                  ", ", text.blocks().stream().map(PemText.Block::label).toList()),
          "at least one X509 CRL block",
          "Check which file is meant; a CA makes its list by: openssl ca -gencrl");
    }
    return lists;
  }

  private static X509CRL parse(PemText.Block block) throws PemException {
    try {
      return (X509CRL) CertificateFactory.getInstance("X.509")
          .generateCRL(new ByteArrayInputStream(block.content()));
    } catch (CertificateException | CRLException bad) {
      throw new PemException(
          "the revocation list begun at line %d cannot be read".formatted(block.line()),
          "a broken X509 CRL block",
          "a DER revocation list in base64",
          "Get it again from the CA; check it: openssl crl -noout -text -in FILE");
    }
  }

  private static Scope scope(X509CRL list) throws PemException {
    if (list.getExtensionValue(DELTA_INDICATOR) != null) {
      throw unsupported(list, "a delta list, which only tells what changed", "a complete list");
    }
    Set<String> unknown = list.getCriticalExtensionOIDs() == null
        ? new TreeSet<>()
        : new TreeSet<>(list.getCriticalExtensionOIDs());
    unknown.remove(ISSUING_DISTRIBUTION_POINT);
    if (!unknown.isEmpty()) {
      throw unsupported(
          list, "critical extensions that nobody here knows: " + unknown, "a list without them");
    }
    byte[] extension = list.getExtensionValue(ISSUING_DISTRIBUTION_POINT);
    return extension == null ? Scope.EVERYTHING : scope(list, extension);
  }

  private static Scope scope(X509CRL list, byte[] extension) throws PemException {
    IssuingDistributionPoint point;
    try {
      point = IssuingDistributionPoint.getInstance(
          ASN1OctetString.getInstance(extension).getOctets());
    } catch (RuntimeException bad) {
      // Bouncy Castle answers broken DER with unchecked exceptions.
      throw unsupported(
          list, "an issuing distribution point that cannot be read", "a complete list");
    }
    if (point.isIndirectCRL()) {
      throw unsupported(
          list, "an indirect list, of other CAs' certificates", "a list of the CA's own");
    }
    if (point.getOnlySomeReasons() != null || point.onlyContainsAttributeCerts()) {
      throw unsupported(list, "a list for some reasons or kinds only", "a complete list");
    }
    List<String> names = names(point.getDistributionPoint());
    if (names == null) {
      throw unsupported(
          list, "a distribution point named relative to the CA", "a list with a full name or none");
    }
    return new Scope(!point.onlyContainsCACerts(), !point.onlyContainsUserCerts(), names);
  }

  private static PemException unsupported(X509CRL list, String found, String expected) {
    return new PemException(
        "a revocation list that cannot be used, of " + list.getIssuerX500Principal(),
        found,
        expected,
        "Get the CA's complete revocation list; look at this one: openssl crl -noout -text -in"
            + " FILE");
  }

  /** The full names of a point; none for no point, null for a name of another kind. */
  private static @Nullable List<String> names(@Nullable DistributionPointName point) {
    if (point == null) {
      return List.of();
    }
    if (point.getType() != DistributionPointName.FULL_NAME) {
      return null;
    }
    List<String> names = new ArrayList<>();
    for (GeneralName name : GeneralNames.getInstance(point.getName()).getNames()) {
      names.add(name.toString());
    }
    return names;
  }

  /**
   * The names of the distribution points that a certificate says its revocation would be told at;
   * none where it says nothing that can be read.
   */
  public static List<String> distributionPoints(X509Certificate certificate) {
    byte[] extension = certificate.getExtensionValue(DISTRIBUTION_POINTS);
    if (extension == null) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    try {
      CRLDistPoint points =
          CRLDistPoint.getInstance(ASN1OctetString.getInstance(extension).getOctets());
      for (DistributionPoint point : points.getDistributionPoints()) {
        List<String> found = names(point.getDistributionPoint());
        names.addAll(found == null ? List.of() : found);
      }
    } catch (RuntimeException bad) {
      // A peer's certificate; what cannot be read names nothing.
      return List.of();
    }
    return names;
  }
}
