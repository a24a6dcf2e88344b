package io.reseal.testkit;

import io.reseal.config.KeyPairMaterial;
import io.reseal.config.TrustAnchors;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v1CertificateBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v1CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.jspecify.annotations.Nullable;

/**
 * The maker of certificates for tests: good ones by default, and with every fault that a verdict
 * is about. Keys are EC P-256 unless asked otherwise; RSA keys are made once per process, because
 * they are slow.
 */
public final class TestPki {
  public static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
  public static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
  public static final String EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4";
  public static final String ANY_PURPOSE = "2.5.29.37.0";

  private static final AtomicLong SERIALS = new AtomicLong(1_000);

  private TestPki() {}

  /** A self-signed CA, ready to sign. */
  public static Issued ca(String commonName) {
    return authority(commonName).issue();
  }

  /** A CA to be given faults, or an issuer, before it is issued. */
  public static Request authority(String commonName) {
    return new Request("CN=" + commonName).asCa();
  }

  /** A server certificate for DNS names; the first is the common name too. */
  public static Request server(String... dnsNames) {
    return new Request("CN=" + dnsNames[0]).dns(dnsNames);
  }

  /** A client's certificate. */
  public static Request client(String commonName) {
    return commonNameOnly(commonName).purposes(CLIENT_AUTH);
  }

  /** A certificate without any alternative name. */
  public static Request commonNameOnly(String commonName) {
    return new Request("CN=" + commonName);
  }

  /** A new EC key pair on P-256. */
  public static KeyPair ec() {
    return ec("secp256r1");
  }

  public static KeyPair ec(String curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(curve));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException broken) {
      throw new IllegalStateException(broken);
    }
  }

  /** The process's RSA key pair of 2048 bits. */
  public static KeyPair rsa() {
    return Rsa2048.KEYS;
  }

  /** The process's weak RSA key pair, of 1024 bits. */
  public static KeyPair weakRsa() {
    return Rsa1024.KEYS;
  }

  private static KeyPair newRsa(int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException broken) {
      throw new IllegalStateException(broken);
    }
  }

  /** Certificates or keys as PEM text. */
  public static String pem(Object... objects) {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      for (Object object : objects) {
        // As PKCS#8, because the writer's own form of EC keys leaves out the curve.
        writer.writeObject(
            object instanceof PrivateKey key
                ? new PemObject("PRIVATE KEY", key.getEncoded())
                : object);
      }
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
    return text.toString();
  }

  /**
   * A certificate with its key and the issuers above it.
   *
   * @param chain the certificate first, then its intermediates, without the root
   * @param keys the certificate's own
   */
  public record Issued(List<X509Certificate> chain, KeyPair keys) {
    public Issued {
      chain = List.copyOf(chain);
    }

    public X509Certificate certificate() {
      return chain.getFirst();
    }

    public PrivateKey privateKey() {
      return keys.getPrivate();
    }

    public KeyPairMaterial material() {
      return new KeyPairMaterial(chain, keys.getPrivate(), "test");
    }

    /** The same key with another chain presented. */
    public Issued presenting(X509Certificate... presented) {
      return new Issued(List.of(presented), keys);
    }

    /** Trust in this certificate alone. */
    public TrustAnchors.DestinationCa trusted() {
      return new TrustAnchors.DestinationCa(List.of(certificate()), "test");
    }

    public String chainPem() {
      return pem(chain.toArray());
    }

    public String keyPem() {
      return pem(privateKey());
    }

    /** Writes {@code name.crt} (the chain) and {@code name.key}; returns the certificate's path. */
    public Path write(Path directory, String name) throws IOException {
      Files.writeString(directory.resolve(name + ".key"), keyPem());
      return Files.writeString(directory.resolve(name + ".crt"), chainPem());
    }
  }

  /** A certificate in the making; each method changes one thing and returns this. */
  public static final class Request {
    private final List<GeneralName> alternativeNames = new ArrayList<>();
    private final List<String> purposes = new ArrayList<>();
    private final List<GeneralSubtree> permitted = new ArrayList<>();
    private final List<GeneralSubtree> excluded = new ArrayList<>();
    private String subject;
    private @Nullable KeyPair keys;
    private @Nullable Issued issuer;
    private @Nullable String issuerName;
    private Instant notBefore = Instant.now().minus(Duration.ofDays(1));
    private Instant notAfter = Instant.now().plus(Duration.ofDays(365));
    private BigInteger serial = BigInteger.valueOf(SERIALS.incrementAndGet());
    private String digest = "SHA256";
    private @Nullable BasicConstraints basicConstraints;
    private @Nullable Integer keyUsage;
    private boolean version1;
    private boolean unknownCriticalExtension;
    private boolean unreadableNames;
    private @Nullable String issuerUrl;
    private @Nullable String revocationPoint;

    private Request(String subject) {
      this.subject = subject;
    }

    public Request subject(String distinguishedName) {
      this.subject = distinguishedName;
      return this;
    }

    public Request dns(String... names) {
      for (String name : names) {
        alternativeNames.add(new GeneralName(GeneralName.dNSName, name));
      }
      return this;
    }

    public Request ip(String... addresses) {
      for (String address : addresses) {
        byte[] octets = InetAddress.ofLiteral(address).getAddress();
        alternativeNames.add(new GeneralName(GeneralName.iPAddress, new DEROctetString(octets)));
      }
      return this;
    }

    /** Removes what {@link TestPki#server} put in. */
    public Request noAlternativeNames() {
      alternativeNames.clear();
      return this;
    }

    public Request keys(KeyPair keyPair) {
      this.keys = keyPair;
      return this;
    }

    public Request issuer(Issued authority) {
      this.issuer = authority;
      return this;
    }

    /** States another issuer than the one that signs. */
    public Request issuerName(String distinguishedName) {
      this.issuerName = distinguishedName;
      return this;
    }

    public Request validFrom(Instant instant) {
      this.notBefore = instant;
      return this;
    }

    public Request validUntil(Instant instant) {
      this.notAfter = instant;
      return this;
    }

    public Request serial(long number) {
      this.serial = BigInteger.valueOf(number);
      return this;
    }

    /** X.509 version 1: no extensions at all. */
    public Request version1() {
      this.version1 = true;
      return this;
    }

    /** The digest of the issuer's signature, as in {@code SHA1}. */
    public Request digest(String name) {
      this.digest = name;
      return this;
    }

    public Request asCa() {
      this.basicConstraints = new BasicConstraints(true);
      this.keyUsage = KeyUsage.keyCertSign | KeyUsage.cRLSign;
      return this;
    }

    /** As a CA, but with at most this many CA certificates below it. */
    public Request pathLength(int length) {
      this.basicConstraints = new BasicConstraints(length);
      return this;
    }

    public Request keyUsage(int bits) {
      this.keyUsage = bits;
      return this;
    }

    public Request purposes(String... objectIdentifiers) {
      purposes.addAll(Arrays.asList(objectIdentifiers));
      return this;
    }

    public Request permitDns(String name) {
      permitted.add(new GeneralSubtree(new GeneralName(GeneralName.dNSName, name)));
      return this;
    }

    public Request excludeDns(String name) {
      excluded.add(new GeneralSubtree(new GeneralName(GeneralName.dNSName, name)));
      return this;
    }

    public Request unknownCriticalExtension() {
      this.unknownCriticalExtension = true;
      return this;
    }

    /** Has alternative names that are no ASN.1. */
    public Request unreadableAlternativeNames() {
      this.unreadableNames = true;
      return this;
    }

    /** Says where the issuer's certificate is to be had. */
    public Request issuerUrl(String url) {
      this.issuerUrl = url;
      return this;
    }

    /** Says where its revocation would be told. */
    public Request revocationPoint(String url) {
      this.revocationPoint = url;
      return this;
    }

    /** Signs; by the certificate's own key where no issuer was named. */
    public Issued issue() {
      try {
        return sign();
      } catch (IOException | OperatorCreationException | GeneralSecurityException broken) {
        throw new IllegalStateException("the test certificate cannot be made", broken);
      }
    }

    private Issued sign() throws IOException, OperatorCreationException, GeneralSecurityException {
      KeyPair own = keys == null ? ec() : keys;
      X500Name from = new X500Name(subject);
      PrivateKey signingKey = own.getPrivate();
      List<X509Certificate> above = List.of();
      if (issuer != null) {
        from =
            X500Name.getInstance(issuer.certificate().getSubjectX500Principal().getEncoded());
        signingKey = issuer.privateKey();
        above = isRoot(issuer.certificate()) ? List.of() : issuer.chain();
      }
      if (issuerName != null) {
        from = new X500Name(issuerName);
      }
      String algorithm =
          digest + "with" + (signingKey.getAlgorithm().equals("EC") ? "ECDSA" : "RSA");
      ContentSigner signer = new JcaContentSignerBuilder(algorithm).build(signingKey);
      X509CertificateHolder holder =
          version1 ? version1(from, own).build(signer) : version3(from, own).build(signer);
      List<X509Certificate> chain = new ArrayList<>();
      chain.add(new JcaX509CertificateConverter().getCertificate(holder));
      chain.addAll(above);
      return new Issued(chain, own);
    }

    private static boolean isRoot(X509Certificate certificate) {
      return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }

    private X509v1CertificateBuilder version1(X500Name from, KeyPair own) {
      return new JcaX509v1CertificateBuilder(
          from,
          serial,
          Date.from(notBefore),
          Date.from(notAfter),
          new X500Name(subject),
          own.getPublic());
    }

    private X509v3CertificateBuilder version3(X500Name from, KeyPair own) throws CertIOException {
      X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
          from,
          serial,
          Date.from(notBefore),
          Date.from(notAfter),
          new X500Name(subject),
          own.getPublic());
      if (unreadableNames) {
        builder.addExtension(
            Extension.subjectAlternativeName, false, new byte[] {0x30, 0x7F, 0x01, 0x02});
      } else if (!alternativeNames.isEmpty()) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(alternativeNames.toArray(GeneralName[]::new)));
      }
      if (basicConstraints != null) {
        builder.addExtension(Extension.basicConstraints, true, basicConstraints);
      }
      if (keyUsage != null) {
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(keyUsage));
      }
      addRareExtensions(builder);
      return builder;
    }

    private void addRareExtensions(X509v3CertificateBuilder builder) throws CertIOException {
      if (!purposes.isEmpty()) {
        KeyPurposeId[] ids = purposes.stream()
            .map(id -> KeyPurposeId.getInstance(new ASN1ObjectIdentifier(id)))
            .toArray(KeyPurposeId[]::new);
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(ids));
      }
      if (!permitted.isEmpty() || !excluded.isEmpty()) {
        builder.addExtension(
            Extension.nameConstraints,
            true,
            new NameConstraints(
                permitted.isEmpty() ? null : permitted.toArray(GeneralSubtree[]::new),
                excluded.isEmpty() ? null : excluded.toArray(GeneralSubtree[]::new)));
      }
      if (unknownCriticalExtension) {
        builder.addExtension(
            new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1"), true, new DEROctetString(new byte[1]));
      }
      if (revocationPoint != null) {
        GeneralName name = new GeneralName(GeneralName.uniformResourceIdentifier, revocationPoint);
        DistributionPoint point =
            new DistributionPoint(new DistributionPointName(new GeneralNames(name)), null, null);
        builder.addExtension(
            Extension.cRLDistributionPoints, false, new CRLDistPoint(new DistributionPoint[] {point
            }));
      }
      if (issuerUrl != null) {
        builder.addExtension(
            Extension.authorityInfoAccess,
            false,
            new AuthorityInformationAccess(
                AccessDescription.id_ad_caIssuers,
                new GeneralName(GeneralName.uniformResourceIdentifier, issuerUrl)));
      }
    }
  }

  private static final class Rsa2048 {
    static final KeyPair KEYS = newRsa(2048);
  }

  private static final class Rsa1024 {
    static final KeyPair KEYS = newRsa(1024);
  }
}
