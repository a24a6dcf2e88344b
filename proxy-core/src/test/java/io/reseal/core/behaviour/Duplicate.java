package io.reseal.core.behaviour;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** A second descriptor of the same socket, as another process would have it: {@code dup(2)}. */
final class Duplicate {
  private static final MethodHandle DUP = Linker.nativeLinker()
      .downcallHandle(
          Linker.nativeLinker().defaultLookup().find("dup").orElseThrow(),
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private Duplicate() {}

  static int of(int descriptor) {
    try {
      return (int) DUP.invokeExact(descriptor);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }
}
