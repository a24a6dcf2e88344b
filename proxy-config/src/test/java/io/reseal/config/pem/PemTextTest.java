package io.reseal.config.pem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.reseal.config.testkit.TestCertificate;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PemTextTest {
  private static final TestCertificate ROOT = TestCertificate.ca("Root");
  private static final TestCertificate MIDDLE = ROOT.intermediate("Middle");
  private static final TestCertificate LEAF = MIDDLE.server("shop.example");

  @TempDir
  Path folder;

  @Test
  void takesWindowsLineEnds() throws PemException {
    assertThat(only(LEAF.pem().replace("\n", "\r\n"))).isEqualTo(LEAF.certificate());
  }

  @Test
  void takesOldMacLineEnds() throws PemException {
    assertThat(only(LEAF.pem().replace("\n", "\r"))).isEqualTo(LEAF.certificate());
  }

  @Test
  void takesAMissingLastLineEnd() throws PemException {
    assertThat(only(LEAF.pem().strip())).isEqualTo(LEAF.certificate());
  }

  @Test
  void takesIndentationAndSpacesAtLineEnds() throws PemException {
    assertThat(only(LEAF.pem().indent(4).replace("\n", "  \n"))).isEqualTo(LEAF.certificate());
  }

  @Test
  void takesTextAroundBlocks() throws PemException {
    String text = "Bag Attributes\n  friendlyName: shop\nsubject=CN = shop.example\n" + LEAF.pem()
        + "\n# the issuer: below\n\n" + MIDDLE.pem() + "trailing words\n";
    assertThat(Certificates.all(PemText.parse(text, "test")))
        .containsExactly(LEAF.certificate(), MIDDLE.certificate());
  }

  @Test
  void takesTextThatLostItsLineEnds() throws PemException {
    assertThat(only(LEAF.pem().strip().replace('\n', ' '))).isEqualTo(LEAF.certificate());
  }

  @Test
  void takesAByteOrderMarkInAFile() throws Exception {
    Path file = folder.resolve("bom.pem");
    Files.write(file, ("\uFEFF" + LEAF.pem()).getBytes(StandardCharsets.UTF_8));
    assertThat(Certificates.all(PemText.load("bom.pem", folder)))
        .containsExactly(LEAF.certificate());
  }

  @Test
  void takesAByteOrderMarkInAText() throws PemException {
    assertThat(only("\uFEFF" + LEAF.pem())).isEqualTo(LEAF.certificate());
  }

  @Test
  void tellsTheLineOfBadBase64() {
    String[] lines = LEAF.pem().split("\n", -1);
    lines[2] = lines[2].replaceFirst(".", "!");
    assertThatExceptionOfType(PemException.class)
        .isThrownBy(() -> PemText.parse("# one line before\n" + String.join("\n", lines), "test"))
        .withMessageContaining("line 4");
  }

  @Test
  void refusesABlockThatIsCutWithinAByte() {
    String text = "-----BEGIN CERTIFICATE-----\nAAAAA\n-----END CERTIFICATE-----\n";
    assertThatExceptionOfType(PemException.class)
        .isThrownBy(() -> PemText.parse(text, "test"))
        .withMessageContaining("bad base64");
  }

  @Test
  void putsEveryOrderOfAChainInOrder() throws PemException {
    List<TestCertificate> chain = List.of(LEAF, MIDDLE, ROOT);
    for (TestCertificate first : chain) {
      for (TestCertificate second : chain) {
        for (TestCertificate third : chain) {
          if (first != second && second != third && first != third) {
            requireOrdered(first.pem() + second.pem() + third.pem(), first == LEAF);
          }
        }
      }
    }
  }

  private static void requireOrdered(String text, boolean leafFirst) throws PemException {
    List<String> warnings = new ArrayList<>();
    List<X509Certificate> chain = Certificates.chain(
        Certificates.all(PemText.parse(text, "test")),
        LEAF.certificate(),
        (what, hint) -> warnings.add(what));
    assertThat(chain).containsExactly(LEAF.certificate(), MIDDLE.certificate(), ROOT.certificate());
    assertThat(warnings).contains("the root is part of the chain");
    if (!leafFirst) {
      assertThat(warnings).contains("the chain was not in order");
    }
  }

  @Test
  void leavesOutWhatDoesNotBelongToTheChain() throws PemException {
    List<String> warnings = new ArrayList<>();
    assertThat(Certificates.chain(
            List.of(LEAF.certificate(), TestCertificate.ca("Stranger").certificate()),
            LEAF.certificate(),
            (what, hint) -> warnings.add(what)))
        .containsExactly(LEAF.certificate());
    assertThat(warnings).singleElement().asString().contains("CN=Stranger");
  }

  private static X509Certificate only(String text) throws PemException {
    List<X509Certificate> all = Certificates.all(PemText.parse(text, "test"));
    assertThat(all).hasSize(1);
    return all.getFirst();
  }
}
