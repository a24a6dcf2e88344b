package io.reseal.core.tls;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.reseal.config.ClientAuth;
import io.reseal.config.KeyPairMaterial;
import io.reseal.core.failure.TlsVerdict;
import io.reseal.core.failure.TlsVerdict.Fact;
import io.reseal.core.failure.TlsVerdict.Reason;
import io.reseal.core.tls.ClientIdentityKeyManager.Asked;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The reading of a failed handshake: from whatever exception the TLS library and Netty give to the
 * exact {@link TlsVerdict}.
 *
 * <p>Certificates are judged by {@link UpstreamVerifier} and {@link ClientVerifier}, whose verdict
 * is found among the causes. What is left are alerts, which both libraries tell only in text, and
 * the ways in which a connection ends early.
 */
public final class HandshakeVerdicts {
  /** BoringSSL numbers the reason of a received alert 1000 + alert, in the error's low 12 bits. */
  private static final Pattern NATIVE_ERROR = Pattern.compile("error:([0-9a-fA-F]{8}):");

  private static final Pattern JDK_ALERT = Pattern.compile("Received fatal alert: ([a-z_]+)");

  private static final Pattern NETTY_BYTES =
      Pattern.compile("not an SSL/TLS record: ([0-9a-f]{2,})");

  /** Of hexadecimal digits, enough for a status line. */
  private static final int MOST_HEX = 96;

  /** What clients send that do not accept the certificate shown to them. */
  private static final Set<Integer> REFUSALS = Set.of(
      TlsAlert.BAD_CERTIFICATE,
      TlsAlert.UNSUPPORTED_CERTIFICATE,
      TlsAlert.CERTIFICATE_REVOKED,
      TlsAlert.CERTIFICATE_EXPIRED,
      TlsAlert.CERTIFICATE_UNKNOWN,
      TlsAlert.UNKNOWN_CA);

  private static final int REASON_MASK = 0xFFF;
  private static final int ALERT_BASE = 1000;
  private static final int MAX_CAUSES = 16;

  private final List<Throwable> causes;
  private final boolean withUpstream;
  private final @Nullable Asked certificateAsked;
  private final ClientAuth clientAuth;
  private final String peer;

  private HandshakeVerdicts(Throwable cause, @Nullable Asked certificateAsked) {
    this.causes = chainOf(cause);
    this.withUpstream = true;
    this.certificateAsked = certificateAsked;
    this.clientAuth = ClientAuth.NOT_ASKED;
    this.peer = "the upstream";
  }

  private HandshakeVerdicts(Throwable cause, ClientAuth clientAuth) {
    this.causes = chainOf(cause);
    this.withUpstream = false;
    this.certificateAsked = null;
    this.clientAuth = clientAuth;
    this.peer = "the client";
  }

  /**
   * The verdict on a failed handshake with an upstream, or on an error that shows before its first
   * byte of HTTP: over TLS 1.3 an upstream says only after our side has finished that it wants a
   * client certificate.
   *
   * @param cause the handshake future's cause, or what {@code exceptionCaught} got
   * @param handler the connection's handler, which remembers what the upstream asked for
   */
  public static TlsVerdict upstream(Throwable cause, SslHandler handler) {
    return new HandshakeVerdicts(cause, ClientIdentityKeyManager.asked(handler.engine())).read();
  }

  /** Whether the upstream asked for a client certificate; asked on the handler's event loop. */
  public static boolean clientCertificateAsked(SslHandler handler) {
    return ClientIdentityKeyManager.asked(handler.engine()) != null;
  }

  /**
   * Whom the certificate names that the upstream was shown; empty where it was shown none, as in a
   * session that is resumed. Asked on the handler's event loop.
   */
  public static String clientIdentity(SslHandler handler) {
    Asked asked = ClientIdentityKeyManager.asked(handler.engine());
    KeyPairMaterial identity = asked != null && asked.shown() ? asked.identity() : null;
    return identity == null ? "" : identity.leaf().getSubjectX500Principal().getName();
  }

  /**
   * What an upstream may hold against requests after a handshake that succeeded: it asked for a client
   * certificate and got none. Null for nothing. Asked on the handler's event loop.
   */
  public static @Nullable TlsVerdict suspicion(SslHandler handler) {
    Asked asked = ClientIdentityKeyManager.asked(handler.engine());
    return asked == null || asked.shown() ? null : ClientCertificateVerdicts.unanswered(asked);
  }

  /** The same where the handler is gone; over TLS 1.2 less exact about client certificates. */
  public static TlsVerdict upstream(Throwable cause) {
    return new HandshakeVerdicts(cause, (Asked) null).read();
  }

  /**
   * The verdict on a failed handshake with a client.
   *
   * @param cause the handshake future's cause
   * @param clientAuth what the client had to prove
   * @param alert the number of an alert that came in cleartext, or -1
   */
  public static TlsVerdict downstream(Throwable cause, ClientAuth clientAuth, int alert) {
    HandshakeVerdicts verdicts = new HandshakeVerdicts(cause, clientAuth);
    TlsVerdict verdict = verdicts.read();
    return verdict.reason() == Reason.HANDSHAKE_FAILED && alert >= 0
        ? verdicts.onAlert(alert)
        : verdict;
  }

  /** The same for a client that had to prove nothing. */
  public static TlsVerdict downstream(Throwable cause) {
    return downstream(cause, ClientAuth.NOT_ASKED, /* alert= */ -1);
  }

  private static List<Throwable> chainOf(Throwable cause) {
    List<Throwable> chain = new ArrayList<>(4);
    Throwable next = cause;
    while (next != null && chain.size() < MAX_CAUSES && !chain.contains(next)) {
      chain.add(next);
      next = next.getCause();
    }
    return chain;
  }

  private TlsVerdict read() {
    for (Throwable cause : causes) {
      if (cause instanceof VerdictException refusal) {
        return refusal.verdict();
      }
    }
    TlsVerdict verdict = readType();
    for (int i = 0; verdict == null && i < causes.size(); i++) {
      verdict = readText(String.valueOf(causes.get(i).getMessage()));
    }
    return verdict != null ? verdict : readEnd();
  }

  private @Nullable TlsVerdict readType() {
    for (Throwable cause : causes) {
      if (cause instanceof NotSslRecordException) {
        return plaintext(firstBytes(String.valueOf(cause.getMessage())));
      }
      if (cause instanceof SslHandshakeTimeoutException) {
        return verdict(
            Reason.HANDSHAKE_TIMED_OUT,
            peer + " did not finish the TLS handshake in time",
            withUpstream
                ? "Check that the port speaks TLS and that the upstream is not overloaded; or raise"
                    + " timeouts.upstreamHandshake."
                : "Check the network path to the client; or raise timeouts.handshake.");
      }
    }
    return null;
  }

  private @Nullable TlsVerdict readText(String text) {
    int alert = receivedAlert(text);
    if (alert >= 0) {
      return onAlert(alert);
    }
    HandshakeSymptom symptom = HandshakeSymptom.of(text);
    if (symptom == null) {
      return null;
    }
    return switch (symptom) {
      case PLAINTEXT -> plaintext("no TLS record");
      case PROTOCOL -> protocolMismatch();
      case CIPHER -> cipherMismatch();
      case ALPN -> alpnMismatch();
      case USAGE ->
        verdict(
            Reason.WRONG_USAGE,
            "the key usage of " + peer + "'s certificate does not allow the handshake's signature"
                + " (digitalSignature is missing)",
            "Issue the certificate with keyUsage=critical,digitalSignature.");
      case NO_CERTIFICATE -> noCertificate();
      case TOO_LARGE ->
        verdict(
            Reason.CERTIFICATE_REJECTED,
            peer + " sent a handshake message beyond the limit, most likely its certificate chain",
            "Let it send its own certificate and its intermediates only.");
      case UNREADABLE ->
        verdict(
            Reason.MALFORMED_CERTIFICATE,
            peer + " sent a certificate that cannot be read: " + CertificateText.cut(text),
            "Look at what it sends: openssl s_client -connect HOST:PORT -showcerts");
    };
  }

  private static int receivedAlert(String text) {
    Matcher nativeError = NATIVE_ERROR.matcher(text);
    if (nativeError.find()) {
      int reason = Integer.parseUnsignedInt(nativeError.group(1), 16) & REASON_MASK;
      return reason >= ALERT_BASE && reason < ALERT_BASE + 256 ? reason - ALERT_BASE : -1;
    }
    Matcher jdkAlert = JDK_ALERT.matcher(text);
    return jdkAlert.find() ? TlsAlert.number(jdkAlert.group(1)) : -1;
  }

  private TlsVerdict onAlert(int alert) {
    List<Fact> facts = List.of(
        new Fact("alert", TlsAlert.name(alert) + " (" + alert + ")"),
        new Fact("alert direction", "received from " + peer));
    TlsVerdict aboutCertificate =
        certificateAsked == null ? null : ClientCertificateVerdicts.of(certificateAsked, alert);
    if (aboutCertificate != null) {
      return aboutCertificate;
    }
    String said = peer + " ended the handshake with the alert " + TlsAlert.name(alert);
    Reason reason = reasonOfAlert(alert);
    return new TlsVerdict(reason, said, adviceForAlert(reason, alert), facts);
  }

  private Reason reasonOfAlert(int alert) {
    if (!withUpstream && REFUSALS.contains(alert)) {
      return Reason.SERVER_CERTIFICATE_REFUSED;
    }
    return switch (alert) {
      case TlsAlert.PROTOCOL_VERSION, 86 -> Reason.PROTOCOL_MISMATCH;
      case TlsAlert.HANDSHAKE_FAILURE, 71 -> Reason.CIPHER_MISMATCH;
      case TlsAlert.UNRECOGNIZED_NAME -> Reason.SERVER_NAME_REJECTED;
      case TlsAlert.NO_APPLICATION_PROTOCOL -> Reason.ALPN_MISMATCH;
      case TlsAlert.CERTIFICATE_REQUIRED, 41 -> Reason.CLIENT_CERTIFICATE_REQUIRED;
      default -> Reason.ALERT_RECEIVED;
    };
  }

  private String adviceForAlert(Reason reason, int alert) {
    if (!withUpstream) {
      return switch (alert) {
        case TlsAlert.UNKNOWN_CA, TlsAlert.BAD_CERTIFICATE, TlsAlert.CERTIFICATE_UNKNOWN ->
          "The client does not trust the certificate shown: give it the CA, let the identity send"
              + " its full chain, and look at its names and dates: reseal doctor -c FILE";
        case TlsAlert.CERTIFICATE_EXPIRED ->
          "Renew the identity's certificate; if it is in force, the client's clock is wrong.";
        case TlsAlert.CERTIFICATE_REVOKED -> "Get the identity a new certificate.";
        default -> "Look for the reason in the client's own log.";
      };
    }
    return switch (reason) {
      case PROTOCOL_MISMATCH -> protocolMismatch().advice();
      case CIPHER_MISMATCH ->
        "The upstream has no cipher suite, group or certificate in common with what is offered, or"
            + " speaks TLS 1.1 at most, or wants a client certificate; see its log. What is"
            + " offered: TLS 1.3, and TLS 1.2 with ECDHE and AES-GCM or ChaCha20.";
      case SERVER_NAME_REJECTED ->
        "The upstream does not know the server name sent: set the upstream's tls.serverName to one"
            + " that it serves.";
      case ALPN_MISMATCH -> alpnMismatch().advice();
      case CLIENT_CERTIFICATE_REQUIRED ->
        "The upstream wants a client certificate: configure a client identity for it, or let the"
            + " upstream not require one.";
      default -> "Look for the reason in the upstream's log.";
    };
  }

  private TlsVerdict noCertificate() {
    if (clientAuth instanceof ClientAuth.Asked asked) {
      return new ClientVerifier(asked, InstantSource.system()).noCertificate();
    }
    return verdict(
        Reason.NO_CERTIFICATE,
        peer + " presented no certificate",
        "Let " + peer + " send its certificate.");
  }

  /** What Netty tells of the bytes that are no TLS record, for a sentence. */
  private static String firstBytes(String message) {
    Matcher bytes = NETTY_BYTES.matcher(message);
    if (!bytes.find()) {
      return "no TLS record";
    }
    String hex = bytes.group(1);
    int even = Math.min(hex.length(), MOST_HEX) & ~1;
    return HelloVerdicts.shown(HexFormat.of().parseHex(hex.substring(0, even)));
  }

  private TlsVerdict plaintext(String firstBytes) {
    return verdict(
        Reason.PLAINTEXT_ON_TLS_PORT,
        peer + " does not speak TLS: its first bytes are " + firstBytes,
        withUpstream
            ? "Point the endpoint at the upstream's TLS port, or use an offload route if cleartext"
                + " is intended. Check: openssl s_client -connect HOST:PORT"
            : "The client must use https:// on this port.");
  }

  private TlsVerdict protocolMismatch() {
    return verdict(
        Reason.PROTOCOL_MISMATCH,
        "no TLS version in common with " + peer,
        withUpstream
            ? "Let the upstream offer TLS 1.2 or 1.3, and compare with the upstream's tls.versions."
            : "Let the client offer TLS 1.2 or 1.3, and compare with the listener's tls.versions.");
  }

  private TlsVerdict cipherMismatch() {
    return verdict(
        Reason.CIPHER_MISMATCH,
        "no cipher suite, group or signature algorithm in common with " + peer,
        withUpstream
            ? "Let the upstream offer ECDHE with AES-GCM or ChaCha20, and X25519 or P-256."
            : "Give the identity a key of the kind that the client supports (RSA and ECDSA can"
                + " stand side by side).");
  }

  private TlsVerdict alpnMismatch() {
    return verdict(
        Reason.ALPN_MISMATCH,
        "no application protocol in common with " + peer,
        withUpstream
            ? "Let the upstream accept http/1.1 by ALPN."
            : "Let the client offer http/1.1, or h2 where the listener has it.");
  }

  private TlsVerdict readEnd() {
    for (Throwable cause : causes) {
      if (cause instanceof ClosedChannelException
          || cause instanceof IOException && !(cause instanceof SSLException)) {
        return closed();
      }
      String text = String.valueOf(cause.getMessage());
      if (text.contains("closed") || text.contains("terminated the handshake")) {
        return closed();
      }
    }
    return verdict(
        Reason.HANDSHAKE_FAILED,
        "the handshake with " + peer + " failed: "
            + CertificateText.cut(String.valueOf(causes.getLast().getMessage())),
        "Look at it with: openssl s_client -connect HOST:PORT -showcerts");
  }

  private TlsVerdict closed() {
    return verdict(
        Reason.CLOSED_IN_HANDSHAKE,
        peer + " closed the connection within the handshake",
        withUpstream
            ? "Look at the upstream's log: it may not know the server name, refuse this source, or"
                + " speak no TLS on this port."
            : "If every client does so, see whether clients trust the certificate shown.");
  }

  private static TlsVerdict verdict(Reason reason, String detail, String advice) {
    return new TlsVerdict(reason, detail, advice, List.of());
  }
}
