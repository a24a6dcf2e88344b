package io.reseal.config.schema;

import static io.reseal.config.schema.Keys.optional;
import static io.reseal.config.schema.Keys.required;
import static io.reseal.config.schema.Keys.text;

import io.reseal.config.AccessLogSettings;
import io.reseal.config.TracingSettings;
import io.reseal.config.schema.FieldType.Choice;
import io.reseal.config.schema.FieldType.Group;
import io.reseal.config.schema.FieldType.ListOf;
import io.reseal.config.schema.FieldType.Whole;
import java.util.List;

/** Keys of what is written of each exchange: {@code accessLog} and {@code tracing}. */
final class LogSchema {
  static final ObjectType ACCESS_LOG = new ObjectType(
      "access log",
      "One line for each exchange and each tunnel, written when it ends. Its fields are in"
          + " access-log.md. Nothing waits for it: what a slow or full output cannot take is"
          + " dropped and counted.",
      List.of(
          optional(
              "output",
              FieldType.TEXT,
              "off",
              "`off`, `stdout`, or the path of a file. The file is opened again on SIGHUP and"
                  + " within a second after it was renamed or removed, so that logrotate works"
                  + " as it is."),
          optional(
              "format",
              new Choice(List.of("json", "text")),
              "json",
              "One JSON object to a line, or `key=value` pairs."),
          optional(
              "query",
              new Choice(List.of("omit", "names", "keep")),
              "omit",
              "What is said of a request's query: nothing; the parameters' names, with `*` for"
                  + " values; or everything. Security: links and forms put secrets there, and"
                  + " whoever reads the log reads them. The fields of a request, cookies and"
                  + " authorization among them, are never logged, apart from `User-Agent`."),
          optional(
              "queueLines",
              new Whole(64, 1_048_576),
              text(AccessLogSettings.OFF.queueLines()),
              "How many lines may wait for a slow output, and KiB of them where they are long;"
                  + " what comes on top is dropped and counted.")));

  static final ObjectType TRACING_HEADER = new ObjectType(
      "tracing header",
      "A field that the collector gets with each batch of spans, as a key of its API. Its value is"
          + " in no log and on no page.",
      List.of(
          required("name", FieldType.TEXT, "The field's name, as `x-api-key`."),
          optional(
              "value",
              FieldType.TEXT,
              "",
              "Its value. Security: whoever may read this file may send spans as you."),
          optional(
              "valueFile",
              FieldType.TEXT,
              "",
              "A file whose first line is the value; read again when it changes.")),
      List.of(KeyRule.exactlyOne("value", "valueFile")));

  static final ObjectType TRACING = new ObjectType(
      "tracing",
      "How a request can be followed from one system to the next.",
      List.of(
          optional(
              "requestId",
              new Choice(List.of("pass", "set")),
              "pass",
              "What upstreams get in `X-Request-Id`: what the client sent, or the id that logs"
                  + " and error responses have. That id is taken from the client's"
                  + " `X-Request-Id` where it is one of `trustedPeers`, else it is made up."),
          optional(
              "traceparent",
              new Choice(List.of("pass", "start")),
              "pass",
              "What upstreams get in `traceparent` (W3C Trace Context): what the client sent; or"
                  + " the client's trace with this request as parent, and a new trace where"
                  + " there is none. An `endpoint` makes it `start`."),
          optional(
              "endpoint",
              FieldType.TEXT,
              "off",
              "Where spans go, of each exchange and of what its upstream did, as OTLP over HTTP"
                  + " with protobuf: the whole URL, as `http://127.0.0.1:4318/v1/traces`. Traffic"
                  + " never waits for it."),
          optional(
              "headers",
              new ListOf(new Group(TRACING_HEADER), 0),
              "[]",
              "Fields for the collector, such as a key. Over `http` they go in cleartext."),
          optional(
              "destinationCA",
              FieldType.TEXT,
              "the system's trust store",
              "The CAs that may have signed the certificate of an `https` collector, as PEM: a"
                  + " file path, or the PEM itself. Nobody else is trusted then. If it cannot be"
                  + " loaded the whole configuration is refused."),
          optional(
              "sampleOneIn",
              new Whole(1, 1_000_000),
              text(TracingSettings.DEFAULT.sampleOneIn()),
              "Of so many traces one is recorded. For traces of `trustedPeers` their own"
                  + " decision stands."),
          optional(
              "queueSpans",
              new Whole(64, 1_048_576),
              text(TracingSettings.DEFAULT.queueSpans()),
              "How many exchanges may wait, with their spans, for the collector; what comes on top is"
                  + " dropped and counted.")));

  private LogSchema() {}
}
