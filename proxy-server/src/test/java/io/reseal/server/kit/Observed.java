package io.reseal.server.kit;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.reseal.config.read.ConfigReader;
import io.reseal.config.read.ConfigResult;
import io.reseal.core.StartException;
import io.reseal.server.run.ProxyProcess;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.Reply;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** A whole proxy in the test's process, from a YAML, with its log and its admin port. */
public final class Observed implements AutoCloseable {
  private final ProxyProcess proxy;
  private final Lines lines;

  private Observed(ProxyProcess proxy, Lines lines) {
    this.proxy = proxy;
    this.lines = lines;
  }

  /** Writes the YAML, which must have an admin port, to a folder and starts it from there. */
  public static Observed start(Path folder, String yaml) throws IOException {
    ConfigResult result = ConfigReader.read(Files.writeString(folder.resolve("reseal.yaml"), yaml));
    assertThat(result).as(yaml).isInstanceOf(ConfigResult.Valid.class);
    try {
      ProxyProcess proxy = ProxyProcess.start(((ConfigResult.Valid) result).config());
      return new Observed(proxy, Lines.capture());
    } catch (StartException refused) {
      throw new AssertionError(refused);
    }
  }

  /** The address of a listener. */
  public InetSocketAddress listener(String name) {
    return Objects.requireNonNull(proxy.addresses().get(name)).getFirst();
  }

  public InetSocketAddress admin() {
    return proxy.admin().orElseThrow();
  }

  /** The log of failures so far. */
  public List<String> log() {
    return List.copyOf(lines.texts);
  }

  /** What Prometheus would read now. */
  public Scrape scrape() throws IOException {
    return Scrape.of(page("/metrics"));
  }

  /** The latest failures of each kind. */
  public Json diagnostics() throws IOException {
    return Json.parse(page("/diagnostics"));
  }

  /** What a page of the admin port says. */
  public String page(String path) throws IOException {
    try (RawClient client = RawClient.plain(admin())) {
      Reply reply = client.exchange("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(reply.status()).as("%s", reply).isEqualTo(200);
      return reply.bodyText();
    }
  }

  @Override
  public void close() {
    lines.release();
    proxy.close();
  }

  /** The texts that the log of failures is given, at every level. */
  private static final class Lines extends AppenderBase<ILoggingEvent> {
    private final List<String> texts = new CopyOnWriteArrayList<>();

    static Lines capture() {
      Logger failures = (Logger) LoggerFactory.getLogger("reseal.failures");
      Lines lines = new Lines();
      lines.setContext(failures.getLoggerContext());
      lines.start();
      failures.setLevel(Level.DEBUG);
      failures.setAdditive(false);
      failures.addAppender(lines);
      return lines;
    }

    void release() {
      Logger failures = (Logger) LoggerFactory.getLogger("reseal.failures");
      failures.detachAppender(this);
      failures.setAdditive(true);
      failures.setLevel(null);
      stop();
    }

    @Override
    protected void append(ILoggingEvent event) {
      texts.add(event.getFormattedMessage());
    }
  }
}
