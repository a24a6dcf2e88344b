package io.reseal.config.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.AccessLogSettings;
import io.reseal.config.AdminSettings;
import io.reseal.config.AdminSettings.Port;
import io.reseal.config.HostPort;
import io.reseal.config.ProxyConfig;
import io.reseal.config.RequestPolicy.EncodedSlashes;
import io.reseal.config.RequestPolicy.RepeatedSlashes;
import io.reseal.config.RequestPolicy.UnderscoresInNames;
import io.reseal.config.RuntimeSettings;
import io.reseal.config.TracingSettings;
import io.reseal.config.TrustAnchors;
import io.reseal.config.schema.ConfigSchema;
import io.reseal.config.schema.Field;
import io.reseal.config.schema.FieldType;
import io.reseal.config.schema.ObjectType;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether what the file says under a key arrives in the record component of that name. */
class ValuesArriveTest {
  private static final String START = "listeners: [{name: a, address: '0.0.0.0:1'}]\n";

  @TempDir
  Path folder;

  @Test
  void everyLimitArrives() throws ReflectiveOperationException {
    String yaml = START + "limits:\n" + distinctValues(ConfigSchema.LIMITS);
    requireDistinctValues(ConfigSchema.LIMITS, read(yaml).limits());
  }

  @Test
  void everyTimeoutArrives() throws ReflectiveOperationException {
    String yaml = START + "timeouts:\n" + distinctValues(ConfigSchema.TIMEOUTS);
    requireDistinctValues(ConfigSchema.TIMEOUTS, read(yaml).timeouts());
  }

  @Test
  void everyWordIsAConstant() {
    requireSameWords(ConfigSchema.REQUESTS, "encodedSlashes", EncodedSlashes.values());
    requireSameWords(ConfigSchema.REQUESTS, "repeatedSlashes", RepeatedSlashes.values());
    requireSameWords(ConfigSchema.REQUESTS, "underscoresInNames", UnderscoresInNames.values());
    requireSameWords(ConfigSchema.ACCESS_LOG, "format", AccessLogSettings.Format.values());
    requireSameWords(ConfigSchema.ACCESS_LOG, "query", AccessLogSettings.Query.values());
    requireSameWords(ConfigSchema.TRACING, "requestId", TracingSettings.RequestId.values());
    requireSameWords(ConfigSchema.TRACING, "traceparent", TracingSettings.Traceparent.values());
    requireSameWords(ConfigSchema.RUNTIME, "transport", RuntimeSettings.Transport.values());
    requireSameWords(ConfigSchema.RUNTIME, "tlsProvider", RuntimeSettings.TlsProvider.values());
  }

  @Test
  void whatIsWrittenAboutRequestsArrives() throws IOException {
    Files.writeString(folder.resolve("token"), "Bearer 123 \nwhat follows is nobody's\n");
    ProxyConfig config = read(START + """
        accessLog: {output: access.log, format: text, query: names, queueLines: 100}
        tracing:
          requestId: set
          traceparent: start
          endpoint: http://127.0.0.1:4318/v1/traces
          headers: [{name: x-api-key, value: "a b"}, {name: authorization, valueFile: token}]
          sampleOneIn: 7
          queueSpans: 99
        """);
    assertThat(config.accessLog())
        .isEqualTo(new AccessLogSettings(
            new AccessLogSettings.Output.File(folder.resolve("access.log")),
            AccessLogSettings.Format.TEXT,
            AccessLogSettings.Query.NAMES,
            100));
    assertThat(config.tracing())
        .isEqualTo(new TracingSettings(
            TracingSettings.RequestId.SET,
            TracingSettings.Traceparent.START,
            new TracingSettings.Export.Otlp(URI.create("http://127.0.0.1:4318/v1/traces")),
            List.of(
                new TracingSettings.Header("x-api-key", "a b", "inline"),
                new TracingSettings.Header("authorization", "Bearer 123", "token")),
            new TrustAnchors.SystemStore(),
            7,
            99));
  }

  @Test
  void nothingSaidIsEveryDefault() {
    assertThat(read(START + "limits:\ntimeouts:\nrequests:\nruntime:\ndiagnostics:\nadmin:\n"
            + "accessLog:\ntracing:\n"))
        .isEqualTo(read(START));
  }

  @Test
  void adminPortsArrive() {
    AdminSettings admin = read(START
            + "admin: {address: off, statusAddress: '[::]:15021', hosts: [Admin.Example, 10.0.0.1]}")
        .admin();
    assertThat(admin)
        .isEqualTo(new AdminSettings(
            new Port.Off(),
            new Port.At(new HostPort("::", 15_021)),
            List.of("admin.example", "10.0.0.1")));
  }

  private static String distinctValues(ObjectType type) {
    StringBuilder yaml = new StringBuilder();
    int position = 0;
    for (Field field : type.fields()) {
      yaml.append("  ")
          .append(field.key())
          .append(": ")
          .append(value(field, position++))
          .append(field.type() instanceof FieldType.Time ? "ms\n" : "\n");
    }
    return yaml.toString();
  }

  /** Each key's least value and a little more, different for each. */
  private static long value(Field field, int position) {
    return switch (field.type()) {
      case FieldType.Whole whole -> whole.least() + position;
      case FieldType.Size size -> size.least() + position;
      case FieldType.Time time -> time.leastMillis() + position;
      default -> throw new IllegalArgumentException(field.key());
    };
  }

  private static void requireDistinctValues(ObjectType type, Record read)
      throws ReflectiveOperationException {
    int position = 0;
    for (Field field : type.fields()) {
      RecordComponent component = read.getClass().getRecordComponents()[position];
      assertThat(component.getName()).isEqualTo(field.key());
      Object found = component.getAccessor().invoke(read);
      long number = found instanceof Duration time ? time.toMillis() : ((Number) found).longValue();
      assertThat(number).as(field.key()).isEqualTo(value(field, position++));
    }
  }

  private static void requireSameWords(ObjectType type, String key, Enum<?>[] constants) {
    List<String> words = Arrays.stream(constants)
        .map(each -> each.name().toLowerCase(Locale.ROOT))
        .toList();
    assertThat(((FieldType.Choice) type.field(key).type()).words()).isEqualTo(words);
  }

  private ProxyConfig read(String yaml) {
    ConfigResult result = ConfigReader.read(yaml, folder, "test.yaml");
    assertThat(result).isInstanceOf(ConfigResult.Valid.class);
    return ((ConfigResult.Valid) result).config();
  }
}
