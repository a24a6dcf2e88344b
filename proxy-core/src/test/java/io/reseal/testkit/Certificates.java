package io.reseal.testkit;

import io.reseal.config.KeyPairMaterial;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** The certificates of the behaviour tests: a CA for the front, another for the upstreams. */
public final class Certificates {
  /** Before the CAs, which are numbered too. */
  private static final AtomicLong SERIALS = new AtomicLong(1_000);

  /** The CA that clients trust. */
  public static final Certificates FRONT = new Certificates("Front CA");

  /** The CA that the proxy is told to trust for upstreams. */
  public static final Certificates DESTINATION = new Certificates("Destination CA");

  private final X500Name subject;
  private final KeyPair keys;
  private final X509Certificate certificate;

  public Certificates(String name) {
    this.subject = new X500Name("CN=" + name + ",O=Reseal tests");
    this.keys = newKeys();
    this.certificate = sign(
        subject,
        keys,
        subject,
        keys,
        List.of(),
        /* ca= */ true,
        Instant.now(),
        Duration.ofDays(30));
  }

  public X509Certificate certificate() {
    return certificate;
  }

  /** A server certificate for these DNS names and IP addresses. */
  public KeyPairMaterial issue(String... names) {
    return issue(Instant.now(), Duration.ofDays(10), names);
  }

  /** The same, valid for this long before and after an instant. */
  public KeyPairMaterial issue(Instant around, Duration validity, String... names) {
    KeyPair own = newKeys();
    X500Name name = new X500Name("CN=" + names[0] + ",O=Reseal tests");
    X509Certificate leaf =
        sign(subject, keys, name, own, List.of(names), /* ca= */ false, around, validity);
    return new KeyPairMaterial(List.of(leaf), own.getPrivate(), "test");
  }

  /** A certificate that vouches for itself. */
  public static KeyPairMaterial selfSigned(String... names) {
    KeyPair own = newKeys();
    X500Name name = new X500Name("CN=" + names[0] + ",O=Reseal tests");
    X509Certificate leaf = sign(
        name, own, name, own, List.of(names), /* ca= */ false, Instant.now(), Duration.ofDays(10));
    return new KeyPairMaterial(List.of(leaf), own.getPrivate(), "test");
  }

  private static KeyPair newKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static X509Certificate sign(
      X500Name issuer,
      KeyPair issuerKeys,
      X500Name subject,
      KeyPair subjectKeys,
      List<String> names,
      boolean ca,
      Instant around,
      Duration validity) {
    try {
      JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
          issuer,
          BigInteger.valueOf(SERIALS.incrementAndGet()),
          Date.from(around.minus(validity)),
          Date.from(around.plus(validity)),
          subject,
          subjectKeys.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
      if (ca) {
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
      } else {
        builder.addExtension(Extension.subjectAlternativeName, false, alternativeNames(names));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(
              new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKeys.getPrivate())));
    } catch (GeneralSecurityException | CertIOException | OperatorCreationException e) {
      throw new AssertionError(e);
    }
  }

  private static GeneralNames alternativeNames(List<String> names) {
    List<GeneralName> result = new ArrayList<>();
    for (String name : names) {
      boolean ip = name.matches("[0-9.]+") || name.contains(":");
      result.add(new GeneralName(ip ? GeneralName.iPAddress : GeneralName.dNSName, name));
    }
    return new GeneralNames(result.toArray(GeneralName[]::new));
  }
}
