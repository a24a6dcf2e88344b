package io.reseal.server.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.server.kit.Launch;
import io.reseal.server.kit.Program;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the TLS library cannot be loaded the start says why; nothing takes its place unasked. */
final class NativeLibraryTest {
  private static final String LIBRARY = "libnetty_tcnative_linux_x86_64.so";

  /** Where an ELF header says for which machine it is, and what it says of ARM's. */
  private static final int MACHINE = 18;

  private static final byte AARCH64 = (byte) 183;

  @TempDir
  private Path folder = Path.of("");

  @SuppressWarnings("NullAway.Init")
  private Scene scene;

  @BeforeEach
  void write() throws IOException {
    scene = new Scene(folder);
    scene.write("");
  }

  @AfterEach
  void close() {
    scene.close();
  }

  /** Without the library in a jar, as the product is packed. */
  private static Launch packed() {
    return new Launch().without(jar -> jar.contains("tcnative") && jar.contains("linux-x86_64"));
  }

  /** With the library in a jar, which is unpacked to a temporary folder that is mounted so. */
  private Launch unpackedTo(String mountOptions) throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    return new Launch()
        .inNamespaces("-m", "mount -t tmpfs -o " + mountOptions + " tmpfs " + temporary)
        .option("-Djava.io.tmpdir=" + temporary);
  }

  private void refuses(Launch launch, String... reasons) throws Exception {
    try (Program program = scene.run(launch)) {
      assertThat(program.awaitExit()).as(program.output()).isEqualTo(1);
      assertThat(program.output())
          .contains("error: start: runtime.tlsProvider: the native library of boringssl")
          .contains(reasons)
          .contains("expected: Linux x86_64")
          .contains("set runtime.tlsProvider to jdk")
          .doesNotContain("listener \"web\" on");
    }
  }

  @Test
  void refusesToStartWithoutTheLibrary() throws Exception {
    refuses(packed(), "no netty_tcnative_linux_x86_64 in java.library.path");
  }

  @Test
  void refusesALibraryThatIsNone() throws Exception {
    Files.writeString(folder.resolve(LIBRARY), "not a library\n");
    refuses(packed().option("-Djava.library.path=" + folder), LIBRARY + ": file too short");
  }

  @Test
  void refusesALibraryForAnotherMachine() throws Exception {
    try (InputStream in =
        Objects.requireNonNull(getClass().getResourceAsStream("/META-INF/native/" + LIBRARY))) {
      byte[] library = in.readAllBytes();
      library[MACHINE] = AARCH64;
      Files.write(folder.resolve(LIBRARY), library);
    }
    refuses(packed().option("-Djava.library.path=" + folder), LIBRARY, "AARCH64 .so on a AMD 64");
  }

  @Test
  void refusesATemporaryFolderWithoutPrograms() throws Exception {
    refuses(unpackedTo("noexec"), "check volume for \"noexec\" flag", "io.netty.native.workdir");
  }

  @Test
  void refusesATemporaryFolderThatIsFull() throws Exception {
    refuses(unpackedTo("size=64k"), "No space left on device");
  }

  @Test
  void servesWithTheJavaRuntimesTlsWhereThatIsAskedFor() throws Exception {
    scene.write("runtime: { tlsProvider: jdk }\n");
    try (Program program = scene.run(unpackedTo("noexec"))) {
      assertThat(Scene.get(Scene.web(program)).status()).isEqualTo(200);
    }
  }
}
