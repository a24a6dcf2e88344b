package io.reseal.config.check;

import java.util.Arrays;

/**
 * Lines and columns by key path. Keeps 64 bits of each path's hash in place of the path: two of a
 * million paths are the same to it with a chance of one in thirty million, and then a message names
 * the wrong line. Not thread-safe.
 */
final class PlaceTable {
  /** What {@link #get} gives for an unknown path. */
  static final long NONE = -1;

  private static final int FIRST_SIZE = 64;
  private static final long FNV_BASIS = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  /** A hash of 0 marks a free slot. */
  private long[] hashes = new long[FIRST_SIZE];

  private long[] places = new long[FIRST_SIZE];
  private int size;

  /** Notes the place of a path, unless it has one. */
  void putIfAbsent(String path, int line, int column) {
    long hash = hash(path);
    int slot = slot(hashes, hash);
    if (hashes[slot] == 0) {
      hashes[slot] = hash;
      places[slot] = (long) line << Integer.SIZE | column;
      if (++size > hashes.length / 4 * 3) {
        grow();
      }
    }
  }

  /** The place of a path, for {@link #line} and {@link #column}; {@link #NONE} where it has none. */
  long get(String path) {
    int slot = slot(hashes, hash(path));
    return hashes[slot] == 0 ? NONE : places[slot];
  }

  static int line(long place) {
    return (int) (place >>> Integer.SIZE);
  }

  static int column(long place) {
    return (int) place;
  }

  private void grow() {
    long[] before = hashes;
    long[] beforePlaces = places;
    hashes = new long[before.length * 2];
    places = Arrays.copyOf(places, before.length * 2);
    for (int i = 0; i < before.length; i++) {
      if (before[i] != 0) {
        int slot = slot(hashes, before[i]);
        hashes[slot] = before[i];
        places[slot] = beforePlaces[i];
      }
    }
  }

  /** The slot of a hash, or the free one where it belongs. */
  private static int slot(long[] hashes, long hash) {
    int slot = (int) (hash ^ hash >>> Integer.SIZE) & hashes.length - 1;
    while (hashes[slot] != 0 && hashes[slot] != hash) {
      slot = slot + 1 & hashes.length - 1;
    }
    return slot;
  }

  private static long hash(String path) {
    long hash = FNV_BASIS;
    for (int i = 0; i < path.length(); i++) {
      hash = (hash ^ path.charAt(i)) * FNV_PRIME;
    }
    return hash == 0 ? 1 : hash;
  }
}
