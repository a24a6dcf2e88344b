package io.reseal.config.pem;

import java.io.IOException;
import java.io.StringReader;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;

/** Private keys from PEM: PKCS#8, PKCS#1 and SEC1, encrypted or not. */
public final class PrivateKeys {
  private PrivateKeys() {}

  /** Whether a text holds a private key. */
  public static boolean in(PemText text) {
    return text.blocks().stream().anyMatch(Certificates::isKey);
  }

  /**
   * The only private key of a text.
   *
   * @param password of an encrypted key, empty for none
   */
  public static PrivateKey only(PemText text, String password) throws PemException {
    PemText.Block key = null;
    for (PemText.Block block : text.blocks()) {
      if (Certificates.isKey(block)) {
        if (key != null) {
          throw new PemException(
              "two private keys in one file",
              text.source(),
              "one",
              "Leave only the key of the certificate there.");
        }
        key = block;
      }
    }
    if (key == null) {
      boolean certificate =
          text.blocks().stream().anyMatch(block -> block.label().contains("CERTIFICATE"));
      throw new PemException(
          certificate ? "a certificate where a private key belongs" : "no private key",
          text.source(),
          "a PRIVATE KEY block",
          "Check which file is meant.");
    }
    return toJdk(info(key, password));
  }

  private static PrivateKeyInfo info(PemText.Block block, String password) throws PemException {
    Object parsed = parsed(block);
    if (parsed instanceof PrivateKeyInfo plain) {
      return plain;
    }
    if (parsed instanceof PEMKeyPair pair) {
      return pair.getPrivateKeyInfo();
    }
    if (password.isEmpty()) {
      throw new PemException(
          "the private key is encrypted and no password is given",
          block.label(),
          "a password",
          "Set keyPassword or keyPasswordFile.");
    }
    try {
      return decrypted(parsed, password);
    } catch (IOException | PKCSException | OperatorCreationException wrong) {
      // A wrong password can also lead to bytes that only look decrypted.
      throw new PemException(
          "the private key cannot be decrypted",
          "the password given",
          "the key's password",
          "Check keyPassword or keyPasswordFile.");
    }
  }

  private static Object parsed(PemText.Block block) throws PemException {
    try (PEMParser parser = new PEMParser(new StringReader(block.text()))) {
      Object parsed = parser.readObject();
      if (parsed == null) {
        throw unreadable(block.label());
      }
      return parsed;
    } catch (IOException | RuntimeException bad) {
      // Bouncy Castle also answers broken DER with unchecked exceptions.
      throw unreadable(block.label());
    }
  }

  private static PemException unreadable(String label) {
    return new PemException(
        "the private key cannot be read",
        "a broken " + label + " block",
        "PKCS#8, PKCS#1 or SEC1 in PEM",
        "Check it: openssl pkey -noout -in FILE");
  }

  private static PrivateKeyInfo decrypted(Object parsed, String password)
      throws IOException, OperatorCreationException, PKCSException {
    char[] characters = password.toCharArray();
    if (parsed instanceof PKCS8EncryptedPrivateKeyInfo encrypted) {
      return encrypted.decryptPrivateKeyInfo(new JceOpenSSLPKCS8DecryptorProviderBuilder()
          .setProvider(Decryption.PROVIDER)
          .build(characters));
    }
    if (parsed instanceof PEMEncryptedKeyPair encrypted) {
      return encrypted
          .decryptKeyPair(new JcePEMDecryptorProviderBuilder()
              .setProvider(Decryption.PROVIDER)
              .build(characters))
          .getPrivateKeyInfo();
    }
    throw new IOException("unknown kind");
  }

  private static PrivateKey toJdk(PrivateKeyInfo info) throws PemException {
    String oid = info.getPrivateKeyAlgorithm().getAlgorithm().getId();
    String algorithm = switch (oid) {
      case "1.2.840.113549.1.1.1" -> "RSA";
      case "1.2.840.10045.2.1" -> "EC";
      case "1.3.101.112", "1.3.101.113" -> "EdDSA";
      default ->
        throw new PemException(
            "a key of an unsupported algorithm",
            oid.equals("1.2.840.113549.1.1.10") ? "RSASSA-PSS only" : oid,
            "RSA, EC or Ed25519",
            "Make a key that clients know: openssl genpkey -algorithm EC -pkeyopt"
                + " ec_paramgen_curve:P-256");
    };
    try {
      return KeyFactory.getInstance(algorithm)
          .generatePrivate(new PKCS8EncodedKeySpec(info.getEncoded()));
    } catch (GeneralSecurityException | IOException bad) {
      throw new PemException(
          "the private key is broken",
          algorithm,
          "a usable key",
          "Check it: openssl pkey -check -noout -in FILE");
    }
  }

  /** Whether a private key belongs to a certificate; proven, not taken from what a file says. */
  public static boolean match(PrivateKey key, X509Certificate certificate) {
    return KeyMatch.of(key, certificate.getPublicKey());
  }

  /** Loaded with the first encrypted key only: it is 700 classes. */
  private static final class Decryption {
    /** An object of its own: registering the provider would change what the rest of the JVM uses. */
    static final Provider PROVIDER = new BouncyCastleProvider();
  }
}
