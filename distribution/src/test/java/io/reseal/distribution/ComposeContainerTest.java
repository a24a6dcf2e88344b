package io.reseal.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The compose file: one command brings up Reseal before two upstreams with TLS. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class ComposeContainerTest {
  private static final String PROGRAM = "docker-compose";

  /** Debian's Prometheus, made by {@code docker/base.sh}. */
  private static final String PROMETHEUS = "reseal-prometheus:local";

  @TempDir
  private Path folder = Path.of("");

  @BeforeAll
  static void requireEngine() throws Exception {
    Engine.require();
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin", PROGRAM)),
        PROGRAM + " is not installed; this test needs it");
  }

  @Test
  void bringsUpAProxyBeforeTwoUpstreams() throws Exception {
    copyFiles();
    try {
      compose("up", "--detach");
      X509Certificate ca = (X509Certificate) CertificateFactory.getInstance("X.509")
          .generateCertificate(
              new ByteArrayInputStream(Files.readAllBytes(folder.resolve("compose/certs/ca.crt"))));
      String address = compose("port", "reseal", "8443").strip();
      int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
      Visitor visitor = new Visitor("127.0.0.1", port, "shop.test", ca);
      Awaitility.await()
          .atMost(60, TimeUnit.SECONDS)
          .ignoreExceptionsInstanceOf(IOException.class)
          .untilAsserted(() -> assertThat(get(visitor, "/a")).endsWith("catalog: /a\n"));
      assertThat(get(visitor, "/cart/b")).endsWith("cart: /cart/b\n");
    } finally {
      compose("down", "--timeout", "5");
    }
  }

  @Test
  void scrapesResealAndLoadsItsAlertRules() throws Exception {
    assumeTrue(
        Engine.hasImage(PROMETHEUS),
        "the image " + PROMETHEUS + " is not there; this test needs it (docker/base.sh)");
    copyFiles();
    try {
      // Named, so that its profile is on; Grafana is in no Debian package and stays out.
      compose("up", "--detach", "reseal", "prometheus");
      String address = "http://" + compose("port", "prometheus", "9090").strip() + "/api/v1/";
      Awaitility.await()
          .atMost(120, TimeUnit.SECONDS)
          .pollInterval(1, TimeUnit.SECONDS)
          .ignoreExceptionsInstanceOf(IOException.class)
          .untilAsserted(() -> {
            assertThat(ask(address + "targets")).contains("\"health\":\"up\"");
            assertThat(ask(address + "query?query=reseal_build_info"))
                .contains("\"instance\":\"reseal:9901\"");
          });
      assertThat(ask(address + "rules"))
          .contains("reseal-certificates", "reseal-traffic", "reseal-process")
          .doesNotContain("\"health\":\"err\"");
    } finally {
      compose("down", "--timeout", "5");
    }
  }

  private static String ask(String address) throws IOException {
    try (InputStream answer = URI.create(address).toURL().openStream()) {
      return new String(answer.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void copyFiles() throws IOException {
    Trees.copy(Engine.ROOT.resolve("docker"), folder);
    for (Path file : Trees.walk(folder)) {
      if (Files.isDirectory(file)) {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
  }

  private static String get(Visitor visitor, String path) throws IOException {
    try (Visitor.Connection connection = visitor.connect()) {
      return connection.get(path);
    }
  }

  private String compose(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(PROGRAM, "--project-name", "resealtest"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command)
        .directory(folder.resolve("compose").toFile())
        .redirectError(folder.resolve("errors").toFile());
    builder.environment().put("NGINX_IMAGE", Engine.BASE);
    builder.environment().put("PROMETHEUS_IMAGE", PROMETHEUS);
    builder.environment().put("RESEAL_IMAGE", Engine.IMAGE);
    for (String port : List.of("HTTPS_PORT", "HTTP_PORT", "ADMIN_PORT", "PROMETHEUS_PORT")) {
      builder.environment().put(port, "0");
    }
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor())
        .as("%s: %s%s", command, output, Files.readString(folder.resolve("errors")))
        .isZero();
    return output;
  }
}
