package io.reseal.server.run;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Whether some process has a file open for writing, so that half of it may be missing. Linux tells by
 * refusing a read lease ({@code fcntl}, F_SETLEASE); that can be asked for files of one's own user
 * only, and of others nothing is known.
 */
final class OpenForWriting {
  /** O_RDONLY, O_CLOEXEC, and O_NONBLOCK: to open a pipe would wait for its writer. */
  private static final int OPEN_FLAGS = 0x80000 | 0x800;

  private static final int SET_SIGNAL = 10;
  private static final int SET_LEASE = 1024;
  private static final long READ_LEASE = 0;
  private static final long NO_LEASE = 2;
  private static final long SIGURG = 23;
  private static final int EAGAIN = 11;

  private static final @Nullable Calls CALLS = Calls.find();

  private OpenForWriting() {}

  /** True only where it is known. */
  static boolean isKnown(Path file) {
    return ask(file) == Answer.OPEN;
  }

  /** Whether it is known that nobody has. */
  static boolean isKnownNot(Path file) {
    return ask(file) == Answer.CLOSED;
  }

  private static Answer ask(Path file) {
    Calls calls = CALLS;
    try {
      return calls == null ? Answer.UNKNOWN : calls.askLease(file.toString());
    } catch (Throwable unknown) {
      return Answer.UNKNOWN;
    }
  }

  private enum Answer {
    OPEN,
    CLOSED,
    UNKNOWN
  }

  /** The C library's functions. */
  private record Calls(MethodHandle open, MethodHandle fcntl, MethodHandle close) {
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
        STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    static @Nullable Calls find() {
      try {
        Linker linker = Linker.nativeLinker();
        return new Calls(
            linker.downcallHandle(
                linker.defaultLookup().findOrThrow("open"),
                FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
                Linker.Option.firstVariadicArg(2)),
            linker.downcallHandle(
                linker.defaultLookup().findOrThrow("fcntl"),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG),
                Linker.Option.firstVariadicArg(2),
                Linker.Option.captureCallState("errno")),
            linker.downcallHandle(
                linker.defaultLookup().findOrThrow("close"),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT)));
      } catch (RuntimeException notHere) {
        return null;
      }
    }

    Answer askLease(String file) throws Throwable {
      try (Arena arena = Arena.ofConfined()) {
        int descriptor = (int) open.invokeExact(arena.allocateFrom(file), OPEN_FLAGS);
        if (descriptor < 0) {
          return Answer.UNKNOWN;
        }
        MemorySegment state = arena.allocate(STATE);
        try {
          // A writer that comes while the lease is held makes the kernel send a signal; the usual
          // one would end the process, this one is ignored.
          if ((int) fcntl.invokeExact(state, descriptor, SET_SIGNAL, SIGURG) < 0) {
            return Answer.UNKNOWN;
          }
          if ((int) fcntl.invokeExact(state, descriptor, SET_LEASE, READ_LEASE) < 0) {
            return (int) ERRNO.get(state, 0L) == EAGAIN ? Answer.OPEN : Answer.UNKNOWN;
          }
          int ignored = (int) fcntl.invokeExact(state, descriptor, SET_LEASE, NO_LEASE);
          return Answer.CLOSED;
        } finally {
          int ignored = (int) close.invokeExact(descriptor);
        }
      }
    }
  }
}
