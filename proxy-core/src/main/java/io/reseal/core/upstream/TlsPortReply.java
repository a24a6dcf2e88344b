package io.reseal.core.upstream;

import io.netty.buffer.ByteBuf;
import io.reseal.core.failure.TlsVerdict;
import io.reseal.core.tls.HelloVerdicts;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The recognition of what a server of TLS answers to cleartext HTTP: a response in cleartext, of
 * status 400, that says so in words. There is no standard for it.
 */
final class TlsPortReply {
  private static final int LOOKED_AT_BYTES = 1_024;

  /** What servers say, by the server. */
  private static final List<Phrase> PHRASES = List.of(
      new Phrase("The plain HTTP request was sent to HTTPS port", "nginx"),
      new Phrase("speaking plain HTTP to an SSL-enabled server port", "Apache httpd"),
      new Phrase("Client sent an HTTP request to an HTTPS server", "a server written in Go"),
      new Phrase("This combination of host and port requires TLS", "Apache Tomcat"),
      new Phrase("reason: plaintext_on_tls_port", "Reseal"));

  private record Phrase(String words, String server) {}

  private TlsPortReply() {}

  /** The verdict where the body of a 400 says that the port speaks TLS, or null. */
  static @Nullable TlsVerdict verdict(ByteBuf body) {
    int length = Math.min(LOOKED_AT_BYTES, body.readableBytes());
    String start = body.toString(body.readerIndex(), length, StandardCharsets.ISO_8859_1);
    for (Phrase phrase : PHRASES) {
      if (start.contains(phrase.words())) {
        return HelloVerdicts.tlsFromUpstream(
            "answers 400 \"" + phrase.words() + "\", as " + phrase.server() + " does");
      }
    }
    return null;
  }
}
