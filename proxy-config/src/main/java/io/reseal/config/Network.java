package io.reseal.config;

import java.net.InetAddress;

/**
 * An IP network.
 *
 * @param address its base address
 * @param prefixLength 0 to 32 for IPv4, 0 to 128 for IPv6
 */
public record Network(InetAddress address, int prefixLength) {

  /** Whether an address lies in this network; an address of the other family never does. */
  public boolean contains(InetAddress candidate) {
    byte[] base = address.getAddress();
    byte[] other = candidate.getAddress();
    if (base.length != other.length) {
      return false;
    }
    int wholeBytes = prefixLength / 8;
    for (int i = 0; i < wholeBytes; i++) {
      if (base[i] != other[i]) {
        return false;
      }
    }
    int restBits = prefixLength % 8;
    if (restBits == 0) {
      return true;
    }
    int mask = 0xFF << (8 - restBits) & 0xFF;
    return (base[wholeBytes] & mask) == (other[wholeBytes] & mask);
  }

  @Override
  public String toString() {
    return address.getHostAddress() + "/" + prefixLength;
  }
}
