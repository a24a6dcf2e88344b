package io.reseal.core.failure;

/**
 * Why a client's connection ended before it could ask for anything.
 *
 * @param token the exact reason, from a closed set: a metric label
 * @param detail the facts in one line, peer text not yet escaped
 * @param advice what mends it, or empty
 */
public record Refusal(String token, String detail, String advice) {
  /** The refusal that a verdict on the client's TLS leads to. */
  public static Refusal of(TlsVerdict verdict) {
    return new Refusal(verdict.reason().token(), verdict.detail(), verdict.advice());
  }

  /** One line with detail and advice, for the log; escaped. */
  public String logLine() {
    String line = PeerText.escape(detail, 300);
    return advice.isEmpty() ? line : line + ". " + PeerText.escape(advice, 300);
  }
}
