package io.reseal.config.testkit;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/** A certificate with its key, for tests. Valid for a day around now unless it is made expired. */
public record TestCertificate(X509Certificate certificate, KeyPair keys) {
  private static final AtomicLong SERIALS = new AtomicLong(1);
  private static final Duration DAY = Duration.ofDays(1);

  /** A self-signed CA with an EC key. */
  public static TestCertificate ca(String commonName) {
    KeyPair keys = ec();
    return issue(
        commonName, keys, commonName, keys, /* isCa= */ true, Instant.now().plus(DAY));
  }

  /** A server certificate with an EC key, signed by this CA; the first name is the CN too. */
  public TestCertificate server(String... dnsNames) {
    return server(ec(), Instant.now().plus(DAY), dnsNames);
  }

  /** A server certificate for a key, signed by this CA. */
  public TestCertificate server(KeyPair subjectKeys, Instant end, String... dnsNames) {
    return issue(dnsNames[0], subjectKeys, commonName(), keys, /* isCa= */ false, end, dnsNames);
  }

  /** A CA signed by this CA. */
  public TestCertificate intermediate(String commonName) {
    return issue(
        commonName, ec(), commonName(), keys, /* isCa= */ true, Instant.now().plus(DAY));
  }

  /** A list of revoked certificates of this CA, none of them listed, that is in force until then. */
  public String crlPem(Instant end) {
    return pem(crl(end, keys, /* delta= */ false));
  }

  /** The same, signed by another's key. */
  public String crlPem(Instant end, TestCertificate signer) {
    return pem(crl(end, signer.keys, /* delta= */ false));
  }

  /** A list that only tells what changed. */
  public String deltaCrlPem() {
    return pem(crl(Instant.now().plus(DAY), keys, /* delta= */ true));
  }

  private X509CRLHolder crl(Instant end, KeyPair signer, boolean delta) {
    try {
      X509v2CRLBuilder builder = new X509v2CRLBuilder(
          new X500Name("CN=" + commonName()), Date.from(end.minus(Duration.ofDays(2))));
      builder.setNextUpdate(Date.from(end));
      if (delta) {
        builder.addExtension(Extension.deltaCRLIndicator, true, new CRLNumber(BigInteger.ONE));
      }
      return builder.build(
          new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate()));
    } catch (IOException | OperatorCreationException broken) {
      throw new IllegalStateException(broken);
    }
  }

  private String commonName() {
    return certificate.getSubjectX500Principal().getName().substring("CN=".length());
  }

  private static TestCertificate issue(
      String subject,
      KeyPair subjectKeys,
      String issuer,
      KeyPair issuerKeys,
      boolean isCa,
      Instant end,
      String... dnsNames) {
    try {
      JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
          new X500Name("CN=" + issuer),
          BigInteger.valueOf(SERIALS.incrementAndGet()),
          Date.from(end.minus(Duration.ofDays(2))),
          Date.from(end),
          new X500Name("CN=" + subject),
          subjectKeys.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isCa));
      if (dnsNames.length > 0) {
        GeneralName[] names = Arrays.stream(dnsNames)
            .map(name -> new GeneralName(GeneralName.dNSName, name))
            .toArray(GeneralName[]::new);
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
      }
      return new TestCertificate(
          new JcaX509CertificateConverter()
              .getCertificate(builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKeys.getPrivate()))),
          subjectKeys);
    } catch (IOException | OperatorCreationException | GeneralSecurityException broken) {
      throw new IllegalStateException(broken);
    }
  }

  public static KeyPair ec() {
    return keys("EC", 256);
  }

  public static KeyPair rsa() {
    return keys("RSA", 2048);
  }

  private static KeyPair keys(String algorithm, int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException broken) {
      throw new IllegalStateException(broken);
    }
  }

  /** The certificate as PEM. */
  public String pem() {
    return pem(certificate);
  }

  /** The private key as PEM (PKCS#8). */
  public String keyPem() {
    return pem(new PemObject("PRIVATE KEY", keys.getPrivate().getEncoded()));
  }

  /** Anything that Bouncy Castle can write, as PEM. */
  public static String pem(Object object) {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(object);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
    return text.toString();
  }
}
