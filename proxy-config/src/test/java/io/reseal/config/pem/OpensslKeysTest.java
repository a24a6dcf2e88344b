package io.reseal.config.pem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.reseal.config.testkit.Openssl;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys in every form that the command {@code openssl} writes. */
class OpensslKeysTest {
  @TempDir
  static Path folder;

  @BeforeAll
  static void makeKeys() {
    Openssl.assumeInstalled();
    Openssl openssl = new Openssl(folder);
    openssl.run("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.key");
    openssl.run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.key");
    openssl.run("genpkey -algorithm ED25519 -out ed25519.key");
    for (String kind : new String[] {"rsa", "ec", "ed25519"}) {
      openssl.run(
          "req -x509 -days 1 -subj /CN=" + kind + " -key " + kind + ".key -out " + kind + ".pem");
      openssl.run("pkcs8 -topk8 -v2 aes-256-cbc -passout pass:secret -in " + kind + ".key -out "
          + kind + "-aes.key");
      openssl.run("pkcs8 -topk8 -scrypt -passout pass:secret -in " + kind + ".key -out " + kind
          + "-scrypt.key");
    }
    openssl.run("rsa -traditional -in rsa.key -out rsa-pkcs1.key");
    openssl.run("rsa -traditional -aes256 -passout pass:secret -in rsa.key -out rsa-pkcs1-aes.key");
    openssl.run("rsa -traditional -des3 -passout pass:secret -in rsa.key -out rsa-pkcs1-des3.key");
    openssl.run("pkcs8 -topk8 -v1 PBE-SHA1-3DES -passout pass:secret -in rsa.key -out rsa-v1.key");
    openssl.run("ec -in ec.key -out ec-sec1.key");
    openssl.run("ec -aes128 -passout pass:secret -in ec.key -out ec-sec1-aes.key");
    openssl.run("ecparam -name secp384r1 -genkey -out p384.key");
    openssl.run("req -x509 -days 1 -subj /CN=p384 -key p384.key -out p384.pem");
    openssl.run("ecparam -name secp521r1 -genkey -out p521.key");
    openssl.run("req -x509 -days 1 -subj /CN=p521 -key p521.key -out p521.pem");
    openssl.run("genpkey -algorithm RSA-PSS -out pss.key");
    openssl.run("genpkey -algorithm X25519 -out x25519.key");
  }

  @ParameterizedTest
  @CsvSource({
    "rsa.key, rsa, RSA, ''",
    "rsa-pkcs1.key, rsa, RSA, ''",
    "rsa-aes.key, rsa, RSA, secret",
    "rsa-scrypt.key, rsa, RSA, secret",
    "rsa-v1.key, rsa, RSA, secret",
    "rsa-pkcs1-aes.key, rsa, RSA, secret",
    "rsa-pkcs1-des3.key, rsa, RSA, secret",
    "ec.key, ec, EC, ''",
    "ec-sec1.key, ec, EC, ''",
    "ec-aes.key, ec, EC, secret",
    "ec-scrypt.key, ec, EC, secret",
    "ec-sec1-aes.key, ec, EC, secret",
    "p384.key, p384, EC, ''",
    "p521.key, p521, EC, ''",
    "ed25519.key, ed25519, EdDSA, ''",
    "ed25519-aes.key, ed25519, EdDSA, secret",
  })
  void readsKey(String file, String certificate, String algorithm, String password)
      throws PemException {
    PrivateKey key = PrivateKeys.only(PemText.load(file, folder), password);
    assertThat(key.getAlgorithm()).isEqualTo(algorithm);
    X509Certificate own =
        Certificates.all(PemText.load(certificate + ".pem", folder)).getFirst();
    assertThat(PrivateKeys.match(key, own)).isTrue();
    X509Certificate other = Certificates.all(
            PemText.load(certificate.equals("ec") ? "p384.pem" : "ec.pem", folder))
        .getFirst();
    assertThat(PrivateKeys.match(key, other)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "rsa-aes.key",
    "rsa-scrypt.key",
    "rsa-v1.key",
    "rsa-pkcs1-aes.key",
    "rsa-pkcs1-des3.key",
    "ec-sec1-aes.key",
    "ed25519-aes.key",
  })
  void refusesTheWrongPassword(String file) throws PemException {
    PemText text = PemText.load(file, folder);
    for (int i = 0; i < 20; i++) {
      String password = "wrong" + i;
      assertThatExceptionOfType(PemException.class)
          .isThrownBy(() -> PrivateKeys.only(text, password))
          .withMessage("the private key cannot be decrypted");
    }
    assertThatExceptionOfType(PemException.class)
        .isThrownBy(() -> PrivateKeys.only(text, ""))
        .withMessage("the private key is encrypted and no password is given");
  }

  @ParameterizedTest
  @CsvSource({"pss.key", "x25519.key"})
  void refusesKeysThatCannotServe(String file) {
    assertThatExceptionOfType(PemException.class)
        .isThrownBy(() -> PrivateKeys.only(PemText.load(file, folder), ""))
        .withMessage("a key of an unsupported algorithm");
  }

  @Test
  void messagesNeverHoldKeyMaterial() {
    assertThatExceptionOfType(PemException.class)
        .isThrownBy(() -> PrivateKeys.only(PemText.load("rsa-aes.key", folder), "wrong"))
        .satisfies(broken -> assertThat(broken.what() + broken.found() + broken.hint())
            .doesNotContain("wrong")
            .doesNotContain("-----"));
  }
}
