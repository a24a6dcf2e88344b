package io.reseal.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.server.kit.Chromium;
import io.reseal.server.kit.Observed;
import io.reseal.server.kit.Shell;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.TestPki;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
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

  private static void open(Chromium browser, Observed proxy, String path) {
    browser.open("https://a.test:" + proxy.listener("https").getPort() + path);
    browser.await("location.hostname === 'a.test' && document.readyState === 'complete'");
  }

  private static BufferedImage shoot(Chromium browser, String name) throws IOException {
    byte[] png = browser.picture();
    Files.createDirectories(PICTURES);
    Files.write(PICTURES.resolve(name + ".png"), png);
    return ImageIO.read(new ByteArrayInputStream(png));
  }

  @Test
  void isReadableInLightDarkAndNarrow() throws Exception {
    Shell.require("chromium");
    try (Observed proxy = start("");
        Chromium browser = Chromium.start(folder)) {
      browser.look(1_000, 800, /* dark= */ false);
      open(browser, proxy, "/shop");
      BufferedImage light = shoot(browser, "light");
      browser.look(1_000, 800, /* dark= */ true);
      BufferedImage dark = shoot(browser, "dark");
      browser.look(360, 740, /* dark= */ false);
      assertThat(browser.evaluate("document.documentElement.scrollWidth")).isEqualTo("360");
      BufferedImage narrow = shoot(browser, "narrow");
      // The corner is the page's background: the browser has applied the one style it may.
      assertThat(brightness(light, 4, 4)).isBetween(220, 250);
      assertThat(brightness(dark, 4, 4)).isBetween(5, 40);
      assertThat(brightness(narrow, 4, 4)).isBetween(220, 250);
      assertThat(narrow.getWidth()).isEqualTo(360);
      assertThat(browser.evaluate("document.querySelector('h1').textContent"))
          .isEqualTo("The upstream cannot be used");
      assertThat(browser.evaluate("document.body.textContent"))
          .contains("unknown_issuer", "Some other CA", "What mends it");
      assertThat(browser.complaints())
          .noneMatch(each -> each.contains("Content Security Policy") || each.contains("Refused"));
    }
  }

  @Test
  void tellsStrangersLittle() throws Exception {
    Shell.require("chromium");
    try (Observed proxy = start("diagnostics: {trustedNetworks: []}\n");
        Chromium browser = Chromium.start(folder)) {
      browser.look(1_000, 640, /* dark= */ false);
      open(browser, proxy, "/shop");
      shoot(browser, "stranger");
      assertThat(browser.evaluate("document.body.textContent"))
          .contains("could not prove who it is", "Error id")
          .doesNotContain("unknown_issuer", "Some other CA", "127.0.0.1");
      open(browser, proxy, "/elsewhere");
      browser.await("document.title === '404 There is nothing here'");
      shoot(browser, "no-route");
    }
  }

  /** From 0 to 255. */
  private static int brightness(BufferedImage image, int x, int y) {
    int rgb = image.getRGB(x, y);
    return ((rgb >> 16 & 0xFF) + (rgb >> 8 & 0xFF) + (rgb & 0xFF)) / 3;
  }
}
