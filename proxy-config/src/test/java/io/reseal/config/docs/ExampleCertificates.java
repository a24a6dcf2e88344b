package io.reseal.config.docs;

import io.reseal.config.testkit.PrivateFiles;
import io.reseal.config.testkit.TestCertificate;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.util.io.pem.PemGenerationException;

/** The certificates and keys that the examples name. */
final class ExampleCertificates {
  private static final String PASSWORD = "changed at once";

  private ExampleCertificates() {}

  /** Writes them below a folder that holds a copy of the examples. */
  static void write(Path examples) {
    Path certs = examples.resolve("certs");
    TestCertificate ca = TestCertificate.ca("Example CA");
    Instant tomorrow = Instant.now().plus(Duration.ofDays(1));
    TestCertificate internal = TestCertificate.ca("Internal CA");
    PrivateFiles.write(certs.resolve("internal-ca.pem"), internal.pem());
    PrivateFiles.write(certs.resolve("internal.crl"), internal.crlPem(tomorrow));
    pair(certs, "reseal", internal.server("reseal.internal"));
    TestCertificate partners = TestCertificate.ca("Partners CA");
    PrivateFiles.write(certs.resolve("partners-ca.pem"), partners.pem());
    PrivateFiles.write(certs.resolve("partners.crl"), partners.crlPem(tomorrow));
    pair(certs, "partners", ca.server("partners.shop.example"));
    pair(certs, "shop", ca.server("shop.example"));
    pair(certs, "shop-ecdsa", ca.server("shop.example"));
    pair(certs, "wildcard", ca.server("*.shop.example"));
    TestCertificate rsa = ca.server(TestCertificate.rsa(), tomorrow, "shop.example");
    PrivateFiles.write(certs.resolve("shop-rsa.pem"), rsa.pem());
    PrivateFiles.write(certs.resolve("shop-rsa.key"), encrypted(rsa));
    PrivateFiles.write(certs.resolve("shop-rsa.password"), PASSWORD + "\n");
  }

  private static void pair(Path folder, String name, TestCertificate certificate) {
    PrivateFiles.write(folder.resolve(name + ".pem"), certificate.pem());
    PrivateFiles.write(folder.resolve(name + ".key"), certificate.keyPem());
  }

  private static String encrypted(TestCertificate certificate) {
    try {
      return TestCertificate.pem(new JcaPKCS8Generator(
              certificate.keys().getPrivate(),
              new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                  .setProvider(new org.bouncycastle.jce.provider.BouncyCastleProvider())
                  .setPassword(PASSWORD.toCharArray())
                  .build())
          .generate());
    } catch (OperatorCreationException | PemGenerationException broken) {
      throw new IllegalStateException(broken);
    }
  }
}
