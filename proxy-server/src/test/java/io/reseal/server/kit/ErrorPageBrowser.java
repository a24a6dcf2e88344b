package io.reseal.server.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/** Debian's Chromium without a window, as the browser of a person who gets an error. */
public final class ErrorPageBrowser {
  private final Path folder;
  private final int width;
  private final int height;
  private final boolean dark;

  private ErrorPageBrowser(Path folder, int width, int height, boolean dark) {
    this.folder = folder;
    this.width = width;
    this.height = height;
    this.dark = dark;
  }

  /**
   * A browser; skips the test where there is none.
   *
   * @param folder for its profile
   */
  public static ErrorPageBrowser inFolder(Path folder) {
    Shell.require("chromium");
    return new ErrorPageBrowser(folder, 1_000, 900, /* dark= */ false);
  }

  public ErrorPageBrowser size(int newWidth, int newHeight) {
    return new ErrorPageBrowser(folder, newWidth, newHeight, dark);
  }

  /** One that prefers dark pages. */
  public ErrorPageBrowser dark() {
    return new ErrorPageBrowser(folder, width, height, /* dark= */ true);
  }

  /** The picture of a page of {@code a.test}, whatever its certificate, as a PNG file. */
  public BufferedImage shoot(int port, String path, Path png)
      throws IOException, InterruptedException {
    Files.createDirectories(png.toAbsolutePath().getParent());
    Files.deleteIfExists(png);
    run(
        "--screenshot=" + png.toAbsolutePath(),
        "--hide-scrollbars",
        "https://a.test:" + port + path);
    return ImageIO.read(png.toFile());
  }

  /** The document of such a page after the browser has read it, and what it complained of. */
  public String dump(int port, String path) throws IOException, InterruptedException {
    return run("--dump-dom", "--enable-logging=stderr", "https://a.test:" + port + path);
  }

  private String run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(
        "chromium",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--ignore-certificate-errors",
        "'--host-resolver-rules=MAP a.test 127.0.0.1, EXCLUDE 127.0.0.1'",
        "--blink-settings=preferredColorScheme=" + (dark ? 0 : 1),
        "--force-device-scale-factor=1",
        "--window-size=" + width + "," + height,
        "--user-data-dir=" + Files.createTempDirectory(folder, "profile")));
    command.addAll(List.of(arguments));
    Shell.Result result = new Shell(folder).run(String.join(" ", command) + " 2>&1");
    assertThat(result.exitCode()).as(result.output()).isZero();
    return result.output();
  }
}
