package io.reseal.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.reseal.server.kit.Shell;
import io.reseal.testkit.TestBed;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** h2spec 2.2.0, all of its cases, over TLS. */
final class H2SpecTest {
  private static final String ARCHIVE = "/h2spec/2.2.0/h2spec_linux_amd64.tar.gz";

  @TempDir
  private Path folder = Path.of("");

  @Test
  void passesEveryCase() throws Exception {
    assumeTrue(
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64"),
        "h2spec is here for Linux on amd64 only");
    Shell.require("tar");
    unpack();
    try (TestBed bed = TestBed.start(
        setup -> setup.identity("localhost", "localhost").reencrypt("localhost", "origin"))) {
      int port = bed.proxy().https().getPort();
      Shell.Result result = new Shell(folder)
          .run("./h2spec --host localhost --port " + port
              + " --tls --insecure --timeout 5 --path /x 2>&1");
      assertThat(result.output()).contains("145 tests, 145 passed, 0 skipped, 0 failed");
    }
  }

  private void unpack() throws IOException, InterruptedException {
    try (InputStream archive =
        Objects.requireNonNull(H2SpecTest.class.getResourceAsStream(ARCHIVE), ARCHIVE)) {
      Files.copy(archive, folder.resolve("h2spec.tar.gz"));
    }
    new Shell(folder).run("tar xzf h2spec.tar.gz && chmod +x h2spec").requireSuccess();
  }
}
