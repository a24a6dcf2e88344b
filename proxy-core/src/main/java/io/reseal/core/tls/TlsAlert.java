package io.reseal.core.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** The numbers of the TLS alert protocol (RFC 8446 section 6) and their names. */
public final class TlsAlert {
  public static final int CLOSE_NOTIFY = 0;
  public static final int UNEXPECTED_MESSAGE = 10;
  public static final int RECORD_OVERFLOW = 22;
  public static final int HANDSHAKE_FAILURE = 40;
  public static final int BAD_CERTIFICATE = 42;
  public static final int UNSUPPORTED_CERTIFICATE = 43;
  public static final int CERTIFICATE_REVOKED = 44;
  public static final int CERTIFICATE_EXPIRED = 45;
  public static final int CERTIFICATE_UNKNOWN = 46;
  public static final int ILLEGAL_PARAMETER = 47;
  public static final int UNKNOWN_CA = 48;
  public static final int ACCESS_DENIED = 49;
  public static final int DECODE_ERROR = 50;
  public static final int DECRYPT_ERROR = 51;
  public static final int PROTOCOL_VERSION = 70;
  public static final int INTERNAL_ERROR = 80;
  public static final int UNRECOGNIZED_NAME = 112;
  public static final int CERTIFICATE_REQUIRED = 116;
  public static final int NO_APPLICATION_PROTOCOL = 120;

  private static final int CONTENT_TYPE_ALERT = 21;
  private static final int TLS_1_2 = 0x0303;
  private static final int LEVEL_FATAL = 2;
  private static final int ALERT_RECORD_BYTES = 7;

  private TlsAlert() {}

  /**
   * The unencrypted record that carries one fatal alert, for an answer before any key exists. The
   * caller releases it, or writes it.
   */
  public static ByteBuf fatalRecord(ByteBufAllocator alloc, int alert) {
    return alloc
        .buffer(ALERT_RECORD_BYTES)
        .writeByte(CONTENT_TYPE_ALERT)
        .writeShort(TLS_1_2)
        .writeShort(2)
        .writeByte(LEVEL_FATAL)
        .writeByte(alert);
  }

  /** The name as the RFCs spell it, or {@code alert_N} for a number without one. */
  public static String name(int alert) {
    return switch (alert) {
      case CLOSE_NOTIFY -> "close_notify";
      case UNEXPECTED_MESSAGE -> "unexpected_message";
      case 20 -> "bad_record_mac";
      case 21 -> "decryption_failed";
      case RECORD_OVERFLOW -> "record_overflow";
      case 30 -> "decompression_failure";
      case HANDSHAKE_FAILURE -> "handshake_failure";
      case 41 -> "no_certificate";
      case BAD_CERTIFICATE -> "bad_certificate";
      case UNSUPPORTED_CERTIFICATE -> "unsupported_certificate";
      case CERTIFICATE_REVOKED -> "certificate_revoked";
      case CERTIFICATE_EXPIRED -> "certificate_expired";
      case CERTIFICATE_UNKNOWN -> "certificate_unknown";
      case ILLEGAL_PARAMETER -> "illegal_parameter";
      case UNKNOWN_CA -> "unknown_ca";
      case ACCESS_DENIED -> "access_denied";
      case DECODE_ERROR -> "decode_error";
      case DECRYPT_ERROR -> "decrypt_error";
      case PROTOCOL_VERSION -> "protocol_version";
      case 71 -> "insufficient_security";
      case INTERNAL_ERROR -> "internal_error";
      case 86 -> "inappropriate_fallback";
      case 90 -> "user_canceled";
      case 100 -> "no_renegotiation";
      case 109 -> "missing_extension";
      case 110 -> "unsupported_extension";
      case UNRECOGNIZED_NAME -> "unrecognized_name";
      case 113 -> "bad_certificate_status_response";
      case 115 -> "unknown_psk_identity";
      case CERTIFICATE_REQUIRED -> "certificate_required";
      case NO_APPLICATION_PROTOCOL -> "no_application_protocol";
      case 121 -> "ech_required";
      default -> "alert_" + alert;
    };
  }

  /** The number of an alert's RFC name in lower case, or -1. */
  static int number(String name) {
    for (int alert = 0; alert < 256; alert++) {
      if (name.equals(name(alert))) {
        return alert;
      }
    }
    return -1;
  }
}
