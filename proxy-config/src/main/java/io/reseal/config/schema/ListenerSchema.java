package io.reseal.config.schema;

import static io.reseal.config.schema.Keys.TEXTS;
import static io.reseal.config.schema.Keys.TEXTS_OR_NONE;
import static io.reseal.config.schema.Keys.VERSIONS;
import static io.reseal.config.schema.Keys.optional;
import static io.reseal.config.schema.Keys.required;
import static io.reseal.config.schema.Keys.text;

import io.reseal.config.Listener;
import io.reseal.config.schema.FieldType.Choice;
import io.reseal.config.schema.FieldType.Group;
import io.reseal.config.schema.FieldType.ListOf;
import io.reseal.config.schema.FieldType.Whole;
import java.util.List;

/** Keys of {@code listeners}. */
final class ListenerSchema {
  private static final FieldType GROUPS =
      new ListOf(new Choice(List.of("X25519MLKEM768", "X25519", "P-256", "P-384", "P-521")), 1);

  static final ObjectType LISTENER_TLS = new ObjectType(
      "listener tls",
      "TLS on a listener. Without it the listener speaks cleartext HTTP/1.1.",
      List.of(
          optional("versions", VERSIONS, "[TLSv1.2, TLSv1.3]", "The TLS versions offered."),
          optional(
              "groups",
              GROUPS,
              "[X25519MLKEM768, X25519, P-256, P-384]",
              "Named groups for the key exchange, most preferred first. X25519MLKEM768 resists"
                  + " quantum computers; tlsProvider jdk leaves it out."),
          optional(
              "identities",
              TEXTS_OR_NONE,
              "all identities",
              "The identities served here. A client gets the one whose server names cover the"
                  + " name it asks for (SNI): exact names first, then wildcards."),
          optional(
              "defaultIdentity",
              FieldType.TEXT,
              "none: refuse",
              "The identity for clients that send no server name, or one that no identity"
                  + " covers. Without it they are refused with the TLS alert"
                  + " `unrecognized_name`."),
          optional("http2", FieldType.FLAG, "true", "Whether HTTP/2 is offered beside HTTP/1.1.")));

  static final ObjectType LISTENER = new ObjectType(
      "listener",
      "Addresses that accept connections under one policy.",
      List.of(
          required("name", FieldType.TEXT, "A name of your choice, unique among listeners."),
          optional(
              "address",
              TEXTS,
              "",
              "Where to listen, as `0.0.0.0:8443` or `[::]:8443`; one or a list. Port 0 takes a"
                  + " free port."),
          optional("addresses", TEXTS, "", "The same; use one of the two keys."),
          optional("tls", new Group(LISTENER_TLS), "cleartext", "TLS on this listener."),
          optional(
              "trustedPeers",
              TEXTS_OR_NONE,
              "[]",
              "Networks (CIDR) of proxies in front whose `Forwarded` and `X-Forwarded-*` fields"
                  + " are believed and extended. From anyone else they are dropped. Security:"
                  + " whoever is listed can make up client addresses."),
          optional(
              "maxConnections",
              new Whole(1, 1_000_000),
              text(Listener.DEFAULT_MAX_CONNECTIONS),
              "Open connections of this listener; beyond it new ones are closed at once."),
          optional(
              "maxConnectionsPerSource",
              new Whole(1, 1_000_000),
              text(Listener.DEFAULT_MAX_CONNECTIONS_PER_SOURCE),
              "Open connections from one client address (IPv6: one /64); beyond it new ones are"
                  + " closed at once. Behind a load balancer all clients share its"
                  + " address.")),
      List.of(KeyRule.exactlyOne("address", "addresses")));

  private ListenerSchema() {}
}
