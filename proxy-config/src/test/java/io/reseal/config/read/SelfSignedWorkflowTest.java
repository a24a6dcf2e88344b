package io.reseal.config.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.KeyPairMaterial;
import io.reseal.config.Problem;
import io.reseal.config.ProxyConfig;
import io.reseal.config.ServerIdentity;
import io.reseal.config.TrustAnchors;
import io.reseal.config.testkit.Openssl;
import java.math.BigInteger;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The certificates that a widespread walk-through for ingress gateways makes: a root and a server
 * certificate of RSA 2048, signed with serial number 0, with the name in the common name only.
 */
class SelfSignedWorkflowTest {
  private static final String CONFIG = """
      listeners:
        - {name: web, address: 0.0.0.0:8443, tls: {}}
      identities:
        staging:
          certificate: staging.mlops-playground.com.crt
          key: staging.mlops-playground.com.key
      routes:
        - host: staging.mlops-playground.com
          reencrypt: app
      upstreams:
        app:
          endpoints: [app:8443]
          tls:
            destinationCA: mlops-playground.com.crt
            commonNameFallback: true
      """;

  @TempDir
  Path folder;

  @Test
  void loadsAsIdentityWithAWarning() {
    Openssl.assumeInstalled();
    makeCertificates(new Openssl(folder));
    ConfigResult result = ConfigReader.read(CONFIG, folder, "reseal.yaml");
    assertThat(result).isInstanceOf(ConfigResult.Valid.class);
    ConfigResult.Valid valid = (ConfigResult.Valid) result;
    assertThat(valid.warnings())
        .extracting(Problem::what)
        .containsExactly("the certificate has its name only in the common name");
    requireIdentity(valid.config());
    assertThat(valid.config().upstreams().getFirst().tls().trustAnchors())
        .isInstanceOf(TrustAnchors.DestinationCa.class);
  }

  private static void makeCertificates(Openssl openssl) {
    openssl.run("req -x509 -sha256 -nodes -days 365 -newkey rsa:2048"
        + " -subj '/O=example Inc./CN=mlops-playground.com'"
        + " -keyout mlops-playground.com.key -out mlops-playground.com.crt");
    openssl.run("req -out staging.mlops-playground.com.csr -newkey rsa:2048 -nodes"
        + " -keyout staging.mlops-playground.com.key"
        + " -subj '/CN=staging.mlops-playground.com/O=my organization'");
    openssl.run("x509 -req -sha256 -days 365 -CA mlops-playground.com.crt"
        + " -CAkey mlops-playground.com.key -set_serial 0"
        + " -in staging.mlops-playground.com.csr -out staging.mlops-playground.com.crt");
  }

  private static void requireIdentity(ProxyConfig config) {
    ServerIdentity identity = config.identities().getFirst();
    assertThat(identity.serverNames()).containsExactly("staging.mlops-playground.com");
    KeyPairMaterial pair = identity.keyPairs().getFirst();
    assertThat(pair.leaf().getSerialNumber()).isEqualTo(BigInteger.ZERO);
    assertThat(pair.privateKey().getAlgorithm()).isEqualTo("RSA");
    assertThat(pair.toString()).doesNotContain("PRIVATE");
  }
}
