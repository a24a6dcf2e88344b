package io.reseal.config;

import java.nio.file.Path;

/**
 * The access log: one line for each exchange and each tunnel, written when it ends.
 *
 * @param output where lines go. Default: nowhere, and then nothing is collected for them
 * @param format how a line is written. Default: JSON
 * @param query what a line says of a request's query. Default: nothing, because links and forms put
 *     secrets there
 * @param queueLines how many lines may wait for a slow output, and KiB of them where they are long;
 *     what comes on top is dropped and counted. Default: 8,192, and so 8 MiB at most
 */
public record AccessLogSettings(Output output, Format format, Query query, int queueLines) {
  public static final AccessLogSettings OFF =
      new AccessLogSettings(new Output.Off(), Format.JSON, Query.OMIT, 8_192);

  /** Whether lines are written at all. */
  public boolean isOn() {
    return !(output instanceof Output.Off);
  }

  /** Where lines go. */
  public sealed interface Output {

    /** Nowhere. */
    record Off() implements Output {
      @Override
      public String toString() {
        return "off";
      }
    }

    /** To the standard output of the process, which has nothing else to say there. */
    record Stdout() implements Output {
      @Override
      public String toString() {
        return "stdout";
      }
    }

    /** To the end of a file, a pipe or a device. */
    record File(Path path) implements Output {
      @Override
      public String toString() {
        return path.toString();
      }
    }
  }

  /** How a line is written. */
  public enum Format {
    /** One JSON object. */
    JSON,
    /** Keys and values, as {@code key=value}. */
    TEXT
  }

  /** What a line says of a request's query. */
  public enum Query {
    /** Nothing. */
    OMIT,
    /** The parameters' names; values are replaced by an asterisk. */
    NAMES,
    /** Everything, as it came. Security: whoever reads the log reads the secrets in it. */
    KEEP
  }
}
