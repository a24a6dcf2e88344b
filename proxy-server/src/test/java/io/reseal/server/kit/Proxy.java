package io.reseal.server.kit;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.read.ConfigReader;
import io.reseal.config.read.ConfigResult;
import io.reseal.core.DataPlane;
import io.reseal.core.StartException;
import io.reseal.core.failure.Failure;
import io.reseal.core.failure.FailurePolicy;
import io.reseal.core.observe.DataPlaneObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/** A proxy in the test's process, from a YAML as a user writes it, and what it would log. */
public final class Proxy implements AutoCloseable {
  private final DataPlane dataPlane;
  private final List<String> failures;
  private final List<String> warnings;

  private Proxy(DataPlane dataPlane, List<String> failures, List<String> warnings) {
    this.dataPlane = dataPlane;
    this.failures = failures;
    this.warnings = warnings;
  }

  /** Writes the YAML to a folder and starts it from there. */
  public static Proxy start(Path folder, String yaml) throws IOException, StartException {
    ConfigResult result = ConfigReader.read(Files.writeString(folder.resolve("reseal.yaml"), yaml));
    assertThat(result).isInstanceOf(ConfigResult.Valid.class);
    ConfigResult.Valid valid = (ConfigResult.Valid) result;
    List<String> failures = new CopyOnWriteArrayList<>();
    DataPlaneObserver observer = new DataPlaneObserver() {
      @Override
      public void failed(Failure failure, String errorId, String route, String request) {
        failures.add(FailurePolicy.logLine(failure));
      }
    };
    return new Proxy(
        DataPlane.start(valid.config(), observer),
        failures,
        valid.warnings().stream().map(Object::toString).toList());
  }

  /** The port of a listener. */
  public int port(String listener) {
    return Objects.requireNonNull(dataPlane.addresses().get(listener))
        .getFirst()
        .getPort();
  }

  /** The log lines of failures so far. */
  public List<String> failures() {
    return List.copyOf(failures);
  }

  /** What the reader of the configuration warned of. */
  public List<String> warnings() {
    return warnings;
  }

  @Override
  public void close() {
    dataPlane.close();
  }
}
