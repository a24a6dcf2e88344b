package io.reseal.config.schema;

import static io.reseal.config.schema.Keys.CRL_RULES;
import static io.reseal.config.schema.Keys.TEXTS;
import static io.reseal.config.schema.Keys.VERSIONS;
import static io.reseal.config.schema.Keys.optional;
import static io.reseal.config.schema.Keys.required;

import io.reseal.config.schema.FieldType.Choice;
import io.reseal.config.schema.FieldType.Group;
import java.util.List;

/** Keys of {@code upstreams}. */
final class UpstreamSchema {
  static final ObjectType UPSTREAM_TLS = new ObjectType(
      "upstream tls",
      "How re-encrypting routes protect and verify the connection.",
      List.of(
          optional(
              "destinationCA",
              FieldType.TEXT,
              "the system's trust store",
              "The CAs that may have signed the upstream's certificate, as PEM: a file path, or"
                  + " the PEM itself. Nobody else is trusted then. If it cannot be loaded the"
                  + " whole configuration is refused."),
          optional(
              "serverName",
              FieldType.TEXT,
              "see serverNameFrom",
              "The server name (SNI) sent, and the name that the certificate must carry."),
          optional(
              "serverNameFrom",
              new Choice(List.of("endpoint", "request")),
              "endpoint",
              "Where the server name comes from when it is not fixed: the endpoint's DNS name"
                  + " (for an IP address no SNI is sent and the certificate must carry it as IP"
                  + " SAN), or the host of the request."),
          optional(
              "acceptedNames",
              TEXTS,
              "the server name",
              "DNS names or IP addresses of which the certificate must carry one."),
          optional(
              "commonNameFallback",
              FieldType.FLAG,
              "false",
              "Whether a certificate without any SAN may match by its common name. RFC 9525"
                  + " forbids it; old private CAs need it."),
          optional("versions", VERSIONS, "[TLSv1.2, TLSv1.3]", "The TLS versions offered."),
          optional(
              "crl",
              TEXTS,
              "none: revocation is not checked",
              "Certificate revocation lists as PEM, each a file path or the PEM itself."
                  + CRL_RULES),
          optional(
              "clientIdentity",
              new Group(IdentitySchema.KEY_PAIR),
              "none",
              "The certificate and key shown to an upstream that asks for a client"
                  + " certificate."),
          optional(
              "skipVerification",
              FieldType.FLAG,
              "false",
              "Accepts any certificate. Security: whoever can reach the network in between can"
                  + " read and change everything. Warned about at every start.")),
      List.of(KeyRule.atMostOne("serverName", "serverNameFrom")));

  static final ObjectType UPSTREAM = new ObjectType(
      "upstream",
      "A group of endpoints that serve the same thing.",
      List.of(
          required(
              "endpoints",
              TEXTS,
              "The addresses, as `host:port`; a DNS name is looked up again when its TTL ends."
                  + " They take turns; one that cannot be connected is followed by the next."),
          optional(
              "tls",
              new Group(UPSTREAM_TLS),
              "verify by the system's trust store",
              "TLS to this upstream, for `reencrypt`.")));

  private UpstreamSchema() {}
}
