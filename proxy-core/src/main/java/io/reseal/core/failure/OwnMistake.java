package io.reseal.core.failure;

import io.netty.channel.ChannelException;
import io.netty.handler.codec.CodecException;

/** What a handler threw because of a mistake of ours, and not of a peer or of the machine. */
public final class OwnMistake {
  private static final int MOST_FRAMES = 3;
  private static final String OURS = "io.reseal.";

  private OwnMistake() {}

  /** Whether nobody but us can be blamed: peers and sockets make other exceptions. */
  public static boolean is(Throwable cause) {
    return switch (cause) {
      case OutOfMemoryError ignored -> false;
      case Error ignored -> true;
      case CodecException ignored -> false;
      case ChannelException ignored -> false;
      case RuntimeException ignored -> true;
      default -> false;
    };
  }

  /** The failure of the one connection or exchange that met it, with where it came from. */
  public static Failure failure(Throwable cause) {
    StringBuilder detail = new StringBuilder("a mistake of this proxy: ").append(cause);
    int frames = 0;
    for (StackTraceElement frame : cause.getStackTrace()) {
      if (frames < MOST_FRAMES && (frames == 0 || frame.getClassName().startsWith(OURS))) {
        frames++;
        detail.append(frames == 1 ? ", at " : " from ").append(frame);
      }
    }
    return new Failure.Internal(detail.toString());
  }
}
