package io.reseal.core.failure;

import io.reseal.core.failure.TlsVerdict.Fact;
import java.util.List;

/**
 * Why a client's connection ended before it could ask for anything.
 *
 * @param token the exact reason, from a closed set: a metric label
 * @param detail the facts in one line, peer text not yet escaped
 * @param advice what mends it, or empty
 * @param facts the facts one by one, as of a certificate; peer text not yet escaped
 */
public record Refusal(String token, String detail, String advice, List<Fact> facts) {
  private static final int MOST_TEXT = 300;

  public Refusal {
    facts = List.copyOf(facts);
  }

  /** A refusal without facts of its own. */
  public Refusal(String token, String detail, String advice) {
    this(token, detail, advice, List.of());
  }

  /** The refusal that a verdict on the client's TLS leads to. */
  public static Refusal of(TlsVerdict verdict) {
    return of("", verdict);
  }

  /**
   * The same with the server name that the client asked for.
   *
   * @param serverName the SNI, empty for none
   */
  public static Refusal of(String serverName, TlsVerdict verdict) {
    return new Refusal(
        verdict.reason().token(),
        serverName.isEmpty() ? verdict.detail() : serverName + ": " + verdict.detail(),
        verdict.advice(),
        verdict.facts());
  }

  /** One line with detail, advice and facts, for the log; escaped. */
  public String logLine() {
    String line = PeerText.escape(detail, MOST_TEXT);
    String advised = advice.isEmpty() ? line : line + ". " + PeerText.escape(advice, MOST_TEXT);
    return advised + FailurePolicy.facts(facts);
  }
}
