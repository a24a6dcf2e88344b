package io.reseal.config;

/**
 * How request forms are treated that are legal, yet read differently by different servers. Requests
 * are always routed by the normalised path, and the normalised path is what is forwarded.
 *
 * @param encodedSlashes what happens to {@code %2F} and {@code %5C} in a path. Default reject (400)
 * @param repeatedSlashes whether {@code //} in a path becomes {@code /}. Default merge
 * @param underscoresInNames what happens to field names with an underscore. Default reject (400)
 */
public record RequestPolicy(
    EncodedSlashes encodedSlashes,
    RepeatedSlashes repeatedSlashes,
    UnderscoresInNames underscoresInNames) {
  public static final RequestPolicy DEFAULT =
      new RequestPolicy(EncodedSlashes.REJECT, RepeatedSlashes.MERGE, UnderscoresInNames.REJECT);

  /** The treatment of an encoded slash or backslash in a path. */
  public enum EncodedSlashes {
    /** The request is answered with 400. */
    REJECT,
    /** It stays as it is, and is no path separator for routing. */
    KEEP
  }

  /** The treatment of empty path elements. */
  public enum RepeatedSlashes {
    /** Several slashes become one, for routing and for the upstream. */
    MERGE,
    /** They stay, for routing and for the upstream. */
    KEEP
  }

  /** The treatment of underscores in field names, which some servers read as hyphens. */
  public enum UnderscoresInNames {
    /** The request is answered with 400. */
    REJECT,
    /** The field is removed and the request goes on. */
    DROP,
    /** The field is forwarded. */
    FORWARD
  }
}
