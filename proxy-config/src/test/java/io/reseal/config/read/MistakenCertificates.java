package io.reseal.config.read;

import io.reseal.config.testkit.PrivateFiles;
import io.reseal.config.testkit.TestCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.util.io.pem.PemGenerationException;

/** The good and the bad files that the golden inputs name. */
final class MistakenCertificates {
  private static final String JUNK = "-----BEGIN %1$s-----\nAAAABBBBCCCC\n-----END %1$s-----\n";

  private MistakenCertificates() {}

  static void write(Path folder) {
    try {
      TestCertificate root = TestCertificate.ca("Root");
      TestCertificate middle = root.intermediate("Middle");
      TestCertificate good = middle.server("shop.example", "pay.shop.example");
      good(folder, root, middle, good);
      broken(folder, good);
      lists(folder, root, middle);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private static void good(
      Path folder, TestCertificate root, TestCertificate middle, TestCertificate good)
      throws IOException {
    PrivateFiles.write(folder.resolve("ca.pem"), root.pem());
    pair(folder, "good", good);
    pair(folder, "also", middle.server("also.example"));
    pair(folder, "other", middle.server("other.example"));
    pair(
        folder,
        "expired",
        root.server(
            TestCertificate.ec(), Instant.parse("2020-01-02T03:04:05Z"), "expired.example"));
    PrivateFiles.write(
        folder.resolve("rsa.key"),
        root.server(TestCertificate.rsa(), Instant.now(), "rsa.example").keyPem());
    PrivateFiles.write(folder.resolve("shuffled.pem"), middle.pem() + good.pem());
    PrivateFiles.write(folder.resolve("rooted.pem"), good.pem() + middle.pem() + root.pem());
    PrivateFiles.write(
        folder.resolve("stranger.pem"),
        good.pem() + TestCertificate.ca("Stranger").pem());
    PrivateFiles.write(folder.resolve("leaf-and-key.pem"), good.pem() + good.keyPem());
    PrivateFiles.write(folder.resolve("public.key"), good.keyPem());
    Files.setPosixFilePermissions(
        folder.resolve("public.key"), PosixFilePermissions.fromString("rw-r--r--"));
  }

  private static void broken(Path folder, TestCertificate good) throws IOException {
    PrivateFiles.write(folder.resolve("cut.pem"), good.pem().substring(0, 200));
    PrivateFiles.write(folder.resolve("cut.key"), good.keyPem().replace("-----END PRIVATE", ""));
    PrivateFiles.write(folder.resolve("encrypted.key"), encrypted(good));
    PrivateFiles.write(folder.resolve("two.key"), good.keyPem() + good.keyPem());
    PrivateFiles.write(folder.resolve("text.pem"), "the certificate is in the vault\n");
    PrivateFiles.write(folder.resolve("empty.pem"), "\n");
    PrivateFiles.write(folder.resolve("junk.pem"), JUNK.formatted("CERTIFICATE"));
    PrivateFiles.write(folder.resolve("junk.key"), JUNK.formatted("EC PRIVATE KEY"));
    PrivateFiles.write(folder.resolve("request.pem"), JUNK.formatted("CERTIFICATE REQUEST"));
    PrivateFiles.write(
        folder.resolve("base64.pem"), good.pem().replaceFirst("\n(.{10}).", "\n$1*"));
    PrivateFiles.write(
        folder.resolve("mixed.pem"), good.pem().replace("END CERTIFICATE", "END PRIVATE KEY"));
    PrivateFiles.write(
        folder.resolve("no-end.pem"),
        good.pem().replace("-----END CERTIFICATE-----\n", "") + good.pem());
    Files.write(folder.resolve("utf16.pem"), good.pem().getBytes(StandardCharsets.UTF_16));
    try {
      Files.write(folder.resolve("good.der"), good.certificate().getEncoded());
      Files.write(folder.resolve("good.p12"), good.certificate().getEncoded());
    } catch (CertificateEncodingException broken) {
      throw new IllegalStateException(broken);
    }
  }

  private static void lists(Path folder, TestCertificate root, TestCertificate middle)
      throws IOException {
    Instant tomorrow = Instant.now().plus(Duration.ofDays(1));
    Instant longAgo = Instant.parse("2020-01-02T03:04:05Z");
    PrivateFiles.write(folder.resolve("root.crl"), root.crlPem(tomorrow));
    PrivateFiles.write(folder.resolve("middle.crl"), middle.crlPem(tomorrow));
    PrivateFiles.write(folder.resolve("stale.crl"), root.crlPem(longAgo));
    PrivateFiles.write(
        folder.resolve("early.crl"), root.crlPem(Instant.parse("2100-01-02T03:04:05Z")));
    PrivateFiles.write(folder.resolve("forged.crl"), root.crlPem(tomorrow, middle));
    PrivateFiles.write(folder.resolve("delta.crl"), root.deltaCrlPem());
    PrivateFiles.write(folder.resolve("junk.crl"), JUNK.formatted("X509 CRL"));
    Files.write(
        folder.resolve("der.crl"),
        Base64.getMimeDecoder().decode(root.crlPem(tomorrow).replaceAll("-----.*-----", "")));
    PrivateFiles.write(folder.resolve("root-and-middle.pem"), root.pem() + middle.pem());
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
                  .setProvider(new BouncyCastleProvider())
                  .setPassword("right".toCharArray())
                  .build())
          .generate());
    } catch (OperatorCreationException | PemGenerationException broken) {
      throw new IllegalStateException(broken);
    }
  }
}
