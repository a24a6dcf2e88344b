package io.reseal.core.failure;

import io.reseal.core.failure.TlsVerdict.Fact;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The body of an error response, for people and for machines. */
final class ErrorBody {
  private static final int MOST_FACT = 300;

  private final FailurePolicy.Answer answer;
  private final List<Fact> facts;
  private final boolean detailed;
  private final String errorId;

  /**
   * @param facts the facts one by one, peer text not yet escaped
   * @param detailed whether the client may know more than the error type
   */
  ErrorBody(FailurePolicy.Answer answer, List<Fact> facts, boolean detailed, String errorId) {
    this.answer = answer;
    this.facts = facts;
    this.detailed = detailed;
    this.errorId = errorId;
  }

  byte[] render(ErrorForm form) {
    String body = switch (form) {
      case TEXT -> text();
      case HTML ->
        new ErrorPage(answer, title(), detailed ? escapedFacts() : List.of(), detailed, errorId)
            .html();
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

  private List<Fact> escapedFacts() {
    return facts.stream()
        .map(fact -> new Fact(fact.name(), PeerText.escape(fact.value(), MOST_FACT)))
        .toList();
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
      if (!facts.isEmpty()) {
        json.append(",\"facts\":{");
        String separator = "";
        for (Fact fact : escapedFacts()) {
          json.append(separator).append('"').append(jsonText(fact.name())).append("\":\"");
          json.append(jsonText(fact.value())).append('"');
          separator = ",";
        }
        json.append('}');
      }
    }
    return json.append(",\"id\":\"").append(errorId).append("\"}\n").toString();
  }

  /** The facts are printable ASCII; quotes and backslashes are what is left to escape. */
  private static String jsonText(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"");
  }
}
