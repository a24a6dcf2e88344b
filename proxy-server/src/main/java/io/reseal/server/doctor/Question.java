package io.reseal.server.doctor;

import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A request to be explained, as a client would make it.
 *
 * @param scheme {@code https} or {@code http}
 * @param authority host and optional port as written
 * @param port the port asked for, also where it is the scheme's default
 * @param target path and query as written
 * @param serverName the SNI, empty for none; absent for the URL's host
 * @param listener the name of the listener asked, empty for the one that the URL leads to
 * @param from the client's address
 */
public record Question(
    String url,
    String scheme,
    String authority,
    int port,
    String target,
    Optional<String> serverName,
    String listener,
    InetAddress from) {
  private static final Pattern URL = Pattern.compile("(?i)(https?)://([^/?#]+)([^#]*)(?:#.*)?");
  private static final Pattern PORT = Pattern.compile(".*:([0-9]{1,5})");

  /**
   * Reads a URL; path and query stay as they are written.
   *
   * @throws IllegalArgumentException with what is wrong with it
   */
  public static Question of(
      String url, Optional<String> serverName, String listener, InetAddress from) {
    Matcher parts = URL.matcher(url);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "URL: \"" + url + "\" (expected: https://host/path or http://host/path)");
    }
    String scheme = parts.group(1).toLowerCase(java.util.Locale.ROOT);
    String authority = parts.group(2);
    if (authority.indexOf('@') >= 0) {
      throw new IllegalArgumentException("URL: a user name (expected: host and port only)");
    }
    Matcher port = PORT.matcher(authority);
    int number =
        port.matches() ? Integer.parseInt(port.group(1)) : scheme.equals("https") ? 443 : 80;
    String rest = parts.group(3);
    return new Question(
        url,
        scheme,
        authority,
        number,
        rest.startsWith("/") ? rest : "/" + rest,
        serverName,
        listener,
        from);
  }

  boolean isTls() {
    return scheme.equals("https");
  }
}
