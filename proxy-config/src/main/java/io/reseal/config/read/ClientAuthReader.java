package io.reseal.config.read;

import io.reseal.config.ClientAuth;
import io.reseal.config.ClientAuth.ForwardedFields;
import io.reseal.config.ClientAuth.Mode;
import io.reseal.config.RevocationList;
import io.reseal.config.TrustAnchors.DestinationCa;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The reader of what an identity wants of its clients. */
final class ClientAuthReader {
  private final MaterialReader material;
  private final RevocationListReader lists;

  ClientAuthReader(MaterialReader material, RevocationListReader lists) {
    this.material = material;
    this.lists = lists;
  }

  /** What is wanted, empty where the CAs cannot be used, which is reported and refuses the file. */
  Optional<ClientAuth> clientAuth(Section section) {
    Mode mode = Mode.valueOf(section.choice("mode", "required").toUpperCase(Locale.ROOT));
    List<ForwardedFields> forwarded = section.texts("forward").stream()
        .map(text ->
            ForwardedFields.valueOf(text.value().replace('-', '_').toUpperCase(Locale.ROOT)))
        .distinct()
        .toList();
    Optional<DestinationCa> ca = material.bundle(section, "ca");
    List<RevocationList> revocationLists =
        lists.lists(section, "crl", ca.map(DestinationCa::certificates).orElse(List.of()));
    return ca.map(bundle -> new ClientAuth.Asked(
        mode, bundle.certificates(), bundle.source(), revocationLists, forwarded));
  }
}
