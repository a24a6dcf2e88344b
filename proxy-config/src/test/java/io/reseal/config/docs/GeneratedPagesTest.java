package io.reseal.config.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.schema.ConfigSchema;
import io.reseal.config.schema.Field;
import io.reseal.config.schema.ObjectType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Rewrite the pages after a change of the schema by {@code -Dreseal.docs.write=true}. */
class GeneratedPagesTest {
  @Test
  void jsonSchemaIsCurrent() throws IOException {
    requireCurrent("reseal.schema.json", JsonSchemaPage.text());
  }

  @Test
  void referencePageIsCurrent() throws IOException {
    requireCurrent("configuration.md", ReferencePage.text());
  }

  @Test
  void referencePageHasEveryKey() {
    String page = ReferencePage.text();
    for (ObjectType type : ConfigSchema.ALL) {
      assertThat(page).contains("### " + type.name() + "\n");
      for (Field field : type.fields()) {
        assertThat(page).contains("| `" + field.key() + "` | ");
        assertThat(field.about()).as(type.name() + "." + field.key()).endsWith(".");
      }
    }
  }

  private static void requireCurrent(String name, String generated) throws IOException {
    Path file = ProjectFiles.docs().resolve(name);
    if (Boolean.getBoolean("reseal.docs.write")) {
      Files.writeString(file, generated);
    }
    assertThat(file)
        .as("%s (rewrite it: mvn -pl proxy-config test -Dreseal.docs.write=true)", name)
        .exists();
    assertThat(Files.readString(file))
        .as("%s (rewrite it: mvn -pl proxy-config test -Dreseal.docs.write=true)", name)
        .isEqualTo(generated);
  }
}
