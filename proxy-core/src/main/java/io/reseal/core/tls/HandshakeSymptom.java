package io.reseal.core.tls;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a failed handshake was about, as far as the texts of the two TLS libraries tell. BoringSSL's
 * are symbols of its error table, the JDK's are sentences; both are part of tests, because nothing
 * promises them.
 */
enum HandshakeSymptom {
  PLAINTEXT(
      "WRONG_VERSION_NUMBER",
      "HTTP_REQUEST",
      "HTTPS_PROXY_REQUEST",
      "Unsupported or unrecognized SSL message"),
  PROTOCOL(
      "UNSUPPORTED_PROTOCOL",
      "UNKNOWN_PROTOCOL",
      "NO_SUPPORTED_VERSIONS",
      "No appropriate protocol",
      "not accepted by",
      "not enabled or supported"),
  CIPHER(
      "NO_SHARED_CIPHER",
      "no cipher suites in common",
      "NO_COMMON_SIGNATURE_ALGORITHMS",
      "NO_SHARED_GROUP",
      "UNSUPPORTED_ELLIPTIC_CURVE",
      "WRONG_CIPHER_RETURNED",
      "UNKNOWN_CIPHER_RETURNED",
      "Unable to find key material"),
  ALPN(
      "NO_APPLICATION_PROTOCOL",
      "INVALID_ALPN_PROTOCOL",
      "application protocol",
      "application layer protocol"),
  USAGE("KEY_USAGE_BIT_INCORRECT"),
  NO_CERTIFICATE("PEER_DID_NOT_RETURN_A_CERTIFICATE", "Empty client certificate chain"),
  TOO_LARGE("EXCESSIVE_MESSAGE_SIZE", "size of the handshake message", "certificate chain length"),
  UNREADABLE("CANNOT_PARSE_LEAF_CERT", "ASN1", "ASN.1", "parse certificate");

  private final List<String> texts;

  HandshakeSymptom(String... texts) {
    this.texts = List.of(texts);
  }

  /** The symptom that an exception's message shows, or null. */
  static @Nullable HandshakeSymptom of(String message) {
    for (HandshakeSymptom symptom : values()) {
      for (String text : symptom.texts) {
        if (message.contains(text)) {
          return symptom;
        }
      }
    }
    return null;
  }
}
