package io.reseal.config;

/**
 * Settings of the process that cannot change while it runs.
 *
 * @param transport how sockets are driven. Default auto: epoll on Linux, else NIO
 * @param tlsProvider which TLS library. Default BoringSSL; the JDK's must be asked for
 * @param eventLoops the number of event loops, 0 for one per available processor
 */
public record RuntimeSettings(Transport transport, TlsProvider tlsProvider, int eventLoops) {
  public static final RuntimeSettings DEFAULT =
      new RuntimeSettings(Transport.AUTO, TlsProvider.BORINGSSL, 0);

  /** How sockets are driven. */
  public enum Transport {
    AUTO,
    EPOLL,
    IO_URING,
    NIO
  }

  /** The TLS library. */
  public enum TlsProvider {
    /** BoringSSL through netty-tcnative; the start fails where its native library is missing. */
    BORINGSSL,
    /** The Java runtime's own, three to four times the CPU per handshake. */
    JDK
  }
}
