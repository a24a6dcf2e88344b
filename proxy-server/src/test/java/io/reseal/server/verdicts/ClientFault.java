package io.reseal.server.verdicts;

import io.reseal.core.failure.TlsVerdict.Reason;
import io.reseal.server.kit.Observed;
import java.nio.file.Path;
import java.util.List;

/**
 * What can be wrong with a client, or with what a listener offers it, and what mends it.
 *
 * @param name a clause
 * @param broken the configuration with the fault
 * @param faulty the client with the fault
 * @param sees a part of what that client is told
 * @param remedy what was done by the advice
 * @param mended the configuration after that
 * @param sound the client after that
 * @param versions the TLS versions that it is tried with
 */
record ClientFault(
    String name,
    Reason reason,
    Door broken,
    Client faulty,
    String sees,
    String remedy,
    Door mended,
    Client sound,
    List<String> versions) {

  /** A client, in one attempt. */
  @FunctionalInterface
  interface Client {
    /**
     * Connects and, if it can, sends one request.
     *
     * @return what it was answered, or how its TLS library puts the refusal
     */
    String ask(Observed proxy, Path folder, String version) throws Exception;
  }

  ClientFault only(String version) {
    return new ClientFault(
        name, reason, broken, faulty, sees, remedy, mended, sound, List.of(version));
  }
}
