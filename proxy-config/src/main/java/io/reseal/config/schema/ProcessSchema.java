package io.reseal.config.schema;

import static io.reseal.config.schema.Keys.TEXTS_OR_NONE;
import static io.reseal.config.schema.Keys.optional;

import io.reseal.config.AdminSettings;
import io.reseal.config.schema.FieldType.Choice;
import io.reseal.config.schema.FieldType.Whole;
import java.util.List;

/** Keys that hold for the whole process: {@code requests}, {@code runtime}, {@code diagnostics} and {@code admin}. */
final class ProcessSchema {
  static final ObjectType REQUESTS = new ObjectType(
      "requests",
      "How request forms are treated that servers read differently. The normalised path is"
          + " what routes are compared with and what is forwarded.",
      List.of(
          optional(
              "encodedSlashes",
              new Choice(List.of("reject", "keep")),
              "reject",
              "`%2F` and `%5C` in a path: answered with 400, or kept as they are and no"
                  + " separators for routing. Security: an upstream that decodes them may see"
                  + " another path than the one routed."),
          optional(
              "repeatedSlashes",
              new Choice(List.of("merge", "keep")),
              "merge",
              "`//` in a path: made one, or kept."),
          optional(
              "underscoresInNames",
              new Choice(List.of("reject", "drop", "forward")),
              "reject",
              "Field names with an underscore, which some servers read as a hyphen: answered"
                  + " with 400, removed, or forwarded.")));

  static final ObjectType RUNTIME = new ObjectType(
      "runtime",
      "Settings of the process.",
      List.of(
          optional(
              "transport",
              new Choice(List.of("auto", "epoll", "io_uring", "nio")),
              "auto",
              "How sockets are driven; auto is epoll on Linux, else nio."),
          optional(
              "tlsProvider",
              new Choice(List.of("boringssl", "jdk")),
              "boringssl",
              "The TLS library. The Java runtime's own needs no native library and three to"
                  + " four times the CPU per handshake."),
          optional(
              "eventLoops",
              new Whole(1, 1_024),
              "one per processor",
              "The number of event loops.")));

  static final ObjectType DIAGNOSTICS = new ObjectType(
      "diagnostics",
      "Who is told why a request failed.",
      List.of(optional(
          "trustedNetworks",
          TEXTS_OR_NONE,
          "[127.0.0.0/8, ::1/128]",
          "Networks (CIDR) of clients that get the facts of a failure. Others get its type"
              + " and an id that is in the log. Behind a proxy of `trustedPeers` the client is"
              + " whom its `X-Forwarded-For`, `Forwarded` and `X-Real-IP` name; every address"
              + " that they name must be in one, and what cannot be read is in none.")));

  static final ObjectType ADMIN = new ObjectType(
      "admin",
      "The ports for operators and load balancers, both plain HTTP.",
      List.of(
          optional(
              "address",
              FieldType.TEXT,
              AdminSettings.DEFAULT.address().toString(),
              "The admin port: `/healthz/live`, `/healthz/ready`, `/metrics` for Prometheus,"
                  + " `/config`, `/certificates`, `/upstreams` and `/diagnostics`; `off` closes"
                  + " it, and requests are not counted then: metrics begin at 0 when it is opened again. Port 0 takes a free port. Security:"
                  + " there is no password; whoever reaches it reads all of this (never a"
                  + " private key). Requests from other web sites are refused."),
          optional(
              "statusAddress",
              FieldType.TEXT,
              AdminSettings.DEFAULT.statusAddress().toString(),
              "The status port: `/healthz/live` and `/healthz/ready` alone, for any `Host`, in"
                  + " HTTP/1.0 and HTTP/1.1; `off` closes it. For a load balancer on another"
                  + " machine set an address that it reaches, as `0.0.0.0:15021`."),
          optional(
              "hosts",
              TEXTS_OR_NONE,
              "[]",
              "Names and addresses that requests to the admin port may have in `Host`, besides"
                  + " `localhost`, loopback and the address that they came in by. Any other is"
                  + " refused: it is how a web page reaches what is not meant for it.")));

  private ProcessSchema() {}
}
