package io.reseal.config.read;

import io.reseal.config.TlsVersions;
import java.util.List;

/** The reader of sets of TLS versions. */
final class TlsVersionsReader {
  private TlsVersionsReader() {}

  static TlsVersions versions(Section section) {
    List<String> names =
        section.texts("versions").stream().map(Section.Text::value).toList();
    // Nothing usable: the key is missing, or what is wrong with it is reported already.
    return names.isEmpty()
        ? TlsVersions.MODERN
        : new TlsVersions(names.contains("TLSv1.2"), names.contains("TLSv1.3"));
  }
}
