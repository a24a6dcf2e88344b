package io.reseal.core.failure;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The body of an error response, for people and for machines. */
final class ErrorBody {

  /** The forms of a body. */
  enum Form {
    TEXT("text/plain; charset=utf-8"),
    HTML("text/html; charset=utf-8"),
    PROBLEM("application/problem+json");

    private final String contentType;

    Form(String contentType) {
      this.contentType = contentType;
    }

    String contentType() {
      return contentType;
    }

    /** The form that an Accept field asks for; text where it does not say. */
    static Form of(String accept) {
      String lower = accept.toLowerCase(Locale.ROOT);
      int html = lower.indexOf("text/html");
      int json = lower.indexOf("json");
      if (html >= 0 && (json < 0 || html < json)) {
        return HTML;
      }
      return json >= 0 ? PROBLEM : TEXT;
    }
  }

  private final FailurePolicy.Answer answer;
  private final boolean detailed;
  private final String errorId;

  ErrorBody(FailurePolicy.Answer answer, boolean detailed, String errorId) {
    this.answer = answer;
    this.detailed = detailed;
    this.errorId = errorId;
  }

  byte[] render(Form form) {
    String body = switch (form) {
      case TEXT -> text();
      case HTML -> html();
      case PROBLEM -> problem();
    };
    return body.getBytes(StandardCharsets.UTF_8);
  }

  private String title() {
    return switch (answer.status()) {
      case 400 -> "The request is malformed";
      case 404 -> "There is nothing here";
      case 405 -> "The method is not allowed";
      case 408 -> "The request took too long";
      case 413 -> "The request body is too large";
      case 414 -> "The request target is too long";
      case 417 -> "The expectation cannot be met";
      case 421 -> "The request was misdirected";
      case 431 -> "The request head is too large";
      case 500 -> "The proxy failed";
      case 501 -> "The request asks for what is not served";
      case 502 -> "The upstream cannot be used";
      case 503 -> "Too busy";
      case 504 -> "The upstream took too long";
      case 505 -> "The HTTP version is not served";
      default -> "The request failed";
    };
  }

  private String text() {
    StringBuilder text = new StringBuilder(256);
    text.append(answer.status()).append(' ').append(title()).append('\n');
    text.append("error: ").append(answer.error()).append('\n');
    if (detailed) {
      text.append("reason: ").append(answer.token()).append('\n');
      text.append("facts: ").append(answer.detail()).append('\n');
      if (!answer.advice().isEmpty()) {
        text.append("advice: ").append(answer.advice()).append('\n');
      }
    }
    return text.append("id: ").append(errorId).append('\n').toString();
  }

  private String problem() {
    StringBuilder json = new StringBuilder(256);
    json.append("{\"type\":\"about:blank\",\"title\":\"").append(title());
    json.append("\",\"status\":").append(answer.status());
    json.append(",\"error\":\"").append(answer.error()).append('"');
    if (detailed) {
      json.append(",\"reason\":\"").append(answer.token()).append('"');
      json.append(",\"detail\":\"").append(jsonText(answer.detail())).append('"');
      if (!answer.advice().isEmpty()) {
        json.append(",\"advice\":\"").append(jsonText(answer.advice())).append('"');
      }
    }
    return json.append(",\"id\":\"").append(errorId).append("\"}\n").toString();
  }

  /** The facts are printable ASCII; quotes and backslashes are what is left to escape. */
  private static String jsonText(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"");
  }

  private static String htmlText(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  private String html() {
    StringBuilder rows = new StringBuilder(256);
    row(rows, "error", answer.error());
    if (detailed) {
      row(rows, "reason", answer.token());
      row(rows, "facts", answer.detail());
      if (!answer.advice().isEmpty()) {
        row(rows, "advice", answer.advice());
      }
    }
    row(rows, "id", errorId);
    return """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%1$d %2$s</title>
        <style>
        :root{color-scheme:light dark}
        body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:44rem;padding:2rem 1rem}
        h1{font-size:1.4rem}h1 small{display:block;font-size:.9rem;opacity:.7}
        dt{font-size:.85rem;opacity:.7;margin-top:.8rem}
        dd{margin:0;overflow-wrap:anywhere;font-family:ui-monospace,monospace;font-size:.9rem}
        </style></head>
        <body><h1><small>%1$d</small>%2$s</h1><dl>%3$s</dl></body></html>
        """.formatted(answer.status(), title(), rows);
  }

  private static void row(StringBuilder rows, String name, String value) {
    rows.append("<dt>").append(name).append("</dt><dd>");
    rows.append(htmlText(value)).append("</dd>");
  }
}
