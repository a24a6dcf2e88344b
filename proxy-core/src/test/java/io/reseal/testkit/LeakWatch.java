package io.reseal.testkit;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Fails the test class during which Netty noticed a buffer, or another counted resource, that was
 * dropped without release. Found by JUnit as a service, so no test needs to name it.
 *
 * <p>A leak shows only when the collector has taken the dropped object; so every class ends with a
 * collection and an allocation that makes Netty look. A leak may show in a later class than the one
 * that made it; the record of accesses tells.
 */
public final class LeakWatch implements BeforeAllCallback, AfterAllCallback {
  /** Static, because Netty has one detector per resource type and process. */
  private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();

  private static final List<Detector<?>> DETECTORS = new CopyOnWriteArrayList<>();

  static {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new DetectorFactory());
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    // The last look, after the last class, for what threads let go of late.
    context
        .getRoot()
        .getStore(Namespace.create(LeakWatch.class))
        .getOrComputeIfAbsent(
            LeakWatch.class, key -> (AutoCloseable) LeakWatch::requireNone, Object.class);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (!DETECTORS.isEmpty()) {
      requireNone();
    }
  }

  /** Throws when a leak was noticed since the last call. */
  public static void requireNone() {
    collect();
    ByteBufAllocator.DEFAULT.directBuffer(16).release();
    ByteBufAllocator.DEFAULT.heapBuffer(16).release();
    DETECTORS.forEach(Detector::look);
    List<String> found = new ArrayList<>();
    for (String leak = LEAKS.poll(); leak != null; leak = LEAKS.poll()) {
      found.add(leak);
    }
    if (!found.isEmpty()) {
      throw new AssertionError(found.size() + " leaks: "
          + String.join("\n\n", found.subList(0, Math.min(3, found.size()))));
    }
  }

  /** Returns when the collector has run, known by a reference of our own that it enqueued. */
  private static void collect() {
    ReferenceQueue<Object> queue = new ReferenceQueue<>();
    PhantomReference<Object> sentinel = new PhantomReference<>(new Object(), queue);
    try {
      System.gc();
      if (queue.remove(1_000) != sentinel) {
        throw new AssertionError("the collector did not run within 1000 ms");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static final class DetectorFactory extends ResourceLeakDetectorFactory {
    @Override
    @SuppressWarnings("deprecation") // the only method there is to override
    public <T> ResourceLeakDetector<T> newResourceLeakDetector(
        Class<T> resource, int samplingInterval, long maxActive) {
      return newResourceLeakDetector(resource, samplingInterval);
    }

    @Override
    public <T> ResourceLeakDetector<T> newResourceLeakDetector(
        Class<T> resource, int samplingInterval) {
      Detector<T> detector = new Detector<>(resource, samplingInterval);
      DETECTORS.add(detector);
      return detector;
    }
  }

  private static final class Detector<T> extends ResourceLeakDetector<T> {
    @SuppressWarnings("deprecation") // for factories, which is what this is
    Detector(Class<T> resource, int samplingInterval) {
      super(resource, samplingInterval);
    }

    /** Every tracking begins with a look at what the collector took; so track something. */
    @SuppressWarnings("unchecked") // only its identity is used
    void look() {
      T anything = (T) new Object();
      ResourceLeakTracker<T> tracker = trackForcibly(anything);
      if (tracker != null) {
        tracker.close(anything);
      }
    }

    @Override
    protected boolean needReport() {
      return true;
    }

    @Override
    protected void reportTracedLeak(String resourceType, String records) {
      LEAKS.add(resourceType + records);
    }

    @Override
    protected void reportUntracedLeak(String resourceType) {
      LEAKS.add(resourceType);
    }
  }
}
