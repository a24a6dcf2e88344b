package io.reseal.core.failure;

import io.reseal.core.failure.TlsVerdict.Fact;
import java.util.List;

/**
 * The HTML page of an error: where it broke, what is wrong and what mends it. Complete in itself; it
 * needs no script and loads nothing.
 */
final class ErrorPage {
  /** Where on its way a request broke. */
  private enum Break {
    REQUEST,
    PROXY,
    UPSTREAM
  }

  private final FailurePolicy.Answer answer;
  private final String title;
  private final List<Fact> facts;
  private final boolean detailed;
  private final String errorId;

  /**
   * @param facts escaped as peer text, and to be shown
   */
  ErrorPage(
      FailurePolicy.Answer answer,
      String title,
      List<Fact> facts,
      boolean detailed,
      String errorId) {
    this.answer = answer;
    this.title = title;
    this.facts = facts;
    this.detailed = detailed;
    this.errorId = errorId;
  }

  String html() {
    StringBuilder page = new StringBuilder(8_192);
    page.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .append("<meta name=\"color-scheme\" content=\"light dark\">\n")
        .append("<meta name=\"robots\" content=\"noindex\">\n")
        .append("<title>")
        .append(answer.status())
        .append(' ')
        .append(title)
        .append("</title>\n")
        .append("<style>")
        .append(ErrorPageStyle.CSS)
        .append("</style>\n</head>\n<body>\n<main>\n");
    header(page);
    way(page);
    if (detailed) {
      details(page);
    }
    return page.append("<footer>\n<p>Error id <code>")
        .append(errorId)
        .append("</code></p>\n<p>")
        .append(
            detailed
                ? "The log of the proxy has the same line under this id."
                : "If it stays like this, give the id to whoever runs this site: the log says why.")
        .append("</p>\n</footer>\n</main>\n</body>\n</html>\n")
        .toString();
  }

  private void header(StringBuilder page) {
    page.append("<header>\n<p class=\"status\"><b>")
        .append(answer.status())
        .append("</b> ")
        .append(answer.error())
        .append("</p>\n<h1>")
        .append(title)
        .append("</h1>\n<p class=\"lede\">")
        .append(lede())
        .append("</p>\n</header>\n");
  }

  /** One sentence for somebody who only wanted to see the site. */
  private String lede() {
    return switch (answer.error()) {
      case "tls_certificate_error" ->
        "The server behind this proxy could not prove who it is, so nothing was sent to it.";
      case "tls_protocol_error", "tls_alert_received" ->
        "This proxy and the server behind it could not agree on a secure connection.";
      case "dns_error", "dns_timeout", "connection_refused", "destination_ip_unroutable" ->
        "The server behind this proxy cannot be reached.";
      case "connection_timeout", "http_response_timeout", "connection_write_timeout" ->
        "The server behind this proxy did not answer in time.";
      case "connection_limit_reached" ->
        "More is going on than is allowed at once. Try again in a moment.";
      case "destination_not_found" -> "This address leads nowhere on this server.";
      case "http_request_denied" ->
        "This connection was made for another site than the one that was asked for.";
      case "http_request_error" -> "What was sent breaks a rule, and was not passed on.";
      case "proxy_internal_error" -> "The mistake is the proxy's own.";
      default -> "The server behind this proxy gave no answer that can be passed on.";
    };
  }

  private Break whereItBroke() {
    return switch (answer.error()) {
      case "http_request_error", "http_request_denied" -> Break.REQUEST;
      case "destination_not_found", "connection_limit_reached", "proxy_internal_error" ->
        Break.PROXY;
      default -> Break.UPSTREAM;
    };
  }

  /** The way of the request as three stations; it is words too, for who does not see colours. */
  private void way(StringBuilder page) {
    Break at = whereItBroke();
    page.append("<ol class=\"way\" aria-label=\"The way of the request\">\n");
    station(page, "You", at == Break.REQUEST ? "bad" : "good", at == Break.REQUEST);
    String proxy = at == Break.UPSTREAM ? "good" : at == Break.PROXY ? "bad" : "none";
    station(page, "Reseal", proxy, at == Break.PROXY);
    station(page, "Upstream", at == Break.UPSTREAM ? "bad" : "none", at == Break.UPSTREAM);
    page.append("</ol>\n");
  }

  private static void station(StringBuilder page, String name, String how, boolean broke) {
    String said = broke ? "it broke here" : how.equals("good") ? "fine" : "not reached";
    page.append("<li class=\"").append(how).append("\"><span>").append(name);
    page.append("</span> <small>").append(said).append("</small></li>\n");
  }

  private void details(StringBuilder page) {
    page.append("<section class=\"wrong\">\n<h2>What is wrong</h2>\n<p class=\"verdict\"><code>")
        .append(htmlText(answer.token()))
        .append("</code></p>\n<p>")
        .append(htmlText(answer.detail()))
        .append("</p>\n</section>\n");
    if (!answer.advice().isEmpty()) {
      page.append("<section class=\"mends\">\n<h2>What mends it</h2>\n<p>")
          .append(htmlText(answer.advice()))
          .append("</p>\n</section>\n");
    }
    if (!facts.isEmpty()) {
      page.append("<section>\n<h2>The facts</h2>\n<dl>\n");
      for (Fact fact : facts) {
        page.append("<div><dt>").append(htmlText(fact.name())).append("</dt><dd>");
        page.append(htmlText(fact.value())).append("</dd></div>\n");
      }
      page.append("</dl>\n</section>\n");
    }
  }

  private static String htmlText(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
