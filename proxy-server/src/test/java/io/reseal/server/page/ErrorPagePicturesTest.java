package io.reseal.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.server.kit.ErrorPageBrowser;
import io.reseal.server.kit.Observed;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.TestPki;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The error page in a real browser. The pictures are kept under {@code target/error-page}. */
final class ErrorPagePicturesTest {
  private static final Path PICTURES = Path.of("target", "error-page");

  @TempDir
  private Path folder = Path.of("");

  private RecordingOrigin origin = origin();

  private static RecordingOrigin origin() {
    try {
      return RecordingOrigin.tls(TestPki.server("shop.internal")
              .issuer(TestPki.ca("Some other CA"))
              .issue()
              .material())
          .start();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void writeCertificates() throws IOException {
    TestPki.server("a.test").issuer(Certificates.FRONT.authority()).issue().write(folder, "front");
    Files.writeString(
        folder.resolve("destination-ca.pem"), TestPki.pem(Certificates.DESTINATION.certificate()));
  }

  @AfterEach
  void stop() {
    origin.close();
  }

  private Observed start(String more) throws IOException {
    return Observed.start(folder, """
        listeners: [{name: https, address: "127.0.0.1:0", tls: {}}]
        identities: {front: {certificate: front.crt, key: front.key}}
        routes: [{name: shop, host: a.test, paths: [{prefix: /shop}], reencrypt: shop}]
        admin: {address: "127.0.0.1:0", statusAddress: off}
        upstreams:
          shop:
            endpoints: "127.0.0.1:PORT"
            tls: {destinationCA: destination-ca.pem, serverName: shop.internal}
        """.replace("PORT", Integer.toString(origin.port())) + more);
  }

  @Test
  void isReadableInLightDarkAndNarrow() throws Exception {
    ErrorPageBrowser browser = ErrorPageBrowser.inFolder(folder);
    try (Observed proxy = start("")) {
      int port = proxy.listener("https").getPort();
      BufferedImage light = browser.shoot(port, "/shop", PICTURES.resolve("light.png"));
      BufferedImage dark = browser.dark().shoot(port, "/shop", PICTURES.resolve("dark.png"));
      BufferedImage narrow =
          browser.size(500, 1_100).shoot(port, "/shop", PICTURES.resolve("narrow.png"));
      // The corner is the page's background: the browser has applied the one style it may.
      assertThat(brightness(light, 4, 4)).isBetween(220, 250);
      assertThat(brightness(dark, 4, 4)).isBetween(5, 40);
      assertThat(narrow.getWidth()).isEqualTo(500);
      assertThat(brightness(narrow, 4, 4)).isBetween(220, 250);
    }
  }

  @Test
  void tellsStrangersLittle() throws Exception {
    ErrorPageBrowser browser = ErrorPageBrowser.inFolder(folder);
    try (Observed proxy = start("diagnostics: {trustedNetworks: []}\n")) {
      int port = proxy.listener("https").getPort();
      browser.size(1_000, 620).shoot(port, "/shop", PICTURES.resolve("stranger.png"));
      assertThat(browser.dump(port, "/shop"))
          .contains("could not prove who it is", "Error id")
          .doesNotContain("unknown_issuer", "Some other CA", "127.0.0.1");
    }
  }

  @Test
  void givesTheBrowserNothingToComplainOf() throws Exception {
    ErrorPageBrowser browser = ErrorPageBrowser.inFolder(folder);
    try (Observed proxy = start("")) {
      int port = proxy.listener("https").getPort();
      browser.size(1_000, 620).shoot(port, "/elsewhere", PICTURES.resolve("no-route.png"));
      assertThat(browser.dump(port, "/shop"))
          .contains("<h1>The upstream cannot be used</h1>", "unknown_issuer", "Some other CA")
          .doesNotContain("Refused to", "Content Security Policy", "violates", "CONSOLE");
    }
  }

  /** From 0 to 255. */
  private static int brightness(BufferedImage image, int x, int y) {
    int rgb = image.getRGB(x, y);
    return ((rgb >> 16 & 0xFF) + (rgb >> 8 & 0xFF) + (rgb & 0xFF)) / 3;
  }
}
