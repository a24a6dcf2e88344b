package io.reseal.testkit;

import io.reseal.config.RevocationList;
import io.reseal.config.pem.PemException;
import io.reseal.config.pem.PemText;
import io.reseal.config.pem.RevocationLists;
import io.reseal.testkit.TestPki.Issued;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509CRL;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.ReasonFlags;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** A certificate revocation list in the making; each method changes one thing and returns this. */
public final class TestCrl {
  public static final int KEY_COMPROMISE = 1;

  /** Where certificates may say that their revocation is told. */
  public static final String POINT = "http://crl.test/a.crl";

  private final Issued authority;
  private final Map<BigInteger, Integer> revoked = new LinkedHashMap<>();
  private Issued signer;
  private Instant thisUpdate = Instant.now().minus(Duration.ofHours(1));
  private @Nullable Instant nextUpdate = Instant.now().plus(Duration.ofDays(7));
  private String digest = "SHA256";
  private @Nullable IssuingDistributionPoint point;
  private boolean delta;

  private TestCrl(Issued authority) {
    this.authority = authority;
    this.signer = authority;
  }

  /** An empty list of a CA. */
  public static TestCrl of(Issued authority) {
    return new TestCrl(authority);
  }

  public TestCrl revoke(Issued certificate) {
    revoked.put(certificate.certificate().getSerialNumber(), KEY_COMPROMISE);
    return this;
  }

  public TestCrl from(Instant instant) {
    this.thisUpdate = instant;
    return this;
  }

  /** The time of the next update; null for none. */
  public TestCrl until(@Nullable Instant instant) {
    this.nextUpdate = instant;
    return this;
  }

  /** Signed by another key than that of the CA in whose name it is. */
  public TestCrl signedBy(Issued other) {
    this.signer = other;
    return this;
  }

  public TestCrl digest(String name) {
    this.digest = name;
    return this;
  }

  /** Only tells what changed since another list. */
  public TestCrl delta() {
    this.delta = true;
    return this;
  }

  /** Only for certificates that are no CA's. */
  public TestCrl onlyUserCertificates() {
    this.point = new IssuingDistributionPoint(null, true, false, null, false, false);
    return this;
  }

  /** Of other CAs' certificates too. */
  public TestCrl indirect() {
    this.point = new IssuingDistributionPoint(null, false, false, null, true, false);
    return this;
  }

  /** Only for revocations for some reasons. */
  public TestCrl onlySomeReasons() {
    this.point = new IssuingDistributionPoint(
        null, false, false, new ReasonFlags(ReasonFlags.keyCompromise), false, false);
    return this;
  }

  /** Only for certificates that name {@link #POINT}. */
  public TestCrl onlyForPoint() {
    GeneralNames names =
        new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, POINT));
    this.point = new IssuingDistributionPoint(
        new DistributionPointName(names), false, false, null, false, false);
    return this;
  }

  public X509CRL issue() {
    try {
      X509v2CRLBuilder builder = new X509v2CRLBuilder(
          X500Name.getInstance(authority.certificate().getSubjectX500Principal().getEncoded()),
          Date.from(thisUpdate));
      if (nextUpdate != null) {
        builder.setNextUpdate(Date.from(nextUpdate));
      }
      revoked.forEach((serial, reason) ->
          builder.addCRLEntry(serial, Date.from(thisUpdate.minusSeconds(60)), reason));
      if (point != null) {
        builder.addExtension(Extension.issuingDistributionPoint, true, point);
      }
      if (delta) {
        builder.addExtension(Extension.deltaCRLIndicator, true, new CRLNumber(BigInteger.ONE));
      }
      String key = signer.privateKey().getAlgorithm().equals("EC") ? "ECDSA" : "RSA";
      return new JcaX509CRLConverter()
          .getCRL(builder.build(
              new JcaContentSignerBuilder(digest + "with" + key).build(signer.privateKey())));
    } catch (GeneralSecurityException | OperatorCreationException | IOException broken) {
      throw new IllegalStateException("the test CRL cannot be made", broken);
    }
  }

  /** The list as the reader gives it. */
  public RevocationList list() {
    try {
      RevocationList read =
          RevocationLists.all(PemText.load(pem(), Path.of(""))).getFirst();
      return new RevocationList(read.list(), read.scope(), "test.crl");
    } catch (PemException refused) {
      throw new IllegalStateException(refused.what() + ": " + refused.found(), refused);
    }
  }

  public String pem() {
    return TestPki.pem(issue());
  }
}
