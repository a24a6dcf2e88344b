package io.reseal.config.schema;

import static io.reseal.config.schema.Keys.optional;
import static io.reseal.config.schema.Keys.required;

import io.reseal.config.schema.FieldType.Group;
import io.reseal.config.schema.FieldType.ListOf;
import io.reseal.config.schema.FieldType.Named;
import java.util.List;

/** Every key of the configuration file, gathered from its sections. */
public final class ConfigSchema {
  public static final ObjectType LISTENER_TLS = ListenerSchema.LISTENER_TLS;
  public static final ObjectType LISTENER = ListenerSchema.LISTENER;
  public static final ObjectType KEY_PAIR = IdentitySchema.KEY_PAIR;
  public static final ObjectType CLIENT_AUTH = IdentitySchema.CLIENT_AUTH;
  public static final ObjectType IDENTITY = IdentitySchema.IDENTITY;
  public static final ObjectType PATH = RouteSchema.PATH;
  public static final ObjectType FORWARD = RouteSchema.FORWARD;
  public static final ObjectType REDIRECT = RouteSchema.REDIRECT;
  public static final ObjectType ROUTE = RouteSchema.ROUTE;
  public static final ObjectType UPSTREAM_TLS = UpstreamSchema.UPSTREAM_TLS;
  public static final ObjectType UPSTREAM = UpstreamSchema.UPSTREAM;
  public static final ObjectType LIMITS = BoundSchema.LIMITS;
  public static final ObjectType TIMEOUTS = BoundSchema.TIMEOUTS;
  public static final ObjectType REQUESTS = ProcessSchema.REQUESTS;
  public static final ObjectType RUNTIME = ProcessSchema.RUNTIME;
  public static final ObjectType DIAGNOSTICS = ProcessSchema.DIAGNOSTICS;
  public static final ObjectType ADMIN = ProcessSchema.ADMIN;
  public static final ObjectType ACCESS_LOG = LogSchema.ACCESS_LOG;
  public static final ObjectType TRACING_HEADER = LogSchema.TRACING_HEADER;
  public static final ObjectType TRACING = LogSchema.TRACING;

  public static final ObjectType ROOT = new ObjectType(
      "configuration",
      "The whole file.",
      List.of(
          required("listeners", new ListOf(new Group(LISTENER), 1), "Where to listen."),
          optional("identities", new Named(IDENTITY), "none", "What is shown to clients."),
          optional("routes", new ListOf(new Group(ROUTE), 0), "none", "What goes where."),
          optional("upstreams", new Named(UPSTREAM), "none", "Where things are served."),
          optional("limits", new Group(LIMITS), "see below", "Bounds on size and count."),
          optional("timeouts", new Group(TIMEOUTS), "see below", "Bounds on time."),
          optional("requests", new Group(REQUESTS), "see below", "Unusual request forms."),
          optional("runtime", new Group(RUNTIME), "see below", "Settings of the process."),
          optional(
              "diagnostics",
              new Group(DIAGNOSTICS),
              "see below",
              "Who is told why a request failed."),
          optional("admin", new Group(ADMIN), "see below", "For operators and load balancers."),
          optional(
              "accessLog", new Group(ACCESS_LOG), "off", "A line for each exchange and tunnel."),
          optional("tracing", new Group(TRACING), "see below", "Request ids and traces.")));

  /** Every group of keys, in the order of the reference page. */
  public static final List<ObjectType> ALL = List.of(
      ROOT,
      LISTENER,
      LISTENER_TLS,
      IDENTITY,
      KEY_PAIR,
      CLIENT_AUTH,
      ROUTE,
      PATH,
      FORWARD,
      REDIRECT,
      UPSTREAM,
      UPSTREAM_TLS,
      LIMITS,
      TIMEOUTS,
      REQUESTS,
      RUNTIME,
      DIAGNOSTICS,
      ADMIN,
      ACCESS_LOG,
      TRACING,
      TRACING_HEADER);

  private ConfigSchema() {}
}
