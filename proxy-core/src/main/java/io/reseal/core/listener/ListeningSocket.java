package io.reseal.core.listener;

import io.reseal.config.HostPort;
import java.net.InetSocketAddress;

/**
 * A listening socket that one process hands to its successor.
 *
 * @param owner what it listens for, in words that are the same in both processes
 * @param wanted the address as configured; its port may be 0
 * @param number tells apart the addresses of an owner that ask for any port; else 0
 * @param address where it is bound
 * @param descriptor the number by which this process knows it
 */
public record ListeningSocket(
    String owner, HostPort wanted, int number, InetSocketAddress address, int descriptor) {

  /**
   * Whether an owner that wants an address can take it: the same address, whoever owned it; where
   * any port will do, the one that it had.
   *
   * @param wantedAddress the same as {@code wantedBy}, resolved
   */
  boolean serves(
      String wantingOwner, HostPort wantedBy, int wantedNumber, InetSocketAddress wantedAddress) {
    if (wantedBy.port() != 0) {
      // The same in other words is the same.
      return wanted.equals(wantedBy) || address.equals(wantedAddress);
    }
    return owner.equals(wantingOwner) && wanted.equals(wantedBy) && number == wantedNumber;
  }
}
