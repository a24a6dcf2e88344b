package io.reseal.config.read;

import io.reseal.config.KeyPairMaterial;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known from one reading of a configuration to the next. What has not changed is the same
 * object again, and key pairs whose text has not changed are not read and proven again, so that
 * thousands of them cost little where one has changed. Not thread-safe.
 */
public final class ReadingMemory {
  private final Map<Fingerprint, Known<KeyPairMaterial>> pairs = new HashMap<>();
  private final Map<Named, Known<Object>> things = new HashMap<>();

  /** Counts readings; what an earlier one left and this one does not name is forgotten at its end. */
  private int reading;

  /** The pair that was read from the same text before; null where there was none. */
  @Nullable
  KeyPairMaterial pair(Fingerprint text) {
    Known<KeyPairMaterial> known = pairs.get(text);
    if (known == null) {
      return null;
    }
    known.reading = reading;
    return known.value;
  }

  /** Keeps a pair that has been proven, and about which there is nothing to tell each time. */
  void keep(Fingerprint text, KeyPairMaterial pair) {
    pairs.put(text, new Known<>(pair, reading));
  }

  /**
   * A part of the configuration that is being read: itself, or an equal one from before.
   *
   * @param name different from those of others of its class
   */
  <T extends Object> T same(String name, T made) {
    Known<Object> known =
        things.computeIfAbsent(new Named(made.getClass(), name), key -> new Known<>(made, reading));
    known.reading = reading;
    if (!known.value.equals(made)) {
      known.value = made;
    }
    @SuppressWarnings("unchecked") // Equal things have one class.
    T kept = (T) known.value;
    return kept;
  }

  /** A reading begins; the one before may have been broken off. */
  void beginReading() {
    reading++;
  }

  /** The whole configuration has been read, with mistakes or without. */
  void endReading() {
    pairs.values().removeIf(known -> known.reading != reading);
    things.values().removeIf(known -> known.reading != reading);
  }

  private record Named(Class<?> type, String name) {}

  /** Something, and when it was read last. */
  private static final class Known<T> {
    private T value;
    private int reading;

    Known(T value, int reading) {
      this.value = value;
      this.reading = reading;
    }
  }
}
