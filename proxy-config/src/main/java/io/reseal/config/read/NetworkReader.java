package io.reseal.config.read;

import io.reseal.config.Network;
import io.reseal.config.check.Findings;
import io.reseal.config.check.UserText;
import java.util.ArrayList;
import java.util.List;

/** The reader of lists of networks. */
final class NetworkReader {
  private NetworkReader() {}

  static List<Network> networks(List<Section.Text> texts, Findings findings) {
    List<Network> networks = new ArrayList<>();
    for (Section.Text text : texts) {
      Syntax.network(text.value())
          .ifPresentOrElse(
              networks::add,
              () -> findings.error(
                  text.location(),
                  "wrong network",
                  UserText.quoted(text.value()),
                  "CIDR, as 10.0.0.0/8 or fd00::/8",
                  "Write an address, a slash and the number of leading bits."));
    }
    return networks;
  }
}
