package io.reseal.config;

/**
 * The parts of a request's URL that a redirect replaces; path and query are kept.
 *
 * @param scheme {@code https} or {@code http}. Default {@code https}
 * @param host the new host, or empty for the request's own
 * @param port the new port, 1 to 65535, or 0 for the scheme's default port
 * @param status 301, 302, 303, 307 or 308. Default 308, which keeps method and body
 */
public record RedirectTarget(String scheme, String host, int port, int status) {
  public static final RedirectTarget HTTPS = new RedirectTarget("https", "", 0, 308);
}
