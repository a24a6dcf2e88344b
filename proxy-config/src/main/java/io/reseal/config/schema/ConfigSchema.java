package io.reseal.config.schema;

import io.reseal.config.AccessLogSettings;
import io.reseal.config.AdminSettings;
import io.reseal.config.Limits;
import io.reseal.config.Listener;
import io.reseal.config.Timeouts;
import io.reseal.config.TracingSettings;
import io.reseal.config.schema.FieldType.Choice;
import io.reseal.config.schema.FieldType.Group;
import io.reseal.config.schema.FieldType.ListOf;
import io.reseal.config.schema.FieldType.Named;
import io.reseal.config.schema.FieldType.Short;
import io.reseal.config.schema.FieldType.Size;
import io.reseal.config.schema.FieldType.Time;
import io.reseal.config.schema.FieldType.Whole;
import java.time.Duration;
import java.util.List;

/** Every key of the configuration file. */
public final class ConfigSchema {
  private static final FieldType TEXTS = new ListOf(FieldType.TEXT, 1);
  private static final FieldType TEXTS_OR_NONE = new ListOf(FieldType.TEXT, 0);
  private static final FieldType VERSIONS =
      new ListOf(new Choice(List.of("TLSv1.2", "TLSv1.3")), 1);
  private static final FieldType GROUPS =
      new ListOf(new Choice(List.of("X25519MLKEM768", "X25519", "P-256", "P-384", "P-521")), 1);
  private static final long MIB = 1L << 20;
  private static final long HOUR = 3_600_000L;

  public static final ObjectType LISTENER_TLS = new ObjectType(
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

  public static final ObjectType LISTENER = new ObjectType(
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

  public static final ObjectType KEY_PAIR = new ObjectType(
      "key pair",
      "A certificate chain and its private key.",
      List.of(
          required(
              "certificate",
              FieldType.TEXT,
              "The chain as PEM, leaf first: a file path, or the PEM itself."),
          optional(
              "key",
              FieldType.TEXT,
              "in the certificate file",
              "The private key as PEM (PKCS#8, PKCS#1 or SEC1, encrypted or not): a file path,"
                  + " or the PEM itself."),
          optional("keyPassword", FieldType.TEXT, "none", "The password of an encrypted key."),
          optional(
              "keyPasswordFile",
              FieldType.TEXT,
              "none",
              "A file whose first line is the password.")),
      List.of(KeyRule.atMostOne("keyPassword", "keyPasswordFile")));

  private static final String CRL_RULES =
      " Where there are any, revocation is checked: every certificate of the chain below the"
          + " trusted CA needs a CRL of its issuer that is in force, and is refused without one.";

  public static final ObjectType CLIENT_AUTH = new ObjectType(
      "client auth",
      "Certificates of clients (mutual TLS). It holds for all server names of the identity, and a"
          + " connection made for another identity cannot reach their hosts (421).",
      List.of(
          optional(
              "mode",
              new Choice(List.of("required", "optional")),
              "required",
              "What becomes of a client without a certificate: it is refused, or served. A"
                  + " certificate that is not good is refused in both."),
          required(
              "ca",
              FieldType.TEXT,
              "The CAs that may have signed a client's certificate, as PEM: a file path, or the"
                  + " PEM itself. Their names are told to clients."),
          optional(
              "crl",
              TEXTS,
              "none: revocation is not checked",
              "Certificate revocation lists as PEM, each a file path or the PEM itself."
                  + CRL_RULES),
          optional(
              "forward",
              new ListOf(
                  new Choice(List.of("x-ssl-client", "client-cert", "client-cert-chain")), 0),
              "[]",
              "What upstreams are told of a verified certificate. `x-ssl-client`:"
                  + " `X-SSL-Client-Verify` (`SUCCESS` or `NONE`), and where there is a"
                  + " certificate `X-SSL-Client-DN`, `X-SSL-Client-Issuer-DN`,"
                  + " `X-SSL-Client-Serial` and `X-SSL-Client-Fingerprint` (SHA-256)."
                  + " `client-cert` and `client-cert-chain`: the fields of RFC 9440. What clients"
                  + " send in any of these is always dropped.")));

  public static final ObjectType IDENTITY = new ObjectType(
      "identity",
      "What Reseal shows to clients for a set of server names.",
      List.of(
          optional(
              "certificate", FieldType.TEXT, "", KEY_PAIR.field("certificate").about()),
          optional(
              "key",
              FieldType.TEXT,
              "in the certificate file",
              KEY_PAIR.field("key").about()),
          optional(
              "keyPassword",
              FieldType.TEXT,
              "none",
              KEY_PAIR.field("keyPassword").about()),
          optional(
              "keyPasswordFile",
              FieldType.TEXT,
              "none",
              KEY_PAIR.field("keyPasswordFile").about()),
          optional(
              "keyPairs",
              new ListOf(new Group(KEY_PAIR), 1),
              "",
              "Instead of the keys above: two key pairs for the same names, one RSA and one"
                  + " ECDSA. Clients that can get ECDSA."),
          optional(
              "serverNames",
              TEXTS,
              "the certificate's DNS names, else its common name",
              "The server names this identity is for, exact or `*.` and a name; the asterisk"
                  + " stands for one label."),
          optional(
              "clientAuth",
              new Group(CLIENT_AUTH),
              "clients are not asked",
              "Certificates that clients must show.")),
      List.of(
          KeyRule.exactlyOne("certificate", "keyPairs"),
          KeyRule.atMostOne("key", "keyPairs"),
          KeyRule.atMostOne("keyPassword", "keyPasswordFile", "keyPairs")));

  public static final ObjectType PATH = new ObjectType(
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

  public static final ObjectType FORWARD = new ObjectType(
      "forward",
      "Where requests go.",
      List.of(required("upstream", FieldType.TEXT, "The name of an upstream.")));

  public static final ObjectType REDIRECT = new ObjectType(
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

  public static final ObjectType ROUTE = new ObjectType(
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

  public static final ObjectType UPSTREAM_TLS = new ObjectType(
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
              new Group(KEY_PAIR),
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

  public static final ObjectType UPSTREAM = new ObjectType(
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

  public static final ObjectType LIMITS = new ObjectType(
      "limits",
      "Bounds on size and count. None can be switched off.",
      List.of(
          size(
              "clientHelloBytes",
              Limits.DEFAULT.clientHelloBytes(),
              512,
              64 << 10,
              "The largest ClientHello; beyond it the connection is refused."),
          size(
              "requestTargetBytes",
              Limits.DEFAULT.requestTargetBytes(),
              256,
              MIB,
              "The longest request target; beyond it 414."),
          size(
              "requestHeadBytes",
              Limits.DEFAULT.requestHeadBytes(),
              1 << 10,
              MIB,
              "The largest request head, decoded; beyond it 431."),
          whole(
              "requestFields",
              Limits.DEFAULT.requestFields(),
              10,
              10_000,
              "The most fields of a request, cookie crumbs counted one by one; beyond it 431."),
          size(
              "requestBodyBytes",
              Limits.DEFAULT.requestBodyBytes(),
              1,
              1L << 50,
              "The largest request body; beyond it 413."),
          size(
              "responseHeadBytes",
              Limits.DEFAULT.responseHeadBytes(),
              1 << 10,
              MIB,
              "The largest response head; beyond it 502."),
          whole(
              "responseFields",
              Limits.DEFAULT.responseFields(),
              10,
              10_000,
              "The most fields of a response; beyond it 502."),
          whole(
              "http2Streams",
              Limits.DEFAULT.http2Streams(),
              1,
              10_000,
              "Concurrent requests on one HTTP/2 connection; beyond it they are refused."),
          whole(
              "upstreamConnections",
              Limits.DEFAULT.upstreamConnections(),
              1,
              1_000_000,
              "Connections to one endpoint over the whole process; beyond it 503."),
          whole(
              "upstreamIdleConnections",
              Limits.DEFAULT.upstreamIdleConnections(),
              1,
              1_000_000,
              "Unused connections to one endpoint that are kept."),
          whole(
              "upstreamConnecting",
              Limits.DEFAULT.upstreamConnecting(),
              1,
              1_000_000,
              "Connections to one endpoint that one event loop makes at the same time. Requests"
                  + " beyond it wait for one that comes back, or for their turn to make one, for"
                  + " timeouts.connect at most; beyond it 503."),
          whole(
              "upstreamAttempts",
              Limits.DEFAULT.upstreamAttempts(),
              1,
              100,
              "How many endpoints one request may try.")));

  public static final ObjectType TIMEOUTS = new ObjectType(
      "timeouts",
      "Bounds on time. None can be switched off.",
      List.of(
          time(
              "handshake",
              Timeouts.DEFAULT.handshake(),
              "From accept to the end of the client's TLS handshake; then the connection is"
                  + " closed."),
          time(
              "requestHead",
              Timeouts.DEFAULT.requestHead(),
              "From the first byte of a request's head to its last; beyond it 408."),
          time(
              "keepAlive",
              Timeouts.DEFAULT.keepAlive(),
              "How long a client's connection stays open between requests."),
          time(
              "bodyIdle",
              Timeouts.DEFAULT.bodyIdle(),
              "The longest pause within a body, in either direction; beyond it 408, 504 or a"
                  + " broken response."),
          time(
              "connect",
              Timeouts.DEFAULT.connect(),
              "For the TCP connection to one address; beyond it the next, or 504."),
          time(
              "upstreamHandshake",
              Timeouts.DEFAULT.upstreamHandshake(),
              "For the TLS handshake with an upstream; beyond it the next, or 504."),
          time(
              "responseHead",
              Timeouts.DEFAULT.responseHead(),
              "From the end of the request to the upstream's response head; beyond it 504."),
          time(
              "tunnelIdle",
              Timeouts.DEFAULT.tunnelIdle(),
              "The longest silence of a passed-through or upgraded connection."),
          time(
              "upstreamIdle",
              Timeouts.DEFAULT.upstreamIdle(),
              "How long an unused connection to an upstream is kept. Keep it below the"
                  + " upstream's own keep-alive time."),
          time(
              "upstreamAge",
              Timeouts.DEFAULT.upstreamAge(),
              "How long a connection to an upstream is reused."),
          time(
              "resolve",
              Timeouts.DEFAULT.resolve(),
              "For looking up an endpoint's name; beyond it 504, or the last known addresses"
                  + " for up to five minutes.")));

  public static final ObjectType REQUESTS = new ObjectType(
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

  public static final ObjectType RUNTIME = new ObjectType(
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

  public static final ObjectType DIAGNOSTICS = new ObjectType(
      "diagnostics",
      "Who is told why a request failed.",
      List.of(optional(
          "trustedNetworks",
          TEXTS_OR_NONE,
          "[127.0.0.0/8, ::1/128]",
          "Networks (CIDR) of clients that get the facts of a failure. Others get its type"
              + " and an id that is in the log.")));

  public static final ObjectType ADMIN = new ObjectType(
      "admin",
      "The ports for operators and load balancers, both plain HTTP.",
      List.of(
          optional(
              "address",
              FieldType.TEXT,
              AdminSettings.DEFAULT.address().toString(),
              "The admin port: `/healthz/live`, `/healthz/ready`, `/metrics` for Prometheus,"
                  + " `/config`, `/certificates`, `/upstreams` and `/diagnostics`; `off` closes"
                  + " it, and nothing is measured then. Port 0 takes a free port. Security:"
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

  public static final ObjectType ACCESS_LOG = new ObjectType(
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
              "How many lines may wait for a slow output.")));

  public static final ObjectType TRACING = new ObjectType(
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
              "Where spans go, one for each exchange, as OTLP over HTTP with protobuf: the whole"
                  + " URL, as `http://127.0.0.1:4318/v1/traces`. Traffic never waits for it."),
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
              "How many spans may wait for the collector.")));

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
      TRACING);

  private ConfigSchema() {}

  private static Field required(String key, FieldType type, String about) {
    return new Field(key, type, "", true, about);
  }

  private static Field optional(String key, FieldType type, String defaultText, String about) {
    return new Field(key, type, defaultText, false, about);
  }

  private static Field size(String key, long standard, long least, long most, String about) {
    return optional(key, new Size(least, most), TypeText.size(standard), about);
  }

  private static Field whole(String key, long standard, long least, long most, String about) {
    return optional(key, new Whole(least, most), text(standard), about);
  }

  private static Field time(String key, Duration standard, String about) {
    return optional(key, new Time(1, 24 * HOUR * 365), TypeText.time(standard), about);
  }

  private static String text(long number) {
    return Long.toString(number);
  }
}
