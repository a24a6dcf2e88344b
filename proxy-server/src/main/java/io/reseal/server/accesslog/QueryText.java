package io.reseal.server.accesslog;

import io.reseal.config.AccessLogSettings.Query;

/** What a line says of a query. */
final class QueryText {
  private QueryText() {}

  /**
   * The query as the configuration wants it shown.
   *
   * @param query with its question mark, or empty
   */
  static String of(String query, Query shown) {
    return switch (shown) {
      case OMIT -> "";
      case KEEP -> query;
      case NAMES -> names(query);
    };
  }

  /** What has no equals sign may be a secret itself. */
  private static String names(String query) {
    if (query.isEmpty()) {
      return "";
    }
    StringBuilder names = new StringBuilder(query.length()).append('?');
    for (String parameter : query.substring(1).split("&", -1)) {
      int equals = parameter.indexOf('=');
      if (names.length() > 1) {
        names.append('&');
      }
      names.append(equals < 0 ? "" : parameter.substring(0, equals + 1));
      names.append(parameter.isEmpty() ? "" : "*");
    }
    return names.toString();
  }
}
