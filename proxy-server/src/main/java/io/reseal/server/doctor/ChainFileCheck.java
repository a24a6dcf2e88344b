package io.reseal.server.doctor;

import io.reseal.config.KeyPairMaterial;
import io.reseal.config.Location;
import io.reseal.config.pem.Certificates;
import io.reseal.config.pem.PemException;
import io.reseal.config.pem.PemText;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The check of a chain's file against the chain that is sent: the order, a root, and what does not
 * belong there. The command that mends it writes the file anew from its own blocks.
 */
final class ChainFileCheck {
  private final KeyPairMaterial pair;
  private final Location place;
  private final Consumer<Finding> found;

  ChainFileCheck(KeyPairMaterial pair, Location place, Consumer<Finding> found) {
    this.pair = pair;
    this.place = place;
    this.found = found;
  }

  void run() {
    if (!Commands.isFile(pair.source())) {
      return;
    }
    try {
      check(PemText.load(pair.source(), Path.of("")));
    } catch (PemException changedMeanwhile) {
      found.accept(Finding.error(
          Kind.CONFIGURATION,
          place,
          changedMeanwhile.what() + " (the file has changed while it was being looked at)",
          "Run the command again.",
          ""));
    }
  }

  private void check(PemText text) throws PemException {
    List<X509Certificate> inFile = Certificates.all(text);
    List<X509Certificate> sent = withoutRoot(pair.chain());
    List<X509Certificate> unrelated =
        inFile.stream().filter(each -> !pair.chain().contains(each)).toList();
    List<X509Certificate> related =
        inFile.stream().filter(pair.chain()::contains).toList();
    String command = Commands.keepBlocks(pair.source(), blocks(text, inFile, sent));
    if (!related.equals(pair.chain())) {
      warn(
          Kind.CHAIN_ORDER,
          "the chain in " + pair.source() + " is not in order; it is sent in order all the same,"
              + " other servers would not",
          "Write the file in order, the leaf first:",
          command);
    }
    if (!unrelated.isEmpty()) {
      warn(
          Kind.UNRELATED_CERTIFICATE,
          "%s holds %d certificate(s) that do not belong to the chain and are not sent, as %s"
              .formatted(
                  pair.source(), unrelated.size(), unrelated.getFirst().getSubjectX500Principal()),
          "Remove them, or add the issuer that is missing in between. To remove them:",
          command);
    }
    if (sent.size() < pair.chain().size()) {
      warn(
          Kind.ROOT_IN_CHAIN,
          "the root %s is part of the chain in %s"
              .formatted(pair.chain().getLast().getSubjectX500Principal(), pair.source()),
          "Leave it out; clients have it, or do not believe it anyway:",
          command);
    }
  }

  private void warn(Kind kind, String what, String fix, String command) {
    found.accept(Finding.warning(kind, place, what, fix, command));
  }

  /** A leaf that signed itself is no root to be left out. */
  private static List<X509Certificate> withoutRoot(List<X509Certificate> chain) {
    boolean root = chain.size() > 1 && Commands.isSelfSigned(chain.getLast());
    return root ? chain.subList(0, chain.size() - 1) : chain;
  }

  /** The numbers of the blocks to keep: the chain in order, then all that is no certificate. */
  private static List<Integer> blocks(
      PemText text, List<X509Certificate> inFile, List<X509Certificate> wanted) {
    List<Integer> certificates = new ArrayList<>();
    List<Integer> others = new ArrayList<>();
    for (int i = 0; i < text.blocks().size(); i++) {
      boolean key = text.blocks().get(i).label().endsWith("KEY");
      (key ? others : certificates).add(i + 1);
    }
    List<Integer> kept = new ArrayList<>();
    for (X509Certificate each : wanted) {
      int index = inFile.indexOf(each);
      if (index >= 0 && index < certificates.size()) {
        kept.add(certificates.get(index));
      }
    }
    kept.addAll(others);
    return kept;
  }
}
