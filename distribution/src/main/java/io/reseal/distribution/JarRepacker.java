package io.reseal.distribution;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The making of jars whose classes the cache can hold, and that open quickly: without signatures
 * (classes of signed jars are never cached), with class files of Java 8 at least (older ones are not
 * cached either), uncompressed, without native libraries. The same input gives the same bytes.
 */
final class JarRepacker {
  private static final int JAVA_6 = 50;
  private static final int JAVA_8 = 52;
  private static final int VERSION_OFFSET = 6;

  private final LocalDateTime time;

  JarRepacker(Instant time) {
    this.time = LocalDateTime.ofInstant(time, ZoneOffset.UTC);
  }

  void repack(Path from, Path to) throws IOException {
    try (ZipFile in = new ZipFile(from.toFile());
        OutputStream file = Files.newOutputStream(to);
        ZipOutputStream out = new ZipOutputStream(file)) {
      out.setMethod(ZipOutputStream.STORED);
      List<? extends ZipEntry> entries = Collections.list(in.entries()).stream()
          .filter(entry -> !entry.isDirectory() && isKept(entry.getName()))
          // The manifest first, as the jar format has it.
          .sorted(Comparator.comparing(
                  (ZipEntry entry) -> !entry.getName().equals("META-INF/MANIFEST.MF"))
              .thenComparing(ZipEntry::getName))
          .toList();
      for (ZipEntry entry : entries) {
        store(out, entry.getName(), content(in, entry));
      }
    }
  }

  private static boolean isKept(String name) {
    return !name.matches("META-INF/[^/]+\\.(SF|RSA|DSA|EC)")
        && !name.startsWith("META-INF/native/")
        && !name.equals("META-INF/INDEX.LIST");
  }

  private static byte[] content(ZipFile jar, ZipEntry entry) throws IOException {
    byte[] bytes;
    try (InputStream in = jar.getInputStream(entry)) {
      bytes = in.readAllBytes();
    }
    if (entry.getName().equals("META-INF/MANIFEST.MF")) {
      return withoutDigests(bytes);
    }
    return entry.getName().endsWith(".class") && version(bytes) < JAVA_6
        ? modernised(bytes, jar)
        : bytes;
  }

  private static byte[] withoutDigests(byte[] bytes) throws IOException {
    Manifest manifest = new Manifest(new ByteArrayInputStream(bytes));
    for (Attributes section : manifest.getEntries().values()) {
      section.keySet().removeIf(key -> key.toString().endsWith("-Digest"));
    }
    manifest.getEntries().values().removeIf(Attributes::isEmpty);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    manifest.write(out);
    return out.toByteArray();
  }

  private static int version(byte[] classFile) {
    return (classFile[VERSION_OFFSET] & 0xff) << 8 | classFile[VERSION_OFFSET + 1] & 0xff;
  }

  /** The same class with the stack maps that class files have needed since Java 7. */
  private static byte[] modernised(byte[] bytes, ZipFile jar) {
    ClassHierarchyResolver resolver = ClassHierarchyResolver.ofResourceParsing(
            name -> open(jar, name))
        .orElse(ClassHierarchyResolver.defaultResolver());
    ClassFile format = ClassFile.of(
        ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
        ClassFile.ClassHierarchyResolverOption.of(resolver));
    ClassModel model = format.parse(bytes);
    return format.build(model.thisClass().asSymbol(), builder -> {
      builder.withVersion(JAVA_8, 0);
      for (ClassElement element : model) {
        switch (element) {
          case ClassFileVersion replaced -> {}
          // Taken apart and put together again, or the code would be copied as it is.
          case MethodModel method ->
            builder.transformMethod(
                method, MethodTransform.transformingCode((code, each) -> code.with(each)));
          default -> builder.with(element);
        }
      }
    });
  }

  private static @Nullable InputStream open(ZipFile jar, ClassDesc name) {
    String descriptor = name.descriptorString();
    ZipEntry entry = jar.getEntry(descriptor.substring(1, descriptor.length() - 1) + ".class");
    try {
      return entry == null ? null : jar.getInputStream(entry);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private void store(ZipOutputStream out, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    CRC32 crc = new CRC32();
    crc.update(content);
    entry.setTimeLocal(time);
    entry.setSize(content.length);
    entry.setCompressedSize(content.length);
    entry.setCrc(crc.getValue());
    out.putNextEntry(entry);
    out.write(content);
    out.closeEntry();
  }
}
