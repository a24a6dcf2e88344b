package io.reseal.config.read;

import io.reseal.config.TracingSettings;
import io.reseal.config.TracingSettings.Export;
import io.reseal.config.TracingSettings.Header;
import io.reseal.config.TrustAnchors;
import io.reseal.config.check.Findings;
import io.reseal.config.check.UserText;
import io.reseal.config.schema.ConfigSchema;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The reader of how requests are followed, and of where spans go. */
final class TracingReader {
  private static final String OFF = "off";
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.[0-9]+){3}|\\[::1]", Pattern.CASE_INSENSITIVE);

  /** Fields that belong to the exporter and its connection. */
  private static final Set<String> OWN = Set.of(
      "connection",
      "content-encoding",
      "content-length",
      "content-type",
      "expect",
      "host",
      "transfer-encoding",
      "upgrade");

  private final Findings findings;
  private final MaterialReader material;
  private final SecretReader secrets;

  /** @param base the folder that paths are relative to */
  TracingReader(Findings findings, MaterialReader material, Path base) {
    this.findings = findings;
    this.material = material;
    this.secrets = new SecretReader(findings, base);
  }

  TracingSettings tracing(Section section) {
    TracingSettings standard = TracingSettings.DEFAULT;
    Export endpoint = export(section);
    return new TracingSettings(
        TracingSettings.RequestId.valueOf(upper(section.choice("requestId", "pass"))),
        TracingSettings.Traceparent.valueOf(upper(section.choice("traceparent", "pass"))),
        endpoint,
        headers(section, endpoint),
        anchors(section, endpoint),
        (int) section.number("sampleOneIn", standard.sampleOneIn()),
        (int) section.number("queueSpans", standard.queueSpans()));
  }

  private static Export export(Section section) {
    String text = section.text("endpoint", OFF);
    if (text.equals(OFF)) {
      return new Export.Off();
    }
    Optional<URI> endpoint = url(text);
    if (endpoint.isEmpty()) {
      section.error(
          "endpoint",
          "wrong URL",
          UserText.quoted(text),
          "http or https with a host, as http://127.0.0.1:4318/v1/traces, or off",
          "Give the whole URL, path included; user names and passwords do not belong in it.");
      return new Export.Off();
    }
    return new Export.Otlp(endpoint.get());
  }

  private static Optional<URI> url(String text) {
    try {
      URI url = new URI(text);
      boolean known = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
      return known && url.getHost() != null && url.getUserInfo() == null
          ? Optional.of(url)
          : Optional.empty();
    } catch (URISyntaxException broken) {
      return Optional.empty();
    }
  }

  private TrustAnchors anchors(Section section, Export endpoint) {
    if (!section.has("destinationCA")) {
      return new TrustAnchors.SystemStore();
    }
    if (isCleartext(endpoint)) {
      section.error(
          "destinationCA",
          "destinationCA for a collector without TLS",
          endpoint.toString(),
          "an endpoint with https",
          "Write the endpoint with https, or remove destinationCA: nothing is verified without TLS.");
    }
    // One that cannot be loaded is a finding already and refuses the configuration.
    return material
        .bundle(section, "destinationCA")
        .map(TrustAnchors.class::cast)
        .orElseGet(TrustAnchors.SystemStore::new);
  }

  private static boolean isCleartext(Export endpoint) {
    return endpoint instanceof Export.Otlp(URI url) && url.getScheme().equals("http");
  }

  private List<Header> headers(Section section, Export endpoint) {
    List<Header> headers = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Section each : section.sections("headers", ConfigSchema.TRACING_HEADER)) {
      String name = name(each);
      if (!name.isEmpty() && !names.add(name.toLowerCase(Locale.ROOT))) {
        each.error(
            "name", "field given twice", UserText.quoted(name), "once", "Remove one of them.");
      }
      value(each).ifPresent(value -> headers.add(new Header(name, value, source(each))));
    }
    if (!headers.isEmpty()
        && endpoint instanceof Export.Otlp(URI url)
        && isCleartext(endpoint)
        && !LOOPBACK.matcher(url.getHost()).matches()) {
      findings.warn(
          section.at("headers"),
          "the fields go to the collector in cleartext",
          url.toString(),
          "https, or a collector on this machine",
          "Whoever can read that network reads them.");
    }
    return headers;
  }

  private static String name(Section header) {
    String name = header.text("name", "");
    if (!name.isEmpty()
        && (!TOKEN.matcher(name).matches() || OWN.contains(name.toLowerCase(Locale.ROOT)))) {
      header.error(
          "name",
          "wrong field name",
          UserText.quoted(name),
          "a field of your own, as x-api-key or authorization",
          "Write the name alone, without colon; "
              + String.join(", ", OWN.stream().sorted().toList()) + " are set by themselves.");
    }
    return name;
  }

  /** The value; what is wrong with it is told without it, because it may be a secret. */
  private Optional<String> value(Section header) {
    String key = header.has("valueFile") ? "valueFile" : "value";
    Optional<String> value = key.equals("valueFile")
        ? secrets.firstLine(header, key, "value").map(String::strip)
        : Optional.of(header.text(key, ""));
    if (header.has(key) && value.isPresent() && !isSendable(value.get())) {
      header.error(
          key,
          "wrong field value",
          value.get().length() + " characters",
          "printable ASCII, not empty, without spaces around it",
          "Give the value as it is to be sent, on one line.");
      return Optional.empty();
    }
    return value;
  }

  private static boolean isSendable(String value) {
    return !value.isEmpty()
        && value.equals(value.strip())
        && value.chars().allMatch(c -> c >= ' ' && c < 0x7F);
  }

  private static String source(Section header) {
    return header.text("valueFile", Header.INLINE);
  }

  private static String upper(String word) {
    return word.toUpperCase(Locale.ROOT);
  }
}
