package io.reseal.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The layers of a container image, each a folder to be copied to the root. Folders above the program
 * are part of it, or the engine would make them with the time of the build, and no two builds would
 * give the same digests.
 */
final class ImageLayers {
  /** What changes least comes first in the Dockerfile. */
  private static final Map<String, List<String>> LAYERS = layers();

  private final Path packed;
  private final Instant time;

  ImageLayers(Path packed, Instant time) {
    this.packed = packed;
    this.time = time;
  }

  private static Map<String, List<String>> layers() {
    Map<String, List<String>> layers = new LinkedHashMap<>();
    layers.put("runtime", List.of("runtime", "native"));
    layers.put("documents", List.of("licenses", "LICENSE", "sbom.cdx.json"));
    layers.put("program", List.of("lib"));
    layers.put("cache", List.of("aot"));
    return layers;
  }

  /** Writes them into a folder, which is emptied before. */
  void write(Path image) throws IOException {
    Trees.delete(image);
    for (Map.Entry<String, List<String>> layer : LAYERS.entrySet()) {
      Path home = Files.createDirectories(image.resolve(layer.getKey()).resolve("opt/reseal"));
      for (String part : layer.getValue()) {
        if (Files.exists(packed.resolve(part))) {
          Trees.link(packed.resolve(part), home.resolve(part));
        }
      }
    }
    // Where a configuration is mounted.
    Files.createDirectories(image.resolve("runtime/etc/reseal"));
    Trees.setTimes(image, time);
  }
}
