package io.reseal.config.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.Problem;
import io.reseal.config.ProxyConfig;
import io.reseal.config.testkit.Openssl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A configuration that is read again with the memory of the reading before. */
class RereadingTest {
  @TempDir
  Path folder;

  private final ReadingMemory memory = new ReadingMemory();
  private Openssl openssl = new Openssl(Path.of(""));

  @BeforeEach
  void writeConfiguration() throws IOException {
    Openssl.assumeInstalled();
    openssl = new Openssl(folder);
    makeCertificate("one");
    makeCertificate("two");
    Files.writeString(folder.resolve("reseal.yaml"), """
        listeners:
          - name: front
            address: 127.0.0.1:8443
            tls: {}
        identities:
          one: {certificate: one.pem, key: one.key}
          two: {certificate: two.pem, key: two.key}
        routes:
          - name: all
            hosts: [one.example, two.example]
            redirect: {host: elsewhere.example}
          - {name: some, hosts: [one.example], paths: [{prefix: /some}], offload: app}
        upstreams:
          app: {endpoints: [127.0.0.1:8080]}
        """);
  }

  @Test
  void keepsWhatHasNotChanged() {
    ProxyConfig first = read();
    makeCertificate("two");
    ProxyConfig second = read();
    assertThat(second.identities().get(0).keyPairs().getFirst())
        .isSameAs(first.identities().get(0).keyPairs().getFirst());
    assertThat(second.identities().get(1).keyPairs().getFirst())
        .isNotEqualTo(first.identities().get(1).keyPairs().getFirst());
    assertThat(second.identities().get(0)).isSameAs(first.identities().get(0));
    assertThat(second.routes().get(0)).isSameAs(first.routes().get(0));
    assertThat(second.routes().get(1)).isSameAs(first.routes().get(1));
    assertThat(second.upstreams().getFirst()).isSameAs(first.upstreams().getFirst());
  }

  @Test
  void takesWhatHasChangedUnderTheSameName() throws IOException {
    ProxyConfig first = read();
    Path yaml = folder.resolve("reseal.yaml");
    Files.writeString(
        yaml, Files.readString(yaml).replace("/some", "/other").replace(":8080", ":8081"));
    ProxyConfig second = read();
    assertThat(second.routes().get(0)).isSameAs(first.routes().get(0));
    assertThat(second.routes().get(1).toString()).contains("/other");
    assertThat(second.upstreams().getFirst().toString()).contains("8081");
  }

  @Test
  void warnsAgainOfWhatIsWrongWithAKnownChain() throws IOException {
    Path chain = folder.resolve("one.pem");
    Files.writeString(chain, Files.readString(chain) + Files.readString(folder.resolve("two.pem")));
    assertThat(warnings()).singleElement().asString().contains("do not belong to the chain");
    assertThat(warnings()).singleElement().asString().contains("do not belong to the chain");
  }

  @Test
  void forgetsNothingByAReadingThatIsBrokenOff() throws IOException {
    ProxyConfig first = read();
    Path yaml = folder.resolve("reseal.yaml");
    String good = Files.readString(yaml);
    Files.writeString(yaml, good + "]");
    assertThat(ConfigReader.read(yaml, ignored -> {}, memory))
        .isInstanceOf(ConfigResult.Invalid.class);
    Files.writeString(yaml, good);
    assertThat(read().identities().get(0)).isSameAs(first.identities().get(0));
  }

  @Test
  void readsAnchorsOfOneEntryInAnother() throws IOException {
    Path yaml = folder.resolve("reseal.yaml");
    Files.writeString(
        yaml,
        Files.readString(yaml)
            .replace(
                "hosts: [one.example, two.example]", "hosts: &hosts [one.example, two.example]")
            .replace("hosts: [one.example]", "hosts: *hosts"));
    assertThat(read().routes().get(1).hosts()).hasSize(2);
  }

  private List<Problem> warnings() {
    ConfigResult result = ConfigReader.read(folder.resolve("reseal.yaml"), ignored -> {}, memory);
    assertThat(result).isInstanceOf(ConfigResult.Valid.class);
    return ((ConfigResult.Valid) result).warnings();
  }

  @Test
  void refusesAKeyThatIsExchangedUnderAKnownCertificate() throws IOException {
    read();
    Files.copy(
        folder.resolve("two.key"), folder.resolve("one.key"), StandardCopyOption.REPLACE_EXISTING);
    ConfigResult result = ConfigReader.read(folder.resolve("reseal.yaml"), ignored -> {}, memory);
    assertThat(result).isInstanceOf(ConfigResult.Invalid.class);
    assertThat(((ConfigResult.Invalid) result).problems())
        .singleElement()
        .asString()
        .contains("the private key does not belong to the certificate");
  }

  private ProxyConfig read() {
    ConfigResult result = ConfigReader.read(folder.resolve("reseal.yaml"), ignored -> {}, memory);
    assertThat(result).isInstanceOf(ConfigResult.Valid.class);
    return ((ConfigResult.Valid) result).config();
  }

  private void makeCertificate(String name) {
    openssl.run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN="
        + name + " -addext subjectAltName=DNS:" + name + ".example -keyout " + name
        + ".key -out " + name + ".pem");
  }
}
