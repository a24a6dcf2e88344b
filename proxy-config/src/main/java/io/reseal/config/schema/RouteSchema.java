package io.reseal.config.schema;

import static io.reseal.config.schema.Keys.TEXTS;
import static io.reseal.config.schema.Keys.optional;
import static io.reseal.config.schema.Keys.required;

import io.reseal.config.schema.FieldType.Choice;
import io.reseal.config.schema.FieldType.Group;
import io.reseal.config.schema.FieldType.ListOf;
import io.reseal.config.schema.FieldType.Short;
import io.reseal.config.schema.FieldType.Whole;
import java.util.List;

/** Keys of {@code routes}. */
final class RouteSchema {
  static final ObjectType PATH = new ObjectType(
      "path",
      "The paths of a route; exactly one of the two keys.",
      List.of(
          optional("exact", FieldType.TEXT, "", "Exactly this path."),
          optional(
              "prefix",
              FieldType.TEXT,
              "",
              "This path and all below it by whole elements: `/a` covers `/a`, `/a/` and"
                  + " `/a/b`, never `/ab`.")),
      List.of(KeyRule.exactlyOne("exact", "prefix")));

  static final ObjectType FORWARD = new ObjectType(
      "forward",
      "Where requests go.",
      List.of(required("upstream", FieldType.TEXT, "The name of an upstream.")));

  static final ObjectType REDIRECT = new ObjectType(
      "redirect",
      "Where the client is sent; path and query stay.",
      List.of(
          optional("scheme", new Choice(List.of("https", "http")), "https", "The new scheme."),
          optional("host", FieldType.TEXT, "the request's host", "The new host."),
          optional("port", new Whole(1, 65_535), "the scheme's default port", "The new port."),
          optional(
              "status",
              new Choice(List.of("301", "302", "303", "307", "308")),
              "308",
              "The status; 308 keeps method and body.")));

  static final ObjectType ROUTE = new ObjectType(
      "route",
      "A rule from hosts and paths to an action: exactly one of `reencrypt`, `passthrough`,"
          + " `offload` and `redirect`.",
      List.of(
          optional("name", FieldType.TEXT, "its first host and position", "A unique name."),
          optional(
              "host",
              TEXTS,
              "",
              "The hosts: exact; `*.` and a name, for one label more; or `*` for all."),
          optional("hosts", TEXTS, "", "The same; use one of the two keys."),
          optional(
              "listeners", TEXTS, "all that can serve it", "Names of the listeners that serve it."),
          optional(
              "paths",
              new ListOf(new Group(PATH), 1),
              "[{prefix: /}]",
              "The paths; not for passthrough, which sees none."),
          optional(
              "reencrypt",
              new Short(FORWARD),
              "",
              "TLS ends here; a new, verified TLS connection carries the request on."),
          optional(
              "passthrough",
              new Short(FORWARD),
              "",
              "The client's bytes go untouched to the upstream, chosen by the SNI."),
          optional(
              "offload",
              new Short(FORWARD),
              "",
              "The request goes on in cleartext. Security: whoever can reach that network reads"
                  + " it."),
          optional("redirect", new Group(REDIRECT), "", "The client is sent elsewhere.")),
      List.of(
          KeyRule.exactlyOne("host", "hosts"),
          KeyRule.exactlyOne("reencrypt", "passthrough", "offload", "redirect"),
          KeyRule.atMostOne("passthrough", "paths")));

  private RouteSchema() {}
}
