package io.reseal.core.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.reseal.core.failure.PeerText;
import io.reseal.core.failure.TlsVerdict;
import io.reseal.core.failure.TlsVerdict.Fact;
import io.reseal.core.failure.TlsVerdict.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * The verdicts on what a peer sends first: on a client's ClientHello, and on bytes that are not what
 * the port speaks.
 */
public final class HelloVerdicts {
  private static final int SHOWN_BYTES = 24;
  private static final int CONTENT_TYPE_ALERT = 21;
  private static final int CONTENT_TYPE_HANDSHAKE = 22;
  private static final int ALERT_BYTES = 7;

  private HelloVerdicts() {}

  /** A client speaks HTTP where TLS is spoken. */
  public static TlsVerdict plainHttp(ByteBuf first) {
    return verdict(
        Reason.PLAINTEXT_ON_TLS_PORT,
        "the client speaks cleartext HTTP on a TLS listener; its first bytes are " + shown(first),
        "Let the client use https:// on this port, or send it to a cleartext listener.");
  }

  /** A client speaks neither TLS nor HTTP where TLS is spoken. */
  public static TlsVerdict noClientHello(String shown) {
    return verdict(
        Reason.NOT_A_CLIENT_HELLO,
        "the client's first bytes are no ClientHello: " + shown,
        "See what connects there; health checks of the port alone end like this too.");
  }

  /** A ClientHello breaks a rule. */
  public static TlsVerdict malformed(String what) {
    return verdict(
        Reason.MALFORMED_CLIENT_HELLO,
        "the ClientHello cannot be read: " + what,
        "See which client sends it; no common TLS library does.");
  }

  /** A ClientHello is larger than what is read of one. */
  public static TlsVerdict tooLarge(int mostBytes) {
    return verdict(
        Reason.CLIENT_HELLO_TOO_LARGE,
        "the ClientHello has more than " + mostBytes + " bytes (limits.clientHelloBytes)",
        "Raise limits.clientHelloBytes if a client that you know needs it.");
  }

  /** A ClientHello was not complete in time. */
  public static TlsVerdict timedOut(Duration timeout) {
    return verdict(
        Reason.HANDSHAKE_TIMED_OUT,
        "the client sent no complete ClientHello within " + timeout.toMillis() + " ms",
        "Check the network path to the client; or raise timeouts.handshake.");
  }

  /** Nobody here is what the client asks for. */
  public static TlsVerdict unknownServerName(String serverName) {
    return verdict(
        Reason.UNKNOWN_SERVER_NAME,
        serverName.isEmpty()
            ? "the client sends no server name, and the listener has no defaultIdentity"
            : "no identity of the listener covers the server name \"" + serverName
                + "\", and it has no defaultIdentity",
        "Add the name to an identity of the listener and to a route, or set its"
            + " tls.defaultIdentity.");
  }

  /** The client insists on protocols that are not served. */
  public static TlsVerdict noProtocol(List<String> offered) {
    return verdict(
        Reason.ALPN_MISMATCH,
        "no application protocol in common with the client, which offers "
            + String.join(", ", offered),
        "Let the client offer http/1.1, or h2 where the listener has it.");
  }

  /** What speaks TLS on a connection that is cleartext; the peer is named in the text. */
  public static TlsVerdict tlsFromUpstream(ByteBuf first) {
    return tlsFromUpstream(
        isAlert(first)
            ? "answers with the TLS alert "
                + TlsAlert.name(first.getUnsignedByte(first.readerIndex() + ALERT_BYTES - 1))
            : "answers with a TLS record");
  }

  /** The same, told by the text that a server of TLS answers cleartext with. */
  public static TlsVerdict tlsFromUpstream(String what) {
    return verdict(
        Reason.TLS_ON_CLEARTEXT_PORT,
        "the route sends cleartext, and the upstream " + what + ": that port speaks TLS",
        "Use reencrypt in place of offload for this route, and give the upstream its"
            + " tls.destinationCA; or point the endpoint at the upstream's cleartext port.");
  }

  private static boolean isAlert(ByteBuf first) {
    return first.readableBytes() >= ALERT_BYTES
        && first.getByte(first.readerIndex()) == CONTENT_TYPE_ALERT;
  }

  /**
   * Whether bytes begin like a TLS record of a handshake's start or of its refusal. No HTTP message
   * and no text begins like this.
   */
  public static boolean looksLikeTls(ByteBuf first) {
    if (!first.isReadable()) {
      return false;
    }
    int type = first.getByte(first.readerIndex());
    return type == CONTENT_TYPE_ALERT || type == CONTENT_TYPE_HANDSHAKE;
  }

  /** The first bytes for a sentence: as text where they are text, else as hexadecimal digits. */
  public static String shown(ByteBuf first) {
    int count = Math.min(SHOWN_BYTES, first.readableBytes());
    byte[] bytes = ByteBufUtil.getBytes(first, first.readerIndex(), count);
    return shown(bytes);
  }

  static String shown(byte[] bytes) {
    if (bytes.length == 0) {
      return "none";
    }
    for (byte each : bytes) {
      if (each != '\r' && each != '\n' && each != '\t' && (each < ' ' || each == 0x7F)) {
        return ByteBufUtil.hexDump(bytes);
      }
    }
    String line =
        new String(bytes, StandardCharsets.US_ASCII).lines().findFirst().orElse("");
    return '"' + PeerText.quote(line.strip()) + '"';
  }

  private static TlsVerdict verdict(Reason reason, String detail, String advice) {
    return new TlsVerdict(reason, detail, advice, List.<Fact>of());
  }
}
