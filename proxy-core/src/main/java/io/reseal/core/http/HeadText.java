package io.reseal.core.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.reseal.core.failure.PeerText;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Heads as one line of log: escaped, cut, and without secrets. The values of a query, and of every
 * field whose name sounds like a secret, are replaced by their length.
 */
public final class HeadText {
  private static final int MOST_VALUE = 256;
  private static final int MOST_LINE = 8_192;

  /** Parts of names, in lower case, whose values nobody should read in a log. */
  private static final List<String> SECRETS = List.of(
      "auth",
      "cookie",
      "token",
      "secret",
      "password",
      "passwd",
      "api-key",
      "apikey",
      "session",
      "signature",
      "credential",
      "csrf",
      "xsrf",
      "jwt",
      "assertion",
      "client-cert",
      "private");

  private HeadText() {}

  /** A client's request as it came. */
  public static String of(RequestHead head) {
    StringBuilder line = new StringBuilder(512);
    line.append(PeerText.quote(head.method())).append(' ');
    target(line, head.target());
    line.append(' ').append(head.version().token());
    String authority = head.pseudoAuthority();
    if (authority != null) {
      line.append(" [:authority: ")
          .append(PeerText.escape(authority, MOST_VALUE))
          .append(']');
    }
    return fields(line, head.fields());
  }

  /** A request as an upstream gets it. */
  public static String of(HttpRequest head) {
    StringBuilder line = new StringBuilder(512);
    line.append(PeerText.quote(head.method().name())).append(' ');
    target(line, head.uri());
    return fields(line, head.headers());
  }

  /** A response as it came. */
  public static String of(HttpResponse head) {
    StringBuilder line = new StringBuilder(512);
    line.append(head.status().code());
    return fields(line, head.headers());
  }

  private static void target(StringBuilder line, String target) {
    int question = target.indexOf('?');
    line.append(PeerText.escape(question < 0 ? target : target.substring(0, question), MOST_VALUE));
    if (question >= 0) {
      line.append("?<").append(target.length() - question - 1).append(" characters>");
    }
  }

  private static String fields(StringBuilder line, HttpHeaders fields) {
    Iterator<Map.Entry<CharSequence, CharSequence>> all = fields.iteratorCharSequence();
    while (all.hasNext() && line.length() < MOST_LINE) {
      Map.Entry<CharSequence, CharSequence> field = all.next();
      String name = field.getKey().toString();
      CharSequence value = field.getValue();
      line.append(" [").append(PeerText.quote(name)).append(": ");
      if (isSecret(name)) {
        line.append('<').append(value.length()).append(" characters>");
      } else if (name.equalsIgnoreCase("referer") || name.equalsIgnoreCase("location")) {
        target(line, value.toString());
      } else {
        line.append(PeerText.escape(value.toString(), MOST_VALUE));
      }
      line.append(']');
    }
    return all.hasNext() ? line.append(" ...").toString() : line.toString();
  }

  private static boolean isSecret(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    for (String part : SECRETS) {
      if (lower.contains(part)) {
        return true;
      }
    }
    return false;
  }
}
