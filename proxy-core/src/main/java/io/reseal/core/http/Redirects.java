package io.reseal.core.http;

import io.reseal.config.RedirectTarget;

/** The URLs that redirects lead to. */
public final class Redirects {
  private static final int HTTPS_PORT = 443;
  private static final int HTTP_PORT = 80;

  private Redirects() {}

  /** The Location for a request: path and query as they are, the rest as the target says. */
  public static String location(RequestHead request, RedirectTarget target) {
    String host = target.host().isEmpty() ? request.host() : target.host();
    String literal = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    int port = target.port();
    int usual = target.scheme().equals("https") ? HTTPS_PORT : HTTP_PORT;
    String authority = port == 0 || port == usual ? literal : literal + ":" + port;
    String path = request.path().equals("*") ? "/" : request.path();
    return target.scheme() + "://" + authority + path + request.query();
  }
}
