package io.reseal.config.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.AccessLogSettings;
import io.reseal.config.AdminSettings;
import io.reseal.config.Diagnostics;
import io.reseal.config.Limits;
import io.reseal.config.Listener;
import io.reseal.config.ListenerSecurity;
import io.reseal.config.RedirectTarget;
import io.reseal.config.RequestPolicy;
import io.reseal.config.RuntimeSettings;
import io.reseal.config.Timeouts;
import io.reseal.config.TracingSettings;
import io.reseal.config.UpstreamTls;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Whether the default that the schema states is the default that the model has. */
class DefaultsTest {
  @Test
  void limitsAgree() throws ReflectiveOperationException {
    requireSame(ConfigSchema.LIMITS, Limits.DEFAULT);
  }

  @Test
  void timeoutsAgree() throws ReflectiveOperationException {
    requireSame(ConfigSchema.TIMEOUTS, Timeouts.DEFAULT);
  }

  @Test
  void requestPolicyAgrees() throws ReflectiveOperationException {
    requireSame(ConfigSchema.REQUESTS, RequestPolicy.DEFAULT);
  }

  @Test
  void runtimeSettingsAgree() {
    RuntimeSettings standard = RuntimeSettings.DEFAULT;
    assertThat(stated(ConfigSchema.RUNTIME, "transport")).isEqualTo(word(standard.transport()));
    assertThat(stated(ConfigSchema.RUNTIME, "tlsProvider")).isEqualTo(word(standard.tlsProvider()));
    assertThat(stated(ConfigSchema.RUNTIME, "eventLoops")).isEqualTo("one per processor");
    assertThat(standard.eventLoops()).isZero();
  }

  @Test
  void listenerAgrees() {
    assertThat(stated(ConfigSchema.LISTENER, "maxConnections"))
        .isEqualTo(Integer.toString(Listener.DEFAULT_MAX_CONNECTIONS));
    assertThat(stated(ConfigSchema.LISTENER, "maxConnectionsPerSource"))
        .isEqualTo(Integer.toString(Listener.DEFAULT_MAX_CONNECTIONS_PER_SOURCE));
    assertThat(stated(ConfigSchema.LISTENER_TLS, "groups"))
        .isEqualTo(ListenerSecurity.Tls.DEFAULT_GROUPS.toString());
  }

  @Test
  void upstreamTlsAgrees() {
    UpstreamTls standard = UpstreamTls.DEFAULT;
    assertThat(stated(ConfigSchema.UPSTREAM_TLS, "versions"))
        .isEqualTo(standard.versions().protocolNames().toString())
        .isEqualTo(stated(ConfigSchema.LISTENER_TLS, "versions"));
    assertThat(stated(ConfigSchema.UPSTREAM_TLS, "commonNameFallback"))
        .isEqualTo(Boolean.toString(standard.commonNameFallback()));
    assertThat(stated(ConfigSchema.UPSTREAM_TLS, "serverNameFrom")).isEqualTo("endpoint");
    assertThat(standard.serverName()).isInstanceOf(UpstreamTls.ServerNameSent.EndpointName.class);
  }

  @Test
  void redirectAgrees() {
    assertThat(stated(ConfigSchema.REDIRECT, "scheme")).isEqualTo(RedirectTarget.HTTPS.scheme());
    assertThat(stated(ConfigSchema.REDIRECT, "status"))
        .isEqualTo(Integer.toString(RedirectTarget.HTTPS.status()));
  }

  @Test
  void diagnosticsAgree() {
    String networks = Diagnostics.DEFAULT.trustedNetworks().stream()
        .map(network -> network.toString().replace("0:0:0:0:0:0:0:1", "::1"))
        .collect(Collectors.joining(", ", "[", "]"));
    assertThat(stated(ConfigSchema.DIAGNOSTICS, "trustedNetworks")).isEqualTo(networks);
  }

  @Test
  void adminAgrees() {
    AdminSettings standard = AdminSettings.DEFAULT;
    assertThat(stated(ConfigSchema.ADMIN, "address"))
        .isEqualTo(standard.address().toString());
    assertThat(stated(ConfigSchema.ADMIN, "statusAddress"))
        .isEqualTo(standard.statusAddress().toString());
    assertThat(stated(ConfigSchema.ADMIN, "hosts")).isEqualTo(standard.hosts().toString());
  }

  @Test
  void accessLogAgrees() throws ReflectiveOperationException {
    requireSame(ConfigSchema.ACCESS_LOG, AccessLogSettings.OFF);
  }

  @Test
  void tracingAgrees() throws ReflectiveOperationException {
    requireSame(ConfigSchema.TRACING, TracingSettings.DEFAULT);
  }

  /** Every component of the record has a key of the same name, in order, with its value. */
  private static void requireSame(ObjectType type, Record standard)
      throws ReflectiveOperationException {
    RecordComponent[] components = standard.getClass().getRecordComponents();
    assertThat(type.keys())
        .isEqualTo(List.of(components).stream().map(RecordComponent::getName).toList());
    for (RecordComponent component : components) {
      Field field = type.field(component.getName());
      Object value = component.getAccessor().invoke(standard);
      assertThat(field.defaultText()).as(field.key()).isEqualTo(text(field, value));
    }
  }

  private static String text(Field field, Object value) {
    return switch (value) {
      case Duration time -> TypeText.time(time);
      case Enum<?> word -> word(word);
      case Number number
      when field.type() instanceof FieldType.Size -> TypeText.size(number.longValue());
      default -> value.toString();
    };
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static String stated(ObjectType type, String key) {
    return type.field(key).defaultText();
  }
}
