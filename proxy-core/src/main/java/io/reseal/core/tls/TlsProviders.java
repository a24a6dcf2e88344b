package io.reseal.core.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import io.reseal.config.RuntimeSettings.TlsProvider;

/** The TLS library that a setting names, checked to be there. */
final class TlsProviders {
  private TlsProviders() {}

  /** The provider whose contexts are freed by reference count, never by a finalizer. */
  static SslProvider sslProvider(TlsProvider provider) {
    return switch (provider) {
      case JDK -> SslProvider.JDK;
      case BORINGSSL -> {
        if (!OpenSsl.isAvailable()) {
          throw new TlsSetupException(
              "runtime.tlsProvider: the native library of boringssl cannot be loaded (found: "
                  + LoadFailure.reason(OpenSsl.unavailabilityCause())
                  + "; expected: Linux x86_64 with glibc, and the library as it was packed in a"
                  + " folder that may hold programs). Mend that, or set runtime.tlsProvider to jdk.",
              OpenSsl.unavailabilityCause());
        }
        yield SslProvider.OPENSSL_REFCNT;
      }
    };
  }
}
