package io.reseal.core.behaviour;

import io.reseal.testkit.Pattern;
import io.reseal.testkit.RawClient;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicLong;

/** An upload of the pattern on a thread of its own that says how far it has come. */
final class CountingPattern extends OutputStream {
  private final OutputStream out;
  private final AtomicLong written = new AtomicLong();

  private CountingPattern(OutputStream out) {
    this.out = out;
  }

  static CountingPattern start(RawClient client, long length) throws IOException {
    CountingPattern upload = new CountingPattern(client.out());
    Thread.ofVirtual().start(() -> {
      try {
        Pattern.write(upload, length);
      } catch (IOException e) {
        // The test sees on its own side what became of it.
      }
    });
    return upload;
  }

  long written() {
    return written.get();
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    for (int done = 0; done < count; done += 8_192) {
      int part = Math.min(8_192, count - done);
      out.write(bytes, offset + done, part);
      written.addAndGet(part);
    }
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }
}
